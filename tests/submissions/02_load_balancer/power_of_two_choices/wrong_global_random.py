# loses: power_of_two_choices_hidden_2
# draws from the global generator, not from rng
# asks: Two balancers get generators with the same seed. Do they draw the same?
import random as chance


class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        return min(chance.sample(healthy, 2), key=lambda server: server.active)
