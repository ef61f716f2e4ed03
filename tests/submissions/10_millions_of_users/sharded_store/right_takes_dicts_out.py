class ShardedStore:
    def __init__(self, ring, stores):
        self.ring, self.stores = ring, stores

    def shard(self, key):
        return self.stores.setdefault(self.ring.node(key), {})

    def put(self, key, value):
        self.shard(key)[key] = value

    def get(self, key):
        return self.shard(key).get(key)

    def rebalance(self, new_ring):
        moved, self.ring = 0, new_ring
        for node in list(self.stores):
            leaving = {key for key in self.stores[node] if new_ring.node(key) != node}
            moved += len(leaving)
            if leaving and len(leaving) == len(self.stores[node]):  # a whole shard leaves
                for key, value in self.stores.pop(node).items():
                    self.put(key, value)
            for key in leaving if node in self.stores else ():
                if key in self.stores[node]:
                    self.put(key, self.stores[node].pop(key))
        return moved
