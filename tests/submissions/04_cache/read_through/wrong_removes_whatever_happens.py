# loses: read_through_hidden_3
# removes the entry also when save has failed
# asks: The save has failed. Is the cached value out of date?
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
        return value

    def write(self, key, value, now, save):
        try:
            save(key, value)
        finally:
            self.cache.invalidate(key)
