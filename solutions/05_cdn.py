# %% [markdown] question="how much of a page's time is distance?" shown="explore(EdgeCache)"
# # 5 · Content delivery network
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/05_cdn/05_cdn.ipynb)
#
# In Frankfurt, where your servers are, the site is fast. Your friend in Sydney writes: "Nice photos. Why does every page
# take three seconds?" Your servers were done after five milliseconds. Your page spent the rest of the three seconds under the sea. No faster machine will help: the speed of light is what it is. What you can change is how far the page must travel.
#
# **Time:** about 115 minutes. Afterwards you will be able to
#
# - say how much of a page's load time is distance, and put copies where the users are,
# - write the cache of a CDN's edge, with expiry, invalidation, versioned names and a way out when something is down,
# - choose how long a copy may live, and say for which content a CDN costs more than it saves.

# %%
import hashlib
import math

from course.cdn import (
    EDGES,
    ORIGIN,
    Edge,
    EdgeDown,
    NoEdgeOnline,
    OriginDown,
    Prices,
    architecture,
    explore,
    explore_bill,
    explore_deployment,
    explore_distance,
    explore_outages,
    explore_real,
    replay,
)

# %% [markdown]
# ## The picture
#
# Users no longer fetch their photos from your site. Each one asks a nearby **edge**; only what the edge does not have comes from your site, which is now called the **origin**.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### Distance is time
# Light in glass fiber covers about 200,000 km in a second. Cables do not run straight, and packets wait at routers: measured
# times are 2.1 times the straight line's (Bozkurt and others, 2018). From Sydney to Frankfurt, 16,500 km, and back that is $2 \cdot 16{,}500 \cdot 2.1 / 200{,}000 = 0.35$ s: one **round trip**.
#
# A **content delivery network** (CDN) keeps copies of your files in many cities, at its **edges**. *max-age* is how long an edge may use a copy.
#
# Ann in Sydney opens a page with four photos, eight times slower; then Ben. What crosses the sea before the first packets?

# %%
replay()

# %% [markdown]
# ## Predict
#
# Your page has 500 kB and your users live in 102 large cities of the world, more of them where more people live. At 20 Mbit/s the bytes alone take 0.2 s. All pages come from Frankfurt.
#
# How many seconds until *half* of all page loads are done? Write your guess, then go on.

# %%
prediction = None  # seconds: put your number here

# %% [markdown]
# ## Experiment
#
# **Map:** cities sized by population, marked by their load time, each with a line to what serves it. **Half of the pages:** how many are loaded by which second; your guess is the diamond. Dashed gray, in all pictures, is the site without what you add. **Old copies:** to the left the origin has less to do; downwards fewer bytes are out of date.
#
# A step sets the sliders and asks. Press it again for the answer.

# %%
explore(prediction=prediction)

# %% [markdown]
# 1. *No CDN*: how long do pages take? Compare your guess with the dashed line.
# 2. *1 edge*, in Frankfurt, next to your site: whom does it help? Then open the others one by one and watch Sydney on the map.
# 3. *7 edges*: is your friend happy now?
# 4. *2,000 kB*: four times the bytes. Is it four times the time?
# 5. *max-age 1 h*: what does a long max-age save, and what does it cost?
# 6. *Photos change every 5 min*: what is different?
# 7. *12 edges*: pages come faster, and yet the origin gets more to do. Why?

# %% [markdown]
# <details><summary>What five edges change</summary>
#
# Without a CDN half of the pages took up to 1.4 seconds. With five edges it is half a second: two thirds of the time are gone. Half of what is left is still distance: if there were no distance at all, a page would take a quarter of a second. But there is
# no free choice of max-age. Each point on the dashed curve trades work at the origin for old bytes. And more edges mean more caches that each have to be filled.
#
# </details>

# %% [markdown]
# ### A page is many round trips
# Opening a connection takes one round trip (TCP), encrypting it another (TLS 1.3: RFC 9846, 2026; first RFC 8446, 2018), asking for the page a third. (HTTP/3, which CDNs speak by default, needs one less: RFC 9114, 2022. Here it is three.) And the answer does not come at full speed: the server
# sends 10 packets, 14,600 bytes (RFC 6928, 2013), and waits until they have arrived; then 20, then 40. This **slow start** needs six rounds for 500 kB. At 20 Mbit/s those bytes would take 0.2 s.
# The waiting takes far longer.
#
# Pages are not small: in July 2025 the median home page weighed 2,862 kB on the desktop and 2,559 kB on a phone (HTTP Archive, Web Almanac 2025).
#
# ### Copies near the users
# Most of those bytes are **static content**: images, video, CSS, JavaScript. They are the same for everyone, so anyone may keep a copy. A CDN is a
# company that does so in many cities. DNS, or the routing of the internet itself, leads each user to the nearest one.
#
# The first user near Sydney who wants a photo finds none: a **miss**. The edge asks the origin, which sends the photo and says how long a copy may live:
# `Cache-Control: max-age=300`, in seconds. The edge keeps it. For five minutes everyone near Sydney gets it from there: a **hit**. After that the copy has **expired**, and the next request
# fetches a new one.
#
# ### How long may a copy live?
# When you change a photo, no edge hears of it. Until its copy expires, the edge goes on serving the old version: the copy is **stale**. A short max-age keeps copies young and sends
# many requests to the origin. A long one spares the origin and serves yesterday's version. The users' browsers keep copies too, by the same max-age.
#
# What is made for one user, such as their inbox, must not be kept for others. CDNs can also cache such **dynamic content**, by path, query, cookies or headers, or run your code at the edge. That
# goes beyond this notebook.

# %%
EDGES[:3], ORIGIN  # some of the edges, in the order in which they open, and where your site is

# %% [markdown]
# ## Exercise A — Which edge is near?
#
# Write two functions. Points are pairs `(latitude, longitude)` in degrees; north and east are positive.
#
# `distance_km(a, b)` returns the length in kilometers of the shortest way over the surface of a sphere with a radius of 6,371 km (the **great circle**).
#
# - It is 0 for a point and itself, and half the circumference for opposite points. Neither raises an error because of rounding.
# - Longitude 180 and longitude −180 are the same line: from (0, 179) to (0, −179) it is not far.
#
# `nearest_edge(user, edges)` gets a point and a list of `Edge(name, location, online)` and returns one of these edges.
#
# - It is the one nearest to the user of those with `online` true. At equal distance: the first in the list.
# - If none is online, or the list is empty, it raises `NoEdgeOnline`.
# - It does not change the list.
#
# <details><summary>Hint 1</summary>
#
# Two places at 60° north, one degree of longitude apart, are about 56 km from each other; on the equator it would be 111 km. So degrees are not kilometers. Do you know a formula for distances on a sphere by name?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The haversine formula: with all angles in radians, $h = \sin^2(\Delta\mathrm{lat} / 2) + \cos(\mathrm{lat}_1) \cos(\mathrm{lat}_2) \sin^2(\Delta\mathrm{lon} / 2)$, and the angle between the points is $2 \arcsin(\sqrt{h})$. Rounding may lift $h$ a little above 1. For the edge, Python's `min` with a `key` keeps the first of equals.
#
# </details>


