# loses: session_store_hidden_2
# the id tells whose it is
# asks: What can somebody read off an id?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = user + "." + secrets.token_urlsafe()
        self.sessions[session_id] = self.env.now
        return session_id

    def user(self, session_id):
        if self.env.now >= self.sessions.get(session_id, float("-inf")) + self.lifetime:
            return None
        self.sessions[session_id] = self.env.now
        return session_id.split(".")[0]

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
