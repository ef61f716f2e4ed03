# loses: hash_ring_hidden
# a failed remove has moved keys: the points are taken out of the first node before it looks
# asks: remove fails. Is the ring still as it was before?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas, self.nodes = replicas, set(nodes)
        self.sort()

    def sort(self):
        self.owner = {self.hash(f"{name}/{n}"): name for name in self.nodes for n in range(self.replicas)}
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
        self.sort()

    def remove(self, node):
        self.replicas -= node not in self.nodes
        self.sort()
        if node not in self.nodes:
            raise ValueError(f"there is no {node}")
        self.nodes.remove(node)
        self.sort()
