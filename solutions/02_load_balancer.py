# %% [markdown] question="who should serve the next request, and who notices that a server died?" shown="explore(LeastConnections)" moved={"dies_at": 20}
# # 2 · Load balancer
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/02_load_balancer/02_load_balancer.ipynb)
#
# Your photo app has outgrown its web server. Notebook 01 ended with two facts: the biggest machine you can buy has a limit,
# and when the one web server dies, the whole site dies with it. So today you stop buying bigger and start buying more:
# four small web servers. Two questions come with them. Who serves the next request? And who notices that a server died?
#
# **Time:** about 90 minutes. Afterwards you will be able to
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
    explore_real,
    make_views,
    name_picked,
    replay,
)

# %% [markdown]
# ## The picture
#
# Clients know one address, which DNS gives them: the load balancer's. It passes each request on to one of the web servers.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# The balancer does not know how long a request will take. Most requests of the photo app are short; a few, such as an upload, take about eight times as long.
# Six seconds of its traffic, five times slower: click on a request, then kill web-1.

# %%
replay()

# %% [markdown]
# ## Predict
#
# Four web servers, one request at a time each. A request needs 40 ms on average, and 84 of them arrive per second, so the servers are busy 84 % of the time. The balancer
# picks a server at random for each request.
#
# How long do the slowest 1 % of requests take, at least? (That is the 99th percentile, p99.) Write your guess in milliseconds, then go on.

# %%
prediction = None  # milliseconds: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** the requests in each server, a row each. **Right:** p99, with your guess as a diamond, and the failed requests. Green is an ideal: one queue
# for all, so that no request waits while a server is idle. Gray is always the simplest way, on the same traffic: here random balancing, in exercise D no health checks.
#
# Each step is a button. Press it, find your answer in the picture, and press again.
#
# 1. *Random*: how many requests wait in one server while another is idle?
# 2. *By client*: each client always gets the same server. Which one pays?
# 3. *One more server*: what does it get?
# 4. *web-1 dies* for 20 s, no health checks: how many requests fail?
# 5. *web-1 dies*, with a probe a second: can three servers do the work of four?

# %%
explore(prediction=prediction)

# %% [markdown]
# <details><summary>How long the slowest take</summary>
#
# A request needs 40 ms, and the slowest 1 % take 3 seconds or more. Nothing is overloaded: chance alone piles dozens of requests on one server while its neighbor is idle.
#
# </details>
#
# ### One address in front of many servers
# DNS gives your users the address of the load balancer. It passes each request on to a web server and hands the
# answer back. Clients cannot tell how many servers there are, so you may change them at any time.
# If one dies, its requests go to the others: **failover**. If traffic grows, you add a server and the balancer starts to use it.
# The servers behind one balancer are called a **load-balanced set**, or a pool.
#
# You have seen both: a server that joins (step 3), and one that dies (steps 4 and 5). In all pictures, what does not fit is drawn at the edge, where the scale says "+". The green bar is left out when
# a server dies.
#
# ### What the balancer may know
# It sees each server as a `ServerView`: `name`, `address`, `active` (requests in service or waiting there now) and `healthy` (what the last health
# checks said, which is not always true). It does *not* know how long a request will take. That is why "the same number for each" is not "the same work for each".

# %%
ServerView("web-1", "10.0.0.11", active=3, healthy=True)  # what your balancer will see of web-1

# %% [markdown]
# ## Exercise A — Take turns: round robin
#
# Random balancing forgets which server it has just picked. Write the oldest rule instead: each server in turn.
#
# `RoundRobin().pick(servers)` gets a list of `ServerView`s and returns one of them. The views are new objects at every call, and servers come and go, so a server is known by its **name** only.
#
# - It returns the next *healthy* server in list order after the one picked last, wrapping around at the end. "After" means its place in the list of this call.
# - If the one picked last is still listed but unhealthy, the turn goes on from its place. A server that fails or comes back does not reset the turn.
# - At the first call, or when the one picked last is no longer listed: the first healthy one.
# - If no server is healthy it raises `NoHealthyServer` (the client gets a 503), and the turn stays where it was.
# - It changes neither the list nor the views. Two balancers know nothing of each other.
#
# <details><summary>Hint 1</summary>
#
# Three servers, b was picked last, and now b is unhealthy. Which places of the list do you look at, and in which order?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Find the place of the name you remember. Then walk through the list once, starting one place further and wrapping around, and stop at the first healthy view. Remember its name, not its place.
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


# %% [markdown]
# To try it (not graded): `make_views` makes new `ServerView`s from names and `active`; `out=["a"]` makes a unhealthy. Below, b should be picked.

# %%
try:
    print(RoundRobin().pick(make_views({"a": 0, "b": 0}, out=["a"])))
except NotImplementedError as stub:
    print(stub)

# %% check="round_robin" points=1
balancer, seen = RoundRobin(), []
for _ in range(5):
    seen.append(name_picked(balancer, make_views({"a": 0, "b": 0, "c": 0})))
### JUDGE
assert seen == ["a", "b", "c", "a", "b"], (
    f"5 requests over a, b, c should go a b c a b; yours went {' '.join(seen)}"
)

# %% check="round_robin_check_2" points=1
balancer, seen = RoundRobin(), []
for out in ([], [], ["b"], ["b"], ["b"], []):
    seen.append(name_picked(balancer, make_views({"a": 0, "b": 0, "c": 0}, out=out)))
### JUDGE
expected = ["a", "b", "c", "a", "c", "a"]
assert seen == expected, (
    "6 requests over a, b, c, b unhealthy at the 3rd, 4th and 5th, should go a b c a c a "
    f"(after b comes c, also when b has failed); yours went {' '.join(seen)}"
)

