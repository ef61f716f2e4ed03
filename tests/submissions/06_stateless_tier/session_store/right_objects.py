from dataclasses import dataclass


@dataclass
class Session:
    user: str
    until: float


class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def _forget_expired(self):
        for key in [key for key, each in self.sessions.items() if each.until <= self.env.now]:
            self.sessions.pop(key)

    def login(self, user):
        self._forget_expired()
        session_id = str(secrets.randbits(160))
        while session_id in self.sessions:
            session_id = str(secrets.randbits(160))
        self.sessions[session_id] = Session(user, self.env.now + self.lifetime)
        return session_id

    def user(self, session_id):
        self._forget_expired()
        session = self.sessions.get(session_id)
        if session is not None:
            session.until = self.env.now + self.lifetime
            return session.user

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
