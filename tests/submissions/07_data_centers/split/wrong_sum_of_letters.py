# loses: split_check
# adds up the letters: far too few different places
# asks: How many different sums do your ids have? And how many users are there?
def split(user_id, weights):
    place = sum(map(ord, str(user_id))) % 100 / 100 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