# %% check="round_robin_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The next healthy server after the one picked last is chosen, even when servers come, go or fail in between.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED), []  # which of two balancers, servers listed, unhealthy ones, active
for _pool in _rng.sample([6] * 60 + [12] * 20 + [60] * 10, 90):  # of 50 listed nearly all are unhealthy: a long way to the next
    _listed = _rng.sample(range(1, _pool + 1), _rng.randint(2, 6) if _pool < 60 else 50)
    for _ in range(_rng.randint(1, 4)):
        _out = _rng.sample(_listed, _rng.randint(0 if _pool < 60 else 45, len(_listed) - 1))
        _calls.append((_rng.randrange(2), _listed, _out, [_rng.randint(0, 9) for _ in _listed]))
### OBSERVE
_balancers, seen = [RoundRobin(), RoundRobin()], []
for _which, _listed, _out, _busy in _calls:
    _active = {f"web-{_number}": _requests for _number, _requests in zip(_listed, _busy, strict=True)}
    _views = make_views(_active, out=[f"web-{_number}" for _number in _out])
    seen.append(name_picked(_balancers[_which], _views))
### JUDGE
_last, _wrong = [None, None], []
for (_which, _listed, _out, _), _got in zip(_calls, seen, strict=True):
    _place = _listed.index(_last[_which]) + 1 if _last[_which] in _listed else 0
    _turns = [*_listed[_place:], *_listed[:_place]]
    _want = next(_number for _number in _turns if _number not in _out)
    if _got != f"web-{_want}":
        _shown = ["the first call" if _last[_which] is None else f"web-{_last[_which]} was picked last"]
        _shown += [" ".join(map(str, _row[:9])) + (" …" if _row[9:] else "") for _row in (_turns, _out)]
        _wrong.append(
            f"{_shown[0]}; in order from the next place on, web- {_shown[1]}; unhealthy {_shown[2] or 'none'}: "
            f"expected web-{_want}, got {_got}"
        )
    _last[_which] = _want
assert not _wrong, f"{len(_wrong)} of {len(_calls)} picks are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="round_robin_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: With no healthy server, pick raises NoHealthyServer and the turn stays where it was; the list and the views never change.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED + 10), []
_names = _rng.sample("abcdefgh", 5)
for _ in range(150):
    _listed = _rng.sample(_names, _rng.choice([0, 2, 3, 4, 5]))
    _calls.append((_listed, _rng.sample(_listed, _rng.randint(0, len(_listed)))))
### OBSERVE
from course.checks import attempt

_balancer, seen = RoundRobin(), []
for _listed, _out in _calls:
    _views = make_views(dict.fromkeys(_listed, 0), out=_out)
    _did = attempt(lambda: name_picked(_balancer, _views))
    _after = [[_view.name, _view.healthy] for _view in _views]
    seen.append([_did.get("returned"), _did.get("raised"), _did.get("bases"), _after])
### JUDGE
_last, _told = None, ""
for (_listed, _out), (_returned, _raised, _bases, _after) in zip(_calls, seen, strict=True):
    _call = f"{_told}{' '.join(_listed) or 'no server'} listed, unhealthy {' '.join(_out) or 'none'}"
    _place = _listed.index(_last) + 1 if _last in _listed else 0
    _want = next((_name for _name in _listed[_place:] + _listed[:_place] if _name not in _out), None)
    if _want is None:
        assert "NoHealthyServer" in [_raised, *(_bases or [])], (
            f"{_call}: with no healthy server pick must raise NoHealthyServer; yours {f'raised {_raised}' if _raised else f'returned {_returned}'}"
        )
    else:
        assert _returned == _want, (
            f"{_call}: expected {_want}; yours {f'raised {_raised}' if _raised else f'returned {_returned}'}. "
            "A call that finds no healthy server leaves the turn where it was"
        )
        _last, _told = _want, f"{_want} was picked last, "
    assert _after == [[_name, _name not in _out] for _name in _listed], (
        f"{_call}: pick must change neither the list nor the views; afterwards [name, healthy] were {_after}"
    )
assert _calls, "no calls"
### END HIDDEN TESTS

# %% [markdown]
# Your balancer now feeds four servers. The gray line is random balancing.
#
# 1. *84 requests/s*: is taking turns as good as one shared queue?
# 2. *100 requests/s*: does it always beat random?
#
# <details><summary>Why?</summary>
#
# Better than random, but far from the ideal: each server gets every fourth request, but a request can be long. The counts are even, the work is not. At some rates, such as 100 requests/s, random even wins, and a
# rate that is a little higher can be faster. That is luck: every rate is another minute of traffic, and one minute is short. Over hours, the p99 of random balancing is about a tenth above that of taking turns.
#
# </details>

# %%
explore(RoundRobin)

# %% [markdown]
# ## Exercise B — Look before you send: least connections
#
# The balancer knows how many requests each server still has, because every answer comes back through it. Use that.
#
# `LeastConnections().pick(servers)` returns, of the healthy servers,
#
# - the one with the fewest `active`;
# - of several with the fewest, the one that this balancer picked **least recently**, however long ago. A server that it has never picked comes first; of several never picked, the first in the list.
# - It raises `NoHealthyServer` if none is healthy, knows a server by its name, and changes neither the list nor the views. Two balancers know nothing of each other.
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


# %% [markdown]
# To try it (not graded): b has less to do.

# %%
try:
    print(LeastConnections().pick(make_views({"a": 2, "b": 1})))
except NotImplementedError as stub:
    print(stub)


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
balancer, seen = LeastConnections(), []
for active in [{"a": 0, "b": 0, "c": 0}] * 4 + [{"a": 1, "b": 0, "c": 1}, {"a": 1, "b": 1, "c": 1}]:
    seen.append(name_picked(balancer, make_views(active)))
