# loses: choose_database_check
# A massive amount of data decides alone.
# asks: There is a massive amount of data, and joins are needed. What decides?
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    if "massive amount of data" in needs:
        return "non-relational"
    return (
        "relational"
        if not needs or needs & {"joins", "multi-row transactions"}
        else "non-relational"
    )
