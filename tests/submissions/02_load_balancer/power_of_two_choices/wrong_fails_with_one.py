# loses: power_of_two_choices_check
# cannot draw two from one healthy server
# asks: Only one server is healthy. Which two do you draw?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        return min(self.rng.sample(healthy, 2), key=lambda server: server.active)
