# loses: hash_ring_hidden_3
# a node that is there is added once more, silently
# asks: A node that is there is added again. What does the text say should happen?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas = replicas
        self.points = []
        for node in nodes:
            self.add(node)

    def node(self, key):
        if not self.points:
            raise LookupError("the ring is empty")
        at = bisect.bisect(self.points, (self.place(key),))
        return self.points[at % len(self.points)][1]

    def add(self, node):
        self.points += [(self.place(f"{node}#{number}"), node) for number in range(self.replicas)]
        self.points.sort()

    def remove(self, node):
        left = [point for point in self.points if point[1] != node]
        if len(left) == len(self.points):
            raise ValueError(f"{node} is not in the ring")
        self.points = left

    def place(self, text):
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
