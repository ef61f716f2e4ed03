# loses: power_of_two_choices_hidden
# compares a random server with its neighbour: not every pair is equally likely
# asks: Can your first and your third server be compared with each other?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 1:
            return healthy[0]
        place = self.rng.randrange(len(healthy))
        pair = [healthy[place], healthy[(place + 1) % len(healthy)]]
        self.rng.shuffle(pair)
        return min(pair, key=lambda server: server.active)
