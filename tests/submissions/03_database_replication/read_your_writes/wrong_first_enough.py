# loses: read_your_writes_check
# the first replica that is far enough, not the furthest
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for replica in self.replicas:
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary
