# loses: session_store_hidden_3
# logout lets the session expire a moment later instead of ending it
# asks: Right after the logout somebody looks the session up. Is it there?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = secrets.token_urlsafe()
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return session_id

    def user(self, session_id):
        user, until = self.sessions.get(session_id, (None, float("-inf")))
        if self.env.now > until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user

    def logout(self, session_id):
        user = self.user(session_id)
        if user:
            self.sessions[session_id] = (user, self.env.now)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
