# loses: choose_database_hidden
# Answers before it has looked at every word.
# asks: One word decides, and another one is unknown. Which of the two do you meet first?
def choose_database(needs):
    if needs & {"joins", "multi-row transactions"} or not needs:
        return "relational"
    for need in needs:
        if need not in NEEDS:
            raise ValueError(need)
    return "non-relational"
