# loses: sticky_balancer_hidden_2
# puts the caller's list in order
# asks: Is the caller's list in its old order after your call?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        placed = list(self.home.values())
        order = {s.name: place for place, s in enumerate(servers)}
        servers.sort(key=lambda s: (not s.healthy, placed.count(s.name), order[s.name]))
        for s in servers:
            if s.healthy and s.name == self.home.get(session_id):
                return s
        if not servers or not servers[0].healthy:
            raise NoHealthyServer
        self.home[session_id] = servers[0].name
        return servers[0]