### JUDGE
assert seen[:4] == ["a", "b", "c", "a"], (
    f"with a, b, c all idle, 4 requests should go a b c a (least recently picked first); yours went {' '.join(seen[:4])}"
)
assert seen[4:] == ["b", "c"], (
    f"after a b c a: only b is idle, so b; then all have 1 and c waited longest, so c; yours went {' '.join(seen[4:])}"
)

# %% check="least_connections_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Of the healthy servers with the fewest active, the one that this balancer picked least recently is chosen.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED + 1), []  # which of two balancers, active by server, unhealthy ones
for _ in range(200):
    _names = [f"web-{_number}" for _number in _rng.sample(range(1, 9), _rng.randint(2, 6))]
    _out = _rng.sample(_names, _rng.randint(0, len(_names) - 1))
    _active = {_name: _rng.choice([0, 0, 1, 1, 2, 9, 10, 100]) for _name in _names}
    _calls.append((_rng.randrange(2), _active, _out))
_many = [f"web-{_number}" for _number in _rng.sample(range(9, 1000), 150)]
for _place in range(0, 150, 5):  # every one is picked once, five at a time; then all are listed, in another order
    _calls += [(0, dict.fromkeys(_many[_place : _place + 5], 3), [])] * 5
for _ in range(10):
    _calls.append((0, dict.fromkeys(_rng.sample(_many, 150), 3), []))
### OBSERVE
_balancers, seen = [LeastConnections(), LeastConnections()], []
for _which, _active, _out in _calls:
    seen.append(name_picked(_balancers[_which], make_views(_active, out=_out)))
### JUDGE
_when, _wrong = [{}, {}], []
for _number, ((_which, _active, _out), _got) in enumerate(zip(_calls, seen, strict=True)):
    _picked = _when[_which]
    _fewest = min(_active[_name] for _name in _active if _name not in _out)
    _tied = [_name for _name in _active if _name not in _out and _active[_name] == _fewest]
    _new = [_name for _name in _tied if _name not in _picked]
    _want = _new[0] if _new else min(_tied, key=_picked.get)
    if _got != _want:
        _order = sorted((_name for _name in _tied if _name in _picked), key=_picked.get)
        _wrong.append(
            f"of {len(_active)} servers the healthy ones with the fewest active, {_fewest}, are {' '.join(_tied[:9])}"
            f"{' …' if _tied[9:] else ''}; picked before, least recently first: {' '.join(_order[:9]) or 'none'}: "
            f"expected {_want}, got {_got}"
        )
    _picked[_want] = _number
assert not _wrong, f"{len(_wrong)} of {len(_calls)} picks are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="least_connections_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: An unhealthy server is never chosen, and with none healthy pick raises NoHealthyServer; the list and the views never change.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED + 8), []
_names = _rng.sample("abcdefgh", 5)
for _ in range(150):
    _listed = {_name: _rng.randint(0, 2) for _name in _rng.sample(_names, _rng.choice([0, 2, 3, 4, 5]))}
    _calls.append((_listed, _rng.sample(list(_listed), _rng.randint(0, len(_listed)))))
### OBSERVE
from course.checks import attempt

_balancer, seen = LeastConnections(), []
for _listed, _out in _calls:
    _views = make_views(_listed, out=_out)
    _did = attempt(lambda: name_picked(_balancer, _views))
    _after = [[_view.name, _view.active, _view.healthy] for _view in _views]
    seen.append([_did.get("returned"), _did.get("raised"), _did.get("bases"), _after])
### JUDGE
_when = {}
for _number, ((_listed, _out), (_returned, _raised, _bases, _after)) in enumerate(zip(_calls, seen, strict=True)):
    _call = f"active {', '.join(f'{_name} {_busy}' for _name, _busy in _listed.items()) or 'no server'}, unhealthy {' '.join(_out) or 'none'}"
    _able = [_name for _name in _listed if _name not in _out]
    if _able:
        _want = min(_able, key=lambda _name: (_listed[_name], _when.get(_name, -1)))
        assert _returned == _want, (
            f"{_call}, picks before {sorted(_when, key=_when.get)} (latest last): expected {_want}; "
            f"yours {f'raised {_raised}' if _raised else f'returned {_returned}'}"
        )
        _when[_want] = _number
    else:
        assert "NoHealthyServer" in [_raised, *(_bases or [])], (
            f"{_call}: with no healthy server pick must raise NoHealthyServer; yours {f'raised {_raised}' if _raised else f'returned {_returned}'}"
        )
    assert _after == [[_name, _busy, _name not in _out] for _name, _busy in _listed.items()], (
        f"{_call}: pick must change neither the list nor the views; afterwards [name, active, healthy] were {_after}"
    )
assert _calls, "no calls"
### END HIDDEN TESTS

# %% [markdown]
# First the reward, then **break it**.
#
# 1. *LeastConnections*: how much of random's p99 is left?
# 2. *LeastConnections, web-1 dies*, without health checks: what share of the requests does the dead server take?
# 3. *RoundRobin, web-1 dies*: does the simpler rule lose more, or less?
#
# <details><summary>Why?</summary>
#
# Less than a third of random's p99: 0.8 s; the ideal is 0.5 s. But when web-1 dies, the clever rule loses far more than taking turns: the dead server gets nearly half of the requests instead of a quarter. It
# answers at once, with an error, so it never has anything active. To your rule it looks like the idlest server of all. Operators call this a **black hole**. (A server that is switched off does not answer at all: its
# requests stay active until a timeout, and least connections turns away from it.)
#
# </details>

# %%
explore(LeastConnections, RoundRobin)

