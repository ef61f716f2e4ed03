# loses: hot_keys_check
# exactly the factor counts as more
# asks: A key has exactly the factor. Is that more?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / shards
    hot = [key for key, count in accesses.items() if count >= limit]
    return sorted(hot, key=lambda key: (-accesses[key], key))
