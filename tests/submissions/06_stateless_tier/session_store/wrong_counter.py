# loses: session_store_hidden_2
# ids are counted up: whoever has one knows the others
# asks: You know your own id. Can you guess the next user's?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions, self.last = env, lifetime, {}, 0

    def login(self, user):
        self.last += 1
        self.sessions[f"session-{self.last}"] = (user, self.env.now)
        return f"session-{self.last}"

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
