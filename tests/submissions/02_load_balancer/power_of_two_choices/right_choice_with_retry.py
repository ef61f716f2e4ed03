class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        first = second = self.rng.choice(healthy)
        while second is first:
            second = self.rng.choice(healthy)
        return first if first.active <= second.active else second
