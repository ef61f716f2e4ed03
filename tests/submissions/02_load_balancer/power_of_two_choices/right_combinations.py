from itertools import combinations


class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        pair = self.rng.choice(list(combinations(healthy, 2)))
        fewest = min(server.active for server in pair)
        return self.rng.choice([server for server in pair if server.active == fewest])
