# loses: split_check
# adds up the letters: far too few different places
def split(user_id, weights):
    place = sum(map(ord, str(user_id))) % 100 / 100 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
