# loses: read_your_writes_check
# a tie goes to the last in the list
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        enough = [r for r in self.replicas if r.online and r.lsn >= self.marks.get(session, 0)]
        return sorted(enough, key=lambda r: r.lsn)[-1] if enough else self.primary
