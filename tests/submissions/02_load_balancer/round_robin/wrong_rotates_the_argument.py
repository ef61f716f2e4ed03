# loses: round_robin_hidden_2
# moves the picked server to the end of the list it was given
# asks: Is the caller's list in its old order after your call?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server.name
                servers.remove(server)
                servers.append(server)
                return server
        raise NoHealthyServer
