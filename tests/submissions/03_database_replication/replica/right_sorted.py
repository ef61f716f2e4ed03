class Replica:
    def __init__(self):
        self.lsn = 0
        self.data = {}
        self.waiting = []

    def apply(self, entries):
        self.waiting = sorted([*self.waiting, *entries], key=lambda entry: entry[0])
        for lsn, key, value in self.waiting:
            if lsn == self.lsn + 1:
                self.data[key] = value
                self.lsn = lsn
        self.waiting = [entry for entry in self.waiting if entry[0] > self.lsn]

    def lag(self, primary_lsn):
        return primary_lsn - self.lsn
