class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        shuffled = list(healthy)
        self.rng.shuffle(shuffled)
        return sorted(shuffled[:2], key=lambda server: server.active)[0]
