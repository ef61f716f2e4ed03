# loses: choose_database_hidden
# Takes the known words out of the caller's set before it complains of the rest.
# asks: After your function has complained, what is left in the caller's set?
def choose_database(needs):
    answer = "non-relational" if needs else "relational"
    if needs & {"joins", "multi-row transactions"}:
        answer = "relational"
    if needs - set(NEEDS):
        needs -= set(NEEDS)
        raise ValueError(f"unknown: {needs}")
    return answer
