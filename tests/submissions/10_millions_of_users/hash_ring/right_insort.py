class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas, self.ring, self.names = replicas, [], []
        for name in nodes:
            self.add(name)

    def _points(self, name):
        for number in range(self.replicas):
            yield int(hashlib.sha1(f"{name}:{number}".encode()).hexdigest(), 16), name

    def node(self, key):
        if not self.ring:
            raise IndexError("empty ring")
        mark = (int(hashlib.sha1(key.encode()).hexdigest(), 16), "")
        return self.ring[bisect.bisect_left(self.ring, mark) % len(self.ring)][1]

    def add(self, node):
        if node in self.names:
            raise ValueError(f"{node} twice")
        self.names.append(node)
        for point in self._points(node):
            bisect.insort(self.ring, point)

    def remove(self, node):
        if node not in self.names:
            raise ValueError(f"{node} is unknown")
        self.names.remove(node)
        for point in self._points(node):
            del self.ring[bisect.bisect_left(self.ring, point)]
