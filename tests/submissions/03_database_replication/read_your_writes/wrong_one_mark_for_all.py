# loses: read_your_writes_check_2
# one mark for all sessions
# asks: Ada has written and Ben has not. How fresh does Ben's answer need to be?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks["all"] = max(lsn, self.marks.get("all", 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get("all", 0):
                self.last = place
                return replica
        return self.primary
