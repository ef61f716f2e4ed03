# %% [markdown] question="what must leave a web server before servers can come and go?" shown="explore_day(Autoscaler)"
# # 6 · Stateless web tier
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/06_stateless_tier/06_stateless_tier.ipynb)
#
# The CDN took the static files away. Your web servers keep the inbox, the upload, the log-in. To answer *my inbox*, a server must know who is asking, and it
# keeps that in its memory. So web-2 has never heard of the users of web-1. When web-1 dies, where do they go?
# And when web-5 joins, whom can it serve? Today you move that knowledge out, so that servers may come and go by the minute.
#
# **Time:** about 95 minutes. Afterwards you will be able to
#
# - keep users on their server with sticky sessions, and say what that costs when servers die or join,
# - write the shared session store that makes a web tier stateless,
# - let the number of servers follow the traffic, and say where that fails.

# %%
import math
import secrets

import simpy

from course.stateless_tier import (
    NoHealthyServer,
    Request,
    Response,
    architecture,
    explore,
    explore_day,
    explore_flash_crowd,
    explore_real,
    explore_sessions,
    explore_tier,
    make_views,
    name_picked,
    replay,
    replay_flash_crowd,
    replay_tier,
)

# %% [markdown]
# ## The picture
#
# Every request carries a session id in a cookie. The web servers keep no session; they ask the session store which user it belongs to.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### HTTP forgets, so the site must remember
# For HTTP, two requests of one user have nothing to do with each other. So after the log-in the server hands out a **session id** in a cookie, and the browser sends it with every request. What the id stands for, "this is Ann, and this is her draft", is the **session**.
#
# The simplest place for it is the server's own memory. Then that server is the only one that can serve Ann, and the balancer must send her there every time: a **sticky session**.
#
# Five minutes, ten times faster. Kill web-1 at 150 s: who is thrown out, and when?

# %%
replay()

# %% [markdown]
# ## Predict
#
# Four web servers, 250 users, a page a minute each. Sessions are in the servers' memory: at log-in each user is given a random server and stays there. People stay half an hour on average; when one leaves,
# another comes and logs in. The servers are 62.5 % busy, so at minute 4 you add a fifth.
#
# What share of all pages does web-5 serve in the six minutes after it joined? Write your guess in percent, then go on.

# %%
prediction = None  # percent: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** each minute's pages, by server; the diamond is your prediction. **Right:** users who must log in again. The **ghost**, gray dashes in all pictures, is the site
# that gives each user a random server at log-in, with the same traffic.
#
# A step sets the sliders and asks. Press it again for the answer.

# %%
explore(prediction=prediction)

# %% [markdown]
# 1. *One more joins*: which users does web-5 serve at all?
# 2. *A user stays 5 min*: how much does web-5 get now?
# 3. *A user stays 120 min*: which of the two sites is easier to grow?
# 4. *web-1 dies*: how many sessions die with it, and how many users must log in again?
# 5. *By hash*: the server is the id's hash, modulo the number of servers. One server joins. What happens?
# 6. *Any server, in turn*: the sessions are in a shared store. Who has to log in again?

# %% [markdown]
# A newcomer gets only users who log in after it has joined, and of those one in five. So adding a server helps *later*: after people have left, not when you need it. With a shared store it
# carries its fifth from the first second. A page is quicker, too, because each server gets the same number of pages; a random choice gives some servers more users than others.

# %% [markdown]
# ### Stateful: the server keeps it
# Cookies are RFC 10025 (2026; before it RFC 6265, 2011). With the session in a server's memory, the price shows when
# something changes. A server dies: its sessions die with it. A server joins: no user has a session there, so it idles while the others are overloaded. You want to remove a server for an update: either you wait until
# its last user has left, or you throw users out.
#
# ### Stateless: a store keeps it
# Put the sessions into a store that all servers share. It may be a relational database, but the only question is "what is the value of this key?", and each value has a
# time to live. That is a job for a **key-value store** such as Redis, its free fork Valkey, or Memcached, or a NoSQL database such as DynamoDB. Now any server can serve any request. The price: one look-up a
# request. Within a data center that is less than a millisecond. The simulation takes 1 ms. And the store must not
# die: it needs the replicas of notebook 03.
#
# ### Autoscaling follows easily
# If no server matters, their number can follow the traffic: start some in the evening, stop them at night. No user notices, because no session is lost with them. A rule decides: measure
# how busy they are, compare that with a **target**, and change their number in proportion. But a server that you ask for now serves *later*. In one measurement the machine alone took 29 seconds until it accepted connections
# (C. Percival, EC2 boot time benchmarking, 2021); your program has to start and fill its caches after that. The simulation takes three minutes, and you can change it.

# %%
Request(session_id="k3JQ…"), Response(200, "Ann")  # what a server gets, and what it gives back

# %% [markdown]
# ## Exercise A — The same user, the same server: sticky sessions
#
# For now, the sessions stay in the servers' memory. A good rule can still send each user back to the right server.
#
# `StickyBalancer().pick(session_id, servers)` gets the session id (a string) and a list of `ServerView`s, and returns one of the views. They are new objects at every call, and servers come and go, so a server is known by its **name** only.
#
# - A session that has a server stays there, as long as that server is listed and healthy.
# - A new session, or one whose server is not listed or not healthy, goes to the healthy server that has the **fewest sessions of this balancer** (ties: the first in the list), and from then on has its home there. A session that moves counts at its new home only.
#   "Sessions" are those this balancer has placed, whether or not their users are still there; `active` plays no part.
# - A server that comes back still has the sessions that were not asked for in between. Those that moved away stay away.
# - If no server is healthy it raises `NoHealthyServer`, and every session keeps the home that it had.
# - It changes neither the list nor the views.
#
# A cell to try it is below. With `out=["a"]` as its second argument, `make_views` makes server `"a"` unhealthy.
#
# <details><summary>Hint 1</summary>
#
# What is the one thing to remember about each session? Can you find out from that how many sessions each server has?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep a dict from session id to the *name* of its server. First see whether that name is among the healthy ones now. If it is not, count how often each healthy name stands in the dict; `min` keeps the first of equals.
#
# </details>


