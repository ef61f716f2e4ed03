# %% [markdown] question="what does losing a whole region cost, and for how long?" shown="explore_outage(GeoDNS, CachingResolver)"
# # 7 · Data centers
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/07_data_centers/07_data_centers.ipynb)
#
# All that you have stands in one building: you outgrew the one in Frankfurt, and moved everything to a bigger one near Washington. On 10 March 2021 a fire destroyed one of OVHcloud's four data centers
# in Strasbourg; 3.6 million websites went offline (Netcraft, 2021). A company with everything in that building had nothing left.
# So today you open a second data center, in Singapore, and then you pull the plug of the first.
#
# **Time:** about 125 minutes. Afterwards you will be able to
#
# - send every user to the nearest healthy data center, and say who sees errors for how long when one dies,
# - let two data centers write at the same time, and say what that loses,
# - bring a new version to all of them without hurting all users at once.

# %%
import hashlib

from course.data_centers import (
    Center,
    Deployment,
    NoHealthyCenter,
    architecture,
    distance_km,
    explore,
    explore_deployment,
    explore_dns,
    explore_outage,
    explore_real,
    explore_split,
    explore_sync,
    make_centers,
    replay,
    replay_sync,
)

# %% [markdown]
# ## The picture
#
# Each data center is a whole site: everything you built in notebooks 01 to 06. A user asks the DNS *where* first, and then talks to that center directly: no request passes through the DNS.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### geoDNS, and answers that are remembered
# Users know your site by its name. The DNS turns it into an address. **geoDNS** looks where the question comes from, and
# answers with the *nearest healthy* data center. That is quicker, and it is your failover: when a center dies, the answer changes.
#
# But users do not ask your DNS themselves. A **resolver** does, their provider's for example, and it keeps the answer for as long as you allowed: the **time to live**, TTL.
#
# Watch the world. Then kill Washington: what has to happen before a city turns from red to orange?

# %%
replay()

# %% [markdown]
# ## Predict
#
# Two centers. Everybody uses the nearer one, so Washington has a third of the traffic. At minute 3 it dies. The DNS knows at once, but resolvers keep its answers for 120 seconds.
#
# Take all users of Washington together. For how many seconds, on average, is one of them still sent to the dead center? Write your guess, then go on.

# %%
prediction = None  # seconds: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** which center each city uses, 30 seconds after the outage began. **Right:** requests that each center answers, and errors. The cross at the top is the time until which a user of Washington is sent there, on average; the diamond is your prediction.
# Gray is, in all pictures, the site without what is new: here, the errors with one center.
#
# A step sets the sliders and asks. Press it again for the answer.

# %%
explore(prediction=prediction)

# %% [markdown]
# 1. *Pull the plug*: what did the second center buy?
# 2. *TTL 5 s*: the errors are nearly gone. What is the price?
# 3. *TTL 5 min*: and with answers that are kept for long?
# 4. *TTL 5 min, outage 1 min*: which users have moved away by then, and when do they return?
# 5. *A center can do 80 %*: while both are up, they cope. And during the outage?
# 6. *Lag 1 min*: how many writes did only the dead center have, and what would each be in a photo app?

# %% [markdown]
# <details><summary>How long, and why</summary>
#
# About 57 seconds: nearly half the TTL. When the center dies, each resolver's answer is somewhere between new and expired, so on average half of its time is left; and a few small cities hold no answer at all.
# Two more things to take away. The survivors must be able to carry *everything*: a second center that is full on a normal day is not a second center. And no TTL saves the writes of the last seconds.
#
# </details>

# %% [markdown]
# ### In the field
# You can also **split** the traffic on purpose, say 90 % to the old
# center and 10 % to the new one, to warm it up or to try it.
#
# Nothing you do can reach an answer that a resolver keeps. In the night of 19 to 20 October 2025 an *empty* DNS record made a database service of AWS unreachable, from 11:48 PM Pacific time on. It was corrected at 2:25 AM (9:25 UTC), and clients came back one by one until 2:40, *as their cached answers expired* (AWS,
# summary of the event, 2025). A short TTL means many questions; and 8.7 % of 8,524 measured resolvers keep answers longer than they may (Bhowmick and others, PAM 2023).
#
# ### Data that lives twice
# A user who is sent to another center wants to find her photos there. So every center holds all data and sends its writes to the others: **asynchronous replication**, as in notebook 03. Light in glass
# needs 155 ms to Singapore and back (15,500 km, 200,000 km/s), so you do not want to wait for it at each write. Two things follow. A center that dies takes its latest writes with it: those of the last *lag*. And
# two centers may change the same thing at the same time, without knowing of each other: a **conflict**.
#
# ### The same everywhere, but not at once
# Two centers must run the same software, tested at both, and only automation keeps it so. But a bad version must not reach both at the same moment. That would be a failure of the whole site.

# %%
Center("Washington", (38.90, -77.04))  # healthy, with version v1; all its fields can change

# %% [markdown]
# ## Exercise A — The nearest one that lives: geoDNS
#
# `GeoDNS(centers)` is made with a list of `Center`s. `GeoDNS(centers).resolve(location)` gets the point (latitude, longitude) of whoever asks, and returns one of these centers.
#
# - It returns the *healthy* center with the smallest `distance_km(location, center.location)`; of equally near ones, the first in the list.
# - `center.healthy` may change at any time. So it is looked at in every call, not when the `GeoDNS` is made.
# - If no center is healthy it raises `NoHealthyCenter`.
# - It changes neither the list nor the centers.
#
# `distance_km(a, b)`, which you wrote in notebook 05, is imported: the kilometers between two points.
#
# A cell to try it is below. `make_centers(2)` makes the list of Washington and Singapore; up to four.
#
# <details><summary>Hint 1</summary>
#
# In which order do you do the two things: leave out the dead, find the nearest? Does it matter?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Python's `min` takes a `key`, a function that says what to compare, and it keeps the first of equals. What does `min` do with an empty list?
#
# </details>


# %% solution="geo_dns"
class GeoDNS:
    """Answers everybody with the nearest healthy data center."""

    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        """Return the nearest healthy center to `location`; raise NoHealthyCenter if there is none."""
        ### BEGIN SOLUTION Exercise A: choose the nearest healthy center
        healthy = [center for center in self.centers if center.healthy]
        if not healthy:
            raise NoHealthyCenter
        return min(healthy, key=lambda center: distance_km(location, center.location))
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): from Paris. It should be Washington.

# %%
try:
    print(GeoDNS(make_centers(2)).resolve((48.85, 2.35)).name)
except NotImplementedError as stub:
    print(stub)

# %% check="geo_dns" points=1
from course.checks import attempt

dns, seen = GeoDNS(make_centers(4)), {}
cities = {
    "Boston": (42.36, -71.06),
    "Sydney": (-33.87, 151.21),
    "Lisbon": (38.72, -9.14),
    "Lima": (-12.04, -77.03),
    "Honolulu": (21.31, -157.83),
}
for city, location in cities.items():
    found = attempt(lambda: dns.resolve(location))
    answer = found.get("returned")
    seen[city] = f"raised {found['raised']}" if "raised" in found else getattr(answer, "name", repr(answer))
    if isinstance(answer, str):
        seen[city] = f"{answer!r}, a text and not one of the centers"
### JUDGE
expected = {
    "Boston": "Washington",
    "Sydney": "Singapore",
    "Lisbon": "Frankfurt",
    "Lima": "São Paulo",
    "Honolulu": "Washington",
}
for city, name in expected.items():
    assert seen[city] == name, f"{city}: the nearest of the four is {name}; yours said {seen[city]}"
assert len(seen) == 5, "not all cities were asked for"

# %% check="geo_dns_check_2" points=1
from course.checks import attempt


def what_it_did(dns, location):
    found = attempt(lambda: dns.resolve(location))
    if "raised" in found:
        return f"raised {found['raised']}: {found['message']}".rstrip(": ")
    return f"returned {getattr(found['returned'], 'name', repr(found['returned']))}"


