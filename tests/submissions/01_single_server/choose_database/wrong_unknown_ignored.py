# loses: choose_database_hidden
# An unknown word is passed over.
# asks: What should happen when somebody misspells a reason?
def choose_database(needs):
    return (
        "non-relational" if needs & set(NEEDS[:4]) and not needs & set(NEEDS[4:]) else "relational"
    )
