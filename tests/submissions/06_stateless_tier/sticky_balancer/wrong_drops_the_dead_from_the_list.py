# loses: sticky_balancer_hidden
# takes unhealthy servers out of the caller's list
# asks: Does the caller's list still hold every server after your call?
class StickyBalancer:
    def __init__(self):
        self.homes = {}

    def pick(self, session_id, servers):
        for server in list(servers):
            if not server.healthy and len(servers) > 1:
                servers.remove(server)
        healthy = {server.name: server for server in servers if server.healthy}
        if not healthy:
            raise NoHealthyServer
        if self.homes.get(session_id) not in healthy:
            placed = list(self.homes.values())
            self.homes[session_id] = min(healthy, key=placed.count)
        return healthy[self.homes[session_id]]
