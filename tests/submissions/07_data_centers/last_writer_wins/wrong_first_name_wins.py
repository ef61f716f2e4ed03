# loses: last_writer_wins_check
# of equal timestamps the smaller center name wins
# asks: Timestamps are equal. Is it the smaller or the greater name that the text prefers?
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
        if key not in self.latest or (rank[0], [-ord(c) for c in rank[1]], rank[2]) > (
            self.latest[key][0][0], [-ord(c) for c in self.latest[key][0][1]], self.latest[key][0][2]
        ):
            self.latest[key] = (rank, value)
