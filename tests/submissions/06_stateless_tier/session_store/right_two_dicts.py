class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime = env, lifetime
        self.users, self.used = {}, {}

    def login(self, user):
        number = secrets.token_hex(16)
        self.users[number] = user
        self.used[number] = self.env.now
        return number

    def user(self, session_id):
        if session_id not in self.users:
            return None
        if self.env.now - self.used[session_id] >= self.lifetime:
            self.logout(session_id)
            return None
        self.used[session_id] = self.env.now
        return self.users[session_id]

    def logout(self, session_id):
        if session_id in self.users:
            del self.users[session_id], self.used[session_id]


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
