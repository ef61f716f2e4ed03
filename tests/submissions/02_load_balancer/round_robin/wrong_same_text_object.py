# loses: round_robin_hidden
# asks whether the name is the same object, not an equal text
# asks: Two texts are equal. Are they always one object?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        start = 0
        for place, server in enumerate(servers):
            if server.name is self.last:
                start = place + 1
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer
