# %% [markdown] question="put it all together under a budget" shown="explore_design(design)" points={"visible": 5, "hidden": 12, "written": 3}
# # 10 · Millions of users
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/10_millions_of_users/10_millions_of_users.ipynb)
#
# Your dashboards from notebook 09 work, and they show you something. The web servers are half idle, the cache answers what it can, the queue is short. But one line climbs every
# week: the load of the primary database. Every data center's primary still has to apply *every* write, and a bigger machine is not for sale. It is the last tier that more machines do not help. Today you cut it into pieces. Then you put
# all ten notebooks together, under a budget, and let a bad day happen to your design.
#
# **Time:** about 165 minutes, best on two evenings: exercise D alone takes one. Afterwards you will be able to
#
# - split data over shards so that one more shard moves few keys, and find the celebrities that spoil it,
# - size every tier of a system from its traffic, with room for what fails,
# - say what each tier bought, in users, milliseconds and dollars.

# %%
import bisect
import hashlib
import math
import random

from course.millions_of_users import (
    PUBLISHED,
    Architecture,
    architecture,
    centers_of,
    data_sheet,
    draw_days,
    explore,
    explore_design,
    explore_hot_keys,
    explore_ring,
    explore_store,
    hit_ratio,
    look_back,
    refusals,
    replay,
    replay_ring,
    round_trip,
    shares,
    sheet,
    simulate,
    surprise_days,
)

# %% [markdown]
# ## The picture
#
# One data center of yours, with everything you have built. New: three shards, each a primary with its replicas. The other data centers look the same.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# **Sharding** cuts the data: each **shard** holds a part of the rows, with its own primary and replicas. So each primary gets a part of the writes.
# An hour in which a data center dies, in half a minute: where are requests refused, and until when?

# %%
replay()

# %% [markdown]
# ## Predict
#
# A whole day: 8,000 requests a second at its peak, 4.5 million users. Six things happen. A web server, a cache node, a replica and a primary die, and in the evening a whole data center. And a crowd triples the traffic within a minute.
#
# What does a site cost that answers 99.95 % of the requests on such a day, 95 % of them within 160 ms? A web server costs 60 dollars a month, a database node 400. Write your guess in dollars a month.

# %%
prediction = None  # dollars a month: put your number here

# %% [markdown]
# ## Experiment
#
# You start with the design that was good enough last year. **Left:** the four goals. A bar says how much of what is allowed your design uses: it should end in the green. The gray triangle is always a design to beat; the dots are your last ten designs. **Right:** which tier refuses requests, when, and how much of the whole day's; below it, where the money goes.

# %%
explore(prediction=prediction)

# %% [markdown]
# Press a step's button above the sliders: it sets them and asks. Press it again for the answer.
#
# 1. *Last year's design*: what happens at 17:00, and which tier loses most?
# 2. *Twice the workers*: are 16 queue workers per center enough?
# 3. *One more replica*: what does it cost, and how much of the loss of reads is left?
# 4. *One more shard*: the same question.
# 5. *Twice the cache*: the same question. Which of the three is the cheapest help?
# 6. *One center*: what is lost at 20:00?
# 7. *Two centers*: why are two not enough?
# 8. *Four centers*: what does a fourth buy?
#
# Then by hand: meet all four goals. What can you take away again?

# %%
print(simulate().summary())  # two of everything, as on a checklist

# %% [markdown]
# Two of everything answers six requests in ten: redundancy is not capacity. One big server room answers 97 in a hundred, slowly, and loses every ninth write for good: capacity is not redundancy. Last year's design with everything doubled (the triangle) meets all four goals for 65,500 dollars a month: it also doubles what was never short.
# You can do it for less than 45,000, a cent per user. Nine sliders by hand work for one day. For the next day you need a rule. That is exercise D; first the shards.
#
# <details><summary>The arithmetic of nines</summary>
#
# A request that needs eight tiers is answered only if all eight work: with 99.9 % each, that is $0.999^8 = 99.2$ % of the requests: 5.7 hours of errors a month instead of 43 minutes. If one of two machines is enough, both must fail: $0.1\,\% \times 0.1\,\%$, so 99.9999 % are answered. But only if they share nothing: no rack, no power supply, no bad release, no load. A survivor that cannot carry everything dies next, and one program with one bug on both machines fails on both.
#
# </details>

# %% [markdown]
# ### The simulation, and its prices
# This notebook runs a whole day through every tier, in steps of half a minute. It counts requests: a tier that would be over 95 % busy refuses the rest. A month of a web server costs 60 dollars, of a database node 400, of a data center 1,000: round numbers near cloud list prices of 2026. The whole data sheet comes before exercise D. The day that you have just seen is called the *published* day. Its `peak` is in requests/s, a share is between 0 and 1, and `skew` is the exponent of the data's popularity (Zipf's law, as in notebook 04):

# %%
for name, value in vars(PUBLISHED).items():  # a day's traffic, and at the end the four goals
    print(f"{name:13} {value}")
print(f"{PUBLISHED.users:,.0f} users; São Paulo to Washington and back in {round_trip('South America', 'North America'):.3f} s")

# %% [markdown]
# ### Why replicas are not enough
# Replicas multiply reads. Every one of them still applies every write, so they do nothing for writes. Sharding does. A **shard key**, such as the user's id, decides which shard holds a row. Choose it well: everything that a page reads together should have the same key. If photos are stored by user id, one shard answers "my
# photos". If they are stored by photo id, every shard must be asked.
#
# ### Scaling is iterative
# No team designs for ten million users on the first day. You measure, find the tier that breaks first, fix it, and look again. What the ten notebooks add up to: keep the web tier stateless; have two of
# everything; cache as much as you can; use several data centers; serve files from a CDN; shard the data; split tiers into services; watch the system, and automate.

# %% [markdown]
# ### A ring
# With `number % shards` (modulo), one more shard moves nearly every key: from 10 to 11 shards, ten of eleven. **Consistent hashing** (Karger and others, 1997) puts keys and nodes on a circle, by a hash. A key belongs to
# the next node clockwise. A new node takes keys from its neighbor only; all other nodes keep theirs. With one point per node the arcs are uneven: of ten nodes the fullest has $1 + 1/2 + \dots + 1/10 = 2.93$ times the mean, on average over many rings. So each
# node gets many points, often called virtual nodes. Amazon's Dynamo (2007) made this known.

# %% [markdown]
# ## Exercise A — A ring of shards
#
# `HashRing(nodes, replicas=128)`: `nodes` is a list of names (strings), `replicas` the number of points of each node on the ring.
#
# - `.node(key)` → the name of the node that a key (a string) belongs to. An empty ring raises `LookupError`.
# - `.add(node)`, `.remove(node)`: return nothing. Adding a node that is there, or removing one that is not, raises `ValueError` with the name in its message.
# - Adding a node to $n$ others moves about $1/(n + 1)$ of the keys, all of them *to* the new node. Removing a node moves its own keys only. An `.add` or `.remove` that raises changes nothing.
# - Which node a key belongs to depends only on the set of nodes: not on the order they came in, nor on other rings, nor on the process. So it must not depend on Python's `hash`, which differs from run to run for strings, nor on chance.
# - With 10 nodes and 128 points, the fullest node has at most 1.35 × the mean.
# - It does not change the list that it was given.
#
# `.place(text)` below is only a proposal: delete it if you do not use it. `hashlib` and `bisect` are imported. A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Write down ten points of three nodes on a circle, then the place of a key. Which list do you look into to find the next point? Does it have to be sorted?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The first bytes of a SHA-256 digest make a good place (`int.from_bytes`). Hash the node's name together with the number of the point, and something between them: db-1 with 23 is not db-12 with 3. Keep the points sorted; `bisect` finds the first one past a place. Past the last point comes the first.
#
# </details>


# %% solution="hash_ring"
class HashRing:
    """Nodes on a circle of hashes, `replicas` points each; a key belongs to the next point's node."""

    def __init__(self, nodes, replicas=128):
        ### BEGIN SOLUTION Exercise A: put the nodes on the ring
        self.replicas = replicas
        self.points = []  # (place, node), sorted
        for node in nodes:
            self.add(node)
        ### END SOLUTION

    def node(self, key):
        """Return the node that `key` belongs to; raise LookupError if there is none."""
        ### BEGIN SOLUTION Exercise A: find the next point
        if not self.points:
            raise LookupError("the ring is empty")
        at = bisect.bisect(self.points, (self.place(key),))
        return self.points[at % len(self.points)][1]
        ### END SOLUTION

    def add(self, node):
        """Add a node; raise ValueError if it is there."""
        ### BEGIN SOLUTION Exercise A: add a node
        if any(other == node for _, other in self.points):
            raise ValueError(f"{node!r} is in the ring")
        self.points += [(self.place(f"{node}#{number}"), node) for number in range(self.replicas)]
        self.points.sort()
        ### END SOLUTION

    def remove(self, node):
        """Remove a node; raise ValueError if it is not there."""
        ### BEGIN SOLUTION Exercise A: remove a node
        left = [point for point in self.points if point[1] != node]
        if len(left) == len(self.points):
            raise ValueError(f"{node!r} is not in the ring")
        self.points = left
        ### END SOLUTION

    def place(self, text):
        """Return where on the ring a text is. Yours to use, or to delete if you do not."""
        ### BEGIN SOLUTION Exercise A: hash a text
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): which node does this key belong to? Add a node `"d"`: if the answer changes, it must be `"d"`.

# %%
try:
    print(HashRing(["a", "b", "c"]).node("user-1"))
except NotImplementedError as stub:
    print(stub)

# %% check="hash_ring" points=1
keys = [f"user-{number}" for number in range(2000)]
ring = HashRing(["a", "b", "c"])
before = [ring.node(key) for key in keys]
ring.add("d")
after = [ring.node(key) for key in keys]
seen = {"before": before, "after": after, "again": [ring.node(key) for key in keys]}
### JUDGE
counts = {node: seen["before"].count(node) for node in sorted(set(seen["before"]))}
assert set(counts) == {"a", "b", "c"} and sum(counts.values()) == 2000, (
    f"2,000 keys on a, b, c: all three should get some; yours went {counts}"
)
moved = [(old, new) for old, new in zip(seen["before"], seen["after"], strict=True) if old != new]
assert all(new == "d" for _, new in moved), (
    f"when d joins a, b, c, keys may move only to d; yours moved {sum(new != 'd' for _, new in moved)} keys elsewhere"
)
assert 300 < len(moved) < 700, (
    f"when d joins a, b, c, about a quarter of 2,000 keys should move; yours moved {len(moved)}"
)
assert seen["again"] == seen["after"], "the same keys, asked again, must get the same nodes"

# %% check="hash_ring_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A new node takes keys only to itself, a removed one moves only its own, and the order in which nodes came plays no part.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED)
_names = _rng.sample(["db-1", "db-11", "db-111", "db-12", "db-2", "db-21", "db-3", "é"], 8)
_start, _there, _steps = _names[:4], set(_names[:4]), []
for _kind in ["add", "add", *_rng.choices(["add", "remove", "add twice", "remove unknown"], k=10)]:
    _free = [_name for _name in _names if _name not in _there]
    if (_kind == "add" and not _free) or (_kind == "remove" and len(_there) < 4):
        _kind = "remove" if _kind == "add" else "add"
    _name = _rng.choice(sorted(_there) if _kind in ("remove", "add twice") else _free or ["db-4"])
    _there = _there | {_name} if _kind == "add" else _there - {_name} if _kind == "remove" else _there
    _steps.append((_kind, _name))
_keys = ["", "é", "照片", *(f"user-{_number}" for _number in _rng.sample(range(10**6), 2500))]
### OBSERVE
from course.checks import attempt

_given, _other = list(_start), HashRing(["db-1", "db-9"])
_still = [_other.node(_key) for _key in _keys[:200]]
_ring = HashRing(_given)
seen = {"steps": [[_ring.node(_key) for _key in _keys]], "raised": []}
for _number, (_kind, _name) in enumerate(_steps):
    _change = _ring.add if "add" in _kind else _ring.remove
    _outcome = attempt(lambda: _change(_name))
    seen["raised"].append([_outcome.get("raised"), *_outcome.get("bases", [])])
    if _number % 2:
        seen["steps"].append([_ring.node(_key) for _key in _keys])
    else:  # the last ones first: a memory of some keys would be out of date
        seen["steps"].append([_ring.node(_key) for _key in reversed(_keys)][::-1])
_left = sorted(_there)
_rng.shuffle(_left)
_anew, _pair = HashRing(_left), [HashRing(_names), HashRing(_names[::-1])]
seen["built again"] = [_anew.node(_key) for _key in _keys]
seen["orders"] = sum(_pair[0].node(_key) != _pair[1].node(_key) for _key in _keys)
seen["other ring"] = [_other.node(_key) for _key in _keys[:200]] == _still
seen["given"] = list(_given)
### JUDGE
_nodes = set(_start)
_all = len(_keys)
assert len(seen["steps"]) == len(_steps) + 1 and all(len(_step) == _all for _step in seen["steps"]), "not all keys were asked"
assert set(seen["steps"][0]) == _nodes, f"{len(_start)} nodes, {_all:,} keys: expected keys on {_nodes}, got {set(seen['steps'][0])}"
assert seen["given"] == _start, f"HashRing changed the list it was given into {seen['given']}"
for (_kind, _name), _raised, _old_step, _new_step in zip(
    _steps, seen["raised"], seen["steps"][:-1], seen["steps"][1:], strict=True
):
    _moved = [(_old, _new) for _old, _new in zip(_old_step, _new_step, strict=True) if _old != _new]
    _call = f"{_kind.split()[0]}({_name!r}) of a ring of {' '.join(sorted(_nodes))}"
    if _kind == "add":
        assert _raised == [None], f"{_call} raised {_raised[0]}"
        assert all(_new == _name for _, _new in _moved), f"{_call}: keys may move only to the new node"
        _fair = 1 / (len(_nodes) + 1)
        _nodes.add(_name)
    elif _kind == "remove":
        assert _raised == [None], f"{_call} raised {_raised[0]}"
        assert all(_old == _name for _old, _ in _moved), f"{_call}: only its own keys may move"
        assert _name not in _new_step, f"{_call}: some keys still go to it"
        _fair = 1 / len(_nodes)
        _nodes.discard(_name)
    else:
        assert "ValueError" in _raised, f"{_call} must raise ValueError; it gave {_raised[0]}"
        assert not _moved, f"{_call} raises, so it must change nothing; {len(_moved)} keys moved"
        continue
    # a node's share varies by 1 / sqrt(128) = 9 % of itself, and by chance: bands of over 4 times that
    assert 0.5 * _fair < len(_moved) / _all < 1.5 * _fair, (
        f"{_call}: about {_fair:.0%} of the keys should move; yours moved {len(_moved) / _all:.0%}"
    )
assert seen["built again"] == seen["steps"][-1], (
    "a ring built again from the same nodes in another order should give the same answers as one after add and remove"
)
assert seen["orders"] == 0, f"two rings of the nodes {' '.join(_names)}, in opposite orders: {seen['orders']} of {_all:,} keys have different nodes"
assert seen["other ring"] is True, "a second ring gave other answers after the first was changed: they must share nothing"
### END HIDDEN TESTS

# %% check="hash_ring_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: With 10 nodes and 128 points, the fullest node has at most 1.35 × the mean.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 1)
_starts = [(_rng.randrange(10_000), _rng.randrange(10**6)) for _ in range(3)]
### OBSERVE
seen = []
for _start, _first in _starts:
    _ring = HashRing([f"shard-{_start + _number}" for _number in range(10)])
    _counts = {}
    for _number in range(10_000):
        _node = _ring.node(f"user-{_first + _number}")
        _counts[_node] = _counts.get(_node, 0) + 1
    seen.append(_counts)
### JUDGE
_fullest = []
for (_start, _), _counts in zip(_starts, seen, strict=True):
    assert set(_counts) == {f"shard-{_start + _number}" for _number in range(10)}, (
        f"10,000 keys on 10 nodes: every node should get some; yours used {len(_counts)}"
    )
    assert sum(_counts.values()) == 10_000, "not all keys were asked"
    _fullest.append(max(_counts.values()) / 1000)
# with 128 points it is about 1.15; the mean over three rings is above 1.35 with probability < 1e-6
assert sum(_fullest) / 3 <= 1.35, (
    f"10 nodes, 128 points each: the fullest should have at most 1.35 × the mean; in three rings yours had {_fullest}"
)
### END HIDDEN TESTS

# %% check="hash_ring_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: An empty ring raises LookupError, a wrong add or remove raises ValueError, and every process finds the same nodes.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 2)
_names = _rng.sample(["db-a", "db-b", "db-c", "db-d", "db-e"], 4)
_keys = [f"photo-{_rng.randrange(10**6)}" for _ in range(200)]
### OBSERVE
import builtins
from course.checks import attempt

_again = _names[1][:3] + _names[1][3:]  # an equal text, but not the same object
seen = {
    "empty": attempt(lambda: HashRing([]).node(_keys[0])),
    "twice": attempt(lambda: HashRing(_names).add(_again)),
    "unknown": attempt(lambda: HashRing(_names[:3]).remove(_names[3])),
}
_emptied = HashRing(_names[1:2])
_emptied.remove(_again)
seen["emptied"] = attempt(lambda: _emptied.node(_keys[0]))
_hash, _state = builtins.hash, random.getstate()
seen["processes"] = []
try:
    for _process in (1, 2):  # in another process Python's hash of a text is another one
        builtins.hash = lambda value, salt=_process: _hash((salt, value))
        random.seed(_process)
        _ring = HashRing(_names)
        seen["processes"].append([_ring.node(_key) for _key in _keys])
finally:
    builtins.hash = _hash
    random.setstate(_state)
### JUDGE
for _case in ("empty", "emptied"):
    _kinds = [seen[_case].get("raised"), *seen[_case].get("bases", [])]
    assert "LookupError" in _kinds, f"node() of an {_case} ring must raise LookupError; it gave {seen[_case]}"
for _case, _call, _name in (
    ("twice", "add of a node that is there", _names[1]),
    ("unknown", "remove of a node that is not there", _names[3]),
):
    _kinds = [seen[_case].get("raised"), *seen[_case].get("bases", [])]
    assert "ValueError" in _kinds and _name in seen[_case]["message"], (
        f"{_call} must raise ValueError with {_name!r} in its message; it gave {seen[_case]}"
    )
assert len(seen["processes"]) == 2 and len(seen["processes"][0]) == len(_keys), "not all keys were asked"
assert seen["processes"][0] == seen["processes"][1], (
    "another process must give the same nodes; yours differ: do you use Python's hash, or chance?"
)
### END HIDDEN TESTS

# %% [markdown]
# **Right:** your ring: how many keys move when one more node joins, and how full each node is. **Left:** a ring of random places with as many nodes and points as yours. Blue is what the new node takes: its arcs, and the keys there.
#
# 1. *Many points* (128 per node): from whom does the new node take its keys?
# 2. *One point*: how full is the fullest node?
# 3. *Eight points*: how much of this do they repair? (What you save in memory you pay in unevenness.)

# %%
explore_ring(HashRing)

# %% [markdown]
# Now watch the keys fly: your ring on the left, number % shards on the right, the same keys. One more shard joins halfway. Where do your moving keys come from, and where do they go? *Go to your first key that moves*: which line decided?
# With *1* point per shard, who gives up its keys?

# %%
replay_ring(HashRing)

# %% [markdown]
# ### What sharding costs
# **Resharding**: a shard fills up, you add one, and rows must move while users write. **Joins** across shards: the database cannot do them; you ask several shards and join in the application, or
# store the same thing twice (denormalize). **Celebrities**: a key with a million followers makes its shard hot, however evenly the keys are spread. And a transaction over two shards is a project of its own. Instagram
# cut its PostgreSQL into several thousand *logical* shards on few machines, so that it could later move shards instead of rows (its engineering blog, 2011).

# %% [markdown]
# ## Exercise B — A store of shards that moves its keys
#
# `ShardedStore(ring, stores)`: `ring` has `node(key)`; `stores` is a dict from node to that shard's own dict (think of each as a database).
#
# - `.put(key, value)` stores it on the key's shard. `.get(key)` → its value, or `None` if it is not there.
# - A node without a dict gets an empty one, in that same `stores`. The dicts that are there stay the same objects, and what they hold when the store is made belongs to it.
# - `.rebalance(new_ring)` → how many keys moved. From then on the store uses `new_ring`. Every key is on its new shard, and only there: nothing is lost, nothing left behind. Keys whose shard stays the same do not count. `new_ring` may also be the very ring that the store has, after an `.add` or `.remove`.
# - Nodes may be missing in the new ring: their dicts end up empty, or are taken out.
# - Any value may be stored, also 0 or "" (but not `None`).
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# While you walk through a dict, Python does not let you take things out of it. What do you need to know before you move anything?
#
# </details>
# <details><summary>Hint 2</summary>
#
# First collect, over all shards, the keys that are not where the new ring wants them. Then move them one by one: `pop` from the old dict, put into the new one.
#
# </details>


