# loses: hash_ring_hidden
# db-1 with 23 is db-12 with 3: two nodes claim the same points
# asks: Which text do you hash for point 23 of db-1, and for point 3 of db-12?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas, self.nodes, self.order = replicas, set(nodes), list(nodes)
        self.sort()

    def sort(self):
        self.owner = {self.hash(f"{name}{n}"): name for name in self.order for n in range(self.replicas)}
        self.places = sorted(self.owner)

    @staticmethod
    def hash(text):
        return hashlib.md5(text.encode()).hexdigest()

    def node(self, key):
        if not self.places:
            raise LookupError("no nodes")
        at = bisect.bisect_right(self.places, self.hash(key))
        return self.owner[self.places[at if at < len(self.places) else 0]]

    def add(self, node):
        if node in self.nodes:
            raise ValueError(f"there is {node} already")
        self.nodes.add(node)
        self.order.append(node)
        self.sort()

    def remove(self, node):
        if node not in self.nodes:
            raise ValueError(f"there is no {node}")
        self.nodes.remove(node)
        self.order.remove(node)
        self.sort()
