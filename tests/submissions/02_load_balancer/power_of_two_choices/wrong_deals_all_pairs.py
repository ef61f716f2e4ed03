# loses: power_of_two_choices_hidden
# deals every pair once before any comes again: equally likely only in the long run
# asks: After a pair has come, can the very same pair come at the next call?
from itertools import combinations


class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng, self.pairs = rng, []

    def pick(self, servers):
        healthy = {server.name: server for server in servers if server.healthy}
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return next(iter(healthy.values()))
        self.pairs = [pair for pair in self.pairs if set(pair) <= set(healthy)]
        if not self.pairs:
            self.pairs = list(combinations(healthy, 2))
            self.rng.shuffle(self.pairs)
        two = [healthy[name] for name in self.pairs.pop()]
        self.rng.shuffle(two)
        return min(two, key=lambda server: server.active)
