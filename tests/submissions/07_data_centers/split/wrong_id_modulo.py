# loses: split_hidden_2
# the number itself, modulo: right only for ids that are spread evenly
# asks: All your ids are even. Which places can they reach?
def split(user_id, weights):
    if isinstance(user_id, str):
        number = int(hashlib.sha256(user_id.encode()).hexdigest(), 16)
    else:
        number = user_id
    place = number % 10_000 / 10_000 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