# %% [markdown]
# Now watch your own code decide, next to random balancing on the same traffic. *Go to your slowest request* and read its story: which line of `pick` sent it there, and what did it see? Then set the health
# checks to *none* and kill web-1: where do the dots go, and why does your rule never look elsewhere?

# %%
replay(LeastConnections)

# %% [markdown]
# ## Exercise C — Look at two: power of two choices
#
# Least connections trusts what it knows. But a big site has several balancers, and each learns of the others' requests late or not at all: ten balancers see the same idle server and all send to it
# at the same moment. The fix is almost too simple: look at *two* servers, picked at random.
#
# With very many servers, 90 % busy, a request stays for 10 service times on average if its server is picked at random, and for 2.6 if it is the better of two (Mitzenmacher, 2001).
#
# `PowerOfTwoChoices(rng).pick(servers)`; `rng` is a `random.Random`.
#
# - It takes two *distinct* healthy servers at random, every pair equally likely at every call, whatever was picked before, and returns the one with fewer `active`.
# - If both have the same: either, with equal chances.
# - With one healthy server it returns that one; with none it raises `NoHealthyServer`.
# - All chance comes from `rng`, nothing from the global `random`. So the same seed gives the same picks, also next to another balancer with its own `rng`. It changes neither the list nor the views.
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


# %% [markdown]
# To try it (not graded): a is the busiest, so it is not picked, whatever the seed.

# %%
try:
    print(PowerOfTwoChoices(random.Random(1)).pick(make_views({"a": 2, "b": 1, "c": 0})))
except NotImplementedError as stub:
    print(stub)


# %% check="power_of_two_choices" points=1
balancer = PowerOfTwoChoices(random.Random(7))
seen = {"three": [], "one": name_picked(balancer, make_views({"a": 0, "b": 4, "c": 9}, out=["a", "b"]))}
for _ in range(300):
    seen["three"].append(name_picked(balancer, make_views({"a": 0, "b": 4, "c": 9})))
### JUDGE
from collections import Counter

counts = Counter(seen["three"])
gave = ", ".join(f"{name} {number}" for name, number in counts.most_common(9))
assert set(counts) <= {"a", "b"}, (
    f"active a 0, b 4, c 9: c is the busier one of every pair, so it is never returned; 300 picks gave {gave}"
)
assert counts["a"] > counts["b"] > 30, (
    f"active a 0, b 4, c 9: of the pairs ab, ac, bc two give a and one gives b; 300 picks gave {gave}"
)
assert seen["one"] == "c", f"only c is healthy: c; yours returned {seen['one']}"

# %% check="power_of_two_choices_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Every pair of healthy servers is equally likely at every call, and of the two the one with fewer active is chosen.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 2)
_names = _rng.sample("abcdefghijklmnop", 16)
_steps = dict(zip(_names[:5], [0, 9, 10, 30, 100], strict=True))  # the first is unhealthy
_cases = {
    "steps": ({_name: _steps[_name] for _name in sorted(_steps)}, _names[:1]),
    "three": ({_name: _steps[_name] for _name in sorted(_names[:4])}, _names[:1]),
    "ties": (dict.fromkeys(_names[5:10], 5), _names[5:6]),
    "pair": (dict.fromkeys(_names[10:12], _rng.randint(0, 9)), []),
    "many": (dict.fromkeys(_names, 2), []),
}
_seeds = {_case: _rng.randrange(10**6) for _case in _cases}
_times = {"steps": 2500, "three": 2400, "ties": 800, "pair": 400, "many": 500}
### OBSERVE
seen = {}
for _case, (_active, _out) in _cases.items():
    _balancer, _views = PowerOfTwoChoices(random.Random(_seeds[_case])), make_views(_active, out=_out)
    seen[_case] = [name_picked(_balancer, list(_views)) for _ in range(_times[_case])]
### JUDGE
from collections import Counter
from itertools import pairwise

# bands of 6.5 standard deviations: a right solution is outside one of the 31 with probability < 1e-7
_chances = {
    "steps": (dict(zip(_names[1:4], (3 / 6, 2 / 6, 1 / 6), strict=True)), "9, 10, 30 and 100 active: of the 6 pairs 3 give the first, 2 the second, 1 the third"),
    "three": (dict(zip(_names[1:3], (2 / 3, 1 / 3), strict=True)), "9, 10 and 30 active: of the 3 pairs 2 give the first, 1 the second"),
    "ties": (dict.fromkeys(_names[6:10], 1 / 4), "4 healthy servers with 5 active each: each gets a quarter"),
    "pair": (dict.fromkeys(_names[10:12], 1 / 2), "two servers with the same active: each gets half"),
    "many": (dict.fromkeys(_names, 1 / 16), "16 servers with 2 active each: each gets a sixteenth"),
}
_again = {"three": (_names[2:3], 1 / 9), "ties": (_names, 1 / 4), "pair": (_names, 1 / 2), "many": (_names, 1 / 16)}
for _case in _cases:
    _shares, _why = _chances[_case]
    _got, _all = Counter(seen[_case]), _times[_case]
    _gave = ", ".join(f"{_name} {_number}" for _name, _number in _got.most_common(20))
    assert len(seen[_case]) == _all and set(_got) == set(_shares), f"{_why}; {_all:,} picks gave {_gave}"
    for _name, _chance in _shares.items():
        _band = 6.5 * (_all * _chance * (1 - _chance)) ** 0.5
        assert abs(_got[_name] - _all * _chance) < _band, f"{_why}; {_all:,} picks gave {_gave}"
