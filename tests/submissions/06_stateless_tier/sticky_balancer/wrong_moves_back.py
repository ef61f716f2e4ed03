# loses: sticky_balancer_check_2
# a session returns to its first server as soon as that is back
# asks: A session has moved because its server died. That server is back: where is the session's
# data now?
class StickyBalancer:
    def __init__(self):
        self.home, self.meanwhile = {}, {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        for homes in (self.home, self.meanwhile):
            if homes.get(session_id) in up:
                return up[homes[session_id]]
        names = list(self.home.values())
        chosen = min(up, key=names.count)
        (self.meanwhile if session_id in self.home else self.home)[session_id] = chosen
        return up[chosen]
