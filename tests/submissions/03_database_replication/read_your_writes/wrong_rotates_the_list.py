# loses: read_your_writes_hidden
# moves the replica it picked to the end of the list it was given
# asks: Is the list that you were given in its old order?
class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks, self.last = primary, replicas, {}, -1

    def wrote(self, session, lsn):
        self.marks[session] = max(lsn, self.marks.get(session, 0))

    def pick(self, session):
        for place, replica in enumerate(self.replicas):
            if replica.online and replica.lsn >= self.marks.get(session, 0):
                self.replicas.append(self.replicas.pop(place))
                return replica
        return self.primary
