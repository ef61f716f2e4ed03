# loses: power_of_two_choices_check
# looks at all servers: that is least connections again
# asks: How many servers does your code look at for each request?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        fewest = min(server.active for server in healthy)
        return self.rng.choice([server for server in healthy if server.active == fewest])
