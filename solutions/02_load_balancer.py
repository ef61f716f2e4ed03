# %% [markdown] question="who should serve the next request, and who notices that a server died?" shown="explore(LeastConnections)" moved={"dies_at": 20}
# # 2 · Load balancer
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/02_load_balancer/02_load_balancer.ipynb)
#
# Your photo app has outgrown its web server. Notebook 01 ended with two facts: the biggest machine you can buy has a limit,
# and when the one web server dies, the whole site dies with it. So today you stop buying bigger and start buying more:
# four small web servers. Two questions come with them. Who serves the next request? And who notices that a server died?
#
# **Time:** about 75 minutes. Afterwards you will be able to
#
# - write the three balancing rules that nginx, HAProxy and Envoy ship with, and say what each does to the slowest 1 % of requests,
# - keep traffic away from dead servers, and say what a quick health check costs,
# - tell which machines of a system can be reached from the internet.

# %%
import ipaddress
import random

from course.load_balancer import (
    NoHealthyServer,
    ServerView,
    architecture,
    explore,
    explore_health,
    explore_network,
    name_picked,
    make_views,
)

# %% [markdown]
# ## The picture
#
# Clients know one address: the load balancer's. It passes each request on to one of the web servers.
# (Left to right: clients on the internet → load balancer, new, with a public and a private address → web-1 … web-4 with private addresses → database.)

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### One address in front of many servers
# DNS now gives your users the address of the load balancer. It takes a request, picks one web server, passes the request on and hands the
# answer back. Nobody outside can tell how many servers there are, so you may change them at any time.
# If one dies, its requests go to the others: **failover**. If traffic grows, you add a server and the balancer starts to use it.
# The servers behind one balancer are called a **load-balanced set**, or a pool.
#
# ### What the balancer may know
# It sees each server as a `ServerView`: `name`, `address`, `active` (requests in service or waiting there now) and `healthy` (what the last health
# checks said, which is not always true). It does *not* know how long a request will take. Most requests of the photo app are short;
# a few, such as an upload, take about eight times as long. That is why "the same number for each" is not "the same work for each".
#
# ### Private addresses
# The web servers and the database keep **private addresses**. RFC 1918 (1996) sets three blocks of IPv4 aside for them: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16.
# RFC 4193 (2005) does the same for IPv6: fc00::/7. The internet has no route to them. The balancer has one leg on each side: a public address for the clients,
# a private one for talking to its servers. So everything that comes in comes in through the balancer.
#
# ### And if the balancer dies?
# Then everything is down: you have moved the single point of failure, not removed it. The usual cure is a **pair** with a *floating address*. Both run; only one holds
# the public address. It announces itself to the other, by default once a second; when three announcements in a row are missing, the other takes the address over (VRRP, RFC 5798, 2010;
# the program is called keepalived). Clients notice a few seconds, and DNS never changes.

# %%
ServerView("web-1", "10.0.0.11", active=3, healthy=True)  # what your balancer will see of web-1

# %% [markdown]
# ## Predict
#
# Four web servers, one request at a time each. A request needs 40 ms on average, and 84 of them arrive per second, so the servers are busy 84 % of the time. The balancer
# rolls a die for each request.
#
# How long do the slowest 1 % of requests take, at least? (That is the 99th percentile, p99.) Write your guess in milliseconds, then go on.

# %%
prediction = None  # milliseconds: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** requests in each server. **Right:** the share of requests slower than x. Your guess is the diamond on the 1 % line, and the orange line is
# an ideal: one queue for all servers, so that nobody waits while a server is idle.
#
# 1. Compare your guess with random balancing. Then look left: how many requests wait in one server while another has nothing to do?
# 2. Switch *algorithm* to *by client*: each client always gets the same server. A few clients send far more than the others. Which server pays?
# 3. Set *one more joins at* to 20 s. You changed no client and no other server, yet web-5 gets its share.
# 4. Put *one more joins at* back to *never* and *algorithm* back to *random*. Set *web-1 dies at* to 20 s, first with *health checks: none*, then with *last probe* (one probe a second; the balancer believes it). Three servers must now carry the work of four. Can they?

# %%
explore(prediction=prediction)

# %% [markdown]
# Random balancing needs about 3 seconds for what takes 40 ms of work. Nothing is overloaded: chance alone piles dozens of requests on one server while its neighbour
# is idle. With three servers left, the load is 112 % and the queues only grow. Always keep a server more than you need.

