# loses: choose_database_check
# Asks for all four reasons.
# asks: If one reason is there and the other three are not, which database does the text choose?
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "non-relational" if needs == set(NEEDS[:4]) else "relational"
