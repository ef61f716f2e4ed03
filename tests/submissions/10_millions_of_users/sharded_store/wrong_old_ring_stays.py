# loses: sharded_store_check
# moves, but goes on asking the old ring
# asks: After the rebalance, which ring do you ask where a key is?
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
        moved, old = 0, self.ring
        for node in list(self.stores):
            entries = self.stores[node]
            for key in list(entries):
                if new_ring.node(key) != node:
                    value = entries.pop(key)
                    self.stores.setdefault(new_ring.node(key), {})[key] = value
                    moved += 1
        self.ring = old
        return moved
