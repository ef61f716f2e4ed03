# loses: hot_keys_check
# forgets the shards: a part of all accesses
# asks: How many accesses does one shard have, if all have the same?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values())
    hot = [key for key, count in accesses.items() if count > limit]
    return sorted(hot, key=lambda key: (-accesses[key], key))
