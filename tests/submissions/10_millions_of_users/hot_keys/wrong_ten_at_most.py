# loses: hot_keys_hidden
# the ten busiest only
# asks: How many hot keys may there be?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / shards
    ranked = sorted(accesses, key=lambda key: (-accesses[key], key))[:10]
    return [key for key in ranked if accesses[key] > limit]
