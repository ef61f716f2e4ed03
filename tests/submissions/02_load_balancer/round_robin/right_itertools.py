from itertools import chain, dropwhile


class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        from_last = list(dropwhile(lambda s: s.name != self.last, servers))
        turn = chain(from_last[1:], servers)
        chosen = next((server for server in turn if server.healthy), None)
        if chosen is None:
            raise NoHealthyServer
        self.last = chosen.name
        return chosen
