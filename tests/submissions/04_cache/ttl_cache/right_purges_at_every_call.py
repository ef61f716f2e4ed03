class TTLCache:
    """get and put clear away whatever has expired, before they do their own work."""

    def __init__(self, ttl):
        self.ttl, self.entries = ttl, {}

    def get(self, key, now):
        self.purge(now)
        return self.entries[key][0] if key in self.entries else None

    def put(self, key, value, now):
        self.purge(now)
        self.entries[key] = value, now + self.ttl

    def invalidate(self, key):
        self.entries.pop(key, None)

    def purge(self, now):
        before = len(self.entries)
        self.entries = {key: entry for key, entry in self.entries.items() if now < entry[1]}
        return before - len(self.entries)
