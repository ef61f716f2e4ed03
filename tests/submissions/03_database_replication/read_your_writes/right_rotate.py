from collections import defaultdict


class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary = primary
        self.order = list(replicas)
        self.writes = defaultdict(set)

    def wrote(self, session, lsn):
        self.writes[session].add(lsn)

    def pick(self, session):
        mark = max(self.writes[session], default=0)
        enough = [replica for replica in self.order if replica.online and replica.lsn >= mark]
        if not enough:
            return self.primary
        while self.order[-1] is not enough[0]:
            self.order.append(self.order.pop(0))
        return enough[0]
