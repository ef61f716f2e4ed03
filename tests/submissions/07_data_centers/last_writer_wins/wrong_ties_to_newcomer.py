# loses: last_writer_wins_check
# of equal timestamps the one that arrives later wins
# asks: Timestamps are equal, and two centers hear of the writes in different orders. Do they
# agree?
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
        return self.latest[key][1] if key in self.latest else None

    def _keep(self, key, rank, value):
        if key not in self.latest or rank[0] >= self.latest[key][0][0]:
            self.latest[key] = (rank, value)
