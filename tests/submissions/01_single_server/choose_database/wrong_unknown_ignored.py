# loses: choose_database_hidden
# An unknown word is passed over.
def choose_database(needs):
    return (
        "non-relational" if needs & set(NEEDS[:4]) and not needs & set(NEEDS[4:]) else "relational"
    )
