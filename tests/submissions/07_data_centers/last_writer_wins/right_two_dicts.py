class LastWriterWins:
    def __init__(self):
        self.writes, self.deletes = {}, {}

    def write(self, key, value, timestamp, center):
        if key not in self.writes or self.writes[key][0] < (timestamp, center):
            self.writes[key] = ((timestamp, center), value)

    def delete(self, key, timestamp, center):
        if key not in self.deletes or self.deletes[key] < (timestamp, center):
            self.deletes[key] = (timestamp, center)

    def merge(self, other):
        for key, ((timestamp, center), value) in other.writes.items():
            self.write(key, value, timestamp, center)
        for key, (timestamp, center) in other.deletes.items():
            self.delete(key, timestamp, center)

    def get(self, key):
        if key not in self.writes:
            return None
        when, value = self.writes[key]
        if key in self.deletes and self.deletes[key] >= when:
            return None
        return value
