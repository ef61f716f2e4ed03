# loses: ttl_cache_hidden
# every get prolongs the life of the entry
# asks: A key is read all the time and never put again. When does it expire?
class TTLCache:
    def __init__(self, ttl):
        self.ttl = ttl
        self.entries = {}

    def get(self, key, now):
        if key not in self.entries:
            return None
        value, since = self.entries[key]
        if now < since + self.ttl:
            self.entries[key] = (value, now)
            return value
        return None

    def put(self, key, value, now):
        self.entries[key] = (value, now)

    def invalidate(self, key):
        self.entries.pop(key, None)

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        for key in expired:
            del self.entries[key]
        return len(expired)