centers = make_centers(2)
dns, paris = GeoDNS(centers), (48.85, 2.35)
seen = [what_it_did(dns, paris)]
centers[0].healthy = False
seen.append(what_it_did(dns, paris))
centers[1].healthy = False
seen.append(what_it_did(dns, paris))
centers[0].healthy = True
seen.append(what_it_did(dns, paris))
### JUDGE
assert seen[0] == "returned Washington", f"from Paris, both healthy: Washington; yours {seen[0]}"
assert seen[1] == "returned Singapore", f"then Washington dies: Singapore; yours {seen[1]}"
assert seen[2].split(":")[0] == "raised NoHealthyCenter", (
    f"then Singapore dies, too: NoHealthyCenter must be raised; yours {seen[2]}"
)
assert seen[3] == "returned Washington", f"then Washington is back: Washington; yours {seen[3]}"

# %% check="geo_dns_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The nearest center that is healthy at this moment is returned, the first of equals; with none, resolve raises NoHealthyCenter.
### INPUTS
import random
from course.checks import SEED

_rng, _worlds = random.Random(SEED), []
for _ in range(60):
    _number = _rng.choice([1, 2, 3, 4, 5, 6, 25])
    _points = [(_rng.uniform(-80, 80), _rng.uniform(-180, 180)) for _ in range(_number)]
    _points += _rng.sample(_points, min(2, len(_points)))
    _questions = []
    for _ in range(5):
        _up = [_rng.random() < 0.6 for _ in _points]
        _questions.append([_up, (_rng.uniform(-80, 80), _rng.uniform(-180, 180))])
    _worlds.append([_points, [_rng.choice("abcZ") for _ in _points], _questions])
### OBSERVE
from course.checks import attempt

seen = []
for _points, _names, _questions in _worlds:
    _centers = [Center(_name, _point) for _name, _point in zip(_names, _points, strict=True)]
    _listed, _dns = list(_centers), GeoDNS(_centers)
    for _up, _user in _questions:
        for _center, _healthy in zip(_centers, _up, strict=True):
            _center.healthy = _healthy
        _found = attempt(lambda: _dns.resolve(_user))
        if "returned" in _found:
            _found = [_n for _n, _center in enumerate(_listed) if _center is _found["returned"]]
        else:
            _found = [_found["raised"]]
        _now = [[_center.name, _center.location, _center.healthy] for _center in _listed]
        _same = _now == [list(_row) for _row in zip(_names, _points, _up, strict=True)]
        seen.append([_found, _centers == _listed and _same])
### JUDGE
import math


def _km(a, b):
    (lat, lon), (to_lat, to_lon) = (map(math.radians, point) for point in (a, b))
    cosine = math.sin(lat) * math.sin(to_lat) + math.cos(lat) * math.cos(to_lat) * math.cos(lon - to_lon)
    return 6371 * math.acos(max(-1.0, min(1.0, cosine)))


_answers = iter(seen)
for _points, _, _questions in _worlds:
    for _up, _user in _questions:
        _found, _unchanged = next(_answers)
        assert _unchanged, "resolve must change neither the list of centers nor the centers"
        _call = f"resolve({_user}) with {[(_n, _p) for _n, _p in enumerate(_points) if _up[_n]]} healthy"
        if not any(_up):
            assert _found == ["NoHealthyCenter"], (
                f"none of {len(_points)} centers is healthy: NoHealthyCenter must be raised; yours gave {_found}"
            )
            continue
        _far = [_km(_user, _point) if _ok else math.inf for _point, _ok in zip(_points, _up, strict=True)]
        assert len(_found) == 1 and isinstance(_found[0], int), (
            f"{_call}: expected one of the centers given, got {_found}"
        )
        _best, _mine = min(_far), _found[0]
        assert _far[_mine] <= _best + 1, (
            f"{_call}: center {_far.index(_best)} is {_best:.0f} km away, yours chose center {_mine} at {_far[_mine]:.0f} km"
        )
        _twins = [_n for _n, _p in enumerate(_points) if _up[_n] and _p == _points[_mine]]
        assert _mine == _twins[0], (
            f"{_call}: of the equally near centers {_twins} the first in the list, not {_mine}"
        )
assert len(seen) == 300, f"300 calls were made, {len(seen)} were seen"
### END HIDDEN TESTS

# %% [markdown]
# Your DNS now answers the whole world. On the right, how long the network takes for a page: a bar for some cities, in the color of their center. The second center halved the mean.
#
# 1. *Two centers*: who gains by Singapore, and who does not?
# 2. *Four centers*: who gains by Frankfurt and São Paulo? Where would you open the fifth?
# 3. *Washington dies*: look where its users go.

# %%
explore_dns(GeoDNS)

# %% [markdown]
# ## Exercise B — x % here, the rest there: splitting users
#
# Sometimes you want a share, not a place. Singapore is new; you want 10 % of the users there first, then half of them. Two things must not happen: a user who jumps between centers from
# page to page, and a change from 50 % to 55 % that moves everybody.
#
# `split(user_id, weights)` returns the *name* of a user's center.
#
# - `user_id` is an int or a string. `weights` is a dict from name to percent. The percentages are not negative; they may be decimals, and their sum may be any positive number: the shares are in proportion.
# - The same user with the same weights always gets the same center: whoever else was asked for before, and in **every process**, on every server and after every restart. So use neither a random choice nor the builtin `hash`, which gives
#   strings a different number in each process.
# - Of any 100,000 users every center gets its share within 1 percentage point, whatever their ids look like: 0, 1, 2, …, numbers in steps of a million, e-mail addresses. A center with 0 percent gets nobody.
# - If one center's percent is *raised*, and all else in `weights` stays as it is, also the order of the dict, then no user leaves *that* center.
# - It does not change `weights`.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Could you give each user a fixed place on a line from 0 to 1, so that the users are spread over all of it? `hashlib.sha256(some_bytes).hexdigest()` makes the same long number from the same bytes everywhere; `int(digits, 16)` reads it.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Cut the line into one piece for each center, in the order of the dict, as long as its share. The user's center is the piece she stands on. What happens to the ends of a piece when its percent is raised?
#
# </details>


# %% solution="split"
def split(user_id, weights):
    """Return the name of the center of a user; `weights`: dict from name to percent."""
    ### BEGIN SOLUTION Exercise B: give the user a center
    digest = hashlib.sha256(str(user_id).encode()).hexdigest()
    place = int(digest, 16) / 16**64 * sum(weights.values())
    for name, percent in weights.items():
        place -= percent
        if place < 0:
            return name
    return max(weights, key=weights.get)  # only when rounding leaves nothing else
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): one of the two names, and always the same one.

# %%
try:
    print(split("ann@example.org", {"Washington": 90, "Singapore": 10}))
except NotImplementedError as stub:
    print(stub)

# %% check="split" points=1
from course.checks import attempt

weights, found, again = {"Washington": 70, "Singapore": 30}, [], []
first = attempt(lambda: split(0, weights))
if first.get("returned") in ("Washington", "Singapore"):
    for user_id in range(100_000):
        found.append(split(user_id, weights))
    for user_id in range(100):
        again.append(split(user_id, weights))
seen = {name: found.count(name) for name in weights}
seen["the same again"] = again == found[:100]
seen["first"] = repr(first["returned"]) if "returned" in first else f"raised {first['raised']}: {first['message']}"
### JUDGE
about_bytes = "buffer" in seen["first"] or "encoded" in seen["first"]
assert seen["first"] in ("'Washington'", "'Singapore'"), (
    f"split(0, weights) returns the name of a center, 'Washington' or 'Singapore'; yours: {seen['first']}"
    + " (a hash is of bytes: str(user_id).encode() makes bytes of an int or a string)" * about_bytes
)
for name, percent in (("Washington", 70), ("Singapore", 30)):
    assert abs(seen[name] - 1000 * percent) <= 1000, (
        f"users 0 … 99,999 split 70 to 30: {name} should get about {1000 * percent:,}, yours gave it {seen[name]:,}"
    )
