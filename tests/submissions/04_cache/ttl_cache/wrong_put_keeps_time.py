# loses: ttl_cache_check_2
# putting a key again keeps its old time
# asks: A key is put again at 9. When does it expire?
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
        self.entries[key] = (value, self.entries.get(key, (None, now))[1])

    def invalidate(self, key):
        self.entries.pop(key, None)

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        for key in expired:
            del self.entries[key]
        return len(expired)
