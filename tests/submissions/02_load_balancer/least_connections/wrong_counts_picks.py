# loses: least_connections_check
# balances how often each was picked, not what it has to do now
# asks: A server was picked often, but all its requests are done. How busy is it now?
class LeastConnections:
    def __init__(self):
        self.picks = 0
        self.last_pick = {}

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        chosen = min(healthy, key=lambda server: self.last_pick.get(server.name, 0))
        self.last_pick[chosen.name] = self.last_pick.get(chosen.name, 0) + 1
        return chosen
