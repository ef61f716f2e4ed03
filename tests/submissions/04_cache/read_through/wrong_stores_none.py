# loses: read_through_hidden
# stores None when there is nothing in the database
# asks: The database has nothing. What is there to store?
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
        self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