for _case, (_which, _chance) in ((_case, _again[_case]) for _case in _cases if _case in _again):  # how often one of _which is picked twice running: each call is independent
    _got = seen[_case]
    _all, _twice = len(_got) - 1, sum(_one == _other and _one in _which for _one, _other in pairwise(_got))
    # of one server with chance p = 1/3, pairs of neighboring picks overlap: 1 + 2p / (1 + p) = 1.5 times the variance of a coin
    _band = 6.5 * ((1.5 if _case == "three" else 1) * _all * _chance * (1 - _chance)) ** 0.5
    assert abs(_twice - _all * _chance) < _band, (
        f"{_chances[_case][1]}. Every pair is equally likely at every call, whatever was picked before, so of {_all:,} picks about "
        f"{_all * _chance:.0f} give {'that second one' if _case == 'three' else 'the one before'} again; yours {_twice}"
    )
assert _cases, "no cases"
### END HIDDEN TESTS

# %% check="power_of_two_choices_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: All chance comes from rng, so the same seed gives the same picks; an unhealthy server is never chosen.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED + 5), []
_names = _rng.sample("abcdefgh", 5)
for _ in range(80):
    _listed = {_name: _rng.randint(0, 2) for _name in _rng.sample(_names, _rng.choice([0, 1, 2, 3, 5]))}
    _calls.append((_listed, _rng.sample(list(_listed), _rng.randint(0, len(_listed)))))
_seeds = _rng.sample(range(10**6), 2)
### OBSERVE
from course.checks import attempt


def _picks(*seeds):
    balancers, rows = [PowerOfTwoChoices(random.Random(seed)) for seed in seeds], []
    for listed, out in _calls:
        for balancer in balancers:
            views = make_views(listed, out=out)
            did = attempt(lambda balancer=balancer, views=views: name_picked(balancer, views))
            after = [[view.name, view.active, view.healthy] for view in views]
            rows.append([did.get("returned"), did.get("raised"), did.get("bases"), after])
    return rows


_state = random.getstate()
seen = {"first": _picks(_seeds[0]), "second": _picks(_seeds[1]), "both": _picks(*_seeds)}
seen["global untouched"] = random.getstate() == _state
### JUDGE
assert seen["global untouched"] is True, "the global random generator was used: all chance comes from rng"
_picked = {_run: [_row[0] for _row in seen[_run]] for _run in ("first", "second", "both")}
for (_listed, _out), (_returned, _raised, _bases, _after) in zip(_calls, seen["first"], strict=True):
    _call = f"active {', '.join(f'{_name} {_busy}' for _name, _busy in _listed.items()) or 'no server'}, unhealthy {' '.join(_out) or 'none'}"
    _able = sorted((_busy, _name) for _name, _busy in _listed.items() if _name not in _out)
    _did = f"raised {_raised}" if _raised else f"returned {_returned}"
    if _able:
        _worst = {_name for _busy, _name in _able[1:] if _busy > _able[-2][0]}  # busier than all others
        assert _returned in {_name for _, _name in _able} - _worst, (
            f"{_call}: a healthy one, but not the one that is busier than all other healthy ones; yours {_did}"
        )
    else:
        assert "NoHealthyServer" in [_raised, *(_bases or [])], (
            f"{_call}: with no healthy server pick must raise NoHealthyServer; yours {_did}"
        )
    assert _after == [[_name, _busy, _name not in _out] for _name, _busy in _listed.items()], (
        f"{_call}: pick must change neither the list nor the views; afterwards [name, active, healthy] were {_after}"
    )
assert _picked["first"] != _picked["second"], (
    "another seed must give other picks: all chance comes from rng; yours did not change"
)
assert _picked["both"][::2] == _picked["first"] and _picked["both"][1::2] == _picked["second"], (
    "the same seed must give the same picks, also when another balancer with another rng picks in between: all chance comes from rng"
)
### END HIDDEN TESTS

# %% [markdown]
# Your three rules are in the list now. Two looks gain nearly all that looking everywhere gains.
#
# 1. *PowerOfTwoChoices, 7 servers* at 148 requests/s: how good are two looks?
# 2. *LeastConnections, 7 servers*: how much better is a rule that looks at all of them?
# 3. *PowerOfTwoChoices, web-1 dies* (4 servers, 84 requests/s again): what share of the requests goes to the dead server? What share can it be at most?
#
# <details><summary>At most?</summary>
#
# Half: of the 6 pairs of four servers, 3 have the dead one. That is far more than the quarter of taking turns. Two choices do not help against a black hole.
#
# </details>
#
# To see more than p99, tick the box: the marks on each bar are the latencies that 50 %, 90 % and 99.9 % stay below.

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
# - `.is_healthy(name)` → `True` or `False`. A server never heard of is healthy. Asking changes nothing, and it need not be asked after every probe.
# - A healthy server becomes unhealthy at its `fall`-th failure in a row, an unhealthy one healthy again at its `rise`-th success in a row.
# - A result of the other kind breaks the row, and the count starts again from 0: a success among the failures of a healthy server, a failure among the successes of an unhealthy one. Each server has its own count, and each checker its own memory.
# - `fall` and `rise` are whole numbers from 1 up.
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


# %% [markdown]
# To try it (not graded): one failure, and fall = 1: it should not be healthy any more.

# %%
try:
    checker = HealthChecker(fall=1)
    checker.observe("web-1", False)
    print("healthy?", checker.is_healthy("web-1"))
except NotImplementedError as stub:
    print(stub)


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
    "fall=2, rise=3: unhealthy from the 4th probe, healthy again at the 10th. Probes (x fails, o is answered): x o x x o o x o o o. "
    f"Expected (H healthy, U not): {' '.join('H' if each else 'U' for each in expected)}. Yours: {' '.join('H' if each else 'U' for each in seen)}"
)

