# loses: least_connections_hidden_2
# sorts the list it was given in place
# asks: Is the caller's list in its old order after your call?
class LeastConnections:
    def __init__(self):
        self.picks = 0
        self.last_pick = {}

    def pick(self, servers):
        servers.sort(key=lambda s: (not s.healthy, s.active, self.last_pick.get(s.name, 0)))
        if not servers or not servers[0].healthy:
            raise NoHealthyServer
        self.picks += 1
        self.last_pick[servers[0].name] = self.picks
        return servers[0]
