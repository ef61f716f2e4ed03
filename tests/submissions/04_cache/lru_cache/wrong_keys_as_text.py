# loses: lru_cache_hidden
# keys are compared as texts: 1 and "1" become one entry
# asks: Put 1 and then "1". How many entries are there?
from collections import OrderedDict


class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}")
        self.capacity, self.entries = capacity, OrderedDict()

    def get(self, key):
        key = str(key)
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]

    def put(self, key, value):
        self.entries[str(key)] = value
        self.entries.move_to_end(str(key))
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return str(key) in self.entries
