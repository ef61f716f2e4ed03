# loses: lru_cache_hidden_2
# with room for nothing it still keeps one entry
# asks: A cache has room for nothing. What may it keep?
class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}: must not be negative")
        self.capacity = capacity
        self.entries = {}

    def get(self, key):
        if key not in self.entries:
            return None
        self.entries[key] = self.entries.pop(key)
        return self.entries[key]

    def put(self, key, value):
        if key not in self.entries and len(self.entries) >= self.capacity > 0:
            del self.entries[next(iter(self.entries))]
        self.entries.pop(key, None)
        self.entries[key] = value

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
