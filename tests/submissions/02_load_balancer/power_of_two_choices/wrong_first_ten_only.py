# loses: power_of_two_choices_hidden
# draws two numbers below 10, however many servers there are
# asks: There are thirty servers. Can the last one be drawn?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        among = min(10, len(healthy))
        two = self.rng.sample(range(among), min(2, among))
        return min((healthy[place] for place in two), key=lambda server: server.active)
