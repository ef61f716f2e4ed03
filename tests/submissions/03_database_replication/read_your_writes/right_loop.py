class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.highest = primary, replicas, {}

    def wrote(self, session, lsn):
        if lsn > self.highest.get(session, 0):
            self.highest[session] = lsn

    def pick(self, session):
        best = None
        for replica in self.replicas:
            if not replica.online or replica.lsn < self.highest.get(session, 0):
                continue
            if best is None or replica.lsn > best.lsn:
                best = replica
        return self.primary if best is None else best