# %% check="health_checker_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A server changes its state only after fall failures or rise successes in a row, and each server has its own count.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 6)
_settings = [{}, {"fall": 1, "rise": 1}, {"fall": 4, "rise": 1}, {"fall": 1, "rise": 5}]
_settings.append({"fall": _rng.randint(2, 6), "rise": _rng.randint(2, 6)})
_runs = [
    (_chosen, [(_rng.choice(["web-1", "web-2", "db"]), _rng.random() < 0.55, _rng.random() < 0.3) for _ in range(300)])
    for _chosen in _settings
]
_long = {"fall": _rng.randint(260, 270), "rise": _rng.randint(260, 270)}  # long rows of probes, many servers
_rows = [(False, _long["fall"] + _rng.randint(-2, 2)), (True, 1), (False, _long["fall"])]
_rows += [(True, _long["rise"] - 1), (False, 1), (True, _long["rise"] + _rng.randint(-2, 2))]
_probes = [("web-1", _ok, _place < 1 or _place > _times - 5) for _ok, _times in _rows for _place in range(_times)]
_runs.append((_long, _probes))
_fleet = [f"web-{_number}" for _number in _rng.sample(range(1, 1000), 150)]
_runs.append(({"fall": 2}, [(_name, _round > 2, _round > 1) for _round in (1, 2, 3) for _name in _fleet]))
### OBSERVE
_checkers = [HealthChecker(**_chosen) for _chosen, _ in _runs]  # all at once: each has its own memory
seen = [[] for _ in _runs]
for _turn in range(max(len(_probes) for _, _probes in _runs)):
    for _checker, (_, _probes), _answers in zip(_checkers, _runs, seen, strict=True):
        if _turn < len(_probes):
            _name, _ok, _asked = _probes[_turn]
            _checker.observe(_name, _ok)
            if _asked:
                _answers.append([_checker.is_healthy(_other) for _other in (_name, "web-1", "web-2", "db", "new")])
### JUDGE
for (_chosen, _probes), _answers in zip(_runs, seen, strict=True):
    _fall, _rise = _chosen.get("fall", 3), _chosen.get("rise", 2)
    _rows, _believed, _left = {}, {}, list(_answers)
    for _name, _ok, _asked in _probes:
        _rows[_name] = (_rows.get(_name, "") + ("o" if _ok else "x"))[-600:]
        if _rows[_name].endswith("x" * _fall):
            _believed[_name] = False
        elif _rows[_name].endswith("o" * _rise):
            _believed[_name] = True
        if _asked:
            assert _left, "not all probes were seen"
            for _other, _got in zip((_name, "web-1", "web-2", "db", "new"), _left.pop(0), strict=True):
                _want = _believed.get(_other, True)
                assert _got is _want, (
                    f"fall={_fall}, rise={_rise}, {len(_rows.get(_other, ''))} probes of {_other}, the last of them {_rows.get(_other, '')[-12:] or 'never'} "
                    f"(x fails, o is answered): is_healthy({_other!r}) should be {_want}, yours said {_got}"
                )
    assert not _left, "more was seen than was asked"
assert _runs, "no runs"
### END HIDDEN TESTS

# %% [markdown]
# The bars on the right are both prices of *fall*: how long a dead server goes unnoticed, and how long living servers are out for nothing (even without a false alarm: a server that has come back must
# answer *rise* probes first). web-1 is dead from 20 s to 40 s, and requests are balanced at random.
#
# 1. *fall 3, 10 % lost*, a good network: what does a fall of 3 cost?
# 2. *fall 1, 30 % lost*: do such checks help?
# 3. *fall 3, 50 % lost*: is a fall of 3 still enough?
# 4. *fall 8, 50 % lost*: what does more patience change?
#
# What would you set on a good network? And on a bad one?
#
# <details><summary>Our answer</summary>
#
# On a good one a small *fall*, such as 3: no false alarms, and a dead server is noticed soon. On a bad one a large *fall*: a hasty checker does more harm than the dead server.
#
# </details>

# %%
explore_health(HealthChecker)

# %% [markdown]
# Both of your classes at work. Kill web-1 right after the start: how many probes does it take until the rows of the other three take over, and how many requests have failed by then?

# %%
replay(LeastConnections, HealthChecker)

# %% [markdown]
# ## Exercise E — Who can reach whom? Private addresses
#
# What cannot be reached cannot be attacked. The web servers and the database keep **private addresses**. RFC 1918 (1996) sets three blocks of IPv4 aside for them; RFC 4193 (2005) does the same for IPv6. The internet
# has no route to them. The balancer has one leg on each side: a public address for the clients, a private one for talking to its servers. So all traffic from outside comes in through the balancer.
# Write the rule behind that.
#
# `can_connect(source, destination)` gets two addresses as strings, IPv4 or IPv6, and returns `True` or `False`.
#
# - Both must be of one family: no IPv4 address can open a connection to an IPv6 address, or the other way around. (A server for both kinds of clients has an address of each family.)
# - A **private** address lies in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) or fc00::/7 (RFC 4193). Every other address counts as public here.
# - A private destination is reachable only from a private source. Any private source of its family will do: here all private addresses are one network.
# - A public destination is reachable from any source of its family. A private source gets out as well: its router does the connecting for it, from a public address (*NAT*).
# - If either one is not an IP address, it raises `ValueError` with a message that contains what was given.
#
# Addresses that never leave the machine or its cable (loopback such as 127.0.0.1 and ::1, link-local such as 169.254.1.1 and fe80::1) and multicast are not part of this exercise: no check asks for them.
#
# Python's `ipaddress` is imported. Careful: its `is_private` means more than these four blocks; 203.0.113.10, the balancer's public address, is "private" to it.
#
# <details><summary>Hint 1</summary>
#
# Which two questions do you ask of a pair of addresses, and which of them needs no look at the blocks?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `ipaddress.ip_address(text)` reads an address of either family, says which in `.version`, and raises `ValueError` for anything else. `ipaddress.ip_network(…)` makes a block, and `in` tells whether it holds an address (`False` for one of the other family).
#
# </details>


