# loses: sharded_store_check
# counts every key, also those that stay
# asks: Which keys does the caller want counted: all, or those that move?
class ShardedStore:
    def __init__(self, ring, stores):
        self.ring, self.stores = ring, stores

    def shard(self, key):
        node = self.ring.node(key)
        if node not in self.stores:
            self.stores[node] = {}
        return self.stores[node]

    def put(self, key, value):
        self.shard(key)[key] = value

    def get(self, key):
        return self.shard(key).get(key)

    def rebalance(self, new_ring):
        self.ring, moved = new_ring, 0
        for node in list(self.stores):
            entries = self.stores[node]
            for key in list(entries):
                if new_ring.node(key) != node:
                    value = entries.pop(key)
                    self.put(key, value)
                    pass
                moved += 1
        return moved
