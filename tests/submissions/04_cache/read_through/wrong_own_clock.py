# loses: read_through_check
# tells the cache 0 instead of the time
# asks: What time does the cache believe it is?
class ReadThrough:
    def __init__(self, cache, load):
        self.cache = cache
        self.load = load
        self.hits = 0
        self.misses = 0

    def get(self, key, now):
        value = self.cache.get(key, 0)
        if value is not None:
            self.hits += 1
            return value
        self.misses += 1
        value = self.load(key)
        if value is not None:
            self.cache.put(key, value, 0)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
