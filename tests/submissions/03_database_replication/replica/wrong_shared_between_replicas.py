# loses: replica_hidden_2
# one dict of the class for all replicas
# asks: Make two replicas and apply to one. What does the other hold?
class Replica:
    lsn = 0
    data = {}
    early = {}

    def apply(self, entries):
        for lsn, key, value in entries:
            self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early[self.lsn]
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
