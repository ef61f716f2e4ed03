# loses: choose_database_hidden
# Only joins speak against.
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "relational" if "joins" in needs or not needs & set(NEEDS[:4]) else "non-relational"
