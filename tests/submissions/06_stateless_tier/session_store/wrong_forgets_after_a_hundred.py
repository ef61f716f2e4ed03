# loses: session_store_hidden
# keeps the latest hundred sessions only
# asks: Does the text limit how many sessions there are?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime = env, lifetime
        self.sessions = {}

    def login(self, user):
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        while len(self.sessions) > 100:
            del self.sessions[next(iter(self.sessions))]
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