# %% solution="sharded_store"
class ShardedStore:
    """Keys and values on the shards that a ring names; `stores`: dict node → dict."""

    def __init__(self, ring, stores):
        self.ring = ring
        self.stores = stores

    def put(self, key, value):
        """Store `value` under `key` on its shard."""
        ### BEGIN SOLUTION Exercise B: store it on its shard
        self.stores.setdefault(self.ring.node(key), {})[key] = value
        ### END SOLUTION

    def get(self, key):
        """Return the value of `key`, or None."""
        ### BEGIN SOLUTION Exercise B: look on its shard
        return self.stores.get(self.ring.node(key), {}).get(key)
        ### END SOLUTION

    def rebalance(self, new_ring):
        """Use `new_ring` from now on and move what must move; return how many keys moved."""
        ### BEGIN SOLUTION Exercise B: move what must move
        moves = [
            (key, node, new_ring.node(key))
            for node, entries in self.stores.items()
            for key in entries
            if new_ring.node(key) != node
        ]
        for key, old, new in moves:
            self.stores.setdefault(new, {})[key] = self.stores[old].pop(key)
        self.ring = new_ring
        return len(moves)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): Ada, a store on two nodes, and then on three. The number is 1 if she had to move, else 0; her value must be there.

# %%
try:
    store = ShardedStore(HashRing(["a", "b"]), {})
    store.put("user-1", "Ada")
    print(store.rebalance(HashRing(["a", "b", "c"])), store.get("user-1"))
except NotImplementedError as stub:
    print(stub)

# %% check="sharded_store" points=1
class TwoShards:
    def node(self, key):
        return "even" if int(key) % 2 == 0 else "odd"


class ThreeShards:
    def node(self, key):
        return ["zero", "odd", "even"][int(key) % 3]


stores = {}
store = ShardedStore(TwoShards(), stores)
for number in range(12):
    store.put(str(number), number * 10)
seen = {"before": {node: [[key, stores[node][key]] for key in sorted(stores[node])] for node in sorted(stores)}}
seen["got"] = [store.get("7"), store.get("12")]
seen["moved"] = store.rebalance(ThreeShards())
seen["after"] = {node: sorted(stores[node]) for node in sorted(stores) if stores[node]}
seen["all"] = [store.get(str(number)) for number in range(12)]
### JUDGE
numbers = {"even": range(0, 12, 2), "odd": range(1, 12, 2)}
expected = {node: sorted([str(n), n * 10] for n in those) for node, those in numbers.items()}
assert seen["before"] == expected, (
    f"0 … 11, even numbers on 'even', odd ones on 'odd'; stores was {seen['before']}"
)
assert seen["got"] == [70, None], (
    f"get('7') is 70, and get('12') None, as nobody put it; yours gave {seen['got']}"
)
after = {"zero": range(0, 12, 3), "odd": range(1, 12, 3), "even": range(2, 12, 3)}
after = {node: sorted(str(n) for n in those) for node, those in after.items()}
assert seen["after"] == after, f"after rebalance expected {after}, on no shard anything else; stores held {seen['after']}"
assert seen["moved"] == 8, (
    f"1 and 7 stay on 'odd', 2 and 8 on 'even': 8 of 12 keys move; rebalance returned {seen['moved']}"
)
assert seen["all"] == [n * 10 for n in range(12)], f"after rebalance get gave {seen['all']}"

# %% check="sharded_store_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: After rebalance every key is on its new shard, and only there; keys whose shard stays the same do not count.
### INPUTS
import random
from course.checks import SEED


class _Drawn:
    """A ring by a table: the same key always has the same node."""

    def __init__(self, seed, nodes):
        self.seed, self.nodes = seed, nodes

    def node(self, key):
        return random.Random(f"{self.seed} {key}").choice(self.nodes)


_rng, _rounds = random.Random(SEED + 3), []  # [puts, number and nodes of the ring, whether it is the same object]
for _round in range(1, 9):
    _puts = [(f"key-{_rng.randrange(400)}", _rng.randrange(1000)) for _ in range(90)]
    _nodes = _rng.sample("abcdefg", _rng.randint(1, 6))
    _rounds.append((_puts, _rng.randrange(10**6), _nodes, _round % 3 == 0))
_asked = [f"key-{_number}" for _number in _rng.sample(range(450), 120)]
### OBSERVE
_stores, _others, seen = {}, {}, []
_ring = _Drawn(0, ["a", "b"])
_store, _other = ShardedStore(_ring, _stores), ShardedStore(_Drawn(5, ["a", "b"]), _others)
_other.put("key-1", "of the other store")
for _puts, _number, _nodes, _same in _rounds:
    for _key, _value in _puts:
        _store.put(_key, _value)
    if _same:  # the store's own ring has changed
        _ring.seed, _ring.nodes = _number, list(_nodes)
    else:
        _ring = _Drawn(_number, list(_nodes))
    _moved = _store.rebalance(_ring)
    _held = {_node: dict(sorted(_entries.items())) for _node, _entries in sorted(_stores.items()) if _entries}
    seen.append([_moved, _held, [_store.get(_key) for _key in _asked], _other.get("key-1"), sum(map(len, _others.values()))])
### JUDGE
_values, _before = {}, _Drawn(0, ["a", "b"])
for _round, ((_puts, _number, _nodes, _same), (_moved, _held, _got, *_rest)) in enumerate(zip(_rounds, seen, strict=True), 1):
    _values.update(_puts)
    _now, _expected = _Drawn(_number, _nodes), {}
    for _key, _value in _values.items():
        _expected.setdefault(_now.node(_key), {})[_key] = _value
    _count = sum(_before.node(_key) != _now.node(_key) for _key in _values)
    _case = f"round {_round}, {len(_values)} keys, {'the same ring, changed to' if _same else 'a new ring with'} nodes {' '.join(_nodes)}"
    assert _held == _expected, (
        f"{_case}: after rebalance every key must be on its new shard with its value, and only there; "
        f"expected {sum(map(len, _expected.values()))} entries, held are {sum(map(len, _held.values()))}"
    )
    assert _moved == _count, f"{_case}: {_count} keys change their shard; rebalance returned {_moved}"
    assert _got == [_values.get(_key) for _key in _asked], f"{_case}: get is wrong afterwards"
    assert _rest == ["of the other store", 1], f"{_case}: another store, with its own ring and dicts, must not notice"
    _before = _now
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="sharded_store_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: What the dicts hold at the start belongs to the store, they stay the same objects, and 0 and "" are values.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 4)
_lengths = _rng.sample(range(1, 40), _rng.randint(12, 20))
_words = ["k" * _length + str(_rng.randrange(10)) for _length in _lengths]
_values = [_rng.choice([0, "", False, 7, [], "x", 0.0, {}, _rng.randrange(100)]) for _ in _words]
### OBSERVE


class _ByLength:
    def __init__(self, nodes):
        self.nodes = nodes

    def node(self, key):
        return self.nodes[len(key) % len(self.nodes)]


_stores = {"a": {}, "b": {}}
_first = _stores["a"], _stores["b"]
for _word, _value in zip(_words, _values, strict=True):
    _stores["ab"[len(_word) % 2]][_word] = _value
