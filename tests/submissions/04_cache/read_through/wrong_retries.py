# loses: read_through_hidden_2
# tries a failed load once more
# asks: How often does the text allow you to ask?
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
        try:
            value = self.load(key)
        except Exception:
            value = self.load(key)
        if value is not None:
            self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
