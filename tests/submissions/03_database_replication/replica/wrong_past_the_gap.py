# loses: replica_check_2
# sorts a batch, but does not see gaps
# asks: Entries 1, 2 and 4 are here. How far may you apply?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}

    def apply(self, entries):
        for lsn, key, value in sorted(entries, key=lambda entry: entry[0]):
            if lsn > self.lsn:
                self.lsn = lsn
                self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
