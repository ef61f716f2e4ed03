# loses: choose_database_check
# Nothing speaks against: non-relational also without any reason.
# asks: No reason at all is given. Which database is the usual choice then?
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "relational" if needs & {"joins", "multi-row transactions"} else "non-relational"