# %% solution="sticky_balancer"
class StickyBalancer:
    """Each session stays with its server; new and orphaned ones go where the fewest are."""

    def __init__(self):
        ### BEGIN SOLUTION Exercise A: what do you remember between calls?
        self.homes = {}  # session id → name of its server
        ### END SOLUTION

    def pick(self, session_id, servers):
        """Return the view of the session's server; raise NoHealthyServer if none is healthy."""
        ### BEGIN SOLUTION Exercise A: find the session's server, or give it one
        healthy = {server.name: server for server in servers if server.healthy}
        if not healthy:
            raise NoHealthyServer
        if self.homes.get(session_id) not in healthy:
            placed = list(self.homes.values())
            self.homes[session_id] = min(healthy, key=placed.count)
        return healthy[self.homes[session_id]]
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): a new session, and no server has any yet. It should go to the first one, a.

# %%
try:
    print(StickyBalancer().pick("ann", make_views({"a": 2, "b": 1})))
except NotImplementedError as stub:
    print(stub)

# %% check="sticky_balancer" points=1
balancer = StickyBalancer()
seen = [
    name_picked(balancer, session, make_views({"a": 5, "b": 0, "c": 9}))
    for session in ["ann", "bob", "cem", "dee", "bob", "ann", "bob"]
]
### JUDGE
expected = ["a", "b", "c", "a", "b", "a", "b"]
assert seen == expected, (
    "ann bob cem dee bob ann bob over servers a, b, c should go a b c a b a b: new sessions where the fewest are, "
    f"known ones where they were; yours went {' '.join(seen)}"
)

# %% check="sticky_balancer_check_2" points=1
balancer = StickyBalancer()
everyone = {"a": 0, "b": 0}
seen = [
    name_picked(balancer, session, make_views(everyone, out=out))
    for session, out in [
        ("ann", []),
        ("bob", []),
        ("ann", ["a"]),
        ("ann", []),
        ("cem", []),
        ("dee", []),
        ("eve", []),
    ]
]
### JUDGE
assert seen[:3] == ["a", "b", "b"], (
    f"ann on a, bob on b, then a is unhealthy: ann moves to b; yours went {' '.join(seen[:3])}"
)
assert seen[3] == "b", f"a is back, but ann lives on b now: b; yours sent her to {seen[3]}"
assert seen[4] == "a", (
    f"b has two sessions, a none (ann has moved): a new one goes to a; yours sent it to {seen[4]}"
)
assert seen[5:] == ["a", "a"], (
    "b has ann and bob, a has cem only (ann counts at her new home): dee goes to a, and then, with two sessions each, eve to the first, a; "
    f"yours sent them to {' and '.join(seen[5:])}"
)

# %% check="sticky_balancer_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A session stays while its server is healthy; otherwise it moves to the healthy server with the fewest sessions.
### INPUTS
import random
from course.checks import SEED

_rng, _requests = random.Random(SEED), []
for _ in range(12 * 60):
    _names = _rng.sample("abcde", _rng.randint(2, 5))
    _out = _rng.sample(_names, _rng.choice([0, 0, 0, 1, 1, len(_names) - 1]))
    _active = {_name: _rng.randint(0, 30) for _name in _names}
    _requests.append((f"session-{_rng.randint(1, 25)}", _active, _out))
_rounds = [_requests[_first : _first + 60] for _first in range(0, 12 * 60, 60)]
_many, _long = [f"web-{_n}" for _n in range(1, 13)], []
for _ in range(700):
    _names = _rng.sample(_many, 12)
    _long.append((f"session-{_rng.randint(1, 300)}", dict.fromkeys(_names, 0), _rng.sample(_names, _rng.choice([0, 0, 1]))))
_rounds.append(_long)
### OBSERVE
seen = []
for _round in _rounds:
    _balancer, _picked = StickyBalancer(), []
    for _session, _active, _out in _round:
        _listed, _before = make_views(_active, out=_out), make_views(_active, out=_out)
        _picked.append([name_picked(_balancer, _session, _listed), _listed == _before])
    seen.append(_picked)
### JUDGE
_total, _wrong = 0, []
for _round, _picked in zip(_rounds, seen, strict=True):
    _members = {}
    for (_session, _names, _out), (_got, _same) in zip(_round, _picked, strict=True):
        assert _same is True, f"pick({_session!r}, …) changed the list or the views that it was given: {' '.join(_names)}"
        _up = [_name for _name in _names if _name not in _out]
        _told = {_name: len(_members.get(_name, ())) for _name in _names}
        _home = next((_name for _name, _who in _members.items() if _session in _who), None)
        _want = _home
        if _home not in _up:
            _members.get(_home, set()).discard(_session)
            _fewest = min(len(_members.get(_name, ())) for _name in _up)
            _want = next(_name for _name in _up if len(_members.get(_name, ())) == _fewest)
            _members.setdefault(_want, set()).add(_session)
        _total += 1
        if _got != _want:
            _wrong.append(
                f"{_session}, its server {_home}, listed {' '.join(_names)}, unhealthy {' '.join(_out) or 'none'}, sessions {_told}: expected {_want}, got {_got}"
            )
assert not _wrong, f"{len(_wrong)} of {_total} picks are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="sticky_balancer_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: With no healthy server, pick raises NoHealthyServer and every session keeps its home; the list and the views never change.
### INPUTS
import random
from course.checks import SEED

_c, _b, _a = sorted(random.Random(SEED + 1).sample("abcdefgh", 3))
### OBSERVE
from course.checks import attempt

_balancer, _idle = StickyBalancer(), {_a: 3, _b: 0, _c: 1}
_listed = make_views(_idle, out=[_a])
seen = {"picked": [name_picked(_balancer, "ann", _listed)]}
_again = make_views(_idle, out=[_a])
seen["picked"].append(name_picked(_balancer, "ann", _again))
seen["listed"] = [[_server.name, _server.active, _server.healthy] for _server in _listed]
seen["nobody"] = attempt(
    lambda: name_picked(_balancer, "ann", make_views(_idle, out=[_a, _b, _c]))
)
seen["new and nobody"] = attempt(
    lambda: name_picked(_balancer, "bob", make_views(_idle, out=[_a, _b, _c]))
)
seen["empty"] = attempt(lambda: name_picked(_balancer, "ann", []))
seen["picked"] += [
    name_picked(_balancer, "ann", make_views(_idle)),
    name_picked(_balancer, "bob", make_views(_idle)),
    name_picked(StickyBalancer(), "bob", make_views({_b: 0, _a: 0})),
]
### JUDGE
for _case in ("nobody", "new and nobody", "empty"):
    assert seen[_case].get("raised") == "NoHealthyServer", (
        f"with no healthy server pick must raise NoHealthyServer; it gave {seen[_case]}"
    )
