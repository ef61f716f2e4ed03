from collections import Counter


class StickyBalancer:
    def __init__(self):
        self.home = {}

    def pick(self, session_id, servers):
        home = self.home.get(session_id)
        known = next((s for s in servers if s.healthy and s.name == home), None)
        if known:
            return known
        counts = Counter(self.home.values())
        candidates = [s for s in servers if s.healthy]
        try:
            chosen = min(candidates, key=lambda s: counts[s.name])
        except ValueError:
            raise NoHealthyServer from None
        self.home[session_id] = chosen.name
        return chosen
