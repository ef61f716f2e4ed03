# loses: sticky_balancer_hidden_2
# no server: min() complains instead of NoHealthyServer
# asks: There is no healthy server. Which error does the text name?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if self.home.get(session_id) not in up:
            self.home[session_id] = min(up, key=list(self.home.values()).count)
        return up[self.home[session_id]]