# %% solution="distance_km"
def distance_km(a, b):
    """Return the great-circle distance (km) of two points (latitude, longitude) in degrees."""
    ### BEGIN SOLUTION Exercise A: measure along the great circle
    latitude, longitude = math.radians(a[0]), math.radians(a[1])
    to_latitude, to_longitude = math.radians(b[0]), math.radians(b[1])
    up = math.sin((to_latitude - latitude) / 2) ** 2
    along = math.sin((to_longitude - longitude) / 2) ** 2
    haversine = up + math.cos(latitude) * math.cos(to_latitude) * along
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, haversine)))
    ### END SOLUTION


def nearest_edge(user, edges):
    """Return the online one of `edges` nearest to the point `user`; raise NoEdgeOnline if none."""
    ### BEGIN SOLUTION Exercise A: choose the nearest edge
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(f"{distance_km((51.5, -0.1), (40.7, -74.0)):,.0f} km from London to New York: about 5,573")
    print(nearest_edge((51.5, -0.1), list(EDGES)).name, "is nearest to London")
except NotImplementedError as stub:
    print(stub)

# %% check="distance_km" points=1
seen = {
    "a quarter of the equator": distance_km((0, 0), (0, 90)),
    "pole to pole": distance_km((90, 0), (-90, 0)),
    "one degree at 60 north": distance_km((60, 10), (60, 11)),
    "across longitude 180": distance_km((0, 179), (0, -179)),
    "London to New York": distance_km((51.5, -0.1), (40.7, -74.0)),
    "nowhere": distance_km((35.69, 139.69), (35.69, 139.69)),
}
### JUDGE
expected = {
    "a quarter of the equator": 10007.54,
    "pole to pole": 20015.09,
    "one degree at 60 north": 55.60,
    "across longitude 180": 222.39,
    "London to New York": 5572.8,
    "nowhere": 0.0,
}
for way, km in expected.items():
    assert isinstance(seen[way], int | float), f"{way}: distance_km must return a number; yours returned {seen[way]!r}"
    assert abs(seen[way] - km) <= 0.5, (
        f"{way}: about {km} km on a sphere of radius 6371 km (with all angles in radians); yours is {seen[way]} km"
    )
assert len(seen) == 6, "not all ways were measured"

# %% check="distance_km_check_2" points=1
from course.checks import attempt


def what_it_did(user, edges):
    found = attempt(lambda: nearest_edge(user, edges))
    if "raised" in found:
        return f"{found['raised']}: {found['message']}".rstrip(": ")
    edge = found["returned"]
    return edge.name if isinstance(edge, Edge) else f"{edge!r}, which is not one of the edges"


frankfurt, tokyo = Edge("Frankfurt", (50.12, 8.68), True), Edge("Tokyo", (35.69, 139.69), True)
asleep = Edge("Paris", (48.85, 2.35), False)
seen = {
    "London": what_it_did((51.51, -0.13), [tokyo, asleep, frankfurt]),
    "Auckland": what_it_did((-36.87, 174.77), [frankfurt, tokyo]),
    "only Paris, offline": what_it_did((51.51, -0.13), [asleep]),
}
### JUDGE
expected = {
    "London": ("Frankfurt", "Paris is nearer, but offline"),
    "Auckland": ("Tokyo", "it is nearer than Frankfurt, and both are online"),
    "only Paris, offline": ("NoEdgeOnline", "no edge in the list is online"),
}
for user, (name, why) in expected.items():
    assert seen[user].split(":")[0] == name, f"{user}: expected {name} ({why}), yours gave {seen[user]}"
assert len(seen) == 3, "not all users were asked for"

# %% check="distance_km_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The distance is the great circle's, also across longitude 180, and for equal and opposite points.
### INPUTS
import random

from course.checks import SEED


def _ways():
    rng = random.Random(SEED)
    points = [(rng.uniform(-90, 90), rng.uniform(-180, 180)) for _ in range(60)]
    points += [(rng.uniform(-60, 60), side * 180.0) for side in (-1, 1)] + [(90.0, 0.0), (-90.0, 50.0)]
    ways = [(rng.choice(points), point) for point in points]
    ways += [(point, point) for point in points]
    ways += [(point, (-point[0], point[1] + (180 if point[1] <= 0 else -180))) for point in points]
    ways += [(point, (max(-90.0, point[0] - 0.01), point[1])) for point in points]
    return ways


_all = _ways()
### OBSERVE
seen = [float(distance_km(_a, _b)) for _a, _b in _all]
### JUDGE
import math


def _vector(point):
    lat, lon = math.radians(point[0]), math.radians(point[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _km(a, b):
    u, v = _vector(a), _vector(b)
    across = math.dist(u, v)
    opposite = math.dist(u, [-x for x in v])
    return 6371 * 2 * math.atan2(across, opposite)


assert len(seen) == len(_all), f"{len(_all)} distances were asked for, {len(seen)} came"
for (_a, _b), _got in zip(_all, seen, strict=True):
    _want = _km(_a, _b)
    assert abs(_got - _want) <= 0.05, f"distance_km({_a}, {_b}): expected {_want:.3f} km, got {_got}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="distance_km_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: The nearest online edge is returned, the first of equals; with none online, nearest_edge raises NoEdgeOnline.
### INPUTS
import random

from course.checks import SEED


def _cases():
    rng = random.Random(SEED + 1)
    cases = []
    for _ in range(75):
        number = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 30])
        sites = [[rng.uniform(-75, 75), rng.uniform(-180, 180), rng.random() < 0.6] for _ in range(number)]
        if sites and rng.random() < 0.4:  # a twin at the same place
            sites.insert(rng.randrange(len(sites) + 1), list(rng.choice(sites)))
        names = [f"{rng.choice(['a', 'b', 'Z'])}{rng.randrange(20)}" for _ in sites]
        cases.append([(rng.uniform(-75, 75), rng.uniform(-180, 180)), sites, names])
        later = [[*site[:2], rng.random() < 0.6] for site in sites]  # the same user and edges, others online
        cases.append([cases[-1][0], later, names])
    cases.append([(10.0, 179.0), [[10.0, 150.0, True], [10.0, -175.0, True]], ["b", "a"]])
    cases.append([(80.0, 0.0), [[60.0, 0.0, True], [80.0, 90.0, True]], ["a", "b"]])
    return cases


_all = _cases()
### OBSERVE
from course.cdn import Edge
from course.checks import attempt


def _observed(user, sites, names):
    edges = [Edge(name, (lat, lon), online) for name, (lat, lon, online) in zip(names, sites, strict=True)]
    given = list(edges)
    found = attempt(lambda: nearest_edge(user, given))
    if "returned" in found:  # the places in the list of the very object that came back
        found = {"returned": [n for n, edge in enumerate(edges) if edge is found["returned"]]}
    return [found, [id(edge) for edge in given] == [id(edge) for edge in edges]]


seen = [_observed(*_case) for _case in _all]
### JUDGE
import math


