# loses: split_hidden
# the first thousand users keep their center, whatever the weights are now
# asks: The weights are changed. Who notices?
HOMES = {}


def split(user_id, weights):
    if user_id in HOMES and HOMES[user_id] in weights:
        return HOMES[user_id]
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            if len(HOMES) < 1000:
                HOMES[user_id] = name
            return name
    return max(weights, key=weights.get)