_store = ShardedStore(_ByLength(["a", "b"]), _stores)
seen = {"found": [_store.get(_word) for _word in _words]}
seen["nothing to do"] = _store.rebalance(_ByLength(["a", "b"]))
seen["moved"] = _store.rebalance(_ByLength(["a", "c"]))
seen["same dict"] = _stores["a"] is _first[0] and _stores.get("b", _first[1]) is _first[1]
seen["left"] = sorted(_stores.get("b", {}))
seen["after"] = [_store.get(_word) for _word in _words]
_store.put("kk", "new")
seen["put"] = _stores["a"].get("kk")
### JUDGE
_of_b = sum(len(_word) % 2 for _word in _words)
assert seen["found"] == _values, (
    f"what is in stores at the beginning belongs to the store, values such as 0 and '' too; get gave {seen['found']}, expected {_values}"
)
assert seen["nothing to do"] == 0, (
    f"a new ring with the same answers moves nothing; rebalance returned {seen['nothing to do']}"
)
assert seen["moved"] == _of_b, (
    f"nodes a, b, then a, c: the {_of_b} keys of b move to c; rebalance returned {seen['moved']}"
)
assert seen["after"] == _values, f"after that get gave {seen['after']}, expected {_values}"
assert seen["left"] == [], (
    f"b is not in the new ring: its dict must end up empty, or be taken out; it still held {seen['left']}"
)
assert seen["same dict"] is True and seen["put"] == "new", (
    "the dicts in stores must stay the same objects: the database does not move because its rows do"
)
### END HIDDEN TESTS

# %% [markdown]
# Your store on your ring, before and after a rebalance. Gray: before, blue: after; on the left, gray is what modulo would move.
#
# 1. *From 4 to 5 shards*: how many keys move, and how many by modulo?
# 2. *From 4 to 8*: why is modulo as good here?
# 3. *From 8 to 4*: and on the way back?
# 4. *One point per shard*: how full are the shards, and how many keys move?
#
# <details><summary>What does a page cost that asks every shard?</summary>
#
# It waits for the *slowest* shard. Say each answers after 10 ms on average, at random (exponentially), and knows nothing of the others. Then the slowest of $n$ takes $1 + 1/2 + \dots + 1/n$ times as long on average: 34 ms with 16 shards, 3.38 times as long. If each is slow in 1 % of the cases, 15 % of these pages are slow ($1 - 0.99^{16}$).
# And every shard works for every such page, so 16 shards can serve no more of them than one. This is why the shard key matters: most pages should need one shard. What is left (search, a feed of people on all shards) gets a store of its own, which is filled from the shards' writes: each post is copied when it is *written*, so that a *read* asks one place.
#
# </details>

# %%
explore_store(ShardedStore, HashRing)

# %% [markdown]
# ## Exercise C — Celebrities
#
# Your ring spreads *keys* evenly. Users do not ask for keys evenly. One singer joins, and her shard is overloaded while the others are idle. No ring helps: it is a single key. You must find such keys and treat them differently: a copy on every
# shard, a cache of their own, or a counter that is split into parts.
#
# `hot_keys(accesses, shards, factor)` gets a dict from key to its number of accesses, and returns a list of the hot keys.
#
# - A shard's **fair share** is the sum of all accesses / `shards`. A key is hot if it *alone* brings **more** than `factor` × that.
# - Busiest first; of keys with the same number of accesses, the smaller key first, as `<` compares them. The keys are all strings, or all numbers.
# - No accesses, no hot keys: `[]`. `shards` is at least 1, `factor` above 0. It does not change `accesses`.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Does the fair share depend on how many keys there are?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `sorted` with a key of two parts: the number with a minus sign, then the key itself.
#
# </details>


# %% solution="hot_keys"
def hot_keys(accesses, shards, factor):
    """Return the keys that alone bring more than `factor` × a shard's fair share, busiest first."""
    ### BEGIN SOLUTION Exercise C: find the celebrities
    limit = factor * sum(accesses.values()) / shards
    hot = [key for key, count in accesses.items() if count > limit]
    return sorted(hot, key=lambda key: (-accesses[key], key))
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): the fair share is 25, so only ada is hot.

# %%
try:
    print(hot_keys({"ada": 90, "bob": 5, "eve": 5}, shards=4, factor=0.5))
except NotImplementedError as stub:
    print(stub)

# %% check="hot_keys" points=1
accesses = {"bob": 20, "singer": 500, "ada": 30, "actor": 250, "eve": 200}
seen = [
    list(hot_keys(accesses, 4, 0.5)),
    list(hot_keys(accesses, 4, 1.0)),
    list(hot_keys({"b": 30, "a": 30, "c": 40}, 10, 2)),
]
### JUDGE
assert seen[0] == ["singer", "actor", "eve"], (
    f"1,000 accesses, 4 shards, factor 0.5: hot are keys with more than 125, busiest first: singer actor eve; yours {seen[0]}"
)
assert seen[1] == ["singer"], (
    f"factor 1: more than 250, and actor has exactly 250: singer only; yours {seen[1]}"
)
assert seen[2] == ["c", "a", "b"], f"c 40, a 30, b 30, all hot: c a b; yours {seen[2]}"

# %% check="hot_keys_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A key is hot if it alone brings more than factor × the fair share; the busiest come first, equals by key.
### INPUTS
import random
from course.checks import SEED

_rng, _calls = random.Random(SEED + 5), []
for _many in [0, 1, 300, *(_rng.randint(0, 12) for _ in range(150)), *(_rng.randint(20, 200) for _ in range(40))]:
    _numbers = _rng.sample(range(500), _many)
    _names = _rng.choice([_numbers, [f"user-{_number}" for _number in _numbers]])
    _accesses = {_name: _rng.choice([0, 1, 1, 2, 5, 5, 40, 300]) for _name in _names}
    _calls.append((_accesses, _rng.choice([1, 2, 4, 8, 16, 500]), _rng.choice([0.25, 0.5, 1, 2])))
### OBSERVE
seen = []
for _accesses, _shards, _factor in _calls:
    _given = dict(_accesses)
    _found = list(hot_keys(_given, _shards, _factor))
    seen.append([_found, list(_given.items()) == list(_accesses.items())])
### JUDGE
for (_accesses, _shards, _factor), (_found, _kept) in zip(_calls, seen, strict=True):
    _total = sum(_accesses.values())
    _hot = [(-_count, _name) for _name, _count in _accesses.items() if _count * _shards > _factor * _total]
    _expected = [_name for _, _name in sorted(_hot)]
    assert _found == _expected, (
        f"hot_keys({dict(list(_accesses.items())[:9])} … {len(_accesses)} keys, {_shards}, {_factor}): "
        f"expected {len(_expected)} keys, {_expected[:9]} …, got {len(_found)}, {_found[:9]} …"
    )
    assert _kept is True, f"hot_keys changed accesses, a dict of {len(_accesses)} keys"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** the shards as they are (gray), and with a copy of every key that you found on all shards (blue). **Right:** the keys; blue are those that you found, the ones above the line.
#
# 1. *Half of all accesses*: how hot is the celebrity's shard?
# 2. *Twice the shards*, 16: do they help hers?
# 3. *A smaller factor*, 0.05: many more keys count as hot now. What does that buy, and what does it cost?

# %%
explore_hot_keys(hot_keys)

# %% [markdown]
# Before the last exercise, the data sheet: what each machine can do, what fails for how long, and what it costs. You need it when you write your design; for now it is enough to know what is there. Times are in seconds, prices in dollars. A click opens a part. In code, each number is an attribute of `sheet`: `sheet.PAGE_SECONDS`.

