# loses: choose_database_check
# Counts the reasons on both sides.
# asks: Two reasons speak for one side and one for the other. Does the text let them vote?
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    against = len(needs & {"joins", "multi-row transactions"})
    return (
        "non-relational"
        if len(needs) - against >= against > 0 or (needs and not against)
        else "relational"
    )
