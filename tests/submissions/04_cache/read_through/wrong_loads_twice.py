# loses: read_through_check
# loads once to store it and once to return it
# asks: How often does the database work for one miss?
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
        if self.load(key) is not None:
            self.cache.put(key, self.load(key), now)
        return self.load(key)

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