assert seen["listed"] == [[_a, 3, False], [_b, 0, True], [_c, 1, True]], (
    f"pick must change neither the list nor the views; afterwards they were {seen['listed']}"
)
assert seen["picked"] == [_b, _b, _b, _a, _b], (
    f"servers {_a}, {_b}, {_c}, {_a} unhealthy: ann to {_b}, twice; nobody healthy: an error; all healthy: ann still {_b}, bob {_a}; "
    f"bob at a new balancer with {_b} first: {_b}; yours went {seen['picked']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Now your balancer is in the picture, next to the ghost. Note that it never learns who has *left*: it still counts people who went home an hour ago.
#
# 1. *One more joins*: your rule gives the newcomer every new session. Does it catch up?
# 2. *web-1 dies*: can any rule of the balancer save its sessions?

# %%
explore(StickyBalancer)

# %% [markdown]
# The same rule, user by user. Kill web-1 at 150 s and go to the first who is thrown out: what did `pick` see, and which line found the new home? Could it have chosen a server that knows this user?

# %%
replay(StickyBalancer)

# %% [markdown]
# ## Exercise B — Move the state out: a session store
#
# Now the fix: one store for all servers. Whoever holds a session id *is* that user, so an id must be impossible to guess: at least 128 random bits from a generator made for secrets, says OWASP's Application Security Verification
# Standard 5.0 (2025). Python's module `random` is not such a generator: from enough of its numbers the next ones can be worked out. Use the module `secrets`.
#
# `SessionStore(env, lifetime)`: `env.now` is the time (seconds, a SimPy clock); `lifetime` is in seconds, > 0.
#
# - `.login(user)` → a new session id, a string. It is made only of random bytes from the module `secrets`, at least 128 bits (16 bytes) of them: no user's name, no time, no counter. A user (a non-empty string) may have several sessions: every call makes another one.
# - `.user(session_id)` → the user, or `None` if the session is not valid. It is valid while `env.now < t + lifetime`, where `t` is the time of its log-in or of its last look-up that found it valid. So each such look-up **renews** it; one that gives `None` changes nothing, and a session that has expired stays so. (Real sites also end a session after, say, a day, however busy it is; here it may go on forever.)
# - `.logout(session_id)` ends this session; the user's other sessions go on. It returns nothing. With an id that is unknown, expired or logged out, nothing happens.
# - `.user` and `.logout` are also called with `None` and with strings that were never ids: `.user` returns `None`, and `.logout` does nothing. Two stores know nothing of each other.
#
# Then the web server itself, `handle(request, store)`. It may keep nothing between two requests, because the next one may reach another server.
#
# - `request.session_id` is a string or `None` (no cookie). `store` is any object with `.user(session_id)` → the user or `None`, as above.
# - With a valid session it returns `Response(200, body)`, the body being exactly the user's name. Without: status 401 (who are you?), and any text as its body.
# - It keeps nothing, neither in a global variable nor elsewhere, and asks the store every time: a session may have ended a moment ago.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Which two things must the store keep for each id, and which of them changes at a look-up? And who knows whether a session is valid: the server, or the store?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `secrets` has functions that begin with `token_`; those that return text take a number of *bytes*. Keep a dict from id to the user and the time until which the session is valid, and compare with `<`, as the rule does. `dict.pop` takes a second argument for keys that are not there. The server asks once, keeps the answer in a local variable, and decides by whether it is `None`.
#
# </details>


# %% solution="session_store"
class SessionStore:
    """Who is logged in: sessions that end `lifetime` seconds after their last use."""

    def __init__(self, env, lifetime):
        self.env = env
        self.lifetime = lifetime
        ### BEGIN SOLUTION Exercise B: what do you keep of each session?
        self.sessions = {}  # id → (user, valid until)
        ### END SOLUTION

    def login(self, user):
        """Return the id of a new session of `user`."""
        ### BEGIN SOLUTION Exercise B: make an id that cannot be guessed
        session_id = secrets.token_urlsafe(32)
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return session_id
        ### END SOLUTION

    def user(self, session_id):
        """Return the user of a valid session, and renew it; None if it is not valid."""
        ### BEGIN SOLUTION Exercise B: look the session up
        user, until = self.sessions.get(session_id, (None, -math.inf))
        if not self.env.now < until:
            return None
        self.sessions[session_id] = (user, self.env.now + self.lifetime)
        return user
        ### END SOLUTION

    def logout(self, session_id):
        """End a session; nothing happens if there is none."""
        ### BEGIN SOLUTION Exercise B: end the session
        self.sessions.pop(session_id, None)
        ### END SOLUTION


def handle(request, store):
    """Return the Response to a request: the user's page, or 401 without a valid session."""
    ### BEGIN SOLUTION Exercise B: ask the store, then answer
    user = store.user(request.session_id)
    if user is None:
        return Response(401, "Please log in.")
    return Response(200, user)
    ### END SOLUTION

# %% [markdown]
# To try it (not graded): ann logs in and asks for her page. It should be a Response with status 200 and body "ann".

# %%
try:
    store = SessionStore(simpy.Environment(), 900)
    print(handle(Request(store.login("ann")), store))
except NotImplementedError as stub:
    print(stub)

# %% check="session_store" points=1
env = simpy.Environment()
store = SessionStore(env, lifetime=100)
ann = store.login("ann")
seen = [store.user(ann)]
for moment in [60, 120, 219, 319, 320]:
    env.run(until=moment)
    seen.append(store.user(ann))
### JUDGE
assert seen[0] == "ann", f"right after login('ann') her id gives 'ann'; yours gave {seen[0]!r}"
assert seen[1:4] == ["ann", "ann", "ann"], (
    f"lifetime 100, looked up at 60, 120 and 219: each look-up renews, so always 'ann'; yours gave {seen[1:4]}"
)
assert seen[4:] == [None, None], (
    f"looked up at 219, then at 319: 100 s later, so it has expired (valid only while now < 219 + 100), and at 320 it still is; yours gave {seen[4:]}"
)

# %% check="session_store_check_2" points=1
from course.checks import attempt

store = SessionStore(simpy.Environment(), lifetime=100)
phone, laptop, tablet = store.login("ann"), store.login("ann"), store.login("ann")
other = store.login("bob")
store.logout(phone)
ids = [phone, laptop, tablet, other]
seen = {
    "texts": [isinstance(each, str) for each in ids],
    "first": repr(phone),
    "different": len(set(ids)),
    "users": [],
}
for each in [*ids, None, "made up"]:
    found = attempt(lambda: store.user(each))
    seen["users"].append(found["returned"] if "returned" in found else f"a {found['raised']}")
### JUDGE
assert seen["texts"] == [True] * 4, (
    f"login must return a string; yours gave {seen['first']} (secrets has functions that return text: token_urlsafe, token_hex)"
)
assert seen["different"] == 4, (
    f"four log-ins, three of one user, must give four different ids; yours gave {seen['different']}"
)
assert seen["users"] == [None, "ann", "ann", "bob", None, None], (
    "ann's phone has logged out; her laptop, her tablet and bob have not; None and 'made up' were never ids: "
    f"expected [None, 'ann', 'ann', 'bob', None, None], got {seen['users']}"
)

# %% check="session_store_check_3" points=1
class OneUser:
    def user(self, session_id):
        return "ann" if session_id == "secret" else None


seen = []
for session_id in ("secret", "guess", None):
    answer = handle(Request(session_id), OneUser())
    status = getattr(answer, "status", f"{answer!r}, which is not a Response")
    seen.append([status, getattr(answer, "body", "")])
### JUDGE
assert seen[0] == [200, "ann"], f"the store says 'ann': expected 200 and 'ann', got {seen[0]}"
assert seen[1][0] == 401, f"the store says None to 'guess': expected the status 401, got {seen[1][0]}"
assert seen[2][0] == 401, f"no session id at all: expected the status 401, got {seen[2][0]}"

# %% check="session_store_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A session is valid for one lifetime after its last valid look-up, and one that has expired stays so.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 2), []
for _ in range(6):
    _lifetime, _acts, _log_ins = _rng.randint(20, 160) / 4, [], 0
    for _ in range(150):
        _gap = _rng.choice([0.25, 1, 1, 2, 3, _lifetime - 0.25, _lifetime, _lifetime + 0.25])
        _what, _which = _rng.random(), _rng.random()
        if _what < 0.25 or not _log_ins:
            _acts.append((_gap, "login", f"user-{_rng.randint(1, 4)}"))
            _log_ins += 1
        else:  # one of the latest sessions, counted from the end
            _acts.append((_gap, "user" if _what < 0.85 else "logout", -1 - int(_which**2 * min(6, _log_ins))))
    _runs.append((_lifetime, _acts))
_acts = [(0.5, "login", f"user-{_rng.randint(1, 4)}") for _ in range(400)]  # many at once, of few users
for _ in range(400):
    _acts.append((0.25, _rng.choice(["user", "user", "user", "logout"]), -1 - _rng.randrange(400)))
_runs.append((_rng.randint(250, 350), _acts))
### OBSERVE
import simpy

seen = []
for _lifetime, _acts in _runs:
    _env = simpy.Environment()
    _store, _ids, _answers = SessionStore(_env, _lifetime), [], []
    for _gap, _act, _whom in _acts:
        _env.run(until=_env.now + _gap)
        if _act == "login":
            _ids.append(_store.login(_whom))
        elif _act == "user":
            _answers.append(_store.user(_ids[_whom]))
        else:
            _store.logout(_ids[_whom])
    seen.append(_answers)
### JUDGE
_count, _wrong = 0, []
for (_lifetime, _acts), _answers in zip(_runs, seen, strict=True):
    _now, _history, _number = 0, [], 0  # of each session: its user, and the times at which it was used, None once it is over
    for _gap, _act, _whom in _acts:
        _now += _gap
        if _act == "login":
            _history.append([_whom, [_now]])
            continue
        _session = _history[_whom]
        if _act == "logout":
            _session[1].append(None)
            continue
        _before = list(_session[1])
        _alive = None not in _before and _now - _before[-1] < _lifetime
        _session[1].append(_now if _alive else None)
        _want = _session[0] if _alive else None
        _got = _answers[_number] if _number < len(_answers) else "nothing"
        _number, _count = _number + 1, _count + 1
        if _got != _want:
            _wrong.append(
                f"lifetime {_lifetime}, session of {_session[0]} used at {_before[-4:]} (None: over), looked up at {_now}: expected {_want}, got {_got}"
            )
assert not _wrong, f"{len(_wrong)} of {_count} look-ups are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="session_store_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: An id is made only of random bytes from the module secrets, at least 128 bits of them.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 3)
_log_ins, _few, _user = _rng.randint(900, 1100), _rng.randint(15, 35), _rng.choice(["annabella", "benedict", "clementine"])
_users, _some = [_user] * _log_ins, [_user] * _few  # who log in
### OBSERVE
import simpy
from unittest import mock

