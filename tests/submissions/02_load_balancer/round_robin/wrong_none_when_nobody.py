# loses: round_robin_hidden_2
# returns None instead of raising NoHealthyServer
# asks: Nobody is healthy. What does the text say should happen?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server.name
                return server
