# loses: read_your_writes_check
# the first replica that is far enough, not in turn
# asks: Send four reads that every replica can answer. Who answers them?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for replica in self.replicas:
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary
