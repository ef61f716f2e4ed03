# loses: read_your_writes_check
# whoever has written reads from the primary for ever
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = lsn

    def pick(self, session):
        if session in self.marks:
            return self.primary
        online = [r for r in self.replicas if r.online]
        return max(online, key=lambda r: r.lsn, default=self.primary)