_state = random.getstate()
seen = {"ids": [], "from secrets": []}
for _ in range(2):
    random.seed(SEED)
    _store = SessionStore(simpy.Environment(), 100)
    seen["ids"].append([_store.login(_who) for _who in _users])
for _ in range(2):  # the generator behind the module secrets, made to repeat itself: see below
    with mock.patch("random._urandom", random.Random(SEED + 3).randbytes, create=True):
        _store = SessionStore(simpy.Environment(), 100)
        seen["from secrets"].append([_store.login(_who) for _who in _some])
random.setstate(_state)
### JUDGE
import secrets
from itertools import zip_longest
from math import log2
from unittest import mock

# random._urandom is a private name of CPython (there in 3.11 to 3.14). Where it is gone, or secrets
# draws from elsewhere, this question cannot be asked and is left out: all others still are.
_probe = []
for _ in range(2):
    with mock.patch("random._urandom", random.Random(SEED).randbytes, create=True):
        _probe.append(secrets.token_bytes(16))
_askable = _probe[0] == _probe[1]
_ids = [_id for _store in seen["ids"] for _id in _store]
assert [len(_store) for _store in seen["ids"]] == [len(_users)] * 2 and all(isinstance(_id, str) for _id in _ids), (
    f"{2 * len(_users)} log-ins must give {2 * len(_users)} strings; the first: {_ids[:2]}"
)
assert len(set(_ids)) == 2 * len(_users), (
    f"2 stores, {len(_users)} log-ins each, random seeded with {SEED} before both: all ids must differ, yours gave {len(set(_ids))} different ones, such as {_ids[0]!r}"
)
assert not any(_user in _id.lower() for _id in _ids), (
    f"an id must not tell the user's name: {_ids[0]!r}"
)
_columns = zip_longest(*_ids, fillvalue="")
_bits = sum(log2(len(set(_column))) for _column in _columns)
assert _bits > 126, (
    f"ids such as {_ids[0]!r} and {_ids[1]!r} hold about {_bits:.0f} bits of chance at most; 128 are needed (16 bytes)"
)
assert [len(_again) for _again in seen["from secrets"]] == [len(_some)] * 2, "not all log-ins were seen"
assert seen["from secrets"][0] == seen["from secrets"][1] or not _askable, (
    f"all chance in an id must come from the module secrets, and nothing else go in; not so in {seen['from secrets'][0][0]!r}"
)
### END HIDDEN TESTS

