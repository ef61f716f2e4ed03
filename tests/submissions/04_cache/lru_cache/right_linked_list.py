class Node:
    def __init__(self, key=None, value=None):
        self.key, self.value = key, value
        self.before = self.after = self


class LRUCache:
    def __init__(self, capacity):
        if capacity < 0:
            raise ValueError(capacity)
        self.capacity, self.nodes, self.ring = capacity, {}, Node()

    def _out(self, node):
        node.before.after, node.after.before = node.after, node.before

    def _to_front(self, node):
        node.before, node.after = self.ring, self.ring.after
        self.ring.after.before = node
        self.ring.after = node

    def get(self, key):
        node = self.nodes.get(key)
        if node is None:
            return None
        self._out(node)
        self._to_front(node)
        return node.value

    def put(self, key, value):
        if key in self.nodes:
            self._out(self.nodes[key])
        self.nodes[key] = Node(key, value)
        self._to_front(self.nodes[key])
        if len(self.nodes) > self.capacity:
            last = self.ring.before
            self._out(last)
            del self.nodes[last.key]

    def __len__(self):
        return len(self.nodes)

    def __contains__(self, key):
        return key in self.nodes
