# loses: round_robin_check_2
# does not look at health at all
# asks: Where does your code ask whether a server is healthy?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        if not any(server.healthy for server in servers):
            raise NoHealthyServer
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        chosen = servers[start % len(servers)]
        self.last = chosen.name
        return chosen
