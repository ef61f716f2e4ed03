# loses: split_hidden
# stops at a letter with an accent
# asks: A user is called José. What does your code do with é?
def split(user_id, weights):
    place = int(hashlib.sha256(str(user_id).encode("ascii")).hexdigest(), 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return max(weights, key=weights.get)
