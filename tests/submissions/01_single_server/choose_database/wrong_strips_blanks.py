# loses: choose_database_hidden
# Takes a word with a blank too many for the word.
def choose_database(needs):
    words = {need.strip() for need in needs}
    for word in words - set(NEEDS):
        raise ValueError(word)
    if words and not words & {"joins", "multi-row transactions"}:
        return "non-relational"
    return "relational"
