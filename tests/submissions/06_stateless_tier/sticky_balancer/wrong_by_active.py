# loses: sticky_balancer_check
# takes the server with the fewest active requests, not the fewest sessions
# asks: A server has many sessions, all of them asleep. Which number does the text compare?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = [s for s in servers if s.healthy]
        if not up:
            raise NoHealthyServer
        for s in up:
            if s.name == self.home.get(session_id):
                return s
        chosen = min(up, key=lambda s: s.active)
        self.home[session_id] = chosen.name
        return chosen
