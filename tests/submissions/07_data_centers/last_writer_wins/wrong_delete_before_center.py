# loses: last_writer_wins_hidden
# a delete beats every write of the same timestamp, whatever the center
# asks: A delete and a write have the same timestamp. What does the text compare next?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def write(self, key, value, timestamp, center):
        self._keep(key, (timestamp, False, center), value)

    def delete(self, key, timestamp, center):
        self._keep(key, (timestamp, True, center), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._keep(key, rank, value)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None

    def _keep(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)
