# loses: choose_database_hidden
# Whatever goes wrong, relational is the default: also for an unknown word.
# asks: What does your function do with a word that is in neither list, and what should the caller
# learn?
def choose_database(needs):
    try:
        for need in needs:
            NEEDS.index(need)
        if needs and not needs & {"joins", "multi-row transactions"}:
            return "non-relational"
    except:
        pass
    return "relational"
