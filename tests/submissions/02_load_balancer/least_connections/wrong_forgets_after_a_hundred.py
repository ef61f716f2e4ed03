# loses: least_connections_hidden
# remembers its last hundred picks only
# asks: A server was last picked two hundred picks ago. What do you know of it?
from collections import deque


class LeastConnections:
    def __init__(self):
        self.picked = deque(maxlen=100)

    def pick(self, servers):
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        when = {name: number for number, name in enumerate(self.picked)}
        chosen = min(healthy, key=lambda s: (s.active, when.get(s.name, -1)))
        self.picked.append(chosen.name)
        return chosen
