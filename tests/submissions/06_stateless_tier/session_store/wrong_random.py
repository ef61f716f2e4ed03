# loses: session_store_hidden_2
# ids from random: who knows the seed, or enough ids, knows the next
# asks: Somebody has seen many of your ids. Can they compute the next?
import random


class SessionStore:
    def __init__(self, env, lifetime):
        self.env, self.lifetime, self.sessions = env, lifetime, {}

    def login(self, user):
        session_id = f"{random.getrandbits(128):032x}"
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