def _chord(a, b):
    rows = []
    for lat, lon in (a, b):
        lat, lon = math.radians(lat), math.radians(lon)
        rows.append((math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)))
    return round(math.dist(*rows), 9)


assert len(seen) == len(_all), f"{len(_all)} users were asked for, {len(seen)} answers came"
for (_user, _sites, _), (_found, _same) in zip(_all, seen, strict=True):
    _call = f"nearest_edge({_user}, edges at {[tuple(_site) for _site in _sites]} (latitude, longitude, online))"
    assert _same, f"{_call} changed the list it was given"
    _online = [[_chord(_user, _site[:2]), _n] for _n, _site in enumerate(_sites) if _site[2]]
    if not _online:
        assert _found.get("raised") == "NoEdgeOnline", f"{_call}: none is online: expected NoEdgeOnline, got {_found}"
    else:
        _want = min(_online)[1]
        assert _found.get("returned") == [_want], (
            f"{_call}: the nearest online one, the first of equals, is at place {_want} of the list; got {_found} (its place, counted from 0)"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Every city is now served by the edge that your function picks. **Right:** what each of *your* kilometers costs; with right distances, all marks lie on the line.
#
# 1. *Frankfurt offline*: who takes over London?
# 2. *12 edges*: now **break it**. Compare latitudes and longitudes like points on paper, as $\sqrt{\Delta\mathrm{lat}^2 + \Delta\mathrm{lon}^2}$. Which cities does the flat Earth send the wrong way? Afterwards undo the change.

# %%
explore_distance(distance_km, nearest_edge)

# %% [markdown]
# ## Exercise B — The cache at the edge
#
# Each edge has a cache of its own. Write it: `EdgeCache(origin).fetch(url, now)`; `now` is the time in seconds.
#
# `origin` is a function: `origin(url)` returns a pair `(body, max_age)`, max_age in seconds, or raises `OriginDown`. `fetch` returns a pair `(body, status)`:
#
# - A copy stored at time t with `max_age` is **fresh** while `now < t + max_age`. A fresh copy is served, and the origin is not asked: `"HIT"`. A hit does not make the copy live longer.
# - Otherwise it asks the origin, once. The answer is stored, with `now` as its time, in place of any old copy, and served: `"MISS"`.
# - An answer with a `max_age` of 0 is served (`"MISS"`) but not stored; an old copy of that url is dropped then.
# - If the origin raises `OriginDown` and there is an old copy, however old, that one is served: `"STALE"`. It stays stored as it was, and the next fetch asks the origin again.
# - If the origin raises `OriginDown` and nothing is stored, the `OriginDown` passes on. Other exceptions of the origin always pass on.
# - An empty body is a body like any other. Keep what you store in `self.stored`, a dict with the url as key; what the values look like is up to you.
#
# <details><summary>Hint 1</summary>
#
# To know later whether a copy is fresh, what must you remember besides the body? And where in your code can `OriginDown` come up?
#
# </details>
# <details><summary>Hint 2</summary>
#
# First look for a copy and leave if it is fresh. What follows the call of the origin must not happen when it raises, so put only that one call into a `try`. In the `except` you need the old copy, so do not drop it before.
#
# </details>


# %% solution="edge_cache"
class EdgeCache:
    """Copies of what the origin gave, each for as long as the origin allows."""

    def __init__(self, origin):
        self.origin = origin  # origin(url) returns (body, max_age) or raises OriginDown
        self.stored = {}  # url → what you keep of it

    def fetch(self, url, now):
        """Return (body, "HIT", "MISS" or "STALE"); raise OriginDown if there is nothing to serve."""
        ### BEGIN SOLUTION Exercise B: serve a fresh copy, or ask the origin
        copy, expires_at = self.stored.get(url, (None, None))
        if expires_at is not None and now < expires_at:
            return copy, "HIT"
        try:
            body, max_age = self.origin(url)
        except OriginDown:
            if expires_at is None:
                raise
            return copy, "STALE"
        self.stored.pop(url, None)
        if max_age > 0:
            self.stored[url] = body, now + max_age
        return body, "MISS"
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = EdgeCache(lambda url: ("a photo", 60))
    print(tried.fetch("/photos/1.jpg", now=0), tried.fetch("/photos/1.jpg", now=59))
except NotImplementedError as stub:
    print(stub)

# %% check="edge_cache" points=1
asked = []


def origin(url):
    asked.append(url)
    return f"{url}, answer {len(asked)}", 60


cache = EdgeCache(origin)
seen = []
for url, now in [("/a.jpg", now) for now in (0, 30, 59, 60, 100, 121)] + [("/b.jpg", 121)]:
    answer = cache.fetch(url, now)
    seen.append(list(answer) if isinstance(answer, tuple | list) else f"{answer!r}, which is not a pair")
### JUDGE
expected = [
    ["/a.jpg, answer 1", "MISS"],
    ["/a.jpg, answer 1", "HIT"],
    ["/a.jpg, answer 1", "HIT"],
    ["/a.jpg, answer 2", "MISS"],
    ["/a.jpg, answer 2", "HIT"],
    ["/a.jpg, answer 3", "MISS"],
    ["/b.jpg, answer 4", "MISS"],
]
calls = ["/a.jpg at 0 s", "at 30 s", "at 59 s", "at 60 s", "at 100 s", "at 121 s", "/b.jpg at 121 s"]
for call, got, wanted in zip(calls, seen, expected, strict=True):
    assert got == wanted, f"max_age 60, fetch {call}: expected {wanted}, got {got}"
assert len(seen) == 7, "not all were fetched"

# %% check="edge_cache_check_2" points=1
world = {"up": True, "answers": 0}


def origin(url):
    world["answers"] += 1
    if not world["up"]:
        raise OriginDown
    return f"answer {world['answers']}", 10


def fetched(url, now):
    try:
        answer = cache.fetch(url, now)
    except OriginDown:
        return "OriginDown"
    return list(answer) if isinstance(answer, tuple | list) else f"{answer!r}, which is not a pair"


cache, seen = EdgeCache(origin), []
seen.append(fetched("/a.jpg", 0))
world["up"] = False
for now in (5, 10, 5000):
    seen.append(fetched("/a.jpg", now))
seen.append(fetched("/new.jpg", 5000))
world["up"] = True
seen.append(fetched("/a.jpg", 5001))
### JUDGE
story = "max_age 10; /a.jpg is fetched at 0 s, then the origin goes down"
assert seen[0] == ["answer 1", "MISS"], f"first fetch: expected ['answer 1', 'MISS'], got {seen[0]}"
assert seen[1] == ["answer 1", "HIT"], f"{story}: at 5 s the copy is fresh, a HIT; got {seen[1]}"
assert seen[2:4] == [["answer 1", "STALE"]] * 2, (
    f"{story}: at 10 s and at 5000 s the old copy is all there is, STALE; got {seen[2]} and {seen[3]}"
)
assert seen[4] == "OriginDown", f"{story}: /new.jpg was never stored: expected OriginDown, got {seen[4]}"
assert seen[5] == ["answer 5", "MISS"], (
    f"{story} and comes back: at 5001 s the 5th answer, a MISS; got {seen[5]}"
)

# %% check="edge_cache_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A copy is fresh while now < t + max_age, a HIT does not make it live longer, and a MISS asks the origin once.
### INPUTS
import random

from course.checks import SEED


def _fetches():
    rng, now, fetches = random.Random(SEED + 2), 0, []
    for _ in range(400):
        now += rng.choice([0, 1, 2, 5, 9])
        max_age = rng.choice([1, 3, 8, 20, 60])
        fetches.append([rng.choice(["/a.jpg", "/b.jpg", "/b.jp", "c"]), now, max_age])
    many = [f"/{rng.randrange(10**6)}.jpg" for _ in range(150)]
    return fetches + [[url, now + 1 / 4, 1000] for url in many] + [[url, now + 300.5, 1000] for url in many]


_all = _fetches()
### OBSERVE
def _observe():
    asked, lives = [], {"max_age": 0}

    def origin(url):
        asked.append(url)
        return f"{url} answer {len(asked)}", lives["max_age"]

    cache, rows = EdgeCache(origin), []
    for url, now, lives["max_age"] in _all:
        body, status = cache.fetch(url, now)
        rows.append([body, status, len(asked)])
    return rows


seen = _observe()
### JUDGE
def _problem(seen):
    kept, asked = {}, 0
    for row, (url, now, max_age) in zip(seen, _all, strict=True):
        stored_at, lives, body = kept.get(url, (0, 0, None))
        before = "nothing stored" if body is None else f"stored at {stored_at} s with max_age {lives}"
        wanted = "HIT"
        if now >= stored_at + lives:
            asked, wanted = asked + 1, "MISS"
            body = f"{url} answer {asked}"
            kept[url] = (now, max_age, body)
        if list(row) != [body, wanted, asked]:
            return (
                f"fetch({url!r}, {now}), {before}: expected {[body, wanted]} and {asked} calls of the origin so far; "
                f"got {row[:2]} and {row[2]} calls"
            )


assert len(seen) == 700, f"700 fetches, {len(seen)} answers"
_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="edge_cache_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: With the origin down an old copy is served as STALE; an answer with a max_age of 0 is not stored, and the old copy is dropped.
### INPUTS
import random

from course.checks import SEED


def _fetches():
    rng, now, fetches = random.Random(SEED + 3), 0, []
    for _ in range(500):
        now += rng.choice([0, 1, 3, 7])
        up, max_age = rng.random() < 0.6, rng.choice([0, 0, 2, 5, 12])
        fetches.append([rng.choice(["/a.jpg", "/b.jpg", "/c.jpg"]), now, up, max_age])
    return fetches


_all = _fetches()
### OBSERVE
from course.cdn import OriginDown
from course.checks import attempt


def _observe():
    world = {"up": True, "max_age": 0, "asked": 0}

    def origin(url):
        world["asked"] += 1
        if not world["up"]:
            raise OriginDown
        return f"{url} answer {world['asked']}", world["max_age"]

    cache, rows = EdgeCache(origin), []
    for url, now, world["up"], world["max_age"] in _all:
        rows.append([attempt(lambda: list(cache.fetch(url, now))), world["asked"]])
    return rows


seen = _observe()
### JUDGE
def _problem(seen):
    kept, asked = {}, 0
    for (found, calls), (url, now, up, max_age) in zip(seen, _all, strict=True):
        end, body = kept.get(url, (None, None))
        before = "nothing stored" if end is None else f"a copy that is fresh before {end} s"
        if end is not None and now < end:
            wanted = {"returned": [body, "HIT"]}
        else:
            asked += 1
            if up:
                body = f"{url} answer {asked}"
                wanted = {"returned": [body, "MISS"]}
                kept.pop(url, None)
                if max_age:
                    kept[url] = (now + max_age, body)
            elif end is not None:
                wanted = {"returned": [body, "STALE"]}
            else:
                wanted = {"raised": "OriginDown"}
        told = f"fetch({url!r}, {now}), {before}, origin {'up, gives max_age ' + str(max_age) if up else 'down'}"
        if any(found.get(key) != value for key, value in wanted.items()):
            return f"{told}: expected {wanted}, got { {key: found[key] for key in found if key in ('returned', 'raised')} }"
        if calls != asked:
            return f"{told}: expected {asked} calls of the origin so far, got {calls}"


assert len(seen) == 500, f"500 fetches, {len(seen)} answers"
_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="edge_cache_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: Exceptions other than OriginDown always pass on, an empty body is a body, and the keys of self.stored are the urls.
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED + 4)
_url, _length, _body = f"/{_rng.randrange(1000)}", _rng.randint(5, 50), _rng.choice([b"", ""])
### OBSERVE
from course.cdn import OriginDown
from course.checks import attempt


