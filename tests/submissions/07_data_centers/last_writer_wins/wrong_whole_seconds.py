# loses: last_writer_wins_hidden
# half a second does not count
# asks: Two writes are half a second apart. Which one is later?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def _take(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)

    def write(self, key, value, timestamp, center):
        self._take(key, (int(timestamp), center, False), value)

    def delete(self, key, timestamp, center):
        self._take(key, (int(timestamp), center, True), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._take(key, rank, value)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None
