# loses: split_hidden
# shares the users among the first five centers only
# asks: How many centers may there be?
def split(user_id, weights):
    weights = dict(list(weights.items())[:5])
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return max(weights, key=weights.get)