def _observe(url, length, body):
    world = {"error": None, "body": body, "asked": 0}

    def origin(url):
        world["asked"] += 1
        if world["error"]:
            raise world["error"]
        return world["body"], length

    cache, other = EdgeCache(origin), EdgeCache(origin)
    did = {"start": cache.fetch(url, 100)[1]}
    did["fresh"] = [cache.fetch(url, 100 + length - 1)[1], world["asked"]]
    world["error"] = OriginDown()
    stale = cache.fetch(url, 100 + length)
    did["empty"] = [stale[1], type(stale[0]).__name__, len(str(stale[0]))]
    did["elsewhere"] = attempt(lambda: other.fetch(url, 100 + length)[1])
    world["error"] = PermissionError("not for you")
    did["with copy"] = attempt(lambda: cache.fetch(url, 100 + length)[1])
    did["without"] = attempt(lambda: cache.fetch(url + "/x", 100 + length)[1])
    world["error"] = None
    did["again"] = cache.fetch(url, 100 + length)[1]
    did["keys"] = sorted(str(key) for key in cache.stored)
    return did


seen = _observe(_url, _length, _body)
### JUDGE
_story = f"body {_body!r}, max_age {_length}, fetched at 100 s"
assert seen["start"] == "MISS", f"{_story}: the first fetch is a MISS; got {seen['start']}"
assert list(seen["fresh"]) == ["HIT", 1], (
    f"{_story}: at {100 + _length - 1} s a HIT, and the origin was asked once; got {seen['fresh'][0]} and {seen['fresh'][1]} calls"
)
assert list(seen["empty"]) == ["STALE", type(_body).__name__, len(str(_body))], (
    f"{_story}: at {100 + _length} s with the origin down it is STALE and the body {_body!r}; got {seen['empty'][0]} and a {seen['empty'][1]}"
)
assert seen["elsewhere"].get("raised") == "OriginDown", (
    f"{_story}: another EdgeCache never fetched it: expected OriginDown there, got {seen['elsewhere']}"
)
assert seen["with copy"].get("raised") == "PermissionError", (
    f"the origin raises PermissionError, a copy is stored: it passes on; got {seen['with copy']}"
)
assert seen["without"].get("raised") == "PermissionError", (
    f"the origin raises PermissionError, nothing is stored: it passes on; got {seen['without']}"
)
assert seen["again"] == "MISS", f"{_story}; after the errors the origin answers again: a MISS; got {seen['again']}"
assert list(seen["keys"]) == [_url], f"{_story}: self.stored is a dict with {_url!r} as its only key; its keys are {seen['keys']}"
### END HIDDEN TESTS

