# loses: sticky_balancer_hidden_2
# returns the view of the first time, which is not in this call's list
# asks: The next call brings new views. Is your answer one of them?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = [s for s in servers if s.healthy]
        if not up:
            raise NoHealthyServer
        if session_id in self.home and self.home[session_id].name in [s.name for s in up]:
            return self.home[session_id]
        names = [s.name for s in self.home.values()]
        self.home[session_id] = min(up, key=lambda s: names.count(s.name))
        return self.home[session_id]
