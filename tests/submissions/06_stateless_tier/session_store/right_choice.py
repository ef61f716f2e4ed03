import string


class SessionStore:
    def __init__(self, env, lifetime):
        self.env = env
        self.lifetime = lifetime
        self.kept = {}

    def login(self, user):
        letters = string.ascii_letters + string.digits
        key = "".join(secrets.choice(letters) for _ in range(24))
        self.kept[key] = [user, self.env.now]
        return key

    def user(self, session_id):
        try:
            entry = self.kept[session_id]
        except KeyError:
            return None
        if not self.env.now < entry[1] + self.lifetime:
            return None
        entry[1] = self.env.now
        return entry[0]

    def logout(self, session_id):
        try:
            del self.kept[session_id]
        except KeyError:
            pass


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
