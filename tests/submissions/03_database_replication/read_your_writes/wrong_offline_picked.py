# loses: read_your_writes_check
# does not look at online
# asks: Where does your code ask whether a replica is online?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
