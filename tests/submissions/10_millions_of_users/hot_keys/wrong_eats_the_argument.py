# loses: hot_keys_hidden
# takes the busiest out of the dict it was given
# asks: Is the caller's dict as large after your call as before?
def hot_keys(accesses, shards, factor):
    limit, hot = factor * sum(accesses.values()) / shards, []
    while accesses:
        key = min(accesses, key=lambda key: (-accesses[key], key))
        if accesses[key] <= limit:
            break
        hot.append(key)
        del accesses[key]
    return hot
