class LeastConnections:
    def __init__(self):
        self.clock = 0
        self.when = {}

    def pick(self, servers):
        best = None
        for server in servers:
            if not server.healthy:
                continue
            if best is None or server.active < best.active:
                best = server
            elif server.active == best.active:
                if self.when.get(server.name, -1) < self.when.get(best.name, -1):
                    best = server
        if best is None:
            raise NoHealthyServer()
        self.when[best.name] = self.clock
        self.clock += 1
        return best
