# loses: last_writer_wins_check
# what arrives last stays
# asks: Two messages arrive in the other order. Do both centers end with the same value?
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
        if True:
            self.latest[key] = (rank, value)
