# loses: hash_ring_hidden
# adds to the very list that it was given
# asks: Is the caller's list as long after add as before?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.nodes = nodes

    def node(self, key):
        if not self.nodes:
            raise LookupError("empty")
        return max(self.nodes, key=lambda name: hashlib.md5(f"{name}|{key}".encode()).digest())

    def add(self, node):
        if node in self.nodes:
            raise ValueError(node)
        self.nodes.append(node)

    def remove(self, node):
        if node not in self.nodes:
            raise ValueError(node)
        self.nodes.remove(node)
