# loses: round_robin_hidden
# gives up after ten places, as if no list were longer
# asks: How many unhealthy servers can stand in a row?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        place = names.index(self.last) if self.last in names else -1
        for step in range(1, 11):
            server = servers[(place + step) % len(servers)] if servers else None
            if server and server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer
