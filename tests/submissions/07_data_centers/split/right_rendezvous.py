import math


def split(user_id, weights):
    best, best_score = None, -1.0
    for name, weight in weights.items():
        if weight > 0:
            digest = hashlib.blake2b(f"{name}\0{user_id}".encode(), digest_size=8).digest()
            lot = (int.from_bytes(digest, "big") + 0.5) / 2**64
            score = weight / -math.log(lot)
            if score > best_score:
                best, best_score = name, score
    return best
