# loses: sharded_store_hidden
# moves what the two rings disagree about: the same ring, changed, never does
# asks: The caller changed the very ring that you hold. How do its old and new state differ?
class ShardedStore:
    def __init__(self, ring, stores):
        self.ring, self.stores = ring, stores

    def put(self, key, value):
        self.stores.setdefault(self.ring.node(key), {})[key] = value

    def get(self, key):
        return self.stores.get(self.ring.node(key), {}).get(key)

    def rebalance(self, new_ring):
        keys = [key for entries in self.stores.values() for key in entries]
        moves = [key for key in keys if self.ring.node(key) != new_ring.node(key)]
        for key in moves:
            value = self.stores[self.ring.node(key)].pop(key)
            self.stores.setdefault(new_ring.node(key), {})[key] = value
        self.ring = new_ring
        return len(moves)
