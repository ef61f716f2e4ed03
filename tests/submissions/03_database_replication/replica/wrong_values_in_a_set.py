# loses: replica_hidden
# keeps entries in a set, which holds no lists
# asks: What happens in your code when a value is a list?
class Replica:
    def __init__(self):
        self.lsn, self.data, self.early = 0, {}, set()

    def apply(self, entries):
        self.early |= {entry for entry in entries if entry[0] > self.lsn}
        for lsn, key, value in sorted(self.early, key=lambda entry: entry[0]):
            if lsn == self.lsn + 1:
                self.lsn = lsn
                self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
