# loses: power_of_two_choices_hidden_2
# makes a generator of its own: every balancer picks the same
# asks: Make two balancers with different generators. Do they pick differently?
import random as chance


class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = chance.Random(42)

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        return min(self.rng.sample(healthy, 2), key=lambda server: server.active)
