# loses: read_your_writes_check
# asks for a replica that is past the write
# asks: The write has number 5 and the replica has applied 5. Is the write there?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn > self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
