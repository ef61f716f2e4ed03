# loses: hot_keys_check
# sorts the pairs backwards: the greater key first
# asks: Two keys have the same number. Which one comes first in the text?
def hot_keys(accesses, shards, factor):
    limit = factor * sum(accesses.values()) / shards
    hot = [key for key, count in accesses.items() if count > limit]
    return sorted(hot, key=lambda key: (accesses[key], key), reverse=True)
