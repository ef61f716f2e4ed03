# loses: replica_check_2
# sorts a batch, but does not see gaps
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
