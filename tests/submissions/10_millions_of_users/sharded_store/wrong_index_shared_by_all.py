# loses: sharded_store_hidden
# remembers where keys are, in one dict for all stores
# asks: Make two stores and put a key into one. What does the other know?
class ShardedStore:
    where = {}

    def __init__(self, ring, stores):
        self.ring, self.stores = ring, stores
        for node, entries in stores.items():
            for key in entries:
                self.where[key] = node

    def put(self, key, value):
        node = self.ring.node(key)
        self.where[key] = node
        self.stores.setdefault(node, {})[key] = value

    def get(self, key):
        return self.stores.get(self.where.get(key), {}).get(key)

    def rebalance(self, new_ring):
        self.ring, moved = new_ring, 0
        for node, entries in list(self.stores.items()):
            for key in list(entries):
                if new_ring.node(key) != node:
                    self.put(key, entries.pop(key))
                    moved += 1
        return moved
