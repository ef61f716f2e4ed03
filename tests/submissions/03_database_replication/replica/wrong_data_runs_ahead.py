# loses: replica_check_2
# the number waits for the gap, the data does not
# asks: Your lsn says 4. Does the data hold anything of entry 6?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}
        self.seen = set()

    def apply(self, entries):
        for lsn, key, value in sorted(entries, key=lambda entry: entry[0]):
            if lsn not in self.seen:
                self.seen.add(lsn)
                self.data[key] = value
        while self.lsn + 1 in self.seen:
            self.lsn += 1

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
