# loses: split_hidden
# sorts by percent: when one overtakes another, users change places
# asks: One weight overtakes another. Which users move?
def split(user_id, weights):
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64
    place *= sum(weights.values())
    for name in sorted(weights, key=weights.get, reverse=True):
        place -= weights[name]
        if place < 0:
            return name
