# loses: hash_ring_hidden
# remove of db-1 takes the points of db-11 along
# asks: Remove db-1. What happens to db-11?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas, self.points, self.names = replicas, {}, set()
        for node in nodes:
            self.add(node)

    def place(self, text):
        return int(hashlib.sha256(text.encode()).hexdigest(), 16)

    def node(self, key):
        if not self.points:
            raise LookupError("empty")
        at = bisect.bisect(self.places, self.place(key))
        return self.points[self.places[at % len(self.places)]].split("#")[0]

    def add(self, node):
        if node in self.names:
            raise ValueError(node)
        self.names.add(node)
        for number in range(self.replicas):
            self.points[self.place(f"{node}#{number}")] = f"{node}#{number}"
        self.places = sorted(self.points)

    def remove(self, node):
        if node not in self.names:
            raise ValueError(node)
        self.names.remove(node)
        self.points = {place: text for place, text in self.points.items() if not text.startswith(node)}
        self.places = sorted(self.points)
