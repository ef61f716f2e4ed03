# loses: power_of_two_choices_hidden
# compares active as text: "10" comes before "9"
# asks: Which comes first for your comparison, 9 or 10?
class PowerOfTwoChoices:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        two = self.rng.sample(healthy, min(2, len(healthy)))
        return min(two, key=lambda server: str(server.active))
