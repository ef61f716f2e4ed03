# loses: sharded_store_check
# works on a copy of the dict of stores
# asks: The caller looks into the dict that it gave you. Does it see what was put?
class ShardedStore:
    def __init__(self, ring, stores):
        self.ring, self.stores = ring, {node: dict(entries) for node, entries in stores.items()}

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
                    moved += 1
        return moved