# %% check="session_store_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: logout ends one session only and does nothing with an unknown id; two stores know nothing of each other.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 4)
_short, _long = _rng.randint(20, 60), _rng.randint(200, 300)
_names = [f"user-{_rng.randint(100, 999)}" for _ in range(2)]
### OBSERVE
import simpy
from course.checks import attempt

_env = simpy.Environment()
_one, _two = SessionStore(_env, _short), SessionStore(_env, _long)
_a, _again, _b = _one.login(_names[0]), _one.login(_names[0]), _two.login(_names[1])
seen = {"strangers": [_one.user(_b), _two.user(_a)]}
seen["quiet"] = [
    attempt(lambda: _one.logout(_id)) for _id in (_b, "made up", None, _a, _a)
]
seen["after"] = [_one.user(_a), _one.user(_again), _two.user(_b)]
_env.run(until=_short - 1)
seen["renewed by its own look-ups only"] = [_two.user(_b), _two.user(_a)]
_env.run(until=_short + 1)
seen["expired"] = [_one.user(_again), attempt(lambda: _one.logout(_again)), _one.user(_again)]
_new = _one.login(_names[0])
seen["new"] = [_one.user(_new), _one.user(_again), _one.user(_a), _two.user(_b)]
### JUDGE
assert seen["strangers"] == [None, None], (
    f"two stores know nothing of each other's ids; yours gave {seen['strangers']}"
)
assert seen["quiet"] == [{"returned": None}] * 5, (
    f"logout returns None, also for an id of another store, a made-up one, None, and the same id twice; yours gave {seen['quiet']}"
)
assert seen["after"] == [None, _names[0], _names[1]], (
    f"one of {_names[0]}'s two sessions logged out: None for it, {_names[0]!r} for the other, {_names[1]!r} in the other store; yours gave {seen['after']}"
)
assert seen["renewed by its own look-ups only"] == [_names[1], None], (
    f"the other store goes on: {[_names[1], None]}; yours gave {seen['renewed by its own look-ups only']}"
)
assert seen["expired"] == [None, {"returned": None}, None], (
    f"lifetime {_short}, last used at 0, now {_short + 1}: None, then a logout of it that does nothing; yours gave {seen['expired']}"
)
assert seen["new"] == [_names[0], None, None, _names[1]], (
    f"after a new log-in: the new id gives {_names[0]!r}, the expired and the logged-out one None, the other store {_names[1]!r}; yours gave {seen['new']}"
)
### END HIDDEN TESTS

# %% check="session_store_hidden_4" points=1
### BEGIN HIDDEN TESTS
### RULE: handle keeps nothing between requests and asks the store every time.
### INPUTS
import random
from course.checks import SEED

_rng, _requests = random.Random(SEED + 5), []
_ids = [f"{_rng.getrandbits(64):x}" for _ in range(6)]
for _ in range(200):
    _number, _id = _rng.randrange(3), _rng.choice([*_ids, None, ""])
    _requests.append((_number, _id, _rng.choice(["ann", "bob", "0", "None", "Ann Lee", None])))
### OBSERVE
from course.stateless_tier import Request as _Request


class _Store:
    def __init__(self, users):
        self.users, self.asked = users, []

    def user(self, session_id):
        self.asked.append(session_id)
        return self.users.get(session_id)


_stores, seen = [_Store({}) for _ in range(3)], []
for _number, _id, _user in _requests:
    _store = _stores[_number]
    if _id:
        _store.users[_id] = _user
    _response = handle(_Request(_id), _store)
    _asked = _store.asked == [_id] * len(_store.asked) and bool(_store.asked)
    _store.asked.clear()
    seen.append([_response.status, _response.body, _asked or not _id])
### JUDGE
assert len(seen) == 200, f"200 requests, {len(seen)} answers"
for (_, _id, _user), (_status, _body, _asked) in zip(_requests, seen, strict=True):
    _case = f"session id {_id!r}, whose user is {_user if _id else None!r} in this store at this moment"
    if _id and _user:
        assert [_status, _body] == [200, _user], (
            f"{_case}: expected 200 and {_user!r}, got {_status} and {_body!r} (is something kept between requests?)"
        )
    else:
        assert _status == 401, (
            f"{_case}: expected 401, got {_status} (is something kept between requests?)"
        )
    assert _asked is True, f"{_case}: the store must be asked for exactly this id at every request"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Five users with two browsers each. A bar is a valid session, a full dot a look-up that found it. On the right, what a lifetime costs: log-ins if it is short, sessions in the store if it is long.
#
# 1. *Lifetime 3 min*: how many look-ups ask for a log-in?
# 2. *Lifetime 60 min*: what is the price of a long one?
#
# <details><summary>A formula for the log-ins</summary>
#
# Pages come at random moments, one every $g$ minutes on average. The next one comes within a lifetime $L$ with probability $1 - e^{-L/g}$. If a share $q$ of the pages ends with a log-out, the share of look-ups that ask for a log-in is
#
# $$1 - (1 - q)\,(1 - e^{-L/g}).$$
#
# With $L = 15$, $g = 10$ and $q = 0.1$ that is 30 %.
#
# </details>

# %%
explore_sessions(SessionStore)

