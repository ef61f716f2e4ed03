# loses: round_robin_hidden_2
# forgets the last one when it is not listed, even if nobody could be picked then
# asks: The last server is missing for one call. What do you still know at the next one?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        if self.last not in names:
            self.last = None
        start = 0 if self.last is None else names.index(self.last) + 1
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer
