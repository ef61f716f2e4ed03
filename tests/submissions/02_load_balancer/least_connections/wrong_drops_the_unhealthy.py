# loses: least_connections_hidden_2
# takes the unhealthy ones out of the list it was given
# asks: Does the caller's list still hold every server after your call?
class LeastConnections:
    def __init__(self):
        self.picks, self.last_pick = 0, {}

    def pick(self, servers):
        for server in list(servers):
            if not server.healthy:
                servers.remove(server)
        if not servers:
            raise NoHealthyServer
        chosen = min(servers, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
