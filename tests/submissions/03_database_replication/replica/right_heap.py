import heapq


class Replica:
    def __init__(self):
        self.lsn, self.data = 0, {}
        self.heap, self.known = [], set()

    def apply(self, entries):
        for entry in entries:
            if entry[0] not in self.known:
                self.known.add(entry[0])
                heapq.heappush(self.heap, (entry[0], len(self.known), entry))
        while self.heap and self.heap[0][0] == self.lsn + 1:
            self.lsn, _, (_, key, value) = heapq.heappop(self.heap)
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
