# loses: read_your_writes_check
# whoever has written reads from the primary for ever
# asks: A session wrote an hour ago and all replicas have it by now. Who should answer?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        if session in self.marks:
            return self.primary
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
