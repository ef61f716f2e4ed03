# loses: power_of_two_choices_hidden
# leaves out the one picked last, so not every pair is equally likely at every call
# asks: After a server is picked, how likely is it to be drawn at the next call?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng, self.last = rng, None

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        others = [server for server in healthy if server.name != self.last]
        two = self.rng.sample(others if len(others) > 1 else healthy, min(2, len(healthy)))
        chosen = min(two, key=lambda server: server.active)
        self.last = chosen.name if len({server.active for server in healthy}) == 1 else None
        return chosen
