class ShardedStore:
    def __init__(self, ring, stores):
        self.ring = ring
        self.stores = stores

    def put(self, key, value):
        node = self.ring.node(key)
        self.stores.setdefault(node, {})
        self.stores[node][key] = value

    def get(self, key):
        try:
            return self.stores[self.ring.node(key)][key]
        except KeyError:
            return None

    def rebalance(self, new_ring):
        everything = [(node, key, value) for node in self.stores for key, value in self.stores[node].items()]
        for entries in self.stores.values():
            entries.clear()
        self.ring = new_ring
        for _, key, value in everything:
            self.put(key, value)
        return sum(node != new_ring.node(key) for node, key, _ in everything)
