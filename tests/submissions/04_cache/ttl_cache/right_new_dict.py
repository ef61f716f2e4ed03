class TTLCache:
    def __init__(self, ttl):
        self.ttl = ttl
        self.entries = {}

    def _fresh(self, key, now):
        return key in self.entries and now < self.entries[key][1] + self.ttl

    def get(self, key, now):
        return self.entries[key][0] if self._fresh(key, now) else None

    def put(self, key, value, now):
        self.entries[key] = [value, now]

    def invalidate(self, key):
        self.entries = {other: entry for other, entry in self.entries.items() if other != key}

    def purge(self, now):
        old = self.entries
        self.entries = {key: old[key] for key in old if self._fresh(key, now)}
        return len(old) - len(self.entries)
