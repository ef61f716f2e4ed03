# loses: least_connections_check
# does not look at health: a dead server has the fewest
# asks: A dead server has no connections. What does that make it in your comparison?
class LeastConnections:
    def __init__(self):
        self.picks = 0
        self.last_pick = {}

    def pick(self, servers):
        if not any(server.healthy for server in servers):
            raise NoHealthyServer
        chosen = min(servers, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
