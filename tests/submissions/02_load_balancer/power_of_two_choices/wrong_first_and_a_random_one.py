# loses: power_of_two_choices_hidden
# the first healthy server is in every pair
# asks: Write down ten of your pairs. Which server is in all of them?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        pair = [healthy[0], self.rng.choice(healthy[1:])]
        self.rng.shuffle(pair)
        return min(pair, key=lambda server: server.active)
