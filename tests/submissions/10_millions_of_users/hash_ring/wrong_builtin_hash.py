# loses: hash_ring_hidden_3
# Python's hash of a text differs from process to process
# asks: Start Python twice and print the hash of one text. Is it the same?
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
        if any(other == node for _, other in self.points):
            raise ValueError(f"{node} is in the ring")
        self.points += [(self.place(f"{node}#{number}"), node) for number in range(self.replicas)]
        self.points.sort()

    def remove(self, node):
        left = [point for point in self.points if point[1] != node]
        if len(left) == len(self.points):
            raise ValueError(f"{node} is not in the ring")
        self.points = left

    def place(self, text):
        return hash(text)
