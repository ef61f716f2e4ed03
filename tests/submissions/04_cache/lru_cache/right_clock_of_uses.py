from itertools import count


class LRUCache:
    def __init__(self, capacity):
        if not capacity >= 0:
            raise ValueError("capacity must be >= 0, it is %r" % capacity)
        self.capacity = capacity
        self.value_of, self.used_at, self.clock = {}, {}, count()

    def get(self, key):
        if key in self.value_of:
            self.used_at[key] = next(self.clock)
            return self.value_of[key]

    def put(self, key, value):
        if self.capacity == 0:
            return
        if key not in self.value_of and len(self.value_of) == self.capacity:
            victim = min(self.used_at, key=self.used_at.get)
            del self.value_of[victim], self.used_at[victim]
        self.value_of[key] = value
        self.used_at[key] = next(self.clock)

    def __len__(self):
        return len(self.value_of)

    def __contains__(self, key):
        return key in self.value_of
