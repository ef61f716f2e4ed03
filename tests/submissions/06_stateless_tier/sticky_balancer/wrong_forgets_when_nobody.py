# loses: sticky_balancer_hidden_2
# takes the session's home away before it knows whether there is another one
# asks: No server is there for one call. Where was this session's home?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if self.home.get(session_id) not in up:
            self.home.pop(session_id, None)
            if not up:
                raise NoHealthyServer
            self.home[session_id] = min(up, key=list(self.home.values()).count)
        return up[self.home[session_id]]
