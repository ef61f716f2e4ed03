# loses: last_writer_wins_hidden
# 0 and the empty text count as no value
# asks: Somebody writes 0. Is that no value?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def write(self, key, value, timestamp, center):
        self._keep(key, (timestamp, center, False), value)

    def delete(self, key, timestamp, center):
        self._keep(key, (timestamp, center, True), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._keep(key, rank, value)

    def get(self, key):
        return (self.latest[key][1] or None) if key in self.latest else None

    def _keep(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)
