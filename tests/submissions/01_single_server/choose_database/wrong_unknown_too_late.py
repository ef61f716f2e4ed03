# loses: choose_database_hidden
# Answers before it has looked at every word.
def choose_database(needs):
    if needs & {"joins", "multi-row transactions"} or not needs:
        return "relational"
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "non-relational"
