# loses: read_your_writes_check_2
# counts picks modulo those that are far enough now
# asks: One replica falls behind for a moment. Does your count still point to the same next one?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        mark = self.marks.get(session, 0)
        enough = [r for r in self.replicas if r.online and r.lsn >= mark]
        if not enough:
            return self.primary
        self.last += 1
        return enough[self.last % len(enough)]
