from collections import OrderedDict


class TTLCache:
    def __init__(self, ttl):
        self.ttl, self.entries = ttl, OrderedDict()  # key -> (expires, value), the first expires first

    def get(self, key, now):
        expires, value = self.entries.get(key, (now, None))
        return None if now >= expires else value

    def put(self, key, value, now):
        self.entries.pop(key, None)
        self.entries[key] = (now + self.ttl, value)

    def invalidate(self, key):
        try:
            del self.entries[key]
        except KeyError:
            pass

    def purge(self, now):
        dropped = 0
        while self.entries and next(iter(self.entries.values()))[0] <= now:
            self.entries.popitem(last=False)
            dropped += 1
        return dropped