assert seen["the same again"], "users 0 … 99 were asked for twice and did not get the same center"

# %% check="split_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Every center gets its share of the users, and no user leaves a center whose percent is raised.
### INPUTS
import random
from course.checks import SEED

_rng, _changes = random.Random(SEED + 1), []
_cities = ["Oslo", "Lima", "Perth", "Dakar", "Delhi", "Quito", "Turin", "Sapporo", "Accra", "Zürich", "Bogotá", "Hanoi"]
for _number in range(12):
    _names = _rng.sample(_cities, _rng.randint(2, 5) if _number else 12)
    _before = {_name: _rng.choice([1, 5, 7.5, 20, 50, 0.25, 130]) for _name in _names}
    _raised = _rng.choice(_names)
    _after = _before | {_raised: _before[_raised] + _rng.choice([0.5, 3, 10, 40, 200])}
    _users = [_rng.choice([_n, -_n, f"user-{_n}@example.org", f"zoë-{_n}"]) for _n in _rng.sample(range(1, 10**9), 600)]
    _changes.append([_raised, _before, _after, _users])
_others = [f"{_rng.random()}" for _ in range(2000)]
_share, _numbers = _rng.randint(5, 15), list(range(1000))
### OBSERVE
seen = {"changes": []}
for _raised, _before, _after, _users in _changes:
    _kept, _moved = [list(_before.items()), list(_after.items())], []
    for _user in _users:
        _moved.append([split(_user, _before), split(_user, _after)])
    seen["changes"].append([_moved, [list(_before.items()), list(_after.items())] == _kept])
seen["zeros"] = [split(_user, {"Oslo": 0, "Lima": 60, "Perth": 0, "Dakar": 40, "Delhi": 0}) for _user in _others]
seen["ratio"] = [split(_user, {"Lima": 1.1, "Oslo": 1.9}) for _user in _others]
seen["twice"] = []
for _percent in (100 - _share, _share):  # the same users twice, with other weights
    seen["twice"].append([split(_user, {"Washington": _percent, "Singapore": 100 - _percent}) for _user in _numbers])
### JUDGE
for (_moved, _unchanged), (_raised, _before, _after, _users) in zip(seen["changes"], _changes, strict=True):
    _all = len(_users)
    assert len(_moved) == _all, "not all users were seen"
    for _user, (_one, _other) in zip(_users, _moved, strict=True):
        assert _one in _before and _other in _before, (
            f"split({_user!r}, {_before}) must return one of the names; got {_one!r}, after raising {_raised} {_other!r}"
        )
        assert _one != _raised or _other == _raised, (
            f"user {_user!r} left {_raised} for {_other} when its percent was raised: {_before} → {_after}"
        )
    for _shares, _column in ((_before, 0), (_after, 1)):
        for _name in _shares:
            _part = _shares[_name] / sum(_shares.values())
            _got = sum(_pair[_column] == _name for _pair in _moved)
            assert abs(_got - _all * _part) <= 6 * (_all * _part * (1 - _part)) ** 0.5 + 3, (
                f"{_all} users with {_shares}: {_name} should get about {_all * _part:.0f}, yours gave it {_got}"
            )
    assert _unchanged, f"split must not change the weights, nor their order: {_before}, {_after}"
assert set(seen["zeros"]) == {"Lima", "Dakar"}, (
    f"Oslo, Perth and Delhi have 0 percent: nobody goes there; yours used {sorted(set(map(str, seen['zeros'])))}"
)
_all, _oslo = len(_others), seen["ratio"].count("Oslo")  # six standard errors
assert len(seen["ratio"]) == _all and abs(_oslo - _all * 19 / 30) <= 6 * (_all * 19 / 30 * 11 / 30) ** 0.5 + 1.1, (
    f"{_all:,} users, Oslo 1.9 percent to Lima 1.1: Oslo should get about {_all * 19 / 30:,.0f} of them, yours gave it {_oslo}"
)
_all = len(_numbers)
for _found, _percent in zip(seen["twice"], (100 - _share, _share), strict=True):
    _got = _found.count("Washington")  # six standard errors, at most 6 · √(1000 · 0.15 · 0.85) = 68
    assert len(_found) == _all and abs(_got - _all * _percent / 100) <= 6 * (_all * 0.15 * 0.85) ** 0.5 + 0.3, (
        f"{_all:,} users were split {100 - _share} to {_share}, then {_share} to {100 - _share}; with {_percent} percent "
        f"Washington should get about {_all * _percent / 100:.0f} of them, yours gave it {_got} (does it remember users?)"
    )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="split_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: The same user gets the same center in every process, and the shares hold whatever the ids look like.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 2)
_first, _one = _rng.randrange(10**6), _rng.randint(15, 45)
_other = _rng.randint(15, 80 - _one)
_weights = dict(zip(_rng.sample(["Oslo", "Lima", "Perth"], 3), (_one, _other, 100 - _one - _other), strict=True))
_places, _starts = _rng.sample(range(100_000), 500), list(range(0, 100_000, 1000))
### OBSERVE
import builtins

_address = "https://photos.example.org/people/by-number/%08d/profile"
_numbers = [_n for _start in _starts for _n in range(_start, _start + 1000)]
_users = [(_first + 10**6 * _n, f"user-{10 * _n}@example.org", _address % _n)[_n % 3] for _n in _numbers]
_found = [split(_user, _weights) for _user in _users]
seen = {"shares": [_found.count(_name) for _name in _weights], "processes": []}
_some = [_users[_place % len(_users)] for _place in _places]
_real_hash = builtins.hash
for _salt, _order in ((1, 1), (2, -1)):  # as in two processes: other numbers, other users before
    builtins.hash = lambda thing: _real_hash((_salt, thing))
    try:
        _again = [split(_user, _weights) for _user in _some[::_order]]
    finally:
        builtins.hash = _real_hash
    seen["processes"].append(_again[::_order])
### JUDGE
_all = 1000 * len(_starts)
for _got, _percent in zip(seen["shares"], _weights.values(), strict=True):  # of few users six standard errors, of all more
    assert abs(_got - _all * _percent / 100) <= max(_all / 100, 3 * _all**0.5), (
        f"{_all:,} users, a third each with e-mail addresses, web addresses and numbers in steps of three million: {_percent} percent should get about {_all * _percent // 100:,}, yours gave it {_got:,}"
    )
_here, _there = seen["processes"]
_all = len(_places)
assert len(_here) == _all, "not all users were seen"
for _name, _percent in _weights.items():  # six standard errors, at most 6 · √(500 · ¼) = 67
    assert abs(_here.count(_name) - _all * _percent / 100) <= 3 * _all**0.5, (
        f"{_all} users with {_weights}: {_name} should get about {_all * _percent / 100:.0f} of them, yours gave it {_here.count(_name)}"
    )
_strangers = sum(_a != _b for _a, _b in zip(_here, _there, strict=True))
assert _strangers == 0, (
    f"{_strangers} of {_all} users got another center when the same was asked in another process (there the builtin hash gives other numbers) and in another order"
)
### END HIDDEN TESTS

# %% [markdown]
# Each mark is one of 400 users, and a frame marks those who moved when Washington's percent changed.
#
# 1. *50 to 90 %*: four in ten have to move. Does any rule look bad?
# 2. *50 to 55 %*: and for a small change?
# 3. *Four centers, 50 to 55 %*: do more of your users move than must?
# 4. *Four centers, 50 to 10 %*: three shares grow at once, and for that the rules promise nothing. How many users leave a center that grew?

# %%
explore_split(split)

