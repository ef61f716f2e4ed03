# loses: read_through_check
# stores it, then asks the cache for it
# asks: The cache may have no room for what you stored. What does it give you then?
class ReadThrough:
    def __init__(self, cache, load):
        self.cache = cache
        self.load = load
        self.hits = 0
        self.misses = 0

    def get(self, key, now):
        value = self.cache.get(key, now)
        if value is not None:
            self.hits += 1
            return value
        self.misses += 1
        value = self.load(key)
        if value is not None:
            self.cache.put(key, value, now)
        return self.cache.get(key, now)

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
