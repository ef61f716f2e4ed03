# loses: replica_hidden
# keeps the last hundred early entries only
# asks: How many entries may come early?
class Replica:
    def __init__(self):
        self.lsn, self.data, self.early = 0, {}, {}

    def apply(self, entries):
        for lsn, key, value in entries:
            if lsn > self.lsn:
                self.early[lsn] = (key, value)
        while len(self.early) > 100:
            self.early.pop(min(self.early))
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early.pop(self.lsn)
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
