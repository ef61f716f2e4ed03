# loses: last_writer_wins_hidden_2
# after a merge the deletes seem to be of no more use
# asks: A third center sends an old write after the merge. What tells you that it was deleted?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def _take(self, key, rank, value):
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)

    def write(self, key, value, timestamp, center):
        self._take(key, (timestamp, center, False), value)

    def delete(self, key, timestamp, center):
        self._take(key, (timestamp, center, True), None)

    def merge(self, other):
        for key, (rank, value) in other.latest.items():
            self._take(key, rank, value)
        self.latest = {key: kept for key, kept in self.latest.items() if not kept[0][2] or key in other.latest}

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None
