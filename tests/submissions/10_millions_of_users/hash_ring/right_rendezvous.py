class HashRing:
    """No ring at all, but the same promises: the node that bids most for a key gets it."""

    def __init__(self, nodes, replicas=128):
        self.nodes = list(nodes)

    def node(self, key):
        if not self.nodes:
            raise LookupError("empty")
        return max(self.nodes, key=lambda name: hashlib.blake2b(f"{name}|{key}".encode(), digest_size=8).digest())

    def add(self, node):
        if node in self.nodes:
            raise ValueError(node)
        self.nodes.append(node)

    def remove(self, node):
        try:
            self.nodes.remove(node)
        except ValueError:
            raise ValueError(f"unknown node {node}") from None
