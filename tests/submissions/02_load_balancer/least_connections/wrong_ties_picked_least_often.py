# loses: least_connections_hidden
# ties go to the one picked least often instead of least recently
# asks: Picked rarely and picked long ago: are these the same?
class LeastConnections:
    def __init__(self):
        self.picks = 0
        self.last_pick = {}

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        chosen = min(healthy, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.last_pick[chosen.name] = self.last_pick.get(chosen.name, 0) + 1
        return chosen
