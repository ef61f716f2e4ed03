# loses: least_connections_hidden
# builds texts such as "10 5" to sort by: 10 comes before 9
# asks: Which comes first for your comparison, 9 or 10?
class LeastConnections:
    def __init__(self):
        self.picks, self.last_pick = 0, {}

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        chosen = min(healthy, key=lambda s: f"{s.active} {self.last_pick.get(s.name, 0):09}")
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
