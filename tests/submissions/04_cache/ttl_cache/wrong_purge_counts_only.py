# loses: ttl_cache_check_2
# counts what has expired, and keeps it
# asks: Call purge twice. What does the second call say?
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
        self.entries.pop(key, None)

    def purge(self, now):
        expired = [key for key, (_, since) in self.entries.items() if now >= since + self.ttl]
        return len(expired)
