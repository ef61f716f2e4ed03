# loses: split_hidden
# whole percents only: small decimals are cut off
# asks: A center should get half a per cent. How many users does it get?
def split(user_id, weights):
    lots = [name for name, percent in weights.items() for _ in range(int(percent))]
    lots = lots or list(weights)
    place = int(hashlib.sha256(str(user_id).encode()).hexdigest(), 16) / 16**64
    return lots[int(place * len(lots))]