# %% [markdown]
# Your cache now works at every edge. If it is right, the blue square lies on the large round point, and the words say so request by request. Then **break it** on purpose: let a hit renew the copy. (Keep the copy's `max_age` as well; a hit at `now` then makes the copy fresh until `now + max_age`.) Which way does the square move? Afterwards undo the change.
#
# <details><summary>What we see</summary>
#
# To the left and up. The origin has less to do, and more of the bytes are out of date: a popular photo is asked for all the time, so it is never fetched again.
#
# </details>

# %%
explore(EdgeCache)

# %% [markdown]
# Now watch it answer: Ann in Sydney opens a page with four photos, and Ben opens it two seconds later. A copy may live for two seconds, and others have asked your edge for two of the photos before. Click on a photo to see the call of `fetch` and the line of yours that decided. Then play to 4 s and stop the origin: which photos does Ben still get? And which with *max-age 0*?

# %%
replay(EdgeCache)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes; a measurement takes about ten seconds.) Your `EdgeCache` now decides in four real caching proxies, each a process of this computer. Behind them is an origin, a web server whose header `Cache-Control: max-age=…` says how long a copy may live. Distances are delays: before an
# edge asks the origin it waits for the way to Frankfurt and back, and a user waits for the way to the edge. Each answer says in its headers what your class decided (`X-Cache`) and how many seconds old the copy is (`Age`).
#
# 1. *max-age 2 s*: do formula, simulation and machine agree?
# 2. *max-age 0*: nothing may be kept. How many requests reach the origin now?
# 3. *Unplug the origin*: it dies at 3 s and is back at 6 s. Who still gets a page?
#
# While it measures, unplug the origin yourself, and plug it in again. Nothing starts before you press a button, and all processes end with the measurement.

# %%
explore_real(EdgeCache)

# %% [markdown]
# ## Exercise C — The old version has to go
#
# You deploy. Three files have changed, and hundreds of edges keep the old ones, some for another half hour. There are two ways out.
#
# **Invalidate:** tell the CDN to drop its copies. `EdgeCache` gets one more method; the stub builds on your class of exercise B. (Running the cell of B again makes a class without this method: then run this cell again, too.)
#
# - `.invalidate(prefix)` drops everything stored whose url begins with `prefix`, fresh or expired, and returns how many that were.
# - The empty prefix drops everything; one that fits nothing drops nothing and returns 0. What has been dropped is fetched from the origin next time.
#
# **Versioned names:** write `fingerprint(path, content)`; the path is a string such as `"css/site.css"`, the content is bytes. It returns a path with the content's fingerprint in it.
#
# - The fingerprint is the first 8 hex digits, in lower case, of the content's SHA-256.
# - It stands before the last dot of the last part of the path: `"css/site.<digits>.css"`, and `"js/app.min.<digits>.js"`. That holds wherever the dot is: `".htaccess"` becomes `".<digits>.htaccess"`.
# - If the last part (after the last `/`) has no dot, a dot and the digits go to its end: `"LICENSE.<digits>"`. Dots in folders do not count.
#
# <details><summary>Hint 1</summary>
#
# What happens if you remove keys from a dict while you loop over it? And what is the last part of `"v1.2/readme"`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Collect the urls first, drop them afterwards. For the name: `str.rpartition` splits at the last place where something occurs, and tells by an empty middle when it does not occur. You need it twice, for `/` and for the dot. The digits come from `hashlib.sha256(content).hexdigest()`.
#
# </details>


# %% solution="fingerprint"
class EdgeCache(EdgeCache):
    """Your cache of exercise B, and a way to drop copies before they expire."""

    def invalidate(self, prefix):
        """Drop what is stored of all urls that begin with `prefix`; return how many that were."""
        ### BEGIN SOLUTION Exercise C: drop what begins with the prefix
        dropped = [url for url in self.stored if url.startswith(prefix)]
        for url in dropped:
            del self.stored[url]
        return len(dropped)
        ### END SOLUTION


def fingerprint(path, content):
    """Return `path` with the first 8 hex digits of the SHA-256 of `content` (bytes) in its name."""
    ### BEGIN SOLUTION Exercise C: put the fingerprint into the name
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    name = f"{stem}.{digits}.{extension}" if dot else f"{name}.{digits}"
    return folder + slash + name
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(fingerprint("css/site.css", b"body {}"))  # css/site.62368a1a.css
except NotImplementedError as stub:
    print(stub)

# %% check="fingerprint" points=1
seen = {
    "css/site.css": fingerprint("css/site.css", b"body {}"),
    "js/app.min.js": fingerprint("js/app.min.js", b"let a = 1"),
    "LICENSE": fingerprint("LICENSE", b"do as you like"),
    ".htaccess": fingerprint(".htaccess", b"deny from all"),
}
### JUDGE
expected = {
    "css/site.css": "css/site.62368a1a.css",
    "js/app.min.js": "js/app.min.2c07d877.js",
    "LICENSE": "LICENSE.f185d895",
    ".htaccess": ".63d687eb.htaccess",
}
for path, name in expected.items():
    assert seen[path] == name, f"fingerprint({path!r}, …): expected {name!r}, got {seen[path]!r}"
assert len(seen) == 4, "not all paths were tried"

# %% check="fingerprint_check_2" points=1
cache = EdgeCache(lambda url: (f"body of {url}", 60))
for url in ("css/a.css", "css/b.css", "js/a.js", "img/css/c.png"):
    cache.fetch(url, 0)
seen = [cache.invalidate("css/"), cache.invalidate("css/")]
seen.append([cache.fetch(url, 1)[1] for url in ("css/a.css", "css/b.css", "js/a.js", "img/css/c.png")])
seen.append(cache.invalidate(""))
### JUDGE
stored = "stored: css/a.css, css/b.css, js/a.js, img/css/c.png"
assert seen[0] == 2, f"{stored}; invalidate('css/') drops the first two and returns 2; got {seen[0]}"
assert seen[1] == 0, f"invalidate('css/') once more finds nothing and returns 0; got {seen[1]}"
assert seen[2] == ["MISS", "MISS", "HIT", "HIT"], (
    f"{stored}; after invalidate('css/') the first two are a MISS, the others a HIT; got {seen[2]}"
)
assert seen[3] == 4, f"all four are stored again; invalidate('') drops all and returns 4; got {seen[3]}"

# %% check="fingerprint_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The digits stand before the last dot of the last part of the path, or at its end if it has no dot.
### INPUTS
import random

from course.checks import SEED


