# loses: least_connections_hidden
# ties go round robin from the last pick, whoever was picked long before
# asks: Among equals, whose last turn is longest ago? Is that the one after the last pick?
class LeastConnections:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        turn = [server for server in servers[start:] + servers[:start] if server.healthy]
        if not turn:
            raise NoHealthyServer
        chosen = min(turn, key=lambda server: server.active)
        self.last = chosen.name
        return chosen
