# loses: read_your_writes_hidden
# a read raises the session's mark too
# asks: A session has only read. Which write of its own could it miss?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                self.marks[session] = replica.lsn
                return replica
        return self.primary