# %% [markdown]
# ## Exercise C — What an outage costs: the resolver's cache
#
# Now write the thing that stands between your DNS and your users.
#
# `CachingResolver(dns, ttl)` is made with a `dns`, which has `resolve(location)` and may take long or fail, and a time to live in seconds, at least 0. Its `.resolve(location, now)` returns a center.
#
# - If `dns` answered for this `location` at the time `asked`, and `now < asked + ttl`, it returns that answer without asking. It does so even if that center has died in the meantime: a resolver does not know your centers.
# - Otherwise it calls `dns.resolve(location)` once, remembers the answer for this location, and returns it. `asked` is the `now` of that call: handing an answer out again does not make it younger.
# - If `dns.resolve` raises, the exception passes through. Nothing is remembered then: an answer that had expired is not handed out, and the next call asks again.
# - Each resolver has its own memory. `location` is a tuple of two numbers, and `now` (seconds) never goes back.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# What must you know about an answer to decide whether it is still good, and where have you kept such pairs before?
#
# </details>
# <details><summary>Hint 2</summary>
#
# It is the TTL cache of notebook 04 with a read-through around it. Ask first, write down after: then an exception leaves no trace.
#
# </details>


# %% solution="caching_resolver"
class CachingResolver:
    """Asks a DNS, and remembers each location's answer for `ttl` seconds, dead or alive."""

    def __init__(self, dns, ttl):
        ### BEGIN SOLUTION Exercise C: what do you remember?
        self.dns = dns
        self.ttl = ttl
        self.answers = {}  # location → (center, when asked)
        ### END SOLUTION

    def resolve(self, location, now):
        """Return the center for `location` at the time `now` (seconds), from memory if it is fresh."""
        ### BEGIN SOLUTION Exercise C: answer from memory, or ask
        if location in self.answers:
            center, asked = self.answers[location]
            if now < asked + self.ttl:
                return center
        center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        return center
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): from Paris, at time 0. It should be Washington.

# %%
try:
    print(CachingResolver(GeoDNS(make_centers(2)), 60).resolve((48.85, 2.35), 0).name)
except NotImplementedError as stub:
    print(stub)

# %% check="caching_resolver" points=1
class CountingDNS:
    def __init__(self):
        self.asked = []

    def resolve(self, location):
        self.asked.append(location)
        return Center(f"answer {len(self.asked)}", (0, 0))


dns = CountingDNS()
resolver = CachingResolver(dns, ttl=60)
paris, tokyo = (48.85, 2.35), (35.69, 139.69)
seen = []
for location, now in [(paris, 0), (paris, 59), (tokyo, 59), (paris, 60), (tokyo, 100), (paris, 119), (paris, 120)]:
    answer = resolver.resolve(location, now)
    seen.append(getattr(answer, "name", repr(answer)))
### JUDGE
expected = [
    ("Paris at 0", "answer 1", "nothing is remembered: the DNS is asked"),
    ("Paris at 59", "answer 1", "59 s old, still good"),
    ("Tokyo at 59", "answer 2", "another place: the DNS is asked"),
    ("Paris at 60", "answer 3", "60 s old, no longer good: the DNS is asked"),
    ("Tokyo at 100", "answer 2", "41 s old, still good"),
    ("Paris at 119", "answer 3", "59 s old, still good"),
    ("Paris at 120", "answer 4", "60 s old, however often it was handed out: the DNS is asked"),
]
for (call, name, why), got in zip(expected, seen, strict=True):
    assert got == name, f"ttl 60, {call}: {name!r} ({why}); yours gave {got!r}"
assert len(seen) == 7, "not all calls were seen"

# %% check="caching_resolver_check_2" points=1
from course.checks import attempt


def what_it_did(resolver, location, now):
    found = attempt(lambda: resolver.resolve(location, now))
    if "raised" in found:
        return f"raised {found['raised']}: {found['message']}".rstrip(": ")
    return f"returned {getattr(found['returned'], 'name', repr(found['returned']))}"


centers = make_centers(2)
resolver, boston = CachingResolver(GeoDNS(centers), ttl=60), (42.36, -71.06)
seen = [what_it_did(resolver, boston, 0)]
centers[0].healthy = False
seen += [what_it_did(resolver, boston, now) for now in (30, 59, 60)]
centers[1].healthy = False
seen += [what_it_did(resolver, boston, now) for now in (100, 120)]
centers[0].healthy = True
seen.append(what_it_did(resolver, boston, 121))
### JUDGE
assert seen[:3] == ["returned Washington"] * 3, (
    f"ttl 60, asked at 0, Washington dead since then: at 0, 30 and 59 the answer is still Washington; yours {', '.join(seen[:3])}"
)
assert seen[3] == "returned Singapore", f"at 60 the answer has expired: Singapore; yours {seen[3]}"
assert seen[4] == "returned Singapore", f"at 100, all dead: Singapore is still remembered; yours {seen[4]}"
assert seen[5].split(":")[0] == "raised NoHealthyCenter", (
    f"at 120 it has expired and the DNS raises NoHealthyCenter, which passes on; yours {seen[5]}"
)
assert seen[6] == "returned Washington", (
    f"at 121 Washington is back, and a failure is not remembered: Washington; yours {seen[6]}"
)

# %% check="caching_resolver_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: An answer is good while now < asked + ttl, for each location apart, and handing it out does not make it younger.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 3), []
for _ttl in [0, 1, 7.5, 30, _rng.randint(2, 90), 1000, 3000]:
    _now, _questions = _rng.choice([0, 10_000]), []
    _places = [(_rng.choice([10, 10.001, -33.9, 48.8]), _rng.choice([7, 7.001, -7, 151.2])) for _ in range(5)]
    if _ttl == 3000:
        _places = [(_rng.uniform(-80, 80), _rng.uniform(-180, 180)) for _ in range(250)]
    for _ in range(150 if _ttl < 3000 else 900):
        _now += _rng.choice([0, 0.25, 1, 1, 3, 10])
        _questions.append([_rng.choice(_places), _now])
    _runs.append([_ttl, _questions])
### OBSERVE
class _CountingDNS:
    def __init__(self):
        self.asked = 0

    def resolve(self, location):
        self.asked += 1
        return Center(f"{location} {self.asked}", location)


seen = []
for _ttl, _questions in _runs:
    _resolver = CachingResolver(_CountingDNS(), _ttl)
    seen.append([_resolver.resolve(_place, _now).name for _place, _now in _questions])
### JUDGE
assert [len(_answers) for _answers in seen] == [len(_questions) for _, _questions in _runs], "not all calls were seen"
for _answers, (_ttl, _questions) in zip(seen, _runs, strict=True):
    _log, _asked_so_far = {}, 0
    for _got, (_place, _now) in zip(_answers, _questions, strict=True):
        _asked, _want = _log.get(_place, [-5000, ""])
        _why = f"asked for at {_asked}, {_now - _asked} s ago, so still good"
        if _now - _asked >= _ttl:
            _asked_so_far += 1
            _asked, _want = _log[_place] = [_now, f"{_place} {_asked_so_far}"]
            _why = "the DNS must be asked now"
        assert _got == _want, (
            f"CachingResolver(dns, {_ttl}).resolve({_place}, {_now}): expected {_want!r} (place, number of the question), {_why}; got {_got!r}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="caching_resolver_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: An exception passes through and nothing is remembered of it; each resolver has its own memory.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 4)
