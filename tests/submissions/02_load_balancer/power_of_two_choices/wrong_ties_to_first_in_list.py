# loses: power_of_two_choices_hidden
# a tie always goes to the one earlier in the list
# asks: Both have equally many requests. Which one do you take, every time?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        one, other = sorted(self.rng.sample(range(len(healthy)), 2))
        return min(healthy[one], healthy[other], key=lambda server: server.active)
