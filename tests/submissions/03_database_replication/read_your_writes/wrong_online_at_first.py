# loses: read_your_writes_hidden
# knows only the replicas that were online when it was made
# asks: A replica comes back an hour later. When do you look again?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.marks, self.last = primary, {}, -1
        self.replicas = [replica for replica in replicas if replica.online]

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
