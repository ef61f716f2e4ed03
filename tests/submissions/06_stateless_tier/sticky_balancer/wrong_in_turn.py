# loses: sticky_balancer_check_2
# new sessions go to the servers in turn, not where the fewest are
# asks: Two servers have different numbers of sessions. Who gets the new one?
class StickyBalancer:
    def __init__(self):
        self.home, self.next = {}, 0

    def pick(self, session_id, servers):
        up = [s for s in servers if s.healthy]
        if not up:
            raise NoHealthyServer
        for s in up:
            if s.name == self.home.get(session_id):
                return s
        chosen = up[self.next % len(up)]
        self.next += 1
        self.home[session_id] = chosen.name
        return chosen