# %%
data_sheet()

# %% [markdown]
# ## Exercise D — Design it
#
# `design(traffic)` gets a day's traffic as a designer knows it in advance (a `Traffic`, like `PUBLISHED`) and returns the `Architecture` to build:
#
# `Architecture(web_servers, autoscale, replicas, cache_gb, cdn, data_centers, queue_workers, shards, balancer)`
#
# All numbers but `data_centers` (1 to 4) and `shards` are for *each* data center. Every data center holds all shards, each as one primary with `replicas` replicas: it pays for `shards` × (1 + `replicas`) database nodes.
# The data sheet above, `sheet`, has the numbers, in seconds and dollars. The rest is here.
#
# - **Data centers** stand in the regions with the most users. All users go to the nearest one that is alive. `centers_of(traffic, n)` names them, most users first. `shares(traffic, n, dead=None)` is a list: the share of all users that each one serves, in the same order. `dead` is the place of a dead one in that order (`dead=0` is the largest), or its name. `round_trip(region, center)` gives seconds. A page takes two round trips.
# - **CDN**: the edge answers 95 % of the files. The other 5 % come from the web servers; without a CDN, all of them do.
# - **Web servers**: 20 ms per page, 2 ms per file. With `autoscale`, `web_servers` is the minimum; up to four times as many run, each three minutes after it is needed. `balancer`: "random", "round robin", "power of two choices" or "least connections".
# - **Cache**: it answers a share of the reads, `hit_ratio(traffic, cache_gb)`. A cache node has 13 GB. When one dies, its part of the hits is missing for ten minutes.
# - **Database**: a node works on 4 queries at a time. Reads that the cache does not answer (20 ms) are spread over the replicas; without replicas they go to the primary. The primary spends 10 ms on a write of its own center's users, and every other copy 2 ms, in *all* centers.
# - **Queue workers**: 0.5 s per photo; what waits longer than ten minutes counts as a failed request. Without workers, the web servers do it. An upload is not a write: it costs a page at a web server and a job in the queue, and nothing at the database.
# - **Incidents**: a primary dies during the day. In the evening, two hours apart, one of the two largest data centers dies, and a crowd multiplies the traffic by `traffic.crowd` within `traffic.crowd_rise` seconds. After its top, what the crowd adds falls to about a third (37 %) every ten minutes.
#   When a data center dies its users get errors for a minute, then go elsewhere, for half an hour. **And machines die when they have most to do**: as soon as these users have come, in the other one of the two largest centers, a web server and a cache node die for ten minutes, and a replica of one shard for half an hour. (On the published day these three die alone, between 7:00 and noon.)
# - **Lost writes**, per million: a dead primary loses 1 s of its shard's writes, a dead data center 5 s of its users' writes: that is what the copies had not yet received. More copies help little, as under load all of them are behind; so here their number does not count. (A *semi-synchronous* primary, which waits until one copy has the write, would lose none, and be slower.) With no copy to go on with, an hour is lost: all writes since the last backup.

# %% [markdown]
# **The goals** are in `traffic`: `availability`, `p95_latency` (over all requests; one that is refused counts as never answered), `lost_writes`, `budget`. No goal counts if the bill is above 1.5 × the budget, as no company would pay it,
# or if fewer than 99 % of the requests are answered.
#
# **Graded on** the published day, and on eight that you have not seen: two small, two medium and four large ones (peaks of 1,000–2,000, 6,000–10,000 and 32,000–48,000 requests/s), with incidents at other times. The rest varies too: files 50–70 %, writes 4–12 % and uploads 1–4 % of the pages, 200–1,000 GB of data, skew 0.75–1.1,
# two to four regions with many users (the others have less than 1 %), a crowd of 1.2 to 4 times within 1 or within 30 minutes. On the published day the goals count in pairs (availability with p95, lost writes with cost). On the eight days each has its own points, if it is met on *all eight*. So no constant can pass: compute.
#
# It is the longest exercise of the course, some 20 to 30 lines, tier by tier. It should return within a quarter of a second. You may use `simulate(architecture, traffic=traffic, seed=1)` in it, for example to see with `.broke(0.001)` what refuses; its incidents are drawn from the seed, not those of the grader (for the published day: its own).
#
# Cells to try it are below: the published day, and eight days like the graded ones.
#
# <details><summary>Hint 1</summary>
#
# Start with the busiest moment of one data center. Which is worse for it: the crowd, with all machines alive, or the evening's peak with the neighbor's users on top, and one machine fewer of each kind? The two never come together, so the worse of them is enough.
#
# </details>
# <details><summary>Hint 2</summary>
#
# For every tier the same sum: $\text{requests/s} \times \text{seconds each} / \text{how busy it may be}$ (0.85, say), rounded up, and one more for the one that dies. Go from the front to the back. Photos are the exception: they may wait ten minutes, so their workers need not follow a crowd to its top. Choose the number of data centers first: at least two, and as few as keep nearly all users close. The database comes last: try many cache sizes and take
# the cheapest sum of cache and nodes. Which crowd can autoscaling follow, if a new server takes three minutes?
#
# </details>


# %% solution="design"
def design(traffic):
    """Return the Architecture to build for a Traffic."""
    ### BEGIN SOLUTION Exercise D: size every tier
    # data centers: close to nearly all users, and never only one
    for centers in (2, 3, 4):
        share = max(shares(traffic, centers))
        if sum(traffic.regions[name] for name in centers_of(traffic, centers)) > 0.97:
            break
    worst = max(max(shares(traffic, centers, dead)) for dead in range(centers))
    busiest = max(traffic.crowd * share, worst)  # what one center may get, over the ordinary peak
    pages = traffic.peak * (1 - traffic.static_share)
    files = traffic.peak * traffic.static_share * (1 - sheet.EDGE_HITS)

    # web servers: for the worst, always; autoscaled if the crowd is slower than a server's start
    slow = traffic.crowd_rise > 5 * sheet.START_UP
    work = pages * sheet.PAGE_SECONDS + files * sheet.FILE_SECONDS
    web_servers = work * (worst if slow else busiest / 0.9)

    # photos: half of what a crowd adds can wait, up to ten minutes
    photos = pages * traffic.upload_share * max(worst, share * (1 + traffic.crowd) / 2)

    # the data tier: the cheapest of all caches, shards and replicas that carry the worst moment
    # with one cache node and one replica less
    room = 0.9 * sheet.DATABASE_WORKERS
    writes = pages * traffic.write_share
    copying = writes * traffic.crowd * sheet.APPLY_SECONDS
    writing = writes * busiest * (sheet.WRITE_SECONDS - sheet.APPLY_SECONDS) + copying
    fewest, plans = math.ceil(writing / room), []
    for cache_gb in (traffic.data_gb * percent / 100 for percent in range(101)):
        hits, nodes = hit_ratio(traffic, cache_gb), max(1, math.ceil(cache_gb / sheet.CACHE_NODE_GB))
        misses = max(share * traffic.crowd * (1 - hits), worst * (1 - hits * (1 - 1 / nodes)))
        reading = pages * traffic.read_share * misses * sheet.QUERY_SECONDS
        for shards in range(fewest, 3 * fewest + 3):
            replicas = 1 + math.ceil(reading / (shards * room - copying))
            cost = cache_gb * sheet.CACHE_GB + shards * (1 + replicas) * sheet.DATABASE_NODE
            plans.append((cost, cache_gb, shards, replicas))
    _, cache_gb, shards, replicas = min(plans)
    return Architecture(
        web_servers=math.ceil(web_servers) + 1,
        autoscale=slow,
        replicas=replicas,
        cache_gb=cache_gb,
        cdn=True,
        data_centers=centers,
        queue_workers=math.ceil(photos * sheet.JOB_SECONDS) + 1,
        shards=shards,
        balancer="least connections",
    )
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): the published day in words, and in goals.

