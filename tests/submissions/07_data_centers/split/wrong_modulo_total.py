# loses: split_hidden
# modulo of the sum: when the sum changes, everybody moves
# asks: The sum of the weights changes a little. How many users move?
def split(user_id, weights):
    total = round(100 * sum(weights.values()))
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) % total / 100
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
