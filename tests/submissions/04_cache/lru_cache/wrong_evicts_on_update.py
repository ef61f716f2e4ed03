# loses: lru_cache_hidden
# makes room before looking whether the key is new
# asks: The cache is full and a key that is already there is put. Does anything need to go?
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
        if self.capacity == 0:
            return
        if len(self.entries) >= self.capacity:
            del self.entries[next(iter(self.entries))]
        self.entries.pop(key, None)
        self.entries[key] = value

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
