# loses: least_connections_check_2
# ties always go to the first in the list: at night one server does everything
# asks: At night all servers have 0 active requests. Who gets them, one after another?
class LeastConnections:
    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        return min(healthy, key=lambda server: server.active)
