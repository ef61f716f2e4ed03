# loses: replica_check_2
# what came early is forgotten
# asks: Entry 3 comes before 2, and is never sent again. Where is it when 2 arrives?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}

    def apply(self, entries):
        for lsn, key, value in sorted(entries, key=lambda entry: entry[0]):
            if lsn == self.lsn + 1:
                self.lsn = lsn
                self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
