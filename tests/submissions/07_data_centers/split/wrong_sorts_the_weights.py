# loses: split_hidden
# puts the caller's dict into another order
# asks: Is the caller's dict in its old order after your call?
def split(user_id, weights):
    for name in sorted(weights):
        weights[name] = weights.pop(name)
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return max(weights, key=weights.get)
