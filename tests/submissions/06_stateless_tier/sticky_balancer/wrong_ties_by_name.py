# loses: sticky_balancer_hidden
# ties go to the first name of the alphabet, not to the first in the list
# asks: Two servers have equally many sessions. Which one does the text prefer?
class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        up = {s.name: s for s in servers if s.healthy}
        if not up:
            raise NoHealthyServer
        if self.home.get(session_id) not in up:
            placed = list(self.home.values())
            self.home[session_id] = min(sorted(up), key=placed.count)
        return up[self.home[session_id]]
