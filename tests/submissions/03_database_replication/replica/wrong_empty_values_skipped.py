# loses: replica_hidden
# takes a value of None or 0 for "nothing there"
# asks: Somebody stores 0, or None. Is that nothing?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}
        self.early = {}

    def apply(self, entries):
        for lsn, key, value in entries:
            self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early[self.lsn]
            if value:
                self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
