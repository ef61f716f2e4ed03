# loses: read_your_writes_hidden_2
# one memory of the class for all objects
# asks: Make two objects and tell one of a write. What does the other know?
class ReadYourWrites:
    marks = {}

    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.last = primary, replicas, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
