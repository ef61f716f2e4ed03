# loses: split_hidden
# takes it for granted that the percents add up to 100
# asks: The weights add up to 50. What share does each center get?
def split(user_id, weights):
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64 * 100
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return name
