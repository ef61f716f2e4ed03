# loses: round_robin_hidden
# remembers the place in the list, not the name: wrong when servers come and go
# asks: A server joins at the front of the list. What does the number that you kept point to?
class RoundRobin:
    def __init__(self):
        self.place = -1

    def pick(self, servers):
        for _ in servers:
            self.place = (self.place + 1) % len(servers)
            if servers[self.place].healthy:
                return servers[self.place]
        raise NoHealthyServer
