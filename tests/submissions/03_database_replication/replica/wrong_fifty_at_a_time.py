# loses: replica_hidden
# applies at most fifty entries a call
# asks: How many entries may one call bring?
class Replica:
    def __init__(self):
        self.lsn, self.data, self.early = 0, {}, {}

    def apply(self, entries):
        for lsn, key, value in entries:
            if lsn > self.lsn:
                self.early[lsn] = (key, value)
        for _ in range(50):
            if self.lsn + 1 in self.early:
                self.lsn += 1
                key, value = self.early.pop(self.lsn)
                self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
