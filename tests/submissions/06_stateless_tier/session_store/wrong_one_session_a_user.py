# loses: session_store_check_2
# a second log-in ends the first session
# asks: Ada logs in on a second device. What happens to the first?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.ids, self.sessions = env, lifetime, {}, {}

    def login(self, user):
        self.sessions.pop(self.ids.get(user), None)
        session_id = self.ids[user] = secrets.token_urlsafe()
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
