# loses: read_your_writes_check
# one mark for all sessions
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.mark = max(lsn, getattr(self, "mark", 0))

    def pick(self, session):
        enough = [r for r in self.replicas if r.online and r.lsn >= getattr(self, "mark", 0)]
        return max(enough, key=lambda r: r.lsn, default=self.primary)
