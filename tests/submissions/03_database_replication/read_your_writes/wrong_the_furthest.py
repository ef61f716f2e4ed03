# loses: read_your_writes_check
# always the furthest: all readers ask one replica
# asks: Everybody reads. How many replicas get work?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        mark = self.marks.get(session, 0)
        enough = [r for r in self.replicas if r.online and r.lsn >= mark]
        return max(enough, key=lambda r: r.lsn, default=self.primary)
