# loses: last_writer_wins_hidden
# deletes by taking the key out: an older write brings it back
# asks: You have deleted a key, and an older write arrives. What tells you that it is older?
class LastWriterWins:
    def __init__(self):
        self.latest = {}

    def write(self, key, value, timestamp, center):
        if key not in self.latest or (timestamp, center) > self.latest[key][0]:
            self.latest[key] = ((timestamp, center), value)

    def delete(self, key, timestamp, center):
        if key in self.latest and (timestamp, center) >= self.latest[key][0]:
            del self.latest[key]

    def merge(self, other):
        for key, ((timestamp, center), value) in other.latest.items():
            self.write(key, value, timestamp, center)

    def get(self, key):
        return self.latest[key][1] if key in self.latest else None
