# loses: power_of_two_choices_hidden_2
# a special case for two healthy servers sorts the list it was given
# asks: Two servers are left. Is the caller's list in its old order after your call?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        if len(healthy) == 2 and healthy[0].active != healthy[1].active:
            servers.sort(key=lambda server: (not server.healthy, server.active))
            return servers[0]
        two = self.rng.sample(healthy, min(2, len(healthy)))
        return min(two, key=lambda server: server.active)
