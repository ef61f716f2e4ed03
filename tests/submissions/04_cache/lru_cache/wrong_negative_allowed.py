# loses: lru_cache_hidden_2
# a negative capacity is taken for none
# asks: What should a cache with room for −1 entries hold?
class LRUCache:
    def __init__(self, capacity):
        self.capacity = max(0, capacity)
        self.entries = {}

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
