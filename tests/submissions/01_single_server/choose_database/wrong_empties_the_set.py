# loses: choose_database_hidden
# Takes the words out of the caller's set.
# asks: Print the caller's set before and after the call. Who owns it?
def choose_database(needs):
    answer = "relational"
    if needs & set(NEEDS[:4]) and not needs & set(NEEDS[4:]):
        answer = "non-relational"
    while needs:
        need = needs.pop()
        if need not in NEEDS:
            raise ValueError(need)
    return answer
