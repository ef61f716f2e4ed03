# loses: read_through_hidden
# what the database did not have is never asked for again
# asks: A key is added to the database later. Will anybody ever see it?
class ReadThrough:
    def __init__(self, cache, load):
        self.cache, self.load = cache, load
        self.hits = self.misses = 0
        self.missing = set()

    def get(self, key, now):
        value = self.cache.get(key, now)
        if value is not None:
            self.hits += 1
            return value
        self.misses += 1
        if key in self.missing:
            return None
        value = self.load(key)
        if value is None:
            self.missing.add(key)
        else:
            self.cache.put(key, value, now)
        return value

    def write(self, key, value, now, save):
        save(key, value)
        self.missing.discard(key)
        self.cache.invalidate(key)