def _cases():
    rng = random.Random(SEED + 5)
    words = ["site", "app", "v1.2", "a", "logo-2x", "jquery.min"]
    cases = []
    for _ in range(120):
        folders = [rng.choice(words) for _ in range(rng.randint(0, 3))]
        name = rng.choice(["readme", "LICENSE", "app.js", "app.min.js", "logo-2x.png", "a.b.c.css", ".htaccess"])
        content = [rng.randrange(10**6), rng.choice([0, 1, 7, 200, 10_000, 200_000])]  # what to draw it from, and its length
        cases.append(["/".join([*folders, name]), *content])
        if rng.random() < 0.2:
            cases[-1][0] = "/" + cases[-1][0]
    return cases


_all = _cases()
### OBSERVE
seen = [fingerprint(_path, random.Random(_drawn).randbytes(_length)) for _path, _drawn, _length in _all]
### JUDGE
import hashlib


def _name(path, content):
    parts = path.split("/")
    pieces = parts[-1].split(".")
    digits = hashlib.new("sha256", content).hexdigest()[0:8]
    if len(pieces) == 1:
        pieces.append(digits)
    elif pieces[:-1] == [""]:  # such as .htaccess
        pieces = ["", digits, pieces[-1]]
    else:
        pieces.insert(len(pieces) - 1, digits)
    return "/".join([*parts[:-1], ".".join(pieces)])


assert len(seen) == len(_all), f"{len(_all)} names were asked for, {len(seen)} came"
for (_path, _drawn, _length), _got in zip(_all, seen, strict=True):
    _want = _name(_path, random.Random(_drawn).randbytes(_length))
    assert _got == _want, f"fingerprint({_path!r}, {_length} bytes): expected {_want!r}, got {_got!r}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="fingerprint_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: invalidate drops everything stored whose url begins with the prefix, fresh or expired, and returns how many that were.
### INPUTS
import random

from course.checks import SEED


def _rounds():
    rng, now, rounds = random.Random(SEED + 6), 0, []
    for _ in range(150):
        now += rng.choice([0, 1, 4])
        urls = ["".join(rng.choice("aAb/.*") for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(0, 6))]
        rounds.append([now, urls, "".join(rng.choice("aAb/.*") for _ in range(rng.choice([0, 1, 1, 2, 3])))])
    folder = "".join(rng.choice("ab") for _ in range(30)) + "/"
    rounds.append([now + 1, [f"{folder}{rng.randrange(10**6)}.jpg" for _ in range(300)], folder])
    return rounds


_all = _rounds()
### OBSERVE
def _observe():
    asked, rows = [], []

    def origin(url):
        asked.append(url)
        return f"{url} {len(asked)}", 10

    cache, other = EdgeCache(origin), EdgeCache(origin)
    other.fetch("/a/a", 0)
    for now, urls, prefix in _all:
        for url in urls:
            cache.fetch(url, now)
        rows.append([cache.invalidate(prefix), sorted(cache.stored)])
        rows[-1].append([cache.fetch(url, now)[1] for url in urls[-1:] if url.startswith(prefix)])
    return [rows, other.fetch("/a/a", 1)[1]]


seen = _observe()
### JUDGE
def _problem(rows):
    kept = set()
    for (got, left, again), (_, urls, prefix) in zip(rows, _all, strict=True):
        kept.update(urls)
        before = sorted(kept)
        kept = {url for url in kept if url[: len(prefix)] != prefix}
        told = f"stored {before[:8]}{' …' if len(before) > 8 else ''}, some fresh and some expired: invalidate({prefix!r})"
        if isinstance(got, bool) or got != len(before) - len(kept):
            return f"{told} should return {len(before) - len(kept)}, got {got!r}"
        if list(left) != sorted(kept):
            return f"{told} should leave {sorted(kept)[:8]}, it left {list(left)[:8]}"
        if any(status != "MISS" for status in again):
            return f"{told}; then fetch({urls[-1]!r}) must ask the origin, a MISS; got {again}"
        kept.update(urls[-1:] if again else [])


_rows, _other = seen
assert len(_rows) == 151, f"151 invalidations, {len(_rows)} answers"
_found = _problem(_rows)
assert not _found, _found
assert _other == "HIT", f"invalidating one EdgeCache must leave another one's copies alone: expected a HIT there, got {_other}"
### END HIDDEN TESTS

# %% [markdown]
# At minute 20 three files change: a style sheet, a script and the logo. Fingerprints need no invalidation at all: a new version has a new name, so copies may live for a year, and only what has changed is fetched.
#
# 1. *Invalidate css/\**: is that enough? If not, find the prefix that is.
# 2. *Everything, max-age 1 day*: what is still old, and what does the origin pay?
#
# Even with fingerprints one file must stay young. Which one?
#
# <details><summary>The answer</summary>
#
# The HTML page. Its own name never changes, and it says under which names all the others are found.
#
# </details>

# %%
explore_deployment(fingerprint, EdgeCache)

# %% [markdown]
# ## Exercise D — When the CDN is out
#
# A CDN fails rarely, but then for very many at once: on 8 June 2021 a customer's harmless change of settings triggered a bug at Fastly, and 85 % of its network returned errors (Fastly, 2021). Cloudflare had such a day on 18 November 2025. Your origin was
# fine all the time. So the client, or your DNS, should know a second way. Here it is the simplest one, the origin itself.
#
# Write `fetch_with_fallback(url, now, edge, origin)`; it returns a pair `(body, source)`.
#
# - It asks `edge.fetch(url, now)`, which returns `(body, status)` as your cache does. If that works, whatever the status: the body and `"cdn"`. The origin is not asked.
# - If the edge raises `EdgeDown`, it asks `origin(url)`, which returns `(body, max_age)`: the body and `"origin"`.
# - If the origin is down as well, its `OriginDown` passes on.
# - An `OriginDown` raised by the *edge* passes on: the edge has already asked the origin. All other exceptions pass on too. Each is asked once at most.
#
# <details><summary>Hint 1</summary>
#
# Which of the two calls may raise `EdgeDown`, and which exceptions of that call should you leave alone?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A `try` around one call, an `except` with one name. A bare `except` would also catch your own typing errors, and then ask a healthy origin for nothing.
#
# </details>


# %% solution="fetch_with_fallback"
def fetch_with_fallback(url, now, edge, origin):
    """Return (body, "cdn" or "origin"); raise OriginDown when neither can answer."""
    ### BEGIN SOLUTION Exercise D: ask the edge, and the origin only if the edge is down
    try:
        body, _ = edge.fetch(url, now)
    except EdgeDown:
        body, _ = origin(url)
        return body, "origin"
    return body, "cdn"
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(fetch_with_fallback("/a.jpg", 0, EdgeCache(lambda url: ("a photo", 60)), None))
except NotImplementedError as stub:
    print(stub)

# %% check="fetch_with_fallback" points=1
from course.checks import attempt


class Site:
    def __init__(self, error=None):
        self.error = error

    def fetch(self, url, now):
        if self.error:
            raise self.error
        return f"{url} from the edge", "HIT"


def origin(url):
    return f"{url} from the origin", 60


def dead_origin(url):
    raise OriginDown


