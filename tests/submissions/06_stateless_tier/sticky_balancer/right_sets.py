class StickyBalancer:
    def __init__(self):
        self.sessions = {}

    def pick(self, session_id, servers):
        up = [server for server in servers if server.healthy]
        if len(up) == 0:
            raise NoHealthyServer("nobody is healthy")
        for server in up:
            if session_id in self.sessions.get(server.name, set()):
                return server
        best = None
        for server in up:
            count = len(self.sessions.setdefault(server.name, set()))
            if best is None or count < len(self.sessions[best.name]):
                best = server
        for members in self.sessions.values():
            members.discard(session_id)
        self.sessions[best.name].add(session_id)
        return best
