class LastWriterWins:
    def __init__(self):
        self.done = {}

    def _put(self, key, entry):
        known = self.done.get(key)
        self.done[key] = entry if known is None else max(known, entry, key=lambda e: e[:3])

    def write(self, key, value, timestamp, center):
        self._put(key, (timestamp, center, 0, value))

    def delete(self, key, timestamp, center):
        self._put(key, (timestamp, center, 1, None))

    def merge(self, other):
        for key, entry in list(other.done.items()):
            self._put(key, entry)

    def get(self, key):
        return self.done.get(key, (0, "", 0, None))[3]