_ttl, _start, _steps = _rng.randint(20, 50), _rng.randint(0, 900), [0]
for _ in range(24):
    _steps.append(_rng.choice([0, 1, _ttl // 2, _ttl - 1, _ttl, _ttl, _ttl + 1]))
_ages = [sum(_steps[: _n + 1]) for _n in range(25)]
_fails = {_n: _rng.choice(["NoHealthyCenter", "TimeoutError", "KeyError", "OSError"]) for _n in _rng.sample(range(2, 14), 5)}
### OBSERVE
from course.checks import attempt


class _FailingDNS:
    def __init__(self, fails):
        self.fails, self.asked = fails, 0

    def resolve(self, location):
        self.asked += 1
        if self.asked in self.fails:
            raise _errors[self.fails[self.asked]](f"question {self.asked}")
        return Center(f"answer {self.asked}", location)


def _what_it_did(resolver, now):
    found = attempt(lambda: resolver.resolve(_place, now))
    if "raised" in found:
        return f"raised {found['raised']}: {found['message']}".rstrip(": ")
    return f"returned {getattr(found['returned'], 'name', repr(found['returned']))}"


_errors = {_error.__name__: _error for _error in (NoHealthyCenter, TimeoutError, KeyError, OSError)}
_dns, _place = _FailingDNS(_fails), (3, 4)
_resolver, seen = CachingResolver(_dns, _ttl), {"told": [], "asked": []}
for _age in _ages:
    seen["told"].append(_what_it_did(_resolver, _start + _age))
    seen["asked"].append(_dns.asked)
_one, _two = CachingResolver(_FailingDNS({}), 50), CachingResolver(_FailingDNS({1: "TimeoutError"}), 50)
seen["two resolvers"] = [_what_it_did(_one, 7), _what_it_did(_two, 8)]
### JUDGE
assert len(seen["told"]) == len(seen["asked"]) == len(_ages), "not all calls were seen"
_count, _good, _answer = 0, -1, ""  # questions so far; until when the answer that it has is good
for _age, _got, _counted in zip(_ages, seen["told"], seen["asked"], strict=True):
    _want = _answer
    if _age >= _good:
        _count += 1
        _want = f"raised {_fails[_count]}" if _count in _fails else f"returned answer {_count}"
        if _count not in _fails:
            _good, _answer = _age + _ttl, _want
    assert (_got.split(":")[0], _counted) == (_want, _count), (
        f"ttl {_ttl}; the DNS fails at its questions {_fails}; {_age} s after the first call: expected {_want!r} after {_count} questions to the DNS "
        f"(an exception passes on, and nothing is remembered of it); yours {_got}, after {_counted}"
    )
assert [_got.split(":")[0] for _got in seen["two resolvers"]] == ["returned answer 1", "raised TimeoutError"], (
    f"two resolvers with a DNS each, asked for the same place: the second has to ask its own, which raises TimeoutError; yours {' and '.join(seen['two resolvers'])}"
)
### END HIDDEN TESTS

# %% [markdown]
# Four centers, your DNS, your resolvers; Singapore dies at minute 3. Each city asks its resolver, and the resolver keeps what your `GeoDNS` said.
#
# 1. *Singapore dies*: each center can do 65 % of all traffic. Who gets Singapore's users, and is it enough?
# 2. *Each can do 90 %*: is this enough?
# 3. *Two centers, 90 %*: and with Washington and Singapore only?
# 4. *Two centers, 115 %*: everything, and some room for its ups and downs?
# 5. *The return*: why do the users come back over a minute, and not at once?

# %%
explore_outage(GeoDNS, CachingResolver)

# %% [markdown]
# Now watch single cities, with two centers. Kill Washington, and click on a city that is sent to the dead center: which line of your `resolve` answered? Then try a TTL of 5 s: what do you see more of?

# %%
replay(GeoDNS, CachingResolver)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes; a measurement takes about twelve seconds.) Your `GeoDNS` now answers real DNS questions over UDP, and asks each center for its health four times a second. Your `CachingResolver` is a second server, which asks the first. Two centers are web servers, each a process. Users all
# over the world ask the resolver, and then connect to the address it names. A city is told from another by the option *Client Subnet*, a part of the user's address that real resolvers send along (RFC 7871). All times are short, so a TTL of seconds stands for one of minutes.
#
# 1. *TTL 2 s, Washington dies*: when do a city's crosses end?
# 2. *TTL 4 s, Washington dies*: how many requests are lost now?
# 3. *TTL 0, Washington dies*: what does it cost, and are all errors gone?
#
# While it measures, kill Washington yourself, and start it again. Nothing starts before you press a button, and all processes end with the measurement.

# %%
explore_real(GeoDNS, CachingResolver)

# %% [markdown]
# ## Exercise D — Two centers write: the last writer wins
#
# Ann changes the title of a photo in Washington. Half a second later Bob changes it in Singapore, and has not seen hers. Each center sends its write to the other. If each keeps what *arrives* last, Washington
# ends with Bob's title and Singapore with Ann's, for good if no new write comes. You need a rule that gives the same in both, in whatever order things arrive.
#
# `LastWriterWins()` is the store of one center. Each key remembers the *latest* thing that was done to it:
#
# - `.write(key, value, timestamp, center)` and `.delete(key, timestamp, center)`: `timestamp` is a number (the writer's clock), `center` the name of the center where it was done. They return nothing, and they may arrive in any order, more than once.
# - The later timestamp wins. Of equal timestamps, the greater center name (as Python compares strings) wins. Of a write and a delete with the same timestamp *and* center, the delete wins. What does not win changes nothing.
# - So a delete must be remembered like a write: an older write that arrives after it must not bring the value back. That also holds for a key that was never written here.
# - `.get(key)` returns the value; `None` if the key is unknown or the latest thing done to it was a delete. A value may be 0 or "".
# - `.merge(other)` takes from another `LastWriterWins` whatever wins against its own, deletes too. It changes only itself, and later changes of one do not show in the other.
#
# Two *different* writes of the same key, timestamp and center do not happen. If all this holds, `merge` is **commutative, associative and idempotent**: all centers that have merged with each other hold the same, whoever merged first and however often.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# You need one question only: of two things done to a key, which one wins? Write it down once, in words, before you write any of the methods. (You may add methods of your own.)
#
# </details>
# <details><summary>Hint 2</summary>
#
# Python compares tuples from left to right, and `False < True`. What would you put into a tuple, in which order, so that the greater tuple is the winner? Keep it together with the value, and a delete is a write of nothing.
#
# </details>


# %% solution="last_writer_wins"
class LastWriterWins:
    """What one center knows: of each key the latest write or delete, by timestamp."""

    def __init__(self):
        ### BEGIN SOLUTION Exercise D: what do you remember?
        self.latest = {}  # key → ((timestamp, center, deleted), value)
        ### END SOLUTION

    def write(self, key, value, timestamp, center):
        """Set a key, unless something later is known of it."""
        ### BEGIN SOLUTION Exercise D: write
        rank = (timestamp, center, False)
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, value)
        ### END SOLUTION

    def delete(self, key, timestamp, center):
        """Delete a key, unless something later is known of it."""
        ### BEGIN SOLUTION Exercise D: delete
        rank = (timestamp, center, True)
        if key not in self.latest or rank > self.latest[key][0]:
            self.latest[key] = (rank, None)
        ### END SOLUTION

    def merge(self, other):
        """Take over what `other` knows later."""
        ### BEGIN SOLUTION Exercise D: merge
        for key, entry in other.latest.items():
            if key not in self.latest or entry[0] > self.latest[key][0]:
                self.latest[key] = entry
        ### END SOLUTION

    def get(self, key):
        """Return the value of a key, None if there is none."""
        ### BEGIN SOLUTION Exercise D: get
        return self.latest[key][1] if key in self.latest else None
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): a write and a look-up. It should be Sunset.

# %%
try:
    store = LastWriterWins()
    store.write("photo-1", "Sunset", 10.0, "Washington")
    print(store.get("photo-1"))
except NotImplementedError as stub:
    print(stub)

