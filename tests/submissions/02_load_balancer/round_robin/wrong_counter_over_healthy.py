# loses: round_robin_check_2
# counts picks modulo the number of healthy servers: a failure shifts the turn
# asks: One server fails. Does your count still point to the one whose turn it is?
class RoundRobin:
    def __init__(self):
        self.count = -1

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        self.count += 1
        return healthy[self.count % len(healthy)]
