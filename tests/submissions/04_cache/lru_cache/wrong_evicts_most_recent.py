# loses: lru_cache_check
# throws out the newest of the others
# asks: The cache is full. Which entry has nobody used for longest?
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
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) > self.capacity:
            del self.entries[list(self.entries)[-2]]

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
