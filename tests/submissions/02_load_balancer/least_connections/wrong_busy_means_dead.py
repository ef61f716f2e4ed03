# loses: least_connections_hidden
# a server with more than 50 active counts as dead, which nobody asked for
# asks: Who decides whether a server is healthy: you, or its view?
class LeastConnections:
    def __init__(self):
        self.picks, self.last_pick = 0, {}

    def pick(self, servers):
        able = [server for server in servers if server.healthy and server.active <= 50]
        if not able:
            raise NoHealthyServer
        chosen = min(able, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
