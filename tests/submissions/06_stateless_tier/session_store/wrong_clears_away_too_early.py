# loses: session_store_hidden
# every log-in clears away sessions that are past half of their time
# asks: A session has lived through half of its time. Does it still count when somebody else logs
# in?
class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime = env, lifetime
        self.sessions = {}

    def login(self, user):
        limit = self.env.now + self.lifetime / 2 if len(self.sessions) > 50 else self.env.now
        self.sessions = {each: kept for each, kept in self.sessions.items() if kept[1] > limit}
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return session_id

    def user(self, session_id):
        user, until = self.sessions.get(session_id, (None, -math.inf))
        if self.env.now >= until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user

    def logout(self, session_id):
        self.sessions.pop(session_id, None)


def handle(request, store):
    user = store.user(request.session_id)
    return Response(401, "log in") if user is None else Response(200, user)
