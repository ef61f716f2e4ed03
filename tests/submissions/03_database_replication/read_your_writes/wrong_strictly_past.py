# loses: read_your_writes_check
# wants a replica that is past the write
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        enough = [r for r in self.replicas if r.online and r.lsn > self.marks.get(session, 0)]
        return max(enough, key=lambda r: r.lsn, default=self.primary)
