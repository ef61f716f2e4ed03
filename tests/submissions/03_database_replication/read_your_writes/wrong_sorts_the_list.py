# loses: read_your_writes_hidden_2
# sorts the list of replicas it was given
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        self.replicas.sort(key=lambda r: -r.lsn)
        for replica in self.replicas:
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary
