from collections import defaultdict


class ReadYourWrites:
    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        self.writes = defaultdict(set)

    def wrote(self, session, lsn):
        self.writes[session].add(lsn)

    def pick(self, session):
        online = sorted((r for r in self.replicas if r.online), key=lambda r: -r.lsn)
        if online and online[0].lsn >= max(self.writes[session], default=0):
            return online[0]
        return self.primary
