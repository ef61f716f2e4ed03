# loses: choose_database_hidden
# Takes a part of a word for the word, in small letters.
# asks: Would your function also accept a word that is only a piece of a known one?
def choose_database(needs):
    for need in needs:
        if not any(need.lower() in known for known in NEEDS):
            raise ValueError(need)
    return (
        "non-relational" if needs & set(NEEDS[:4]) and not needs & set(NEEDS[4:]) else "relational"
    )
