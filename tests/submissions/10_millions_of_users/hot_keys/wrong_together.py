# loses: hot_keys_check
# the keys that together bring so much, not each alone
# asks: Does the text ask for each key alone, or for all of them together?
def hot_keys(accesses, shards, factor):
    limit, taken, hot = factor * sum(accesses.values()) / shards, 0, []
    for key in sorted(accesses, key=lambda key: (-accesses[key], key)):
        if taken > limit:
            break
        taken += accesses[key]
        hot.append(key)
    return hot
