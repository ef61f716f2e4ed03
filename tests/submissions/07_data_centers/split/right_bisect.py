from bisect import bisect_right
from itertools import accumulate


def split(user_id, weights):
    names, ends = list(weights), list(accumulate(weights.values()))
    eight_bytes = hashlib.md5(f"center of {user_id}".encode()).digest()[:8]
    place = int.from_bytes(eight_bytes, "big") / 2**64 * ends[-1]
    return names[min(bisect_right(ends, place), len(names) - 1)]
