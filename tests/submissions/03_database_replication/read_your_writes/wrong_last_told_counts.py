# loses: read_your_writes_hidden_2
# what was told last counts, not the highest
# asks: You are told 9 and then 7. How far has this session seen the data?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = lsn

    def pick(self, session):
        for step in range(1, len(self.replicas) + 1):
            place = (self.last + step) % len(self.replicas)
            replica = self.replicas[place]
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.last = place
                return replica
        return self.primary
