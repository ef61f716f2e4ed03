# loses: read_your_writes_check
# asks the primary as soon as the next one in turn is not far enough
# asks: The next in turn is too far behind. Is there another replica that is not?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        if self.replicas:
            self.last = (self.last + 1) % len(self.replicas)
            replica = self.replicas[self.last]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary
