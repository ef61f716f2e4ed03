# loses: ttl_cache_hidden
# a limit that nobody asked for: the oldest of more than a hundred entries goes
# asks: Does the text limit the number of entries?
class TTLCache:
    def __init__(self, ttl):
        self.ttl, self.entries = ttl, {}

    def get(self, key, now):
        value, expires = self.entries.get(key, (None, now))
        return value if now < expires else None

    def put(self, key, value, now):
        self.entries[key] = (value, now + self.ttl)
        if len(self.entries) > 100:
            del self.entries[next(iter(self.entries))]

    def invalidate(self, key):
        self.entries.pop(key, None)

    def purge(self, now):
        expired = [key for key, (_, expires) in self.entries.items() if expires <= now]
        for key in expired:
            del self.entries[key]
        return len(expired)
