# Plain ifs.
def choose_database(needs):
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    if "joins" in needs or "multi-row transactions" in needs:
        return "relational"
    if len(needs) == 0:
        return "relational"
    return "non-relational"
