# loses: power_of_two_choices_hidden_2
# the rng belongs to the class: the newest balancer's is used by all
# asks: Make a second balancer. Which generator does the first one use now?
class PowerOfTwoChoices:
    def __init__(self, rng):
        PowerOfTwoChoices.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        two = self.rng.sample(healthy, min(2, len(healthy)))
        return min(two, key=lambda server: server.active)
