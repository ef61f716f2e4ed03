# loses: session_store_hidden_2
# 8 bytes: half of what is asked for
# asks: How many bytes of chance does the text ask for?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = secrets.token_hex(8)
        self.sessions[session_id] = (user, self.env.now)
        return session_id

    def user(self, session_id):
        user, used = self.sessions.get(session_id, (None, float("-inf")))
        if self.env.now >= used + self.lifetime:
            return None
        self.sessions[session_id] = (user, self.env.now)
        return user

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
