# loses: power_of_two_choices_hidden_2
# draws by shuffling the list it was given
# asks: Is the caller's list in its old order after your call?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        self.rng.shuffle(servers)
        two = [server for server in servers if server.healthy][:2]
        if not two:
            raise NoHealthyServer
        return min(two, key=lambda server: server.active)