# %% check="last_writer_wins" points=1
store = LastWriterWins()
seen = [store.get("title")]
store.write("title", "Sunset", 10, "Washington")
seen.append(store.get("title"))
store.write("title", "Dawn", 12, "Singapore")
store.write("title", "Evening", 11, "Washington")
seen.append(store.get("title"))
store.write("title", "Night", 12, "Washington")
store.write("title", "Noon", 12, "Frankfurt")
seen.append(store.get("title"))
store.delete("title", 13, "Frankfurt")
seen.append(store.get("title"))
### JUDGE
assert seen[0] is None, f"a key never written: None; yours gave {seen[0]!r}"
assert seen[1] == "Sunset", f"after one write of 'Sunset' at 10: yours gave {seen[1]!r}"
assert seen[2] == "Dawn", (
    f"'Dawn' of 12 arrives before 'Evening' of 11: the later timestamp, 'Dawn', stays; yours gave {seen[2]!r}"
)
assert seen[3] == "Night", (
    f"12 in Singapore 'Dawn', in Washington 'Night', in Frankfurt 'Noon': the greatest name, Washington, wins; yours gave {seen[3]!r}"
)
assert seen[4] is None, f"deleted at 13: None; yours gave {seen[4]!r}"

# %% check="last_writer_wins_check_2" points=1
def two_centers():
    west, east = LastWriterWins(), LastWriterWins()
    west.write("title", "Sunset", 10, "Washington")
    west.write("caption", "old", 5, "Washington")
    west.delete("tag", 20, "Washington")
    east.write("title", "Dawn", 10.5, "Singapore")
    east.write("caption", "older", 4, "Singapore")
    east.write("tag", "sea", 15, "Singapore")
    east.write("place", "Bali", 7, "Singapore")
    return west, east


keys = ["title", "caption", "tag", "place"]
west, east = two_centers()
west.merge(east)
seen = [[west.get(key) for key in keys], [east.get(key) for key in keys]]
east.merge(west)
west.merge(east)
seen += [[west.get(key) for key in keys], [east.get(key) for key in keys]]
### JUDGE
both = ["Dawn", "old", None, "Bali"]
assert seen[0] == both, (
    f"west.merge(east) for title, caption, tag, place: of each key the later one, {both}; yours gave {seen[0]} "
    "(the delete of tag at 20 must outlive the write of 15)"
)
assert seen[1] == ["Dawn", "older", "sea", "Bali"], (
    f"west.merge(east) must change only west; east's title, caption, tag, place became {seen[1]}"
)
assert seen[2] == both and seen[3] == both, (
    f"after merging both ways (and once more) both hold {both}; yours hold {seen[2]} and {seen[3]}"
)

# %% check="last_writer_wins_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The later timestamp wins, then the greater center name, then the delete, in whatever order they arrive.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 6), []
for _ in range(150):
    _steps, _times = [], _rng.choice([(1, 2, 3, 4), (-3, 0, 9, 10, 10.5, 100)])
    for _ in range(12):
        _key, _time, _center = _rng.choice("abc"), _rng.choice(_times), _rng.choice(["Lima", "London", "Perth", "oslo"])
        _value = [0, "", "red", "blue", 7][int(_time * 6 + len(_center) + ord(_key)) % 5]
        _steps.append([_rng.random() < 0.35, _key, _value, _time, _center])
    _runs.append(_steps)
### OBSERVE
seen = []
for _steps in _runs:
    _store, _looks = LastWriterWins(), []
    for _deletes, _key, _value, _time, _center in _steps:
        if _deletes:
            _store.delete(_key, _time, _center)
        else:
            _store.write(_key, _value, _time, _center)
        _looks.append([_store.get(_name) for _name in "abcd"])
    seen.append(_looks)
### JUDGE
assert [len(_looks) for _looks in seen] == [len(_steps) for _steps in _runs], "not all was seen"
for _looks, _steps in zip(seen, _runs, strict=True):
    _done = {_name: [] for _name in "abcd"}
    for _got, (_deletes, _key, _value, _time, _center) in zip(_looks, _steps, strict=True):
        if _deletes:
            _done[_key].append([_time, _center, "deleted", None])
        else:
            _done[_key].append([_time, _center, "--", _value])
        for _name, _is in zip("abcd", _got, strict=True):
            _want = None
            if _done[_name]:
                _time = max(_each[0] for _each in _done[_name])
                _last = [_each for _each in _done[_name] if _each[0] == _time]
                _name_of_last = max(_each[1] for _each in _last)
                _last = [_each for _each in _last if _each[1] == _name_of_last]
                _want = None if any(_each[2] == "deleted" for _each in _last) else _last[0][3]
            assert _is == _want and (_is is None) == (_want is None), (
                f"key {_name!r}: after [timestamp, center, deleted?, value] {_done[_name]} in this order, get should be {_want!r}, yours gave {_is!r}"
            )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="last_writer_wins_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: Stores that have merged hold the same, whoever merged first and however often, and merge changes only the store it is called on.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 7), []
_centers = ["Lima", "Oslo", "Perth"]
for _run in range(40):
    _done, _keys = [], list("abcdef") if _run else [f"photo-{_n}" for _n in range(250)]
    for _number in range(18 if _run else 900):
        _where, _time = _rng.randrange(3), _rng.choice([2, 3, 4, 9, 10, 11.5, 100])
        _value = None if _rng.random() < 0.35 else f"{_time} {_centers[_where]}"
        _done.append([_where, _rng.choice(_keys), _value, _time, _centers[_where]])
    _runs.append([_keys, _done])
### OBSERVE
def _do(store, key, value, time, center):
    if value is None:
        store.delete(key, time, center)
    else:
        store.write(key, value, time, center)


def _three_stores(done):
    stores = [LastWriterWins() for _ in range(3)]
    for place, *what in done:
        _do(stores[place], *what)
    return stores


seen = []
for _keys, _done in _runs:
    def _values(store):
        return [store.get(key) for key in _keys]

    _a, _b, _c = _three_stores(_done)
    _b_before, _c_before = _values(_b), _values(_c)
    _b.merge(_c)
    _a.merge(_b)
    _case = {"a + (b + c)": _values(_a), "c left alone": _values(_c) == _c_before}
    _a, _b, _c = _three_stores(_done)
    _a.merge(_b)
    _a.merge(_c)
    _case["(a + b) + c"] = _values(_a)
    _case["b left alone"] = _values(_b) == _b_before
    _a.merge(_b)
    _a.merge(_c)
    _case["again"] = _values(_a)
    _c.merge(_b)
    _c.merge(_a)
    _case["c + b + a"] = _values(_c)
    _a.write(_keys[0], "later", 200, "Lima")
    _a.delete(_keys[1], 200, "Lima")
    _case["apart afterwards"] = _values(_c) == _case["c + b + a"]
    for _, *_what in _done:
        _do(_c, *_what)
    _case["all arrives in c again"] = _values(_c)
    seen.append(_case)
### JUDGE
assert len(seen) == 40, "not all was seen"
for _case, (_keys, _run) in zip(seen, _runs, strict=True):
    _latest = {}
    _done = []
    for _, _key, _value, _time, _center in _run:
        _rank = [_time, _center, _value is None]
        _done.append([_key, *_rank[:2], _value])
        if _key not in _latest or _rank > _latest[_key][0]:
            _latest[_key] = [_rank, _value]
    _want = [_latest[_key][1] if _key in _latest else None for _key in _keys]
    for _way in ("a + (b + c)", "(a + b) + c", "again", "c + b + a", "all arrives in c again"):
        assert len(_case[_way]) == len(_keys), "not all keys were seen"
        for _key, _got, _value in zip(_keys, _case[_way], _want, strict=True):
            assert _got == _value, (
                f"stores a, b, c are merged as {_way}; done to key {_key!r}, as [timestamp, center, value or None for deleted]: "
                f"{[_each[1:] for _each in _done if _each[0] == _key]}; get should be {_value!r}, yours is {_got!r}"
            )
    assert _case["b left alone"] and _case["c left alone"], "x.merge(y) must not change y"
    assert _case["apart afterwards"], "after c.merge(a), a write or delete in a must not show in c"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Two centers, 80 keys, eight writes a second; at 60 s the line between them is cut for a minute. Both go on. When it is back, your `merge` brings them together within one lag. After 180 s no writes come any more.
