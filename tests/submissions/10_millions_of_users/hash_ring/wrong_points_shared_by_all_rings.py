# loses: hash_ring_hidden
# one list of points for all rings
# asks: Make two rings and add to one. What does the other hold?
class HashRing:
    points = []

    def __init__(self, nodes, replicas=128):
        self.replicas = replicas
        self.points.clear()
        for node in nodes:
            self.add(node)

    def node(self, key):
        if not self.points:
            raise LookupError("empty")
        at = bisect.bisect(self.points, (self.place(key),))
        return self.points[at % len(self.points)][1]

    def add(self, node):
        if any(name == node for _, name in self.points):
            raise ValueError(node)
        self.points.extend((self.place(f"{node} {number}"), node) for number in range(self.replicas))
        self.points.sort()

    def remove(self, node):
        left = [point for point in self.points if point[1] != node]
        if len(left) == len(self.points):
            raise ValueError(node)
        self.points[:] = left

    def place(self, text):
        return hashlib.sha1(text.encode()).digest()
