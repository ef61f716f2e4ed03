# loses: session_store_check_3
# 403 means: I know you, and you may not
# asks: What is the status for "I do not know who you are"?

class SessionStore:
    """Who is logged in: sessions that end `lifetime` seconds after their last use."""

    def __init__(self, env, lifetime):
        self.env = env
        self.lifetime = lifetime
        self.sessions = {}  # id → (user, valid until)

    def login(self, user):
        """Return the id of a new session of `user`."""
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return session_id

    def user(self, session_id):
        """Return the user of a valid session, and renew it; None if it is not valid."""
        user, until = self.sessions.get(session_id, (None, -math.inf))
        if not self.env.now < until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user

    def logout(self, session_id):
        """End a session; nothing happens if there is none."""
        self.sessions.pop(session_id, None)


def handle(request, store):
    user = store.user(request.session_id)
    return Response(200, user) if user else Response(403, "")
