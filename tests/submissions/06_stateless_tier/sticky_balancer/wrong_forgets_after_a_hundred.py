# loses: sticky_balancer_hidden
# remembers the latest hundred sessions only
# asks: How many sessions may there be?
class StickyBalancer:
    def __init__(self):
        self.homes = {}

    def pick(self, session_id, servers):
        healthy = {server.name: server for server in servers if server.healthy}
        if not healthy:
            raise NoHealthyServer
        if self.homes.get(session_id) not in healthy:
            placed = list(self.homes.values())
            self.homes[session_id] = min(healthy, key=placed.count)
            if len(self.homes) > 100:
                del self.homes[next(iter(self.homes))]
        return healthy[self.homes[session_id]]