# %% solution="can_connect"
def can_connect(source, destination):
    """Return whether `source` can open a connection to `destination`, both addresses as strings."""
    ### BEGIN SOLUTION Exercise E: decide by the addresses
    blocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
    networks = [ipaddress.ip_network(block) for block in blocks]
    origin, target = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if origin.version != target.version:
        return False
    if any(target in network for network in networks):
        return any(origin in network for network in networks)
    return True
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): a client and web-1, then web-1 and the client.

# %%
try:
    print(can_connect("198.51.100.7", "10.0.0.11"), can_connect("10.0.0.11", "198.51.100.7"))
except NotImplementedError as stub:
    print(stub)

# %% check="can_connect" points=1
client, balancer, inside, web, database, six = (
    "198.51.100.7",
    "203.0.113.10",
    "10.0.0.10",
    "10.0.0.11",
    "10.0.0.50",
    "2001:db8:a::10",
)
seen = {
    "client to balancer": can_connect(client, balancer),
    "client to web-1": can_connect(client, web),
    "client to database": can_connect(client, database),
    "balancer (inside) to web-1": can_connect(inside, web),
    "web-1 to database": can_connect(web, database),
    "web-1 to client": can_connect(web, client),
    "IPv4 client to the balancer's IPv6 address": can_connect(client, six),
}
### JUDGE
expected = {
    "client to balancer": ("198.51.100.7", "203.0.113.10", True),
    "client to web-1": ("198.51.100.7", "10.0.0.11", False),
    "client to database": ("198.51.100.7", "10.0.0.50", False),
    "balancer (inside) to web-1": ("10.0.0.10", "10.0.0.11", True),
    "web-1 to database": ("10.0.0.11", "10.0.0.50", True),
    "web-1 to client": ("10.0.0.11", "198.51.100.7", True),
    "IPv4 client to the balancer's IPv6 address": ("198.51.100.7", "2001:db8:a::10", False),
}
for pair, (source, destination, answer) in expected.items():
    assert seen[pair] == answer, (
        f"can_connect({source!r}, {destination!r}), {pair}: expected {answer}, got {seen[pair]}"
    )
assert len(seen) == 7, "not all pairs were asked"

# %% check="can_connect_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Only the four blocks count as private, and both addresses must be of one family.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 7)
_addresses = """9.255.255.255 10.0.0.0 10.255.255.255 11.0.0.0 100.64.0.1 172.15.255.255 172.16.0.0 172.31.255.255 172.32.0.0
172.160.0.1 192.16.8.1 192.167.255.255 192.168.0.0 192.168.255.255 192.169.0.0 192.0.2.1 198.18.0.1 203.0.113.9 8.8.8.8
fbff::1 fc00:: FC00:0:0::12 fd12:3456::1 fdff:ffff::1 fe00:: fc::1 fd::7 2001:db8::1 2606:4700::1 0064:ff9b::1"""
_edges = _addresses.split()
for _ in range(12):
    _edges += [f"10.{_rng.randrange(256)}.{_rng.randrange(256)}.1", f"172.{_rng.randrange(256)}.3.4"]
    _edges += [f"192.{_rng.randrange(256)}.9.9", f"{_rng.choice(['f', 'F'])}{_rng.choice('bcdCD')}{_rng.randrange(256):02x}::7"]
    _edges.append(f"{_rng.choice([11, 64, 101, 110, 173, 193])}.{_rng.choice([0, 16, 20, 168])}.0.9")
_pairs = [[_rng.choice(_edges), _other] for _other in _edges for _ in range(4)]
_pairs += [[_other, _other] for _other in _edges]
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
    _expected = _same and (_private(_source) or not _private(_destination))
    assert _answer == _expected, (
        f"can_connect({_source!r}, {_destination!r}): expected {_expected}, got {_answer}"
    )
assert _pairs, "no pairs"
### END HIDDEN TESTS

# %% check="can_connect_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: What is not an IP address raises ValueError with a message that contains what was given.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 9)
_wrong = ["10.0.0", "10.0.0.1/8", "fd00::12345", "fd00:::1", "localhost", "192.168.1.300", "1.2.3.4.5"]
_wrong += [f"web-{_rng.randrange(100)}", f"10.0.0.{_rng.randint(256, 999)}"]
_good = [f"10.0.0.{_rng.randrange(256)}", f"8.8.{_rng.randrange(256)}.8", f"fd00::{_rng.randrange(10)}", "2001:db8::1"]
### OBSERVE
from course.checks import attempt

seen = [[bool(can_connect(_good[0], _text)) for _text in _good]]
for _text in _wrong:
    for _other in _good:
        seen.append([attempt(lambda: can_connect(_other, _text)), attempt(lambda: can_connect(_text, _other))])
### JUDGE
_right, *seen = seen
assert _right == [True, True, False, False], (
    f"can_connect({_good[0]!r}, …) of {_good} should be True, True, False, False; yours: {_right}"
)
_asked = [(_text, _other) for _text in _wrong for _other in _good]
for (_text, _other), _outcomes in zip(_asked, seen, strict=True):
    _calls = f"can_connect({_other!r}, {_text!r})", f"can_connect({_text!r}, {_other!r})"
    for _outcome, _call in zip(_outcomes, _calls, strict=True):
        _kinds = [_outcome.get("raised"), *_outcome.get("bases", [])]
        assert "ValueError" in _kinds, (
            f"{_call}: {_text!r} is not an address: expected a ValueError; yours: {_outcome}"
        )
        assert _text in _outcome["message"], (
            f"{_call}: the message must contain {_text!r}; it was {_outcome['message']!r}"
        )