# %%
try:
    print(simulate(design).summary())
    print(simulate(design).goals)
except NotImplementedError as stub:
    print(stub)

# %% [markdown]
# Days like the graded ones are drawn by `draw_days`. In your own cells you may look at them closely: `draw_days(random.Random(1))` is a list of eight; take another number than 1 for eight others. A picture of your design, and a button that tries it on eight days, come after the checks.

# %%
try:
    for number, day in enumerate(draw_days(random.Random(1))):
        print(day.name, simulate(design, traffic=day, seed=number).goals)
except NotImplementedError as stub:
    print(stub)

# %% check="design" points=1
from course.millions_of_users import PUBLISHED, chosen

seen = chosen(design, PUBLISHED)
### JUDGE
from course.millions_of_users import goals_met

goals, told = goals_met(seen)
assert goals["availability"] and goals["p95 latency"], (
    f"availability and p95 latency must both be within their goals, and the bill within 1.5 × the budget. {told}"
)

# %% check="design_check_2" points=1
from course.millions_of_users import PUBLISHED, chosen

seen = chosen(design, PUBLISHED)
### JUDGE
from course.millions_of_users import goals_met

goals, told = goals_met(seen)
assert goals["lost writes"] and goals["cost"], (
    f"lost writes and cost must both be within their goals, and at least 99 % answered. {told}"
)

# %% check="design_hidden" points=2
### BEGIN HIDDEN TESTS
### RULE: The goal for availability is met on all eight days that you have not seen.
### INPUTS
import random
from course.checks import SEED
from course.millions_of_users import draw_days

_days = draw_days(random.Random(SEED))
_which = list(range(len(_days)))
### OBSERVE
from course.millions_of_users import chosen

seen = [chosen(design, _days[_number]) for _number in _which]
### JUDGE
from course.millions_of_users import goals_met

for _number, _plan in zip(_which, seen, strict=True):
    _goals, _told = goals_met(_plan, traffic=_days[_number], seed=8 * SEED + _number)
    assert _goals["availability"], f"availability missed. {_told}"
assert len(seen) == 8, "eight days were asked for"
### END HIDDEN TESTS

# %% check="design_hidden_2" points=2
### BEGIN HIDDEN TESTS
### RULE: The goal for p95 latency is met on all eight days that you have not seen.
### INPUTS
import random
from course.checks import SEED
from course.millions_of_users import draw_days

_days = draw_days(random.Random(SEED))
_which = list(range(len(_days)))
### OBSERVE
from course.millions_of_users import chosen

seen = [chosen(design, _days[_number]) for _number in _which]
### JUDGE
from course.millions_of_users import goals_met

for _number, _plan in zip(_which, seen, strict=True):
    _goals, _told = goals_met(_plan, traffic=_days[_number], seed=8 * SEED + _number)
    assert _goals["p95 latency"], f"p95 latency missed. {_told}"
assert len(seen) == 8, "eight days were asked for"
### END HIDDEN TESTS

# %% check="design_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: The goal for lost writes is met on all eight days that you have not seen.
### INPUTS
import random
from course.checks import SEED
from course.millions_of_users import draw_days

_days = draw_days(random.Random(SEED))
_which = list(range(len(_days)))
### OBSERVE
from course.millions_of_users import chosen

seen = [chosen(design, _days[_number]) for _number in _which]
### JUDGE
from course.millions_of_users import goals_met

for _number, _plan in zip(_which, seen, strict=True):
    _goals, _told = goals_met(_plan, traffic=_days[_number], seed=8 * SEED + _number)
    assert _goals["lost writes"], f"lost writes missed. {_told}"
assert len(seen) == 8, "eight days were asked for"
### END HIDDEN TESTS

# %% check="design_hidden_4" points=1
### BEGIN HIDDEN TESTS
### RULE: The goal for cost is met on all eight days that you have not seen.
### INPUTS
import random
from course.checks import SEED
from course.millions_of_users import draw_days

_days = draw_days(random.Random(SEED))
_which = list(range(len(_days)))
### OBSERVE
from course.millions_of_users import chosen

seen = [chosen(design, _days[_number]) for _number in _which]
### JUDGE
from course.millions_of_users import goals_met

for _number, _plan in zip(_which, seen, strict=True):
    _goals, _told = goals_met(_plan, traffic=_days[_number], seed=8 * SEED + _number)
    assert _goals["cost"], f"cost missed. {_told}"
assert len(seen) == 8, "eight days were asked for"
### END HIDDEN TESTS

# %% [markdown]
# Now the sliders are the traffic, and your function makes a new design at every move; the budget grows with the traffic. All four bars should stay in the green. The gray triangle was tuned to the published day by trying thousands of designs: it is cheaper there than anything you compute.
#
# 1. *Twice the peak*: does your design grow as it should?
# 2. *A slow crowd*: which machines can now start when the crowd comes?
# 3. *Users move to Asia*: what must your design change?
# 4. *Other incidents*: machines die when they have most to do. Does your design survive it?
#
# Each answer also says what the tuned design is worth on that day.

# %%
explore_design(design)

# %% [markdown]
# Watch the day in your own design, next to last year's: first the crowd, then choose *a data center dies*. Which of your tiers comes closest to its limit? Click on its lamp. Then try other incidents: does every gauge stay on its side of the goal?

# %%
replay(design)

# %% [markdown]
# All tiers of the published day in a table, the greatest loss first: since when each refused requests, and what share of the whole day's. The minute until geoDNS sends the users of a dead data center elsewhere is always lost: no machine helps in it.

# %%
refusals(design)

# %% [markdown]
# ### Eight surprise days
# The button draws eight days like the graded ones and tries your design on them: a row per day, a column per goal. Each press draws eight others; the first draw is the same for everybody, so you can compare. When all 32 goals are met you get a score: the sum of your bills as a share of the budgets. Can you beat the careful design?

# %%
surprise_days(design)

# %% [markdown]
# One thing is too kind here, as in all notebooks of this course: **clients do not retry**. So an overload ends when its cause ends. In real systems it often does not. Take four workers that are 85 % busy, and clients that give up after a second and try again at once, up to three times. For ten seconds the work takes three times as long. A minute later hardly any request is answered in time:
# the clients have given up on what the workers are busy with, and have sent it again. Without retries, or with a queue that refuses when 40 wait, the site has recovered within that minute. This is a **metastable failure** (Bronson and others, *Metastable Failures in Distributed Systems*, HotOS 2021).
# What helps: short queues that refuse early; retries that wait longer each time, by a random amount, with a budget (at most 10 % of the requests, say); and work that stops when no client waits for its answer any more.

