# loses: round_robin_check_2
# looks for the last one among the healthy only: when it fails the turn starts again
# asks: The server that you picked last is down now. Where does the turn go on?
class RoundRobin:
    def __init__(self):
        self.last = None

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        names = [server.name for server in healthy]
        start = names.index(self.last) + 1 if self.last in names else 0
        chosen = healthy[start % len(healthy)]
        self.last = chosen.name
        return chosen