# %% [markdown]
# ## Exercise A — Take turns: round robin
#
# A die is forgetful. Write the oldest rule instead: each server in turn.
#
# `RoundRobin().pick(servers)` gets a list of `ServerView`s and returns one of them. The views are new objects at every call, and servers come and go, so a server is known by its **name** only.
#
# - It returns the next *healthy* server in list order after the one picked last, wrapping round at the end. "After" means its place in the list of this call.
# - If the one picked last is still listed but unhealthy, the turn goes on from its place. A server that fails or comes back does not reset the turn.
# - At the first call, or when the one picked last is no longer listed: the first healthy one.
# - If no server is healthy it raises `NoHealthyServer` (the client gets a 503), and the turn stays where it was.
# - It changes nothing of the list or the views.
#
# To try it: `RoundRobin().pick(make_views({"a": 0, "b": 0}))`. Here `make_views` makes new `ServerView`s from names and `active`; `out=["a"]` makes a unhealthy.
#
# <details><summary>Hint 1</summary>
#
# Three servers, b was picked last, and now b is unhealthy. Which places of the list do you look at, and in which order?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Find the place of the name you remember. Then walk through the list once, starting one place further and wrapping round, and stop at the first healthy view. Remember its name, not its place.
#
# </details>


# %% solution="round_robin"
class RoundRobin:
    """Each healthy server in turn, in the order of the list."""

    def __init__(self):
        self.last = None  # what you remember between two calls; None before the first

    def pick(self, servers):
        """Return the next healthy one of `servers`; raise NoHealthyServer if there is none."""
        ### BEGIN SOLUTION Exercise A: choose the next server
        names = [server.name for server in servers]
        start = names.index(self.last) + 1 if self.last in names else 0
        for server in servers[start:] + servers[:start]:
            if server.healthy:
                self.last = server.name
                return server
        raise NoHealthyServer
        ### END SOLUTION


# %% check="round_robin" points=1
balancer = RoundRobin()
seen = [name_picked(balancer, make_views({"a": 0, "b": 0, "c": 0})) for _ in range(5)]
### JUDGE
assert seen == ["a", "b", "c", "a", "b"], (
    f"5 requests over a, b, c should go a b c a b; yours went {' '.join(seen)}"
)

# %% check="round_robin_check_2" points=1
balancer = RoundRobin()
everyone = {"a": 0, "b": 0, "c": 0}
seen = [
    name_picked(balancer, make_views(everyone, out=out))
    for out in ([], [], ["b"], ["b"], ["b"], [])
]
### JUDGE
expected = ["a", "b", "c", "a", "c", "a"]
assert seen == expected, (
    "6 requests over a, b, c, b unhealthy at the 3rd, 4th and 5th, should go a b c a c a "
    f"(after b comes c, also when b has failed); yours went {' '.join(seen)}"
)

# %% check="round_robin_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng, _lists = random.Random(SEED), []
for _ in range(300):
    _names = _rng.sample("abcdefg", _rng.randint(2, 6))
    for _ in range(_rng.randint(1, 4)):
        _out = _rng.sample(_names, _rng.randint(0, len(_names) - 1))
        _lists.append((_names, _out, [_rng.randint(0, 9) for _ in _names]))
### OBSERVE
_balancer, seen = RoundRobin(), []
for _names, _out, _busy in _lists:
    seen.append(name_picked(_balancer, make_views(dict(zip(_names, _busy, strict=True)), out=_out)))
### JUDGE
_expected, _last, _calls = [], None, []
for _names, _out, _ in _lists:
    _place = _names.index(_last) if _last in _names else -1
    while True:
        _place = (_place + 1) % len(_names)
        if _names[_place] not in _out:
            break
    _calls.append(
        f"last picked {_last}, listed {' '.join(_names)}, unhealthy {' '.join(_out) or 'none'}"
    )
    _last = _names[_place]
    _expected.append(_last)
_wrong = [
    f"{_call}: expected {_want}, got {_got}"
    for _call, _want, _got in zip(_calls, _expected, seen, strict=False)
    if _want != _got
]
assert len(seen) == len(_expected) and not _wrong, (
    f"{len(_wrong)} of {len(_expected)} picks are wrong; the first: {_wrong[:1]}"
)
### END HIDDEN TESTS

# %% check="round_robin_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_names = random.Random(SEED).sample("abcdefgh", 3)
### OBSERVE
from course.checks import attempt

_balancer, _idle = RoundRobin(), dict.fromkeys(_names, 0)
_listed = make_views(_idle)
seen = {"picked": [name_picked(_balancer, _listed), name_picked(_balancer, make_views(_idle))]}
seen["listed"] = [_server.name for _server in _listed]
seen["nobody"] = attempt(lambda: name_picked(_balancer, make_views(_idle, out=_names)))
seen["empty"] = attempt(lambda: name_picked(_balancer, []))
seen["picked"].append(name_picked(_balancer, make_views(_idle, out=_names[:1])))
### JUDGE
assert seen["nobody"].get("raised") == "NoHealthyServer", (
    f"with no healthy server pick must raise NoHealthyServer; it gave {seen['nobody']}"
)
assert seen["empty"].get("raised") == "NoHealthyServer", (
    f"with no server at all pick must raise NoHealthyServer; it gave {seen['empty']}"
)
assert seen["listed"] == _names, (
    f"pick must not change the list {_names}; afterwards it was {seen['listed']}"
)
assert seen["picked"] == _names, (
    f"{_names}: two picks, two calls without a healthy server, then the first one unhealthy: "
    f"the turn is the third's; yours went {seen['picked']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Your balancer now feeds four servers; the grey ghost is the die. Better, but far from the ideal. Why? Each server gets every fourth request, but a request can be long:
# the counts are even, the work is not. Move the arrival rate a little: at some rates the die even wins. That is luck, one minute is a short time. Over hours, turns win by about a tenth.

# %%
explore(RoundRobin)

# %% [markdown]
# ## Exercise B — Look before you send: least connections
#
# The balancer knows how many requests each server still has, because every answer comes back through it. Use it.
#
# `LeastConnections().pick(servers)` returns, of the healthy servers,
#
# - the one with the fewest `active`;
# - of several with the fewest, the one that this balancer picked **least recently**. One never picked comes before all that have been; of several never picked, the first in the list.
# - It raises `NoHealthyServer` if none is healthy, knows a server by its name, and changes nothing of the list or the views.
#
# To try it: `LeastConnections().pick(make_views({"a": 2, "b": 1}))`.
#
# <details><summary>Hint 1</summary>
#
# At night all servers have 0 active. Without the rule for ties, who gets every request?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Number your picks 1, 2, 3, … and keep, for each name, the number of its last one. Then compare pairs: first `active`, then that number, with 0 for a name you have not met. Python's `min` keeps the first of equals.
#
# </details>


# %% solution="least_connections"
class LeastConnections:
    """The healthy server with the fewest active requests; ties: the one picked least recently."""

    def __init__(self):
        ### BEGIN SOLUTION Exercise B: what do you remember between calls?
        self.picks = 0
        self.last_pick = {}  # name → number of its last pick
        ### END SOLUTION

    def pick(self, servers):
        """Return the least busy healthy one of `servers`; raise NoHealthyServer if there is none."""
        ### BEGIN SOLUTION Exercise B: choose the least busy server
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        chosen = min(
            healthy, key=lambda server: (server.active, self.last_pick.get(server.name, 0))
        )
        self.picks += 1
        self.last_pick[chosen.name] = self.picks
        return chosen
        ### END SOLUTION


# %% check="least_connections" points=1
balancer = LeastConnections()
seen = [
    name_picked(balancer, make_views({"a": 3, "b": 1, "c": 2})),
    name_picked(balancer, make_views({"a": 0, "b": 1, "c": 2})),
    name_picked(balancer, make_views({"a": 0, "b": 1, "c": 2}, out=["a"])),
]
### JUDGE
assert seen[0] == "b", f"active a 3, b 1, c 2: b has the fewest; yours picked {seen[0]}"
assert seen[1] == "a", f"active a 0, b 1, c 2: a has the fewest; yours picked {seen[1]}"
assert seen[2] == "b", f"active a 0, b 1, c 2, but a is unhealthy: b; yours picked {seen[2]}"

# %% check="least_connections_check_2" points=1
balancer = LeastConnections()
seen = [name_picked(balancer, make_views({"a": 0, "b": 0, "c": 0})) for _ in range(4)]
seen += [
    name_picked(balancer, make_views({"a": 1, "b": 0, "c": 1})),
    name_picked(balancer, make_views({"a": 1, "b": 1, "c": 1})),
]
### JUDGE
assert seen[:4] == ["a", "b", "c", "a"], (
    f"with a, b, c all idle, 4 requests should go a b c a (least recently picked first); yours went {' '.join(seen[:4])}"
)
assert seen[4:] == ["b", "c"], (
    f"after a b c a: only b is idle, so b; then all have 1 and c waited longest, so c; yours went {' '.join(seen[4:])}"
)

# %% check="least_connections_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng, _lists = random.Random(SEED + 1), []
for _ in range(400):
    _names = _rng.sample("abcdefgh", _rng.randint(2, 6))
    _out = _rng.sample(_names, _rng.randint(0, len(_names) - 1))
    _lists.append(({_name: _rng.choice([0, 0, 1, 1, 2, 50]) for _name in _names}, _out))
### OBSERVE
_balancer, seen = LeastConnections(), []
for _active, _out in _lists:
    seen.append(name_picked(_balancer, make_views(_active, out=_out)))
### JUDGE
_history, _wrong = [], []
for _number, (_active, _out) in enumerate(_lists):
    _fewest = min(_active[_name] for _name in _active if _name not in _out)
    _tied = [_name for _name in _active if _name not in _out and _active[_name] == _fewest]
    _new = [_name for _name in _tied if _name not in _history]
    _want = (
        _new[0] if _new else min(_tied, key=lambda _name: len(_history) - 1 - _history[::-1].index(_name))
    )
    _history.append(_want)
    _got = seen[_number] if _number < len(seen) else None
    if _got != _want:
        _wrong.append(
            f"active {_active}, unhealthy {_out}, picks before (latest last) {_history[-9:-1]}: expected {_want}, got {_got}"
        )
assert not _wrong, f"{len(_wrong)} of 400 picks are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="least_connections_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_a, _b, _c, _d = random.Random(SEED + 8).sample("abcdefgh", 4)
### OBSERVE
from course.checks import attempt

_balancer = LeastConnections()
_listed = make_views({_a: 5, _b: 0, _c: 2, _d: 0}, out=[_d])
seen = {"picked": [name_picked(_balancer, _listed)]}
seen["listed"] = [[_server.name, _server.active, _server.healthy] for _server in _listed]
seen["nobody"] = attempt(lambda: name_picked(_balancer, make_views({_a: 0, _b: 1}, out=[_a, _b])))
seen["empty"] = attempt(lambda: name_picked(_balancer, []))
seen["picked"].append(name_picked(_balancer, make_views({_b: 0, _a: 0})))
### JUDGE
assert seen["nobody"].get("raised") == "NoHealthyServer", (
    f"with no healthy server pick must raise NoHealthyServer; it gave {seen['nobody']}"
)
assert seen["empty"].get("raised") == "NoHealthyServer", (
    f"with no server at all pick must raise NoHealthyServer; it gave {seen['empty']}"
)
assert seen["listed"] == [[_a, 5, True], [_b, 0, True], [_c, 2, True], [_d, 0, False]], (
    f"pick must change neither the list nor the views; afterwards they were {seen['listed']}"
)
assert seen["picked"] == [_b, _a], (
    f"{_b} has the fewest; later {_b} and {_a} are idle, and {_a} was never picked: {_b} {_a}; yours went {seen['picked']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Less than a third of random's p99: 0.8 s; the ideal is 0.5 s. Now **break it**: let web-1 die at 20 s with *health checks: none*, and count the failed requests. Switch to
# `RoundRobin` and count again. The clever rule loses far more! A dead server answers at once, with an error, so it never has anything active. To your rule it looks like
# the idlest server of all. Operators call this a black hole.

# %%
explore(LeastConnections, RoundRobin)

# %% [markdown]
# ## Exercise C — Look at two: power of two choices
#
# Least connections looks at every server for every request. With 1,000 servers that is slow; with ten balancers it is worse, as all ten see the same idle server and send to it at the
# same moment. The cure is almost too simple: look at *two* servers, picked at random.
#
# With very many servers, 90 % busy, a random server makes a request stay for 10 service times on average. The better of two: 2.6 (Mitzenmacher, 2001).
#
# `PowerOfTwoChoices(rng).pick(servers)`; `rng` is a `random.Random`.
#
# - It takes two *distinct* healthy servers at random, every pair equally likely, and returns the one with fewer `active`.
# - If both have the same: either, with equal chances.
# - With one healthy server it returns that one; with none it raises `NoHealthyServer`.
# - All chance comes from `rng`, nothing from the global `random`. So the same seed gives the same picks. It changes nothing of the list or the views.
#
# To try it: `PowerOfTwoChoices(random.Random(1)).pick(make_views({"a": 2, "b": 1, "c": 0}))`.
#
# <details><summary>Hint 1</summary>
#
# If you draw twice independently, how often do you compare a server with itself?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The module `random` has a function that draws several things without putting them back, and `rng` has it as a method. It returns them in random order; think about what that means for ties.
#
# </details>


# %% solution="power_of_two_choices"
class PowerOfTwoChoices:
    """Of two healthy servers drawn at random, the less busy."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        """Return the less busy of two random healthy `servers`; raise NoHealthyServer if none."""
        ### BEGIN SOLUTION Exercise C: draw two, take the better
        healthy = [server for server in servers if server.healthy]
        if not healthy:
            raise NoHealthyServer
        two = self.rng.sample(healthy, min(2, len(healthy)))  # in random order: so are ties
        return min(two, key=lambda server: server.active)
        ### END SOLUTION


# %% check="power_of_two_choices" points=1
balancer = PowerOfTwoChoices(random.Random(7))
seen = {
    "three": [name_picked(balancer, make_views({"a": 0, "b": 4, "c": 9})) for _ in range(300)],
    "one": name_picked(balancer, make_views({"a": 0, "b": 4, "c": 9}, out=["a", "b"])),
}
### JUDGE
from collections import Counter

counts = Counter(seen["three"])
assert set(counts) <= {"a", "b"}, (
    f"active a 0, b 4, c 9: c is the busier one of every pair, so it is never returned; 300 picks gave {dict(counts)}"
)
assert counts["a"] > counts["b"] > 30, (
    f"active a 0, b 4, c 9: of the pairs ab, ac, bc two give a and one gives b; 300 picks gave {dict(counts)}"
)
assert seen["one"] == "c", f"only c is healthy: c; yours returned {seen['one']}"

# %% check="power_of_two_choices_hidden" points=1
### BEGIN HIDDEN TESTS
import random
from course.checks import SEED


def _shares(active, out, seed):
    balancer = PowerOfTwoChoices(random.Random(seed))
    picked = [name_picked(balancer, make_views(active, out=out)) for _ in range(6000)]
    return {name: picked.count(name) for name in sorted(set(picked))}


seen = {
    "steps": _shares({"x": 0, "c": 30, "a": 10, "d": 40, "b": 20}, ["x"], SEED + 2),
    "ties": _shares({"a": 5, "b": 5, "c": 5, "x": 0, "d": 5}, ["x"], SEED + 3),
    "pair": _shares({"a": 1, "b": 1}, [], SEED + 4),
}
### JUDGE
# bands of 5.7 standard deviations: a right solution is outside one of the 9 with probability < 1.1e-7
_expected = {
    "steps": (
        {"a": 3 / 6, "b": 2 / 6, "c": 1 / 6},
        "a 10, b 20, c 30, d 40 active: of the 6 pairs 3 give a, 2 b, 1 c",
    ),
    "ties": (
        {"a": 1 / 4, "b": 1 / 4, "c": 1 / 4, "d": 1 / 4},
        "all have 5 active: each gets a quarter",
    ),
    "pair": ({"a": 1 / 2, "b": 1 / 2}, "two servers with 1 active each: each gets half"),
}
for _case, (_chances, _why) in _expected.items():
    assert set(seen[_case]) == set(_chances), f"{_why}; 6,000 picks gave {seen[_case]}"
    for _name, _chance in _chances.items():
        _band = 5.7 * (6000 * _chance * (1 - _chance)) ** 0.5
        assert abs(seen[_case][_name] - 6000 * _chance) < _band, f"{_why}; 6,000 picks gave {seen[_case]}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="power_of_two_choices_hidden_2" points=1
### BEGIN HIDDEN TESTS
import random
from course.checks import SEED, attempt


def _picks(seed):
    balancer = PowerOfTwoChoices(random.Random(seed))
    return [
        name_picked(balancer, make_views({"a": 1, "b": 2, "c": 3, "d": 3, "e": 1}))
        for _ in range(200)
    ]


_state = random.getstate()
_listed = make_views({"a": 2, "b": 1, "c": 0})
name_picked(PowerOfTwoChoices(random.Random(SEED)), _listed)
seen = {
    "first": _picks(SEED),
    "again": _picks(SEED),
    "other seed": _picks(SEED + 5),
    "global untouched": random.getstate() == _state,
    "listed": [[_server.name, _server.active, _server.healthy] for _server in _listed],
    "nobody": attempt(
        lambda: name_picked(PowerOfTwoChoices(random.Random(1)), make_views({"a": 0}, out=["a"]))
    ),
}
### JUDGE
assert seen["first"] == seen["again"], (
    "the same seed must give the same picks: all chance comes from rng; yours differed"
)
assert seen["first"] != seen["other seed"], (
    "another seed must give other picks: all chance comes from rng; yours did not change"
)
assert seen["global untouched"] is True, (
    "the global random generator was used: all chance comes from rng"
)
assert seen["listed"] == [["a", 2, True], ["b", 1, True], ["c", 0, True]], (
    f"pick must change neither the list nor the views; afterwards they were {seen['listed']}"
)
assert seen["nobody"].get("raised") == "NoHealthyServer", (
    f"with no healthy server pick must raise NoHealthyServer; it gave {seen['nobody']}"
)
### END HIDDEN TESTS

# %% [markdown]
# All three rules of yours are in the list now. Two looks buy nearly all that looking everywhere buys. Try 7 servers at 148 requests/s. Then the black hole again: how many
# requests can two choices lose to one dead server out of four?

# %%
explore(PowerOfTwoChoices, LeastConnections, RoundRobin)

# %% [markdown]
# ## Exercise D — Who notices? A health checker
#
# The balancer asks every server once a second: are you there? No answer may mean that the server is dead. It may also mean that one packet got lost. Believe each answer, and a
# lost packet takes a living server out. Wait for ten failures, and ten seconds of requests go to a dead one. So count **in a row**.
#
# `HealthChecker(fall=3, rise=2)`
#
# - `.observe(name, ok)`: a probe of the server called `name` was answered (`ok` is `True`) or not. Returns nothing.
# - `.is_healthy(name)` → `True` or `False`. A server never heard of is healthy.
# - A healthy server becomes unhealthy at its `fall`-th failure in a row, an unhealthy one healthy again at its `rise`-th success in a row.
# - A result of the other kind breaks the row, and the count starts again from 0: a success among the failures of a healthy server, a failure among the successes of an unhealthy one. Each server has its own count.
# - `fall` and `rise` are whole numbers from 1 up.
#
# To try it: `checker = HealthChecker(fall=1); checker.observe("web-1", False); checker.is_healthy("web-1")`.
#
# <details><summary>Hint 1</summary>
#
# Only probes that contradict what you believe of a server matter. What must happen to their count when one agrees?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep two things for each name: whether you believe it to be healthy, and how many probes in a row contradicted it. When that number reaches `fall` or `rise` (which, depends on what you believe), change your belief and count from 0 again.
#
# </details>


# %% solution="health_checker"
class HealthChecker:
    """Believes a server to be unhealthy after `fall` failures in a row, healthy after `rise` successes."""

    def __init__(self, fall=3, rise=2):
        self.fall = fall
        self.rise = rise
        ### BEGIN SOLUTION Exercise D: what do you remember of each server?
        self.healthy = {}  # name → what is believed
        self.contrary = {}  # name → probes in a row that contradict it
        ### END SOLUTION

    def observe(self, name, ok):
        """Take note of one probe of the server called `name`: `ok` says whether it was answered."""
        ### BEGIN SOLUTION Exercise D: count probes in a row
        if ok == self.is_healthy(name):
            self.contrary[name] = 0
            return
        self.contrary[name] = self.contrary.get(name, 0) + 1
        if self.contrary[name] == (self.rise if ok else self.fall):
            self.healthy[name] = ok
            self.contrary[name] = 0
        ### END SOLUTION

    def is_healthy(self, name):
        """Return whether the server called `name` is believed to be healthy."""
        ### BEGIN SOLUTION Exercise D: say what you believe
        return self.healthy.get(name, True)
        ### END SOLUTION


# %% check="health_checker" points=1
checker = HealthChecker(fall=3, rise=2)
seen = [checker.is_healthy("web-1")]
for ok in [False, False, False, False]:
    checker.observe("web-1", ok)
    seen.append(checker.is_healthy("web-1"))
### JUDGE
assert seen[0] is True, f"a server never heard of is healthy; is_healthy gave {seen[0]}"
assert seen[1:] == [True, True, False, False], (
    f"fall=3, four failures in a row: healthy after 1 and 2, unhealthy after 3 and 4; yours said {seen[1:]}"
)

# %% check="health_checker_check_2" points=1
checker, seen = HealthChecker(fall=2, rise=3), []
for ok in [False, True, False, False, True, True, False, True, True, True]:
    checker.observe("web-1", ok)
    seen.append(checker.is_healthy("web-1"))
### JUDGE
expected = [True, True, True, False, False, False, False, False, False, True]
assert seen == expected, (
    "fall=2, rise=3, probes (x fails, o is answered) x o x x o o x o o o: unhealthy from the 4th, healthy again at the 10th; "
    f"yours was healthy after probes {[number + 1 for number, healthy in enumerate(seen) if healthy]}"
)

# %% check="health_checker_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 6)
_runs = [{}, {"fall": 1, "rise": 1}, {"fall": 4, "rise": 1}, {"fall": 1, "rise": 5}]
_runs.append({"fall": _rng.randint(2, 6), "rise": _rng.randint(2, 6)})
_runs = [
    (_settings, [(_rng.choice(["web-1", "web-2", "db"]), _rng.random() < 0.55) for _ in range(600)])
    for _settings in _runs
]
### OBSERVE
seen = []
for _settings, _probed in _runs:
    _checker, _answers = HealthChecker(**_settings), []
    for _name, _ok in _probed:
        _checker.observe(_name, _ok)
        _answers.append([_checker.is_healthy(_other) for _other in ("web-1", "web-2", "db", "new")])
    seen.append(_answers)
### JUDGE
_expected, _told = [], []
for _settings, _probed in _runs:
    _fall, _rise = _settings.get("fall", 3), _settings.get("rise", 2)
    _probes, _believed, _answers, _words = {}, {}, [], []
    for _name, _ok in _probed:
        _probes[_name] = (_probes.get(_name, "") + ("o" if _ok else "x"))[-40:]
        if _probes[_name].endswith("x" * _fall):
            _believed[_name] = False
        elif _probes[_name].endswith("o" * _rise):
            _believed[_name] = True
        _answers.append([_believed.get(_other, True) for _other in ("web-1", "web-2", "db", "new")])
        _words.append(
            f"fall={_fall}, rise={_rise}, last probes of web-1, web-2, db (x fails): {[_probes.get(_n, '')[-9:] for _n in ('web-1', 'web-2', 'db')]}"
        )
    _expected.append(_answers)
    _told.append(_words)
assert [len(_answers) for _answers in seen] == [600] * 5, "not all probes were seen"
for _answers, _wanted, _words in zip(seen, _expected, _told, strict=True):
    for _answer, _want, _word in zip(_answers, _wanted, _words, strict=True):
        assert _answer == _want, (
            f"{_word}; web-1, web-2, db and an unknown one should be {_want}, yours said {_answer}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Move *fall* from 1 to 8. The picture on the right shows both prices at once: how long a dead server goes unnoticed, and how long living servers are out for nothing. Then lose 30 % of the
# probes with *fall* at 1: the checks now do more harm than the dead server did. What would you set on a good network? And on a bad one?

# %%
explore_health(HealthChecker)

# %% [markdown]
# ## Exercise E — Who can reach whom? Private addresses
#
# Nobody attacks what nobody can reach. Write down the rule that keeps your web servers and the database off the internet.
#
# `can_connect(source, destination)` gets two addresses as strings, IPv4 or IPv6, and returns `True` or `False`.
#
# - A **private** address lies in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) or fc00::/7 (RFC 4193). Every other valid address counts as public here.
# - A private destination is reachable only from a private source of the same family (IPv4 or IPv6). Any private source of that family will do: here all are one network.
# - A public destination is reachable from anywhere, from either family.
# - If either one is no IP address, it raises `ValueError`, whose message contains what was given.
#
# Python's `ipaddress` is imported. Careful: its `is_private` means more than these four blocks; 203.0.113.10, the balancer's public address, is "private" to it.
#
# To try it: `can_connect("198.51.100.7", "10.0.0.11")`, a client and web-1.
#
# <details><summary>Hint 1</summary>
#
# Does it matter where the source is, if the destination is public?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ipaddress.ip_address(text)` reads either family and complains about what is none. `ipaddress.ip_network(…)` makes a block, and `in` tells whether it holds an address (`False` for one of the other family).
#
# </details>


# %% solution="can_connect"
def can_connect(source, destination):
    """Return whether `source` can open a connection to `destination`, both addresses as strings."""
    ### BEGIN SOLUTION Exercise E: decide by the addresses
    blocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
    networks = [ipaddress.ip_network(block) for block in blocks]
    origin, target = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if not any(target in network for network in networks):
        return True
    return origin.version == target.version and any(origin in network for network in networks)
    ### END SOLUTION


# %% check="can_connect" points=1
client, balancer, inside, web, database = (
    "198.51.100.7",
    "203.0.113.10",
    "10.0.0.10",
    "10.0.0.11",
    "10.0.0.50",
)
seen = {
    "client to balancer": can_connect(client, balancer),
    "client to web-1": can_connect(client, web),
    "client to database": can_connect(client, database),
    "balancer (inside) to web-1": can_connect(inside, web),
    "web-1 to database": can_connect(web, database),
    "web-1 to client": can_connect(web, client),
}
### JUDGE
expected = {
    "client to balancer": ("198.51.100.7", "203.0.113.10", True),
    "client to web-1": ("198.51.100.7", "10.0.0.11", False),
    "client to database": ("198.51.100.7", "10.0.0.50", False),
    "balancer (inside) to web-1": ("10.0.0.10", "10.0.0.11", True),
    "web-1 to database": ("10.0.0.11", "10.0.0.50", True),
    "web-1 to client": ("10.0.0.11", "198.51.100.7", True),
}
for pair, (source, destination, answer) in expected.items():
    assert seen[pair] == answer, (
        f"can_connect({source!r}, {destination!r}), {pair}: expected {answer}, got {seen[pair]}"
    )
assert len(seen) == 6, "not all pairs were asked"

# %% check="can_connect_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 7)
_addresses = """9.255.255.255 10.0.0.0 10.255.255.255 11.0.0.0 172.15.255.255 172.16.0.0 172.31.255.255 172.32.0.0 192.167.255.255
192.168.0.0 192.168.255.255 192.169.0.0 127.0.0.1 169.254.1.1 100.64.0.1 192.0.2.1 198.18.0.1 203.0.113.9 8.8.8.8 224.0.0.1
fbff::1 fc00:: fd12:3456::1 fdff:ffff::1 fe00:: fe80::1 2001:db8::1 2606:4700::1 ::1 ff02::1"""
_edges = _addresses.split()
_edges += [
    f"10.{_rng.randrange(256)}.0.1",
    f"172.{_rng.randrange(256)}.3.4",
    f"192.{_rng.randrange(256)}.9.9",
    f"fd{_rng.randrange(256):02x}::7",
]
_pairs = [[_rng.choice(_edges), _other] for _other in _edges for _ in range(12)]
### OBSERVE
seen = [can_connect(_source, _destination) for _source, _destination in _pairs]
### JUDGE
import ipaddress


def _private(text):
    address = ipaddress.ip_address(text)
    number = int(address)
    if address.version == 6:
        return number >> 121 == 0b1111110
    return number >> 24 == 10 or number >> 20 == 172 * 16 + 1 or number >> 16 == 192 * 256 + 168


assert len(seen) == len(_pairs), f"{len(_pairs)} pairs were asked, {len(seen)} answered"
for (_source, _destination), _answer in zip(_pairs, seen, strict=True):
    _same = (":" in _source) == (":" in _destination)
    _expected = not _private(_destination) or (_private(_source) and _same)
    assert _answer == _expected, (
        f"can_connect({_source!r}, {_destination!r}): expected {_expected}, got {_answer}"
    )
assert _pairs, "no pairs"
### END HIDDEN TESTS

# %% check="can_connect_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 9)
_wrong = ["10.0.0", "10.0.0.1/8", "fd00::12345", "fd00:::1", "localhost"]
_wrong += [f"web-{_rng.randrange(100)}", f"10.0.0.{_rng.randint(256, 999)}"]
### OBSERVE
from course.checks import attempt

seen = []
for _text in _wrong:
    seen.append([attempt(lambda: can_connect("10.0.0.10", _text)), attempt(lambda: can_connect(_text, "8.8.8.8"))])
### JUDGE
for _text, (_as_destination, _as_source) in zip(_wrong, seen, strict=True):
    for _outcome, _call in (
        (_as_destination, f"can_connect('10.0.0.10', {_text!r})"),
        (_as_source, f"can_connect({_text!r}, '8.8.8.8')"),
    ):
        _kinds = [_outcome.get("raised"), *_outcome.get("bases", [])]
        assert "ValueError" in _kinds, (
            f"{_call}: {_text!r} is not an address: expected a ValueError, got {_outcome}"
        )
        assert _text in _outcome["message"], (
            f"{_call}: the message must contain {_text!r}; it was {_outcome['message']!r}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Each row is a source, each column a destination. Read the client's rows first. Then give the web and data tiers public addresses: the dashed boxes fill up. How many machines would you now have to defend?

# %%
explore_network(can_connect)

# %% [markdown]
# ## Explain
#
# Your site runs four web servers behind `LeastConnections` with `HealthChecker(fall=3, rise=2)`. After a bad deployment, web-1 answers every page in 1 ms with an error. Its probe
# page, a plain "ok", still works.
#
# What do your users see, and why is it worse than it would be with `RoundRobin`? Why does the health checker not help? Name **two** different changes that would, and
# what each of them costs. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# Most users see errors, far more than the quarter that web-1's share would be. It finishes every request at once, so it nearly always has 0 active, and least connections takes it for
# the idlest server and sends it request after request: a black hole. `RoundRobin` would send it one in four. The health checker sees only its own probes, and the probe page works; however
# small `fall` is, it never learns of the failing pages. One change: probe a page that does real work, such as a query on the database. It costs load on every server, every second, and one slow
# database then makes all servers look dead at once. Another: count the failed answers of real requests, and take out a server that has too many. It costs the failed requests it needs for
# noticing, and one user with bad requests may take a healthy server out.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: web-1 finishes at once, so its `active` is (nearly) always 0 and least connections sends it most of the requests: a black hole. Most users see errors, not a quarter. Round robin would send it every fourth.
#
# 1 point: the health checker only sees probes, and the probe page works; it never learns of the failing pages. (Smaller `fall` would not help.)
#
# 1 point: two *different* changes, each with its price; half a point for each. For example: probe a real page that uses the database (load; one slow database makes all servers look dead at once); count failed answers of real requests and take the
# server out (a few bad requests, or one user's, may take a healthy server out); try a failed request on another server (more load in trouble; not safe for writes); bound what one server may get, as two random choices do, at most about half
# of four servers' requests (slightly longer queues); send a new version to one server and a few requests first (slower deployment).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **HAProxy**: `balance roundrobin`, `balance leastconn`, `balance random(2)`; your exercise D is `server web1 10.0.0.11:80 check inter 2s fall 3 rise 2`, which are its defaults (HAProxy 3.0 manual, 2024).
# - **nginx**: round robin unless you say otherwise; `least_conn;` or `random two least_conn;` (since 1.15.1, 2018). It judges by real requests, not probes: `max_fails=1 fail_timeout=10s` by default. Probing needs its commercial version.
# - **Envoy**: the policy `LEAST_REQUEST` looks at `choice_count` servers, by default 2. If more than half of the servers look unhealthy, it ignores the checks and uses all: its *panic threshold* (manual of 1.32, 2024).
# - **keepalived** gives a pair of balancers one floating address; in a cloud, the provider's balancer is many machines behind one name.
# - **Private networks** are called VPC or VNet there; only the balancer's subnet has a way in.
# - **Left out here:** trying a failed request again elsewhere, servers that hang instead of failing at once, unequal servers (weights), a cold server's slow start, encryption, and several balancers that each know only their own requests.

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
# The web tier now survives the death of any one server, and grows by adding one. Look at the right end of the picture: every one of these servers talks to the *same* database. You have
# made it easier than ever to overload it, and when it dies, four healthy web servers have nothing to show. One copy of the data is one point of failure. In notebook 03 you give the database
# replicas, and find out which reads they get wrong.
