# loses: lru_cache_hidden_2
# all caches share one dict
# asks: Make two caches and put something into one. What does the other say?
class LRUCache:
    entries = {}

    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}: must not be negative")
        self.capacity = capacity

    def get(self, key):
        if key not in self.entries:
            return None
        self.entries[key] = self.entries.pop(key)
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
