# loses: read_your_writes_hidden
# sorts the list of replicas it was given: r10 comes before r2
# asks: Is the list that you were given in its old order? And where would r10 stand?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        self.replicas.sort(key=lambda r: r.name)
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
