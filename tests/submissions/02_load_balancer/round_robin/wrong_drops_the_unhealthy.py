# loses: round_robin_hidden_2
# takes the unhealthy ones out of the list it was given
# asks: Does the caller's list still hold every server after your call?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        turn = servers[start:] + servers[:start]
        for server in turn:
            if not server.healthy:
                servers.remove(server)
                continue
            self.last = server.name
            return server
        raise NoHealthyServer
