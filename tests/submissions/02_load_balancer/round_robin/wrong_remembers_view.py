# loses: round_robin_hidden
# remembers the view object: the next call's views are others, with another `active`
# asks: The next call brings new views of the same servers. What do they have in common with the
# old ones?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        start = servers.index(self.last) + 1 if self.last in servers else 0
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server
                return server
        raise NoHealthyServer