#
# While people write, some keys always differ, because their writes are on the way. A write is *lost* if the one that outranks it was made by a user who had not seen it.
#
# 1. *The line is cut*: do the centers agree in the end, and what has that cost?
# 2. *No cut, lag 0.1 s*: how many writes are lost on a good day?
# 3. *No cut, lag 30 s*: nearly every write meets another. Why are they not all lost?
# 4. *Singapore's clock 5 s ahead*: the winner is no longer who wrote last. Who loses now?
#
# <details><summary>A formula for the lost writes</summary>
#
# If each center writes a key $\lambda$ times a second and the lag is $\tau$, the share of lost writes is
#
# $$\tfrac{1}{2}\,(1 - e^{-2\lambda\tau}).$$
#
# A key's next write comes before the lag is over with probability $1 - e^{-2\lambda\tau}$, and in one case of two it comes from the other center. Here $\lambda$ is 0.05: four writes a second in each center, for 80 keys. A lag of 30 s loses 48 %.
#
# </details>

# %%
explore_sync(LastWriterWins)

# %% [markdown]
# Now watch three photos in both centers, and next to them two centers without timestamps, where what arrives last stays. Which of the two agree in the end? Click on a text that was lost: which one replaced it, and which line of yours decided? Then set Singapore's clock 30 s ahead: whose texts are lost now?

# %%
replay_sync(LastWriterWins)

# %% [markdown]
# ## Exercise E — One center at a time: deployment
#
# Every center must run the same version, and a program must see to that: by hand, the fourth one gets forgotten. But in which order, and what if the new version is a bad one?
#
# `rolling_deploy(centers, version, deploy, healthy)` brings `version` to the `centers` (a list), in list order, one at a time.
#
# - For each center, also for one that runs `version` already, it calls `deploy(center, version)`, then `healthy(center)`, which takes its time and then returns `True` or `False`. Only if it is `True` does the next one follow.
# - If it is `False`, or if `deploy` or `healthy` raises an exception, this center is unhealthy. Then it stops, and it **rolls back** this center and all that were done before, the newest first: `deploy(center, old)` for each, where `old` is
#   the version that *this* center had before. (Rolling back does not fail.)
# - `center.version` is the version that a center has now. Only `deploy` changes it, so read it in time. You do not set it yourself.
# - It calls `deploy` and `healthy` for nothing else, and does not change the list.
# - It returns `Deployment(succeeded, deployed, rolled_back)`: `True` or `False`, and two lists of centers. `deployed` holds those that got the new version, in this order, also if it was taken from them again; one whose `deploy`
#   raised counts, as half of it may be there. `rolled_back` holds those that were rolled back, in this order.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# When you roll back the third center, what do you have to know of the first one, and when was the last moment to find it out?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep a list of pairs, center and old version, and add to it *before* you call `deploy`. Then there is only one way to fail, and one list to walk backwards.
#
# </details>


# %% solution="rolling_deploy"
def rolling_deploy(centers, version, deploy, healthy):
    """Bring `version` to one center after the other; take it from all at the first unhealthy one."""
    ### BEGIN SOLUTION Exercise E: deploy, look, and roll back if you must
    before = []  # (center, the version it had)
    for center in centers:
        before.append((center, center.version))
        try:
            deploy(center, version)
            fine = healthy(center)
        except Exception:
            fine = False
        if not fine:
            for done, old in reversed(before):
                deploy(done, old)
            deployed = [done for done, _ in before]
            return Deployment(False, deployed, deployed[::-1])
    return Deployment(True, [center for center, _ in before], [])
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): three centers, all healthy. It should succeed, and all should run v2.

# %%
try:
    centers = make_centers(3)
    print(rolling_deploy(centers, "v2", lambda one, version: setattr(one, "version", version), lambda one: True))
    print([center.version for center in centers])
except NotImplementedError as stub:
    print(stub)

# %% check="rolling_deploy" points=1
def deployed_to(centers, bad):
    calls = []

    def deploy(center, version):
        calls.append(f"deploy {center.name} {version}")
        center.version = version

    def healthy(center):
        calls.append(f"healthy {center.name}")
        return center.name != bad

    result, listed = rolling_deploy(list(centers), "v9", deploy, healthy), []
    if not isinstance(result, Deployment):
        result = Deployment(f"{result!r}, which is not a Deployment", [], [])
    for each in (result.deployed, result.rolled_back):
        names = [getattr(center, "name", repr(center)) for center in each] if isinstance(each, list) else f"{each!r}, not a list"
        listed.append(names)
    return [result.succeeded, *listed, calls, [center.version for center in centers]]


def three_centers():
    return [Center(name, (0, 0), version=version) for name, version in (("a", "v1"), ("b", "v2"), ("c", "v1"))]


seen = [deployed_to(three_centers(), "nobody"), deployed_to(three_centers(), "b")]
### JUDGE
good, bad = seen
assert good[:3] == [True, ["a", "b", "c"], []] and good[4] == ["v9", "v9", "v9"], (
    f"a, b, c all healthy: expected [True, ['a', 'b', 'c'], []] and v9 everywhere; got {good[:3]} and {good[4]}"
)
assert bad[3] == [
    "deploy a v9", "healthy a", "deploy b v9", "healthy b", "deploy b v2", "deploy a v1",
], f"a (v1), b (v2), c (v1), and v9 is unhealthy in b: a, b, then b back to v2 and a back to v1; your calls were {bad[3]}"
assert bad[:3] == [False, ["a", "b"], ["b", "a"]], (
    f"… and the result is False, deployed a, b, rolled back b, a; yours was {bad[:3]}"
)

# %% check="rolling_deploy_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The first unhealthy center stops the deployment, and it and all before it are rolled back, the newest first.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 8), []
_all = [f"{_letter}{_number}" for _letter in "abcdefgh" for _number in range(1, 9)]
for _ in range(40):
    _names = _rng.sample(_all, _rng.choice([1, 2, 3, 4, 5, 6, 30]))
    _old = {_name: f"v{_rng.randint(5, 9)}" for _name in _names}
    _cases.append([_old, _rng.choice([*_names, "nobody"])])
### OBSERVE
seen = []
for _old, _bad in _cases:
    _centers = [Center(_name, (0, 0), version=_version) for _name, _version in _old.items()]
    _listed, _calls = list(_centers), []

    def _deploy(center, version):
        _calls.append(f"deploy {center.name} {version}")
        center.version = version

    def _healthy(center):
        _calls.append(f"healthy {center.name}")
        return center.name != _bad

    _result = rolling_deploy(_centers, "v7", _deploy, _healthy)
    _lists = [[_center.name for _center in _each] for _each in (_result.deployed, _result.rolled_back)]
    seen.append([_result.succeeded, *_lists, _calls, [_center.version for _center in _listed], _centers == _listed])
### JUDGE
assert len(seen) == 40, "not all deployments were seen"
for _got, (_old, _bad) in zip(seen, _cases, strict=True):
    _names = list(_old)
    _reached = _names if _bad == "nobody" else _names[: _names.index(_bad) + 1]
    _back = [] if _bad == "nobody" else _reached[::-1]
    _calls = [_call for _name in _reached for _call in (f"deploy {_name} v7", f"healthy {_name}")]
    _calls += [f"deploy {_name} {_old[_name]}" for _name in _back]
    _case = f"centers {_old}, v7 is unhealthy in {_bad}"
    assert _got[3] == _calls, f"{_case}: the calls should be {_calls}, yours were {_got[3]}"
    assert _got[:3] == [not _back, _reached, _back], (
        f"{_case}: succeeded, deployed, rolled_back should be {[not _back, _reached, _back]}, yours were {_got[:3]}"
    )
    _versions = [_old[_name] if _back else "v7" for _name in _names]
    assert _got[4] == _versions, f"{_case}: afterwards they should run {_versions}, yours run {_got[4]}"
    assert _got[5], "rolling_deploy must not change the list of centers"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="rolling_deploy_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: If deploy or healthy raises, that center counts as unhealthy, and each center gets back the version that it had before.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 9), []
