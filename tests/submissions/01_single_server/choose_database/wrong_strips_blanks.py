# loses: choose_database_hidden
# Takes a word with a blank too many for the word.
# asks: Is a word with a blank at its end one of the words in the text?
def choose_database(needs):
    words = {need.strip() for need in needs}
    for word in words - set(NEEDS):
        raise ValueError(word)
    if words and not words & {"joins", "multi-row transactions"}:
        return "non-relational"
    return "relational"
