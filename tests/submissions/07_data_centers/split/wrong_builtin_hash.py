# loses: split_hidden_2
# the builtin hash gives a text another number in each process
# asks: Start Python twice and print the hash of one text. Is it the same?
def split(user_id, weights):
    place = hash(str(user_id)) % 1_000_003 / 1_000_003 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
