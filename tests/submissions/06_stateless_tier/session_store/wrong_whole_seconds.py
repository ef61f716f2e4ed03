# loses: session_store_hidden
# counts whole seconds, so a session may live up to a second too long
# asks: The lifetime ends at 10.5. When do you notice?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime = env, lifetime
        self.sessions = {}

    def login(self, user):
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return session_id

    def user(self, session_id):
        user, until = self.sessions.get(session_id, (None, -math.inf))
        if int(self.env.now) >= until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    user = store.user(request.session_id)
    return Response(401, "log in") if user is None else Response(200, user)