def what_it_did(edge, origin):
    found = attempt(lambda: fetch_with_fallback("/a.jpg", 7, edge, origin))
    if "raised" in found:
        return f"{found['raised']}: {found['message']}".rstrip(": ")
    answer = found["returned"]
    return list(answer) if isinstance(answer, tuple | list) else f"{answer!r}, which is not a pair"


seen = {
    "edge up": what_it_did(Site(), dead_origin),
    "edge down": what_it_did(Site(EdgeDown()), origin),
    "both down": what_it_did(Site(EdgeDown()), dead_origin),
}
### JUDGE
expected = {
    "edge up": ["/a.jpg from the edge", "cdn"],
    "edge down": ["/a.jpg from the origin", "origin"],
    "both down": "OriginDown",
}
for what, answer in expected.items():
    assert seen[what] == answer, f"{what}: expected {answer}, got {seen[what]}"
assert len(seen) == 3, "not everything was tried"

# %% check="fetch_with_fallback_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Only an EdgeDown leads to the origin; all other exceptions pass on, and each is asked once at most.
### INPUTS
import random

from course.checks import SEED


def _requests():
    rng, requests = random.Random(SEED + 7), []
    errors = ["EdgeDown", "OriginDown", "KeyError", "ConnectionError", "RuntimeError"]
    for _ in range(200):
        url, now = f"/{rng.randrange(1000)}.jpg", rng.randrange(10_000)
        at_edge = rng.choice([None, "EdgeDown", "EdgeDown", *errors])
        at_origin = rng.choice([None, None, *errors])
        requests.append([url, now, at_edge, at_origin, rng.choice(["HIT", "MISS", "STALE"]), rng.random() < 0.3])
    return requests


_all = _requests()
### OBSERVE
from course.cdn import EdgeDown, OriginDown
from course.checks import attempt


def _observe():
    errors = {error.__name__: error for error in (EdgeDown, OriginDown, KeyError, ConnectionError, RuntimeError)}
    rows = []
    for url, now, at_edge, at_origin, status, empty in _all:
        edge_error, origin_error, calls = errors.get(at_edge), errors.get(at_origin), []
        by_edge, by_origin = ("", "") if empty else ("from the edge", "from the origin")

        class Site:
            def fetch(self, url, now, error=edge_error, answer=(by_edge, status), calls=calls):
                calls.append(["edge", url, now])
                if error:
                    raise error("the edge")
                return answer

        def origin(url, error=origin_error, answer=(by_origin, 60), calls=calls):
            calls.append(["origin", url, 0])
            if error:
                raise error("the origin")
            return answer

        found = attempt(lambda: list(fetch_with_fallback(url, now, Site(), origin)))
        rows.append([found.get("returned"), found.get("raised"), str(found.get("message", "")), calls])
    return rows


seen = _observe()
### JUDGE
def _problem(seen):
    for (returned, raised, message, calls), request in zip(seen, _all, strict=True):
        url, now, at_edge, at_origin, status, empty = request
        wanted_calls, wanted, error, by = [["edge", url, now]], None, at_edge, "the edge"
        if at_edge is None:
            wanted = ["" if empty else "from the edge", "cdn"]
        elif at_edge == "EdgeDown":
            wanted_calls.append(["origin", url, 0])
            error, by = at_origin, "the origin"
            if at_origin is None:
                wanted = ["" if empty else "from the origin", "origin"]
        told = f"fetch_with_fallback({url!r}, {now}, …), edge {'raises ' + at_edge if at_edge else 'answers ' + status}, origin {'raises ' + at_origin if at_origin else 'answers'}"
        if [list(call) for call in calls] != wanted_calls:
            return f"{told}: expected the calls {wanted_calls}, got {calls}"
        if wanted is not None and (returned is None or list(returned) != wanted):
            return f"{told}: expected {wanted}, got {returned if raised is None else raised}"
        if wanted is None and (raised != error or by not in message):
            return f"{told}: {error} of {by} should pass on, got {returned if raised is None else raised + ': ' + message}"


assert len(seen) == 200, f"200 calls, {len(seen)} answers"
_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# The CDN is out from minute 15 on, the origin from minute 40 on. **Left:** who answers, without your functions and with them. A cross marks each minute in which users get errors. **Right:** what the origin has to do.
#
# 1. *The CDN is out*: who answers, and could your servers carry that?
# 2. *The origin, too*, from minute 15: what is left?
# 3. *max-age 0*: why do expired copies no longer help?

# %%
explore_outages(fetch_with_fallback, EdgeCache)

# %% [markdown]
# ## Exercise E — What it costs
#
# CDNs charge by the gigabyte they deliver, and your hosting provider charges for what leaves the origin. So a miss is paid twice. Write down the bill.
#
# `monthly_cost(gigabytes, hit_ratio, prices)`: gigabytes delivered to users in a month; the hit ratio is a number from 0 to 1; `prices` is a `Prices(cdn_per_gb, origin_per_gb)`, in dollars. It returns dollars.
#
# - Every gigabyte leaves the CDN. Those that were misses have also left the origin.
#
# `break_even_hit_ratio(prices)` returns the hit ratio above which the CDN is cheaper than serving everything from the origin alone.
#
# - It lies between 0 and 1: where the CDN always pays it is 0, where it never does it is 1.
# - If the origin costs nothing, it is 1.0.
#
# The prices here are made up, but not far off. To users in the United States, Amazon's CDN asks nothing for the first 1,000 GB a month and 0.085 dollars for each of the next 9,000; its servers ask 0.09 (as price comparisons of 2026 give them). What its CDN fetches from its own servers
# is free; fetched from elsewhere, it is not. Since November 2025 there are also flat rates, from 0 to 1,000 dollars a month (aws.amazon.com/cloudfront/pricing).
#
# <details><summary>Hint 1</summary>
#
# With a hit ratio of 0, is a CDN cheaper or more expensive than none? By how much?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Set the two bills for one gigabyte equal and solve for the hit ratio. Then think about prices for which the solution is no ratio, or no number.
#
# </details>


# %% solution="monthly_cost"
def monthly_cost(gigabytes, hit_ratio, prices):
    """Return the bill in dollars for `gigabytes` to users, a share of `hit_ratio` of them hits."""
    ### BEGIN SOLUTION Exercise E: add up the bill
    misses = gigabytes * (1 - hit_ratio)
    return gigabytes * prices.cdn_per_gb + misses * prices.origin_per_gb
    ### END SOLUTION


def break_even_hit_ratio(prices):
    """Return the hit ratio (0 to 1) above which the CDN is cheaper than the origin alone."""
    ### BEGIN SOLUTION Exercise E: find the hit ratio from which on it pays
    if prices.origin_per_gb == 0:
        return 1.0
    return max(0.0, min(1.0, prices.cdn_per_gb / prices.origin_per_gb))
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(monthly_cost(1000, 0.9, Prices(0.05, 0.09)), "dollars: about 59; the origin alone costs 90")
    print(break_even_hit_ratio(Prices(0.05, 0.09)))
except NotImplementedError as stub:
    print(stub)

