# loses: hot_keys_check
# keys with the same number stay as they came
# asks: Two keys have the same number. Does your order depend on who came first?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / shards
    hot = [key for key, count in accesses.items() if count > limit]
    return sorted(hot, key=lambda key: -accesses[key])
