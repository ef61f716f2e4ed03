# loses: hot_keys_hidden
# divides by the sum, which may be 0
# asks: Nobody accessed anything. What do you divide by?
def hot_keys(accesses, shards, factor):
    total = sum(accesses.values())
    if total / total != 1:
        return []
    hot = [key for key, count in accesses.items() if count / total > factor / shards]
    return sorted(hot, key=lambda key: (-accesses[key], key))
