# loses: sticky_balancer_check_2
# a session that moves is still counted where it was
# asks: A session has moved. Which servers still count it?
class StickyBalancer:
    def __init__(self):
        self.home, self.count = {}, {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        if self.home.get(session_id) not in up:
            new = min(up, key=lambda name: self.count.get(name, 0))
            self.count[new] = self.count.get(new, 0) + 1
            self.home[session_id] = new
        return up[self.home[session_id]]
