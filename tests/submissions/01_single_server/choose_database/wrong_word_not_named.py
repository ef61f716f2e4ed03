# loses: choose_database_hidden
# The message does not say which word.
# asks: Somebody gets your error at night. Which word do they have to correct?
def choose_database(needs):
    if not needs <= set(NEEDS):
        raise ValueError("unknown need")
    return (
        "non-relational" if needs & set(NEEDS[:4]) and not needs & set(NEEDS[4:]) else "relational"
    )
