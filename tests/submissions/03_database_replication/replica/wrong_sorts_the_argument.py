# loses: replica_hidden_2
# sorts the list it was given
# asks: Is the caller's list in its old order after your call?
class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}
        self.early = {}

    def apply(self, entries):
        entries.sort(key=lambda entry: entry[0])
        for lsn, key, value in entries:
            self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early[self.lsn]
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
