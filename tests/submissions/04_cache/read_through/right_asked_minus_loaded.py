class ReadThrough:
    def __init__(self, cache, load):
        self.cache, self._load = cache, load
        self.asked = self.misses = 0

    @property
    def hits(self):
        return self.asked - self.misses

    def _loaded(self, key, now):
        self.misses += 1
        value = self._load(key)
        if value is None:
            return None
        self.cache.put(key, value, now=now)
        return value

    def get(self, key, now):
        self.asked += 1
        held = self.cache.get(key, now=now)
        return self._loaded(key, now) if held is None else held

    def write(self, key, value, now, save):
        save(key, value)
        self.cache.invalidate(key)
