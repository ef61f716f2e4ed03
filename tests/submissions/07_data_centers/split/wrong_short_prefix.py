# loses: split_hidden_2
# looks at the beginning of long ids only
# asks: Two long ids differ only at their end. Can they meet different centers?
def split(user_id, weights):
    place = int(hashlib.sha256(str(user_id)[:32].encode()).hexdigest(), 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return max(weights, key=weights.get)
