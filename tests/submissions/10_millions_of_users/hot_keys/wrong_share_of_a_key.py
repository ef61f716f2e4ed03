# loses: hot_keys_check
# compares with the mean of a key, not with the share of a shard
# asks: With which mean does the text compare: of a key, or of a shard?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / max(1, len(accesses))
    hot = [key for key, count in accesses.items() if count > limit]
    return sorted(hot, key=lambda key: (-accesses[key], key))
