# loses: replica_check
# applies whatever comes, as it comes
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}

    def apply(self, entries):
        for lsn, key, value in entries:
            self.lsn = lsn
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
