# loses: least_connections_hidden_2
# min() of an empty list raises ValueError, not NoHealthyServer
# asks: All servers are down. Which error does the caller get, and which does the text name?
class LeastConnections:
    def __init__(self):
        self.picks = 0
        self.last_pick = {}

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        chosen = min(healthy, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