_all = [f"{_letter}{_number}" for _letter in "abcdefgh" for _number in range(1, 9)]
for _what in ("deploy", "half a deploy", "healthy") * 6:
    _names = _rng.sample(_all, _rng.choice([2, 3, 4, 5, 6, 20]))
    _old = [f"v{_rng.randint(1, 5)}" for _ in _names]
    _bad, _error = _rng.choice(_names), _rng.choice(["OSError", "ValueError", "KeyError", "ZeroDivisionError"])
    _cases.append([_what, _names, _old, _bad, _error])
### OBSERVE
from course.checks import attempt

_errors = {_error.__name__: _error for _error in (OSError, ValueError, KeyError, ZeroDivisionError)}
seen = []
for _what, _names, _old, _bad, _error in _cases:
    _centers = [Center(_name, (0, 0), version=_version) for _name, _version in zip(_names, _old, strict=True)]
    _listed, _calls = list(_centers), []

    def _deploy(center, version):
        _calls.append(f"deploy {center.name} {version}")
        if version == "v7" and center.name == _bad and _what == "deploy":
            raise _errors[_error]("deploy")
        center.version = version
        if version == "v7" and center.name == _bad and _what == "half a deploy":
            raise _errors[_error]("half a deploy")

    def _healthy(center):
        _calls.append(f"healthy {center.name}")
        if center.name == _bad and _what == "healthy":
            raise _errors[_error]("healthy")
        return True

    _result = attempt(lambda: rolling_deploy(_centers, "v7", _deploy, _healthy))
    if "returned" in _result:
        _done = _result["returned"]
        _lists = [[_center.name for _center in _each] for _each in (_done.deployed, _done.rolled_back)]
        _result = [_done.succeeded, *_lists]
    seen.append([_result, [_center.version for _center in _listed], _calls, _centers == _listed])
### JUDGE
assert len(seen) == 18, "not all deployments were seen"
for (_what, _names, _old, _bad, _), (_result, _versions, _calls, _unchanged) in zip(_cases, seen, strict=True):
    _back = _names[: _names.index(_bad) + 1][::-1]
    _want = [_call for _name in _back[:0:-1] for _call in (f"deploy {_name} v7", f"healthy {_name}")]
    _want += [f"deploy {_bad} v7"] + [f"healthy {_bad}"] * (_what == "healthy")
    _want += [f"deploy {_name} {_old[_names.index(_name)]}" for _name in _back]
    _function = "healthy" if _what == "healthy" else "deploy"
    _case = f"centers {' '.join(_names)}, {_function} raises an exception in {_bad}, which counts as unhealthy"
    assert _result == [False, _back[::-1], _back], (
        f"{_case}: succeeded, deployed, rolled_back should be {[False, _back[::-1], _back]}, yours gave {_result}"
    )
    assert _versions == _old, f"{_case}: afterwards they should run {_old} again, yours run {_versions}"
    assert _calls == _want, f"{_case}: the calls should be {_want}, yours were {_calls}"
    assert _unchanged, "rolling_deploy must not change the list of centers"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# The new version is bad: three in ten requests fail where it runs. In this simulation `healthy` tells the truth even after 0 minutes.
#
# 1. *A bad version*: compare with the dashed line, all centers at once.
# 2. *Smallest first*: who goes first now, and would those users agree?
# 3. *A good one, watched for 0 min*: what would you miss?
# 4. *A good one, watched for 20 min*: what does the caution cost?
# 5. *Bad in the second center only*: what has rolling gained now?

# %%
explore_deployment(rolling_deploy)

# %% [markdown]
# ## Explain
#
# Your app keeps the number of likes of a photo under one key. To like it, a web server reads the number, adds one and writes it back, into the `LastWriterWins` of its center. A famous photo has 1,000 likes. The line between Washington and
# Singapore is cut for one minute; in that minute 40 users like it in Washington and 60 in Singapore. Then the centers merge.
#
# What number does the photo have then, and why? A colleague says: "Our clocks are not good enough." Is he right? And does a shorter replication lag help? Name **two** different changes that would fix it, and what each of them costs. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# Washington's store ends the minute with 1,040, Singapore's with 1,060. When they merge, the write with the later timestamp wins as a whole: the photo has 1,040 or 1,060, depending on where the last like came from, instead of 1,100. The other
# center's likes are lost, and nobody saw an error. Better clocks do not help: both last writes are honest, and whichever wins, it does not contain the other center's likes. A shorter lag helps on a normal day, because fewer
# writes are made without having seen the other's, but it does nothing during a cut, when nothing arrives at all. One change: keep one number for each center, which only that center increases, and show the sum (a counter CRDT). It costs more
# storage and works only for what can be put together like this; "at most 100 tickets" cannot. Another: give each photo a home center that alone counts its likes. Then users of the other center wait for the way there, and cannot like
# at all while the line is cut. Writing each like as a key of its own would do as well, at the price of counting them.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: 1,040 or 1,060, whichever was written last, not 1,100; last writer wins takes one whole value, and the other center's likes are lost silently. (Half a point for the right number without the reason.)
#
# 1 point: clocks: no; both writes are honest, a perfect clock only decides which one survives. Lag: fewer conflicts on normal days, but no help during the cut. (Half a point each.)
#
# 1 point: two *different* changes, each with its price; half a point for each. For example: a counter per center, summed (CRDT; more storage, only for data that can be merged, no upper limits); one home center for each photo (the others wait a round trip, and cannot
# write during a cut or when the home is dead); one key for each like (more keys, counting them); writes confirmed by a majority of centers (each waits for a round trip; the smaller side of a cut cannot write); sending "+1" as a message that is kept until it arrives (must not be applied twice: notebook 08);
# keeping both versions and letting the application decide (work for its author).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Route 53** (AWS): the routing policies *latency*, *geolocation* and *weighted* are your exercises A and B; health checks every 10 or 30 seconds take a center out. The manual recommends a TTL of 60 seconds or less with them (Developer Guide, as of 2026).
# - **Cloudflare Load Balancing**: `steering_policy` "proximity", "geo" or "random" with weights; *proxied*, the address never changes, so no resolver's cache stands in the way. With DNS only, set `ttl`.
# - The DNS sees the resolver, not the user. A resolver may pass on a part of the user's address: EDNS Client Subnet (RFC 7871, 2016).
# - **Programs cache too**: some Java set-ups keep an address until they are restarted; AWS asks you to set `networkaddress.cache.ttl` to 5 seconds (SDK for Java guide, as of 2026).
# - **Cassandra** and **DynamoDB global tables**: last writer wins by timestamp. Cassandra, too, lets a delete win a tie, and keeps it as a *tombstone* for `gc_grace_seconds`, by default 10 days. Global tables can be strongly consistent since June 2025, for the price of a round trip.
# - **Spanner** waits for a majority at each write and for its clocks' uncertainty (Corbett and others, 2012). **CRDTs** (Shapiro and others, 2011) are values that merge without loss: counters, sets.
# - **Deployment in waves**: AWS begins with one small cell, then one region, then several (C. Liguori, *Automating safe, hands-off deployments*, 2020). Argo Rollouts and Spinnaker do it with pauses and checks.
# - **Left out here:** the minute until a health check notices, faults of a new version that show only after a while, clients that try again elsewhere, half-dead centers, catching up after a long outage, laws on where data may be, and the bill for traffic between regions.

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
# Your site survives a fire. But a user who uploads a photo still waits until your servers are done with all of it, and when thousands upload at once, all of them wait. In notebook 08 you ask what can wait, and put a message queue between the click and the work.
