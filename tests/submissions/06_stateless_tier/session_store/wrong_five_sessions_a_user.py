# loses: session_store_hidden
# the sixth log-in of a user ends the first session
# asks: Does the text limit how many sessions a user has?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime = env, lifetime
        self.sessions = {}

    def login(self, user):
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        mine = [each for each, (whose, _) in self.sessions.items() if whose == user]
        if len(mine) > 5:
            del self.sessions[mine[0]]
        return session_id

    def user(self, session_id):
        user, until = self.sessions.get(session_id, (None, -math.inf))
        if self.env.now >= until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    user = store.user(request.session_id)
    return Response(401, "log in") if user is None else Response(200, user)
