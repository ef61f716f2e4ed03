# loses: choose_database_hidden
# Only joins speak against.
# asks: Which needs, besides joins, speak against a non-relational database?
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "relational" if "joins" in needs or not needs & set(NEEDS[:4]) else "non-relational"
