# loses: last_writer_wins_hidden_2
# after a merge into an empty key set both share one dict
# asks: After the merge, write to one. Does the other one change too?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def write(self, key, value, timestamp, center):
        self._keep(key, (timestamp, center, False), value)

    def delete(self, key, timestamp, center):
        self._keep(key, (timestamp, center, True), None)

    def merge(self, other):
        if self.latest.keys() <= other.latest.keys() and all(
            other.latest[key][0] >= rank for key, (rank, _) in self.latest.items()
        ):
            self.latest = other.latest
            return
        for key, (rank, value) in other.latest.items():
            self._keep(key, rank, value)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None

    def _keep(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)
