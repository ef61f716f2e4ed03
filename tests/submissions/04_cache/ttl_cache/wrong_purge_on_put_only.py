# loses: ttl_cache_hidden
# a put throws out the entries of others that are half as old
# asks: Put a, wait for half its life, and put b. Is a still there?
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
        self.entries = {k: e for k, e in self.entries.items() if now < e[1] + self.ttl / 2 or k == key}

    def invalidate(self, key):
        self.entries.pop(key, None)

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        for key in expired:
            del self.entries[key]
        return len(expired)
