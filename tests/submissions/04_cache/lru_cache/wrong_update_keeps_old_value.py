# loses: lru_cache_check_2
# an update marks the key but keeps the old value
# asks: Put a key twice with different values. Which one comes back?
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
        self.entries[key] = self.entries.pop(key, value)
        if len(self.entries) > self.capacity:
            del self.entries[next(iter(self.entries))]

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
