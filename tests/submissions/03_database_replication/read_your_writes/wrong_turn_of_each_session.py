# loses: read_your_writes_check_2
# every session takes its own turn
# asks: Many sessions send one read each. Which replica answers all of them?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.turns = primary, replicas, {}, {}

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.turns.get(session, -1) + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.turns[session] = place
                return replica
        return self.primary
