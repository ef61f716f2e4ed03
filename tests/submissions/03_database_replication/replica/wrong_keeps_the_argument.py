# loses: replica_hidden
# keeps the caller's own lists, which may change later
# asks: The caller reuses the list after the call. What do you still have?
class Replica:
    def __init__(self):
        self.lsn, self.data, self.batches = 0, {}, []

    def apply(self, entries):
        self.batches.append(entries)
        known = {lsn: (key, value) for batch in self.batches for lsn, key, value in batch}
        while self.lsn + 1 in known:
            self.lsn += 1
            key, value = known[self.lsn]
            self.data[key] = value

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
