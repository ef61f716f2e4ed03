# loses: sticky_balancer_check_2
# sends a session to its dead server
# asks: A session's server is dead. Who answers its next request?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        if not any(s.healthy for s in servers):
            raise NoHealthyServer
        for s in servers:
            if s.name == self.home.get(session_id):
                return s
        names = list(self.home.values())
        chosen = min((s for s in servers if s.healthy), key=lambda s: names.count(s.name))
        self.home[session_id] = chosen.name
        return chosen
