# loses: hot_keys_hidden
# 10 before 9: numbers are compared as texts
# asks: Which comes first for your sorting, 9 or 10?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / shards
    hot = [key for key in accesses if accesses[key] > limit]
    return sorted(hot, key=lambda key: (-accesses[key], str(key)))
