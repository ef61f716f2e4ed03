# loses: session_store_hidden
# renews a session that has expired: the next look-up finds it again
# asks: A session has expired, and somebody looks it up twice. What do you say each time?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = secrets.token_urlsafe()
        self.sessions[session_id] = (user, self.env.now)
        return session_id

    def user(self, session_id):
        if session_id not in self.sessions:
            return None
        user, used = self.sessions[session_id]
        self.sessions[session_id] = (user, self.env.now)
        return user if self.env.now < used + self.lifetime else None

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
