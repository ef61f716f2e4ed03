class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        one = self.rng.randrange(len(healthy))
        other = (one + 1 + self.rng.randrange(len(healthy) - 1)) % len(healthy)
        if healthy[one].active == healthy[other].active:
            return healthy[one if self.rng.random() < 0.5 else other]
        return min(healthy[one], healthy[other], key=lambda server: server.active)
