import itertools


class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.count = primary, len(replicas)
        self.turn, self.marks = itertools.cycle(replicas), {}

    def wrote(self, session, lsn):
        if self.marks.setdefault(session, lsn) < lsn:
            self.marks[session] = lsn

    def pick(self, session):
        for replica in itertools.islice(self.turn, self.count):
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary
