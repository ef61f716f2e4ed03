# loses: split_hidden
# hashes the weights along with the user: every change draws all lots again
# asks: One weight changes a little. How many users get a new place?
def split(user_id, weights):
    digest = hashlib.sha256(f"{user_id} {weights}".encode()).hexdigest()
    place = int(digest, 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