# %% [markdown]
# All servers now run your `handle` with your one store. The ghost has the same users, and their sessions in the servers.
#
# 1. *web-1 dies*: who is thrown out?
# 2. *100 strangers a minute*: they try guessed ids, ids with one character changed, and ids of people who have logged out. Who gets in?
#
# Then **break it**: let `login` count its ids, "1", "2", "3", …, run the cell of B again, and watch who gets in. (Put `secrets` back afterwards.)

# %%
explore_tier(SessionStore, handle)

# %% [markdown]
# And now in motion: your store, next to sessions in memory. Kill web-1 at 150 s: whose users notice? Then set *lifetime* to 1 minute: who must log in again now?

# %%
replay_tier(SessionStore, handle)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes; a measurement takes about eight seconds.) Below are three real web servers, each a process of this computer that runs your `handle`, and before them a balancer. Twelve browsers with real cookies reload their pages twice a second; a browser that is
# asked to log in does so at once. You choose where the sessions are: in each web server's memory (three objects of your `SessionStore`; the balancer keeps a browser on its server by a second cookie), in one `SessionStore` that is a process of its own, or in Redis, if it is installed here. `handle` is the same in all three.
#
# On the right, two counts: on paper (*formula*), in the simulation of the same reloads, and on this machine.
#
# 1. *In memory, kill -9 web-1*: who must log in again?
# 2. *Your store, kill -9 web-1*: who notices?
# 3. *Your store, kill -9 the store*: what happens while it is dead, and what afterwards?
# 4. *Redis, kill -9 web-1*: what does Redis do better than your class?
#
# While it measures, kill any box yourself, and start them again. Nothing starts before you press a button, and all processes end with the measurement.

# %%
explore_real(SessionStore, handle)

# %% [markdown]
# ## Exercise C — As many servers as it takes: autoscaling
#
# In its quietest hour, at eight in the morning, your site gets 15 % of its evening traffic. Now that servers can come and go, stop paying for idle ones.
#
# `Autoscaler(target, minimum, maximum, cooldown)`: how busy servers should be (0.6 is 60 %), the fewest and the most of them, and a pause in seconds.
#
# `.desired(now, utilization, running)`, called about once a minute, returns how many servers there should be, an `int`. `now` is in seconds and grows; `utilization` is how busy the `running` servers are on average (0 to 1).
#
# - A utilization **within 10 %** of the target, so from 0.9 × target to 1.1 × target, changes nothing: it returns `running`, even if that lies outside the bounds.
# - Otherwise it wants `running × utilization / target`, rounded **up**, and not less than `minimum` nor more than `maximum`.
# - If that is more than `running`, it returns it at once: scaling up does not wait.
# - If it is less, it returns it only when at least `cooldown` seconds have passed since its last change in either direction (or there was none yet); else it returns `running`.
# - A **change** is a call that returned a number other than `running`.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Four servers, 90 % busy, target 50 %. How much work is that, in servers that are 50 % busy? And what is the only thing to remember from call to call?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Three steps: close to the target? Then the number, rounded by `math.ceil` and put between the bounds. Then may it be used now? Remember the time of your last change, and start with a time that lies infinitely far back.
#
# </details>


# %% solution="autoscaler"
class Autoscaler:
    """Keeps servers about `target` busy: up at once, down only after a pause."""

    def __init__(self, target, minimum, maximum, cooldown):
        self.target = target
        self.minimum = minimum
        self.maximum = maximum
        self.cooldown = cooldown
        self.changed_at = -math.inf  # the time of the last change: none yet

    def desired(self, now, utilization, running):
        """Return how many servers there should be at `now`, given how busy the `running` ones are."""
        ### BEGIN SOLUTION Exercise C: decide how many servers there should be
        if abs(utilization - self.target) <= 0.1 * self.target:
            return running
        wanted = math.ceil(running * utilization / self.target)
        wanted = min(self.maximum, max(self.minimum, wanted))
        if wanted < running and now - self.changed_at < self.cooldown:
            return running
        if wanted != running:
            self.changed_at = now
        return wanted
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): four servers are 90 % busy, and 50 % is the target. It should be 8.

# %%
try:
    print(Autoscaler(0.5, 1, 20, 300).desired(0, 0.9, 4))
except NotImplementedError as stub:
    print(stub)

# %% check="autoscaler" points=1
seen = [
    Autoscaler(0.5, 1, 20, 300).desired(0, utilization, running)
    for utilization, running in [(0.9, 4), (0.8, 3), (0.2, 8), (0.52, 6), (0.46, 6)]
]
### JUDGE
assert seen[0] == 8, f"target 0.5: 4 servers, 90 % busy, is 7.2 servers' work: 8; yours said {seen[0]}"
assert seen[1] == 5, f"target 0.5: 3 servers, 80 % busy: 4.8, so 5; yours said {seen[1]}"
assert seen[2] == 4, f"target 0.5: 8 servers, 20 % busy: 3.2, so 4; yours said {seen[2]}"
assert seen[3:] == [6, 6], (
    f"target 0.5: 52 % and 46 % are within 10 % of it (45 % to 55 %): 6 servers stay 6; yours said {seen[3:]}"
)

# %% check="autoscaler_check_2" points=1
seen = [
    Autoscaler(0.5, 3, 10, 300).desired(0, utilization, running)
    for utilization, running in [(0.95, 9), (0.02, 9), (0.51, 14), (0.0, 0)]
]
### JUDGE
assert seen[0] == 10, f"17.1 servers' work, but the maximum is 10; yours said {seen[0]}"
assert seen[1] == 3, f"0.36 servers' work, but the minimum is 3; yours said {seen[1]}"
assert seen[2] == 14, (
    f"51 % busy is within 10 % of 50 %: 14 running stay 14, also above the maximum of 10; yours said {seen[2]}"
)
assert seen[3] == 3, f"0 servers running, minimum 3: 3; yours said {seen[3]}"

# %% check="autoscaler_check_3" points=1
scaler = Autoscaler(0.5, 1, 20, 300)
seen = [
    scaler.desired(now, utilization, running)
    for now, utilization, running in [
        (0, 0.9, 4),
        (60, 0.2, 8),
        (120, 0.9, 8),
        (360, 0.2, 15),
        (420, 0.2, 15),
        (480, 0.2, 6),
        (500, 0.9, 20),
        (720, 0.2, 20),
    ]
]
### JUDGE
assert seen[:2] == [8, 8], (
    f"cooldown 300: up to 8 at 0 s; at 60 s it may not go down yet, 8; yours said {seen[:2]}"
)
assert seen[2] == 15, f"at 120 s 8 servers are 90 % busy: up to 15 at once; yours said {seen[2]}"
assert seen[3:5] == [15, 6], (
    f"last change at 120 s: at 360 s it stays 15, at 420 s it may go down to 6; yours said {seen[3:5]}"
)
assert seen[5] == 6, f"last change at 420 s, so at 480 s it stays 6; yours said {seen[5]}"
assert seen[6:] == [20, 8], (
    f"at 500 s 20 servers run, the maximum: they stay 20, which is not a change; so at 720 s, 300 s after the last change, it may go down to 8; yours said {seen[6:]}"
)

# %% check="autoscaler_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Outside the band it wants running × utilization / target, rounded up, within minimum and maximum.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 6), []
while len(_cases) < 400:
    _target, _busy, _running = _rng.randint(20, 95), _rng.randint(1, 100), _rng.randint(1, _rng.choice([40, 40, 900]))
    _minimum = _rng.randint(1, 6)
    if _running * _busy % _target and 10 * abs(_busy - _target) != _target:
        _cases.append((_target, _busy, _running, _minimum, _rng.randint(_minimum, _rng.choice([45, 1500]))))
### OBSERVE
seen = []
for _target, _busy, _running, _minimum, _maximum in _cases:
    _answer = Autoscaler(_target / 100, _minimum, _maximum, 0).desired(0, _busy / 100, _running)
    seen.append(_answer)
### JUDGE
assert len(seen) == 400, f"400 questions, {len(seen)} answers"
for (_target, _busy, _running, _minimum, _maximum), _got in zip(_cases, seen, strict=True):
    _want = _running
    if 10 * abs(_busy - _target) > _target:
        _want = sorted([_minimum, _running * _busy // _target + 1, _maximum])[1]
    assert _got == _want, (
        f"Autoscaler({_target / 100}, {_minimum}, {_maximum}, 0).desired(0, {_busy / 100}, {_running}): expected {_want}, got {_got}"
    )
    assert type(_got) is int, f"desired must return a whole number, such as 4, not {_got!r}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="autoscaler_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: Scaling up does not wait; scaling down waits until cooldown seconds have passed since the last change.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 7), []
for _ in range(8):
    _cooldown, _now, _calls = _rng.choice([0, 60, 120, 300, 600]), _rng.choice([0, 500]), []
    for _ in range(120):
        _calls.append((_now, _rng.choice([13, 23, 37, 47, 51, 53, 67, 79, 97])))
        _now += _rng.choice([30, 60, 60, 90])
    _runs.append((_rng.randint(2, 5), _rng.randint(15, 60), _rng.randint(5, 15), _cooldown, _calls))
### OBSERVE
seen = []
for _minimum, _maximum, _running, _cooldown, _calls in _runs:
    _scaler, _said = Autoscaler(0.5, _minimum, _maximum, _cooldown), []
    for _now, _busy in _calls:
        _running = _scaler.desired(_now, _busy / 100, _running)
        _said.append(_running)
    seen.append(_said)
### JUDGE
assert [len(_said) for _said in seen] == [len(_run[-1]) for _run in _runs], "not all calls were seen"
for (_minimum, _maximum, _running, _cooldown, _calls), _said in zip(_runs, seen, strict=True):
    _changes = []
    for (_now, _busy), _got in zip(_calls, _said, strict=True):
        _want = _running
        if not 45 <= _busy <= 55:
            _goal = min(_maximum, max(_minimum, -(-_running * _busy // 50)))
            _rested = not _changes or _now - _changes[-1] >= _cooldown
            if _goal > _running or _rested:
                _want = _goal
        assert _got == _want, (
            f"Autoscaler(0.5, {_minimum}, {_maximum}, {_cooldown}), its last change at {_changes[-1] if _changes else 'no time yet'}: "
            f"desired({_now}, {_busy / 100}, {_running}): expected {_want}, got {_got}"
        )
        if _want != _running:
            _changes.append(_now)
        _running = _want
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="autoscaler_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: A call that returns running is not a change, a first change never waits, and within the band the bounds play no part.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 8)
_start, _few, _most, _many = _rng.randint(1000, 9000), _rng.randint(3, 5), _rng.randint(12, 18), _rng.randint(25, 60)
_six, _four = _rng.randint(6, 9), _rng.randint(11, 12)
_calls = {
    "at the maximum": [(0, 0.75, _six), (300, 0.95, _most), (590, 0.95, _most), (600, 0.01, _most)],
    "above the maximum": [(0, 0.25, 2 * _six), (100, 0.95, _many), (599, 0.31, _many), (600, 0.95, _many)],
    "first at once": [(0, 0.01, _most), (599, 0.01, _few), (600, 1.0, _few), (601, 0.52, _many)],
    "below the minimum": [(0, 0.01, _most), (1, 0.01, 2), (599, 0.01, _four), (600, 0.01, _four)],
}
### OBSERVE
seen = {}
for _case, _sequence in _calls.items():
    _scaler = Autoscaler(0.5, _few, _most, 600)
    seen[_case] = [_scaler.desired(_start + _now, _busy, _running) for _now, _busy, _running in _sequence]
_one, _two = Autoscaler(0.5, _few, _most, 600), Autoscaler(0.5, _few, _most, 600)
seen["two of them"] = [_one.desired(_start, 0.75, _six), _two.desired(_start, 0.25, 2 * _six)]
### JUDGE
_up = min(_most, -(-_six * 3 // 2))
_expected = {
    "at the maximum": ([_up, _most, _most, _few], f"{_six} up to {_up}; then it stays at its {_most}, which is no change: 600 s after the first one it may go down"),
    "above the maximum": ([_six, _many, _many, _most], f"{2 * _six} down to {_six}; {_many} running (more than allowed) come down to {_most} only when the cooldown is over"),
    "first at once": ([_few, _few, 2 * _few, _many], f"{_most} down to {_few} at once, as nothing was changed before; up to {2 * _few}; within 10 % of the target {_many} stay {_many}"),
    "below the minimum": ([_few, _few, _four, _four], f"{_most} down to {_few}; 2 running are below the minimum, so up to {_few} at once, a change: {_four} may not go down for 600 s"),
    "two of them": ([_up, _six], f"two autoscalers know nothing of each other: {_six} up to {_up}, and {2 * _six} down to {_six} at once"),
}
for _case, _got in seen.items():
    _want, _why = _expected[_case]
    assert _got == _want, (
        f"Autoscaler(0.5, {_few}, {_most}, 600), {_case} (from {_start} s on): {_why}: expected {_want}, got {_got}"
    )
assert list(seen) == [*_calls, "two of them"], "not all cases were seen"
### END HIDDEN TESTS

# %% [markdown]
# Some 25 million pages a day, counted minute by minute; each minute's traffic lies about 8 % above or below the day's curve. Your autoscaler may run between 2 and 40 servers. Those that are still starting count as running, 0 % busy. A server-hour costs 10 cents.
#
# 1. *Compare the bills*: with a number of servers that is right for the evening, and with one that is right on average.
# 2. *No cooldown*: how often does the number of servers change?
# 3. *Target 80 %*: cheaper. Who pays for it?
# 4. *Target 90 %*: and closer still?
# 5. *Target 95 %*: what happened?

# %%
explore_day(Autoscaler)

# %% [markdown]
# Lunch time: a celebrity shares one of your photos, and at 13:00 the traffic triples within a minute. Your autoscaler, again with 2 to 40 servers, is asked every 15 seconds and notices at once. Then it waits, as all of them do, for servers to start.
#
# Which helps more against a crowd: a quicker start, or a lower target?
#
# 1. *Servers start in 10 min*: what does it wait for?
# 2. *Servers start at once*: and if there were nothing to wait for?
# 3. *Target 30 %*: does that help as much?
# 4. *Target 30 %, no crowd*: what does it cost on all other days?

# %%
explore_flash_crowd(Autoscaler)

# %% [markdown]
# Watch the same crowd for 40 minutes. Click on a server that the crowd called for: which call of `desired` asked for it, what did it see, and how much later does the server help? Then let servers start at once.

# %%
replay_flash_crowd(Autoscaler)

# %% [markdown]
# ## Explain
#
# Your site still has sticky sessions, in the memory of 12 servers. Every Friday at 18:00 you restart all servers, one after the other, to install a new version.
#
# What do your users see on Fridays, and why may some of them see it more than once? A colleague says: "No session store, please, that is one more thing that can die. Let us give each browser a **signed token** that says *this is Ann, valid for 8 hours*;
# any server can check the signature." What does that gain, and what can you no longer do, for example when Ann's laptop is stolen? Name **two** ways to fix that, each with its price. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# Each restart empties one server's memory, so its users are asked to log in again and lose what was in their session; when all 12 are through, everybody has been hit at least once. A user whose server restarted early was moved to
# another server, and if that one comes later in the row, she is thrown out again. Signed tokens end this: any server can check them without asking anybody, so restarts lose nothing, no look-up is needed, and there is no store that can die.
# But nothing on your side decides any longer whether a token is valid: until its 8 hours are over, it cannot be taken back. Logging out only deletes Ann's own copy; the thief's goes on working. One fix: tokens that are valid for five minutes only, renewed with a second token that *is* looked up
# in a store. It costs a store again, asked more rarely, and the thief keeps up to five minutes. Another: a list of revoked tokens that every server looks at. It costs a look-up (or a copy on each server that is a little late) at every request,
# which is what the token was to save. Changing the signing key is a third one: it ends everybody's session.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: each restart throws out that server's users (session lost, log in again); by the end everybody has been hit at least once. Some more than once: their session moved to a server that restarts later. (Half a point without the second part.)
#
# 1 point: the gain: any server can check a token by itself, so no look-up, no store to die, restarts harmless. The loss: a token cannot be taken back before it ends; logging out or a theft changes nothing on the servers. (Half a point each.)
#
# 1 point: two *different* fixes, each with its price; half a point for each. For example: short lifetime with a refresh token (a store again for the refresh; minutes of abuse remain); a list of revoked tokens (a look-up at each request, or copies that are late; state again);
# a new signing key (throws everybody out); tying the token to device or address (users on the move are thrown out); asking for the password again before anything dangerous (a nuisance; reading stays open).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Sticky sessions**: HAProxy `cookie SRV insert indirect nocache`, which writes the server's name into a cookie of its own, or `stick-table` with `stick on src`. nginx `ip_hash;` (of an IPv4 address it hashes the first three numbers only: a whole office goes to one server).
# - **Session stores**: Redis and Valkey: log in is `SET id user EX 900`, your `.user` is `GETEX id EX 900` (since 6.2, 2021), log out is `DEL id`. Memcached has `gat`, get and touch. DynamoDB deletes what has expired some time later, so compare the time yourself.
# - **Cookies**: `Set-Cookie: id=…; Secure; HttpOnly; SameSite=Lax`: not over plain HTTP, not readable by scripts, not sent along from other sites' forms. **Signed tokens** are called JSON Web Tokens (RFC 7519, 2015).
# - **Kubernetes**' HorizontalPodAutoscaler is your exercise C: `desiredReplicas = ceil(currentReplicas × currentMetricValue / desiredMetricValue)`, tolerance 10 % (per autoscaler since 1.33, 2025, alpha; beta in 1.35). Instead of a cooldown it uses the highest wish of the last 5 minutes: `--horizontal-pod-autoscaler-downscale-stabilization`.
# - **AWS** calls it *target tracking*; its *default instance warmup* (2022) leaves starting servers out of the average.
# - **Left out here:** letting a server finish its requests before it stops (draining), other users' data in a session, autoscaling by a forecast or a timetable, a limit on the database connections that all the new servers open, and the store's own failures.

# %% [markdown]
# ## Your guesses
#
# How good have your guesses been so far? Save the notebook first.

# %%
import course

course.guesses()

# %% [markdown]
# ## Hand in
#
# Save first (Ctrl + S, on a Mac: Cmd + S). The button below looks at what is saved, says what is missing, and makes one file of it.

# %%
import course

course.submit()

# %% [markdown]
# ## What breaks next
#
# None of your web servers has a name that matters any more. Kill one, add ten: no user notices. But look at the picture once more. Balancer, servers, store, cache and database all stand in *one* building, on one power line. When that
# data center goes dark, there is nothing left to fail over to, and for a user on the other side of the world it is far away on the best of days. In notebook 07 you open a second one.