# %% check="monthly_cost" points=1
prices = Prices(cdn_per_gb=0.05, origin_per_gb=0.10)
seen = {
    "1000 GB, no hits": monthly_cost(1000, 0.0, prices),
    "1000 GB, only hits": monthly_cost(1000, 1.0, prices),
    "1000 GB, 80 % hits": monthly_cost(1000, 0.8, prices),
    "break-even": break_even_hit_ratio(prices),
    "break-even, CDN more expensive": break_even_hit_ratio(Prices(0.20, 0.10)),
}
### JUDGE
expected = {
    "1000 GB, no hits": 150.0,
    "1000 GB, only hits": 50.0,
    "1000 GB, 80 % hits": 70.0,
    "break-even": 0.5,
    "break-even, CDN more expensive": 1.0,
}
for what, value in expected.items():
    assert isinstance(seen[what], int | float), f"{what} should be {value}; yours returned {seen[what]!r}"
    assert abs(seen[what] - value) <= 1e-6, (
        f"CDN 0.05 (0.20 where more expensive) and origin 0.10 dollars a GB: {what} should be {value}, got {seen[what]}"
    )
assert len(seen) == 5, "not everything was calculated"

# %% check="monthly_cost_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A miss is paid twice, and the break-even hit ratio lies between 0 and 1, also where the origin costs nothing.
### INPUTS
import random

from course.checks import SEED


def _bills():
    rng, bills = random.Random(SEED + 8), []
    for _ in range(100):
        cdn = rng.choice([0.0, rng.uniform(0, 0.2)])
        origin = rng.choice([0, 0.0, rng.uniform(0.001, 0.2), rng.uniform(0.001, 0.2)])
        bills.append([cdn, origin, rng.uniform(0, 50_000), rng.choice([0, 1, rng.random()])])
    return bills


_all = _bills()
### OBSERVE
from course.cdn import Prices

seen = []
for _cdn, _origin, _gigabytes, _ratio in _all:
    _prices = Prices(_cdn, _origin)
    seen.append([float(monthly_cost(_gigabytes, _ratio, _prices)), float(break_even_hit_ratio(_prices))])
### JUDGE
def _problem(seen):
    for (cost, even), (cdn, origin, gigabytes, ratio) in zip(seen, _all, strict=True):
        prices = f"Prices({cdn}, {origin})"
        wanted = gigabytes * (cdn + origin - ratio * origin)
        if not abs(cost - wanted) <= 1e-6 * (1 + wanted):
            return f"monthly_cost({gigabytes}, {ratio}, {prices}): expected {wanted:.6f} dollars, got {cost}"
        bound = 1.0 if cdn >= origin else cdn / origin
        if not abs(even - bound) <= 1e-9:
            return f"break_even_hit_ratio({prices}): expected {bound}, got {even}"


assert len(seen) == 100, f"100 bills, {len(seen)} came"
_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# **Left:** the bill for a gigabyte. Where your line is below the dashed one, the CDN is cheaper. **Right:** the hit ratio of each photo. In the long run a photo that is asked for at one edge at a rate $r$, with max-age $m$, has a hit ratio of $r m / (1 + r m)$ there. Above the dotted line it saves money, below it costs more than without a CDN.
#
# 1. *100,000 photos*, most of them hardly ever asked for: is the CDN still cheaper?
# 2. *CDN 0.10 dollars/GB*: now **break it**. The CDN costs more than the origin. Does any hit ratio pay?

# %%
explore_bill(monthly_cost, break_even_hit_ratio)

# %% [markdown]
# ## Explain
#
# A colleague sets `Cache-Control: max-age=31536000` (a year) on *everything* that your site sends, the HTML pages included. Style sheets, scripts and images have fingerprints in their names. A week later you deploy a
# new version. Days after that, most users still see the old site. You invalidate everything at the CDN, and some of them *still* see it.
#
# Why do they see the old site, although the new style sheets, scripts and images have new names? Why does invalidating not reach all of them? Which max-age would you give to which kind of content, and what does each choice cost? (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# The names of the new files stand in the HTML, and the HTML itself has a name that never changes. The edges hold a copy of the old HTML for a year, it names the old scripts and styles, and those are in the caches too:
# so everything is consistently old, and no one ever asks for the new names. Invalidating drops the copies at the edges. But browsers keep copies by the same max-age, and there is no call that reaches
# into the browser of a user: who had loaded the page before does not even ask the CDN. I would give the fingerprinted files a year and `immutable`, because their content never changes under that name; it costs only
# storage, and a mistake cannot be taken back under that name. The HTML gets 0 or a few seconds (or `no-cache`, or s-maxage with invalidation): that costs a request to the edge or origin for each page view,
# with its round trips, but the HTML is small. Photos that can be replaced lie between: some minutes, and up to that long the old one is seen.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: the new names are only in the new HTML; the old HTML (unversioned name) is cached for a year and names the old files, which are cached too. So no one asks for the new names.
#
# 1 point: the browsers' own caches keep the HTML by the same max-age, and the CDN's API does not reach them; they do not ask before it expires. (Half a point for "other caches" without naming the browser.)
#
# 1 point: fingerprinted files long (a year, immutable), HTML short or 0 / no-cache / revalidated, each with its price: half a point for the choice, half for the prices (HTML: requests and round trips to the edge or origin on every view; long-lived: cannot be
# taken back under that name; in between: stale for that long).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Cloudflare, CloudFront, Fastly, Akamai** are CDNs for hire; **Varnish** and nginx's `proxy_cache` are the cache of exercise B for your own machines.
# - **The second way** is often a second CDN. Many origins answer only their CDN, because whoever reaches them directly goes around its firewall and its protection against floods of requests; falling back to the origin would open that door.
# - **Finding the edge:** by DNS, or by *anycast*: all edges announce the same address, and the routers of the internet choose. Neither measures kilometers: DNS may go by measured times, anycast by the routers' shortest path, which is often the quickest.
# - **Expiry:** `Cache-Control: max-age=60, s-maxage=3600`; the second is for shared caches only, so browsers ask sooner than edges (RFC 9111, 2022).
# - **Exercise B's `STALE`** is `stale-if-error=86400`; `stale-while-revalidate=60` serves the old copy at once and fetches the new one behind the user's back (both RFC 5861, 2010).
# - **Exercise C** is "purge by prefix" at Cloudflare, `create-invalidation --paths "/css/*"` at CloudFront, and `[contenthash]` in webpack's file names, with
#   `max-age=31536000, immutable` (RFC 8246, 2017).
# - **Left out here:** a full cache that evicts, revalidation by `ETag` (a `304` without a body), one parent cache in front of the origin, many users who miss at once (notebook 04), connections kept open, packet loss, and prices that
#   fall with volume and differ by region.

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
# Static content now comes from around the corner. What is left for your web servers is what only they can do: the inbox, the upload, the login. And a new problem shows up. Traffic follows the sun, so you would like ten servers
# in the evening and three in the morning. But each web server remembers who is logged in. Switch one off, and its users are thrown out; add one, and it stays empty, because every user belongs to another one. Before servers can come and go, something
# must leave them. That is notebook 06.
