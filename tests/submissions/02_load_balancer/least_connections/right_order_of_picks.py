class LeastConnections:
    def __init__(self):
        self.order = []  # least recently picked first

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer("all servers are down")
        fewest = min(server.active for server in healthy)
        tied = [server for server in healthy if server.active == fewest]
        new = [server for server in tied if server.name not in self.order]
        chosen = new[0] if new else sorted(tied, key=lambda s: self.order.index(s.name))[0]
        if chosen.name in self.order:
            self.order.remove(chosen.name)
        self.order.append(chosen.name)
        return chosen
