# loses: replica_check
# counts what came early as applied in lag()
# asks: An entry is here but cannot be applied yet. Is the replica up to date?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}
        self.early = {}

    def apply(self, entries):
        for lsn, key, value in entries:
            if lsn > self.lsn:
                self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early.pop(self.lsn)
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn - 1
