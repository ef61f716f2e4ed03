# loses: sticky_balancer_hidden
# throws away all sessions of a server as soon as it is missing once
# asks: A server is missing for one call. Where do its sessions go when it is back?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        self.home = {sid: name for sid, name in self.home.items() if name in up}
        if session_id not in self.home:
            self.home[session_id] = min(up, key=list(self.home.values()).count)
        return up[self.home[session_id]]
