import zlib


def split(user_id, weights):
    digest = hashlib.sha1(repr(user_id).encode("utf-8")).digest()
    point = zlib.crc32(digest) / 0x1_0000_0000
    total, end = sum(weights.values()), 0.0
    chosen = [name for name, weight in weights.items() if weight][-1]
    for name, weight in weights.items():
        end += weight / total
        if point < end:
            chosen = name
            break
    return chosen
