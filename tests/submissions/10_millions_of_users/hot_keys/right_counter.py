from collections import Counter


def hot_keys(accesses, shards, factor):
    fair = sum(accesses.values()) / shards
    ordered = sorted(accesses)
    ranked = Counter({key: accesses[key] for key in ordered}).most_common()
    return [key for key, count in ranked if count > factor * fair]
