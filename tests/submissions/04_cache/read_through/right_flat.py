class ReadThrough:
    def __init__(self, cache, load):
        self.cache, self.load, self.hits, self.misses = cache, load, 0, 0

    def get(self, key, now):
        if (value := self.cache.get(key, now)) is None:
            self.misses += 1
            if (value := self.load(key)) is not None:
                self.cache.put(key, value, now)
        else:
            self.hits += 1
        return value

    def write(self, key, value, now, save):
        try:
            save(key, value)
        except Exception:
            raise
        else:
            self.cache.invalidate(key)
