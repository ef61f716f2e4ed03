# loses: round_robin_hidden
# the turn belongs to the class: two balancers move it together
# asks: Make two balancers and use one. Whose turn is it in the other?
class RoundRobin:
    last = None

    def pick(self, servers):
        names = [server.name for server in servers]
        start = names.index(RoundRobin.last) + 1 if RoundRobin.last in names else 0
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                RoundRobin.last = server.name
                return server
        raise NoHealthyServer
