class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.highest, self.next = primary, replicas, {}, 0

    def wrote(self, session, lsn):
        if lsn > self.highest.get(session, 0):
            self.highest[session] = lsn

    def pick(self, session):
        for place in [*range(self.next, len(self.replicas)), *range(self.next)]:
            replica = self.replicas[place]
            if not replica.online or replica.lsn < self.highest.get(session, 0):
                continue
            self.next = place + 1
            return replica
        return self.primary
