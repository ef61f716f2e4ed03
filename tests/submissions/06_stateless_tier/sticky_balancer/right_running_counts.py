class StickyBalancer:
    def __init__(self):
        self.home, self.count = {}, {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        old = self.home.get(session_id)
        if old not in up:
            new = sorted(up, key=lambda name: self.count.get(name, 0))[0]
            if old is not None:
                self.count[old] -= 1
            self.count[new] = self.count.get(new, 0) + 1
            self.home[session_id] = old = new
        return up[old]
