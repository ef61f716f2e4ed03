# loses: session_store_check
# the lifetime counts from the log-in, whatever is looked up
# asks: A user clicks all day long. When does the session end?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = secrets.token_urlsafe()
        self.sessions[session_id] = (user, self.env.now)
        return session_id

    def user(self, session_id):
        user, used = self.sessions.get(session_id, (None, float("-inf")))
        return user if self.env.now < used + self.lifetime else None

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
