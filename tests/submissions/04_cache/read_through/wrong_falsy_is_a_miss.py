# loses: read_through_hidden
# 0 and "" in the cache are taken for nothing
# asks: The cache holds 0 for a key. Is that a hit?
class ReadThrough:
    def __init__(self, cache, load):
        self.cache = cache
        self.load = load
        self.hits = 0
        self.misses = 0

    def get(self, key, now):
        value = self.cache.get(key, now)
        if value:
            self.hits += 1
            return value
        self.misses += 1
        value = self.load(key)
        if value is not None:
            self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
