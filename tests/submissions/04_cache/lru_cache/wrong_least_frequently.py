# loses: lru_cache_hidden
# counts uses instead of looking at the last one
# asks: An entry was read a thousand times yesterday and never today. What does "recently" mean?
class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}: must not be negative")
        self.capacity = capacity
        self.entries, self.uses = {}, {}

    def get(self, key):
        if key not in self.entries:
            return None
        self.uses[key] += 1
        return self.entries[key]

    def put(self, key, value):
        if not self.capacity:
            return
        if key not in self.entries and len(self.entries) == self.capacity:
            del self.entries[min(self.entries, key=self.uses.get)]
        self.uses[key] = self.uses.get(key, 0) + 1 if key in self.entries else 1
        self.entries[key] = value

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
