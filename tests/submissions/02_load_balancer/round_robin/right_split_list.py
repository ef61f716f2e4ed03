class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        before, after, found = [], [], False
        for server in servers:
            (after if found else before).append(server)
            found = found or server.name == self.last
        for server in after + before:
            if server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer()
