# loses: least_connections_hidden
# the memory belongs to the class: two balancers share it
# asks: Make two balancers and use one of them. What does the other one remember?
class LeastConnections:
    picks, last_pick = [], {}

    def __init__(self):
        self.picks.clear()
        self.last_pick.clear()

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        chosen = min(healthy, key=lambda s: (s.active, self.last_pick.get(s.name, 0)))
        self.picks.append(chosen.name)
        self.last_pick[chosen.name] = len(self.picks)
        return chosen
