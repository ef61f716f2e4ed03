def hot_keys(accesses, shards, factor):
    total = 0
    for count in accesses.values():
        total += count
    hot = [key for key in accesses if accesses[key] * shards > factor * total]
    hot.sort()
    hot.sort(key=accesses.get, reverse=True)
    return hot
