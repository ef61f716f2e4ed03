# loses: read_your_writes_hidden
# takes session 3 and session '3' for one
# asks: Are 3 and "3" one session?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[str(session)] = max(lsn, self.marks.get(str(session), 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(str(session), 0):
                self.last = place
                return replica
        return self.primary
