# loses: power_of_two_choices_hidden
# draws with replacement: sometimes a server is compared with itself
# asks: Can your two choices be one server? What is compared then?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        first, second = self.rng.choice(healthy), self.rng.choice(healthy)
        return first if first.active <= second.active else second
