# loses: sticky_balancer_hidden_2
# a class attribute: every balancer knows the sessions of all others
# asks: Make two balancers and use one. What does the other know?
class StickyBalancer:
    home = {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        if self.home.get(session_id) not in up:
            self.home[session_id] = min(up, key=list(self.home.values()).count)
        return up[self.home[session_id]]
