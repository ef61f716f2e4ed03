# loses: lru_cache_hidden
# a capacity above 100 is cut down to 100
# asks: Ask for a capacity of 1000. How many entries fit?
from collections import OrderedDict


class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}")
        self.capacity, self.entries = min(capacity, 100), OrderedDict()

    def get(self, key):
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key, value):
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries
