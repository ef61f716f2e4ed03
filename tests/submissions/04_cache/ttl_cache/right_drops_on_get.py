class TTLCache:
    def __init__(self, ttl):
        self.ttl, self.values, self.since = ttl, {}, {}

    def get(self, key, now):
        if key in self.values and now - self.since[key] >= self.ttl:
            self.invalidate(key)
        return self.values.get(key)

    def put(self, key, value, now):
        self.values[key], self.since[key] = value, now

    def invalidate(self, key):
        if key in self.values:
            del self.values[key], self.since[key]

    def purge(self, now):
        before = len(self.values)
        for key in list(self.values):
            self.get(key, now)
        return before - len(self.values)
