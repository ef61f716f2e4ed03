# loses: hash_ring_hidden
# a memory of the last hundred keys, which add and remove forget to empty
# asks: A node has left. Where do you say its keys are?
class HashRing:
    def __init__(self, nodes, replicas=128):
        self.replicas, self.nodes = replicas, set(nodes)
        self.memory = {}
        self.sort()

    def sort(self):
        self.owner = {self.hash(f"{name}/{n}"): name for name in self.nodes for n in range(self.replicas)}
        self.places = sorted(self.owner)

    @staticmethod
    def hash(text):
        return hashlib.md5(text.encode()).hexdigest()

    def node(self, key):
        if key in self.memory:
            return self.memory[key]
        found = self.find(key)
        self.memory[key] = found
        if len(self.memory) > 100:
            self.memory.pop(next(iter(self.memory)))
        return found

    def find(self, key):
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
        if node not in self.nodes:
            raise ValueError(f"there is no {node}")
        self.nodes.remove(node)
        self.sort()
