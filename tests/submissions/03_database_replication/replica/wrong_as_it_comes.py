# loses: replica_check
# applies whatever comes, as it comes
# asks: Entry 3 comes before entry 2. What does the data look like in between?
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
