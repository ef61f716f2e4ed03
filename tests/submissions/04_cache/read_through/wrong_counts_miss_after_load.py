# loses: read_through_hidden_2
# a failed load is counted as nothing
# asks: The load fails. Did the cache have the key?
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
        value = self.load(key)
        self.misses += 1
        if value is not None:
            self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