assert _asked, "nothing was asked"
### END HIDDEN TESTS

# %% [markdown]
# A connection starts at the gray box; your rule decides where it can go.
#
# 1. *From a client*: what can be reached from the internet?
# 2. *From web-1*: what can a machine with a private address reach?
# 3. *IPv6 client, IPv4 servers*: what can a client reach that has only an IPv6 address?
# 4. *Public addresses for all*: how many machines must you defend now?

# %%
explore_network(can_connect)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes; a measurement takes about ten seconds.) Below are four real web servers, each a process of this computer, and before them a proxy. It asks your balancer where each request goes, probes the servers over HTTP, and tells your `HealthChecker` how the
# probes went. The requests are those of the simulation, at the same times and with the same work.
#
# The three clocks are the formula (there is one for random balancing), the simulation, and this machine. Half of the requests are faster than p50, 95 % are faster than p95. What the machine itself adds to a request is measured first, and taken off.
#
# 1. *random*: do the three clocks agree?
# 2. *LeastConnections*: how much of random's p95 is left?
# 3. *LeastConnections, kill -9 at 2 s*: web-1 gets SIGKILL, a signal that no program can catch. How many requests fail?
# 4. *nginx* or *HAProxy*, if one of them is installed: is it faster than your class?
#
# While it measures, you may kill web-1 yourself, and start it again. Nothing starts before you press a button, and all processes end with the measurement.

# %%
explore_real(LeastConnections, RoundRobin, PowerOfTwoChoices, health_checker=HealthChecker)

# %% [markdown]
# ## And if the balancer dies?
#
# Then everything is down: you have moved the single point of failure, not removed it. The usual answer is a **pair** with a *floating address*. Both run; only one holds
# the public address. It announces itself to the other, by default once a second; when about three announcements in a row are missing, the other takes the address over (VRRP, RFC 9568, 2024, first in RFC 2338, 1998;
# a program for it is keepalived). Clients notice a pause of a few seconds, and DNS does not have to change.
#
# ## Explain
#
# Your site runs four web servers behind `LeastConnections` with `HealthChecker(fall=3, rise=2)`. After a bad deployment, web-1 answers every page in 1 ms with an error. Its probe
# page, a plain "ok", still works.
#
# What do your users see, and why is it worse than it would be with `RoundRobin`? Why does the health checker not help? Name **two** different changes that would, and
# what each of them costs. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# Nearly half of all requests fail, not the quarter that web-1's share would be: in the notebook's black hole least connections lost 793 of about 1,700 requests, round robin 448.
# web-1 finishes every request at once, so it nearly always has 0 active, and whenever the other three are busy, least connections takes it for the idlest server: a black hole.
# (The busier the site, the more it swallows.) `RoundRobin` would send it every fourth. The health checker sees only its own probes, and the probe page works; however
# small `fall` is, it never learns of the failing pages. One change: probe a page that does real work, such as a query on the database. It costs load on every server, every second, and one slow
# database then makes all servers look dead at once. Another: count the failed answers of real requests, and take out a server that has too many. It costs the failed requests it needs for
# noticing, and one user with bad requests may take a healthy server out.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: web-1 finishes at once, so its `active` is (nearly) always 0 and least connections takes it for the idlest server: a black hole. It gets clearly more than its share. In the
# notebook's traffic that is nearly half of the requests (45 % in the long run; 793 failed in the picture) where round robin sends it a quarter; the busier the other servers, the more. "Most requests" is
# right only where the other servers are never idle. The reason earns the point; the number need not be exact.
#
# 1 point: the health checker only sees probes, and the probe page works; it never learns of the failing pages. (Smaller `fall` would not help.)
#
# 1 point: two *different* changes, each with its price; half a point for each. For example: probe a real page that uses the database (load; one slow database makes all servers look dead at once); count failed answers of real requests and take the
# server out (a few bad requests, or one user's, may take a healthy server out); try a failed request on another server (more load in trouble; not safe for writes);
# send a new version to one server and a few requests first (slower deployment); go back to round robin (a quarter fails, and queues are longer). Two random choices hardly help: the black hole
# still gets 41 %. Half a point only if the answer says so.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **HAProxy**: `balance roundrobin`, `balance leastconn`, `balance random(2)`; your exercise D is `server web1 10.0.0.11:80 check inter 2s fall 3 rise 2`, which are its defaults (HAProxy 3.0 manual, 2024). Since HAProxy 3.3 (2025) a
#   backend without a `balance` line uses `random` with two draws, your exercise C; before, it was round robin.
# - **nginx**: round robin unless you say otherwise; `least_conn;` or `random two least_conn;` (since 1.15.1, 2018). It judges by real requests, not probes: `max_fails=1 fail_timeout=10s` by default. Probing needs its commercial version.
# - **Envoy**: the policy `LEAST_REQUEST` looks at `choice_count` servers, by default 2. If more than half of the servers look unhealthy, it ignores the checks and uses all: its *panic threshold* (manual of 1.32, 2024).
# - **keepalived** gives a pair of balancers one floating address; in a cloud, the provider's balancer is many machines behind one name.
# - **Private networks** are called VPC or VNet there; only the balancer's subnet has a way in.
# - **Left out here:** clients that try a failed request again (retries can keep an overload alive after its cause is gone), servers that hang instead of failing at once, unequal servers (weights), a cold server's slow start, encryption, and several balancers that each know only their own requests.

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
