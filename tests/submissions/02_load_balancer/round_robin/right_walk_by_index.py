class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        place = names.index(self.last) if self.last in names else -1
        for step in range(1, len(servers) + 1):
            server = servers[(place + step) % len(servers)]
            if server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer("no healthy server")
