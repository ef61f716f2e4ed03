# loses: lru_cache_check
# a get is no use: the oldest goes
# asks: An old entry is read all the time. Should it be the first to go?
class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}: must not be negative")
        self.capacity = capacity
        self.entries = {}

    def get(self, key):
        if key not in self.entries:
            return None
        return self.entries[key]

    def put(self, key, value):
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) > self.capacity:
            del self.entries[next(iter(self.entries))]

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
