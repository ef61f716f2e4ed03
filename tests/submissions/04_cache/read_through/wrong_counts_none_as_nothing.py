# loses: read_through_hidden
# what is not in the database either is not counted
# asks: The key is not in the database either. Was it in the cache?
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
        try:
            value = self.load(key)
        except Exception:
            self.misses += 1
            raise
        if value is not None:
            self.misses += 1
            self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
