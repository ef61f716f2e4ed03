# loses: replica_hidden
# takes the entries out of the list it was given
# asks: Is the caller's list as long after your call as before?
class Replica:
    def __init__(self):
        self.lsn, self.data, self.early = 0, {}, {}

    def apply(self, entries):
        while entries:
            lsn, key, value = entries.pop()
            if lsn > self.lsn:
                self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early.pop(self.lsn)
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
