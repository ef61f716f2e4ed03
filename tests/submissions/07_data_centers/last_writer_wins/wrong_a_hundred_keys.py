# loses: last_writer_wins_hidden_2
# remembers the latest hundred keys only
# asks: How many keys may there be?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def _take(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)
        if len(self.latest) > 100:
            del self.latest[next(iter(self.latest))]

    def write(self, key, value, timestamp, center):
        self._take(key, (timestamp, center, False), value)

    def delete(self, key, timestamp, center):
        self._take(key, (timestamp, center, True), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._take(key, rank, value)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None