# %% [markdown]
# ### Split the tiers, too
# One program that does everything must be scaled, deployed and repaired as a whole. So large sites cut the web tier into **services**: photos, feed, search, log-in. Each has its own servers, its own data,
# its own team, and talks to the others over the network or a queue. You have done it once: the photo workers of notebook 08. The price is the network: what was a call is now a request that can be slow, fail, or
# arrive twice. A page that waits for 100 such calls, each slow in 1 % of the cases, is slow in 63 % of the cases ($1 - 0.99^{100}$).

# %% [markdown]
# ## Explain
#
# Your company buys a rival: 30 million users on top of your 4.5, most of them in South America, where you have no data center. Management wants both on one system in four weeks.
#
# Which **two** tiers of your design would break first, and how do you know (with a number for each: how much comes, how much they can do)? What do you change in the first week, and what only later? Which **one** part of the sharding will hurt most, and what would you do about it? (About 10 sentences. Double-click the cell below to write.)

# %% [markdown] answer="explain" points=3
# Traffic grows from 4.5 to 34.5 million users, nearly eightfold: from a peak of 8,000 to about 61,000 requests/s, 24,500 of them pages. It does not spread: from São Paulo the nearest of my three centers is Washington (0.19 s there and back; Frankfurt 0.24 s, Singapore 0.37 s). If 24 of the 30 million live in South America and the others
# like ours, Washington serves 83 % of everything. Its web tier breaks first: 24,500 × 83 % × 0.02 s are over 400 busy servers, and it has 100. Its primaries are next: 24,500 × 8 % = 2,000 writes/s; each of two shards gets half, and every copy applies
# all of them: 1,000 × 2 ms alone are 2 of the 4 workers, and the 8 ms more for the writes of its own users, 83 % of them, take another 6.6. P95 breaks as well, whatever we buy: two round trips of 0.19 s for a page. First week: what is stateless, as it only takes money: more web servers and autoscaling, queue workers, the files of the new users through the CDN, a bigger cache. Then a data center
# in South America. Later: more shards, because rows have to move, and merging the two user tables last. What hurts most is resharding while people write: from 2 to 8 shards three quarters of the keys move, even on a ring. I would write to the old and the new shard during the move, copy in the background, compare, and only then read from the new one, a few keys at a time. The ids of the two companies clash too, so I would put the company into the shard key.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: two tiers that would break, each with demand against capacity in numbers of the data sheet (half a point each). Fitting: web servers (requests/s × share of pages × 20 ms against the servers there are), primaries or shards (writes × 10 ms and 2 ms against 4 workers a shard), replicas and cache (misses × 20 ms), queue workers (uploads × 0.5 s), or p95 by distance (two round trips to the nearest
# center). "Everything breaks" without a number: no point. All new users of South America land on one center, Washington (0.19 s; Frankfurt 0.24 s, Singapore 0.37 s), which then serves 70 to 93 % of the traffic; the best answers count
# what comes there against what that center has. Sums over all centers count too, if what comes is more than all of them can do.
#
# 1 point: an order with a reason: first what is stateless or bought for money (web servers, autoscaling, workers, CDN, cache), a data center where the users are; later what moves data (shards, merging databases). Something must be measured before and after, or rolled out to few users first.
#
# 1 point: one real pain of sharding, and a fix that fits: resharding while users write (copy in the background, write to both, compare, switch in small steps); ids or shard keys of two companies that clash (a new key, the company in it); joins or transactions across shards (same key for what belongs together, store twice); a celebrity of the rival (find it, copies or a cache of its own).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Vitess** (MySQL) and **Citus** (PostgreSQL) shard relational databases. In Citus your choice of the shard key is `SELECT create_distributed_table('photos', 'user_id')`; in Vitess it is a *vindex*, and its `Reshard` workflow copies, compares and switches.
# - **Cassandra** and **Riak** are rings as in exercise A, after Amazon's Dynamo (DeCandia and others, 2007); `num_tokens` is Cassandra's number of points per node, 16 by default since 4.0 (2021).
# - **DynamoDB** splits partitions by itself, but one partition gives at most 3,000 read and 1,000 write units a second (its manual, 2026): a celebrity is throttled however much you pay for.
# - **Slicer** (Google; Adya and others, 2016) moves hot slices of keys between servers as the load changes, instead of trusting a hash.
# - **Services**: each tier of this notebook would be a team with its own deployment on Kubernetes, its own alerts and its own budget; `kubectl autoscale` is exercise 06-C.
# - **Left out here:** time zones (each region has its own evening), storage and backups on the bill, transactions and joins over shards, hot keys in the day's simulation, a failure that takes a second one along, and people, who cost more than all of it.

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
# First the way you came. Each row keeps everything above it and adds the tier of one notebook. *Users* is the largest number with which the site still answers 99 % of the requests on a quiet day, 95 % of them within a second. The other columns are measured with half as many users; *lost* are writes per million, on the day with incidents. All of it is measured by this simulation, now.

# %%
look_back()

# %% [markdown]
# Read the last column downwards: every row names what breaks next, and most of the time the next row fixes it. The cache and the queue buy few users here; they buy cheaper reads and answers that do not wait. The CDN makes the site cheaper. The data centers bring p95 from three quarters of a second down to an eighth, and they keep the writes when a
# region burns. Metrics serve no user at all, and without them you would not know the last column.

# %% [markdown]
# ## Your own site
#
# Now for real. The cell below takes what you wrote in notebooks 02 to 09, as you last saved it, and runs it as one site on this computer: a resolver, an edge, your balancer before three web servers, sessions, a cache, a primary with two replicas, a queue with two workers, and metrics. They are 15 processes that you can kill one by one. Where a component is not written yet, or its checks do not pass, a simple stand-in of ours
# runs instead. The page has photos, the processes with their numbers, and a knob for the load. The site ends after ten minutes, or when you end it.
#
# Before you press a *Kill* button, say what will happen to the photos, to the likes, and to what users see:
#
# 1. *web-2*: how many requests fail before your health checker notices?
# 2. *cache*: are any likes lost? What happens to the replicas?
# 3. *edge*: where do users go, and how soon?
# 4. *primary*: what still works?
#
# <details><summary>What you should see</summary>
#
# 1. Requests fail until three probes in a row have failed, a second or so; then web-1 and web-3 get everything. With our stand-in for the health checker, a third keeps failing.
# 2. None: the cache holds only copies. Web servers ask a replica for every page until it is back, and it fills again within seconds.
# 3. To the balancer, within a second or two: your GeoDNS answers with the next way in, once the resolver's memory of the last answer has run out. With our stand-in, users keep going to the dead edge.
# 4. Photos, pages and logins do; likes fail, and uploads wait in the queue. After the restart, no like that was confirmed is missing: it was on disk.
#
# </details>

# %%
import course

course.my_site()

# %% [markdown]
# What breaks next? At 27 million users, the web servers again. Buy more, and it will be something else: a config file pushed everywhere at once, a certificate that expired, a team of ten that owns twelve services. You have the method: measure, find the tier that breaks first, fix it, look again. From zero to millions is that loop, run many times. Thank you for coming the whole way.
