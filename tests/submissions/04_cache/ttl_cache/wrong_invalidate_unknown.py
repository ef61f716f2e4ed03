# loses: ttl_cache_check_2
# fails for a key that is not there
# asks: Somebody invalidates a key that is not there. Is anything wrong with that?
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
        del self.entries[key]

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        for key in expired:
            del self.entries[key]
        return len(expired)
