# loses: last_writer_wins_hidden
# compares first letters only: Lima and London are equal
# asks: Do "Lima" and "London" compare as equal?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def _take(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)

    def write(self, key, value, timestamp, center):
        self._take(key, (timestamp, center[0], False), value)

    def delete(self, key, timestamp, center):
        self._take(key, (timestamp, center[0], True), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._take(key, rank, value)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None
