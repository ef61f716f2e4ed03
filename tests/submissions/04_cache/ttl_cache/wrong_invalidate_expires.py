# loses: ttl_cache_hidden_2
# invalidate only makes the entry old, so that purge counts it
# asks: After invalidate, how many entries are there for purge to find?
class TTLCache:
    def __init__(self, ttl):
        self.ttl = ttl
        self.entries = {}

    def get(self, key, now):
        if key not in self.entries:
            return None
        value, since = self.entries[key]
        return value if now < since + self.ttl else None

    def put(self, key, value, now):
        self.entries[key] = (value, now)

    def invalidate(self, key):
        if key in self.entries:
            self.entries[key] = (None, float("-inf"))

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        for key in expired:
            del self.entries[key]
        return len(expired)
