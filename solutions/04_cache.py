# %% [markdown] question="which few percent of the data carry most of the traffic?" shown="explore_eviction(LRUCache)"
# # 4 · Cache
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/04_cache/04_cache.ipynb)
#
# Your database has replicas now. They share the reads, and all of them do the same work again and again: the front page, the same few
# photos, one celebrity's profile, looked up a thousand times a minute, with the same answer each time. You could buy one more replica.
# Or you could remember the answer. Which few percent of the data carry most of the traffic?
#
# **Time:** about 110 minutes. Afterwards you will be able to
#
# - write the two caches that Redis and memcached are made of: one forgets what is not used, the other what is old,
# - put a cache in front of a database, a real one too, and say which answers it gets wrong,
# - protect the database when a cache node dies, or when a popular entry expires.

# %%
from course.cache import (
    NotingCache,
    architecture,
    explore,
    explore_eviction,
    explore_expiry,
    explore_nodes,
    explore_real,
    explore_stampede,
    read_at,
    replay,
    replay_stampede,
)

# %% [markdown]
# ## The picture
#
# To read, a web server asks the cache tier first. Only what the cache does not have goes on to a replica. A write goes around the cache, to the primary.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### A few photos carry the traffic
# Sort your photos by how often they are asked for. By **Zipf's law** the second is asked for half as often as the first, the tenth a tenth as often. Real traffic is more or less steep: the
# $n$-th photo gets a share proportional to $1 / n^s$, and $s$ is the *skew*.
#
# A **cache** is a temporary store, in memory, of answers that were expensive to get. If it has the answer, that is a **hit**, else a **miss**. The share of hits is the **hit ratio**.
#
# This one has room for five photos. When it is full, the *oldest* entry goes: **FIFO**, first in, first out. Which photo goes too early?

# %%
replay()

# %% [markdown]
# ## Predict
#
# There are 10,000 photos, popular by Zipf's law with $s = 1$. Your cache has room for 500 of them: 5 %.
#
# What percentage of the reads will it answer? Write your guess, then go on.

# %%
prediction = None  # percent: put your number here

# %% [markdown]
# ## Experiment
#
# 300 requests per second come in. A look into the cache takes 1 ms, a query 20 ms of a database that can do 200 per second.
#
# **Left:** the share of reads that a FIFO cache answers. Your guess is the diamond.
# **Right:** what is left for the database, against what it can do. In all pictures dashed gray is the simplest way, without your class.
#
# The steps below the picture are the buttons above it: press one for its question, and again for the answer.

# %%
explore(prediction=prediction)

# %% [markdown]
# Is your diamond near the square? Then take the steps.
#
# 1. *Room for 1,000*: twice the memory. How many more hits?
# 2. *Skew 0.5*: a cache lives on favorites. Can the database still keep up?
# 3. *To live: 1 s*: an entry is used for one second at most. Would more room help?
# 4. *Writes 30 %*: which of the two pictures suffers more, and why?

# %% [markdown]
# Five percent of the photos answer more than half of the reads, and twice the memory adds far less than the first 500 places did. Now take the database's side: it sees only the misses. A hit ratio
# that falls from 95 % to 90 % looks harmless, and it **doubles** the reads that the database gets. Operators watch the misses, not the hits.

# %% [markdown]
# ### A tier of its own
# Each web server could remember answers in its own memory. Then four servers would keep four copies, and each deployment would lose them all. So caches get machines of their own, the **cache tier**:
# much memory, little else. The tier is much faster than the database, takes work off it, and grows independently: you can add memory without adding web servers.
#
# What it gains depends on the skew. Six web proxies measured in the 1990s had an $s$ between 0.64 and 0.83 (Breslau et al., 1999). The database here has four workers, and a query takes one of them for 20 ms: 200 queries per second, no more.
#
# ### Who talks to whom
# - **Read-through:** the application asks the cache; on a miss the *cache* asks the database and keeps the answer.
# - **Cache-aside:** the same, but the *application* asks the database and puts the answer into the cache.
# - **Write-through:** a write goes into the cache and the database, and is done when both have it. Slow writes, fresh cache.
# - **Write-back:** a write goes into the cache only; the database gets it later. Fast, and lost if the cache dies first.
# - **Write-around:** a write goes to the database only. The cache learns of it when its old entry is removed or expires.
#
# You will build read-through with writes around the cache.
#
# ### When it is worth it
# A cache pays for data that is **read often and modified rarely**. It is no place for what must not be lost: memory forgets at every restart.
# "Rarely" is worth checking. Of 153 cache clusters at Twitter more than a third were *write-heavy*, with over 30 % writes (Yang, Yue, Rashmi, 2020).
#
# Memory is small. When the cache is full, something must go: **eviction**, exercise A. And what it holds gets old, so it must go after a while: **expiry**, exercise B. Too early, and you load the same thing again and again; too late, and people see what is no longer true.

# %% [markdown]
# ### Two stores, no transaction
# The database and the cache are two machines. Nothing changes both of them at once. Say Anna and Ben like photo 7 at the same moment, through two web servers, and
# each server saves to the database and then updates the cache. Messages overtake each other:

# %%
database, cache = {"likes": 41}, {"likes": 41}

database["likes"] = 42  # Anna's web server saves
database["likes"] = 43  # Ben's web server saves, a moment later
cache["likes"] = 43  # Ben's server updates the cache
cache["likes"] = 42  # Anna's server had a slow network: its update comes last
print("database:", database["likes"], "| cache:", cache["likes"])

# %% [markdown]
# From now on everyone reads 42, as long as the entry stays. Therefore: save first, then **remove** the entry instead of updating it. Two removals have the same result in any order: nothing in the cache, and
# the next read fetches what the database has. It is not perfect either; the last question of this notebook is about what is left.

# %% [markdown]
# ## Exercise A — Forget what is not used: LRU
#
# FIFO throws out the favorites with everything else, just because they are old. Better: throw out what has not been used for the longest time, **least recently used**.
#
# `LRUCache(capacity)`; `capacity` is a whole number of entries.
#
# - `.get(key)` returns the value kept for `key`, or `None`. A `get` that finds the key marks it as used just now.
# - `.put(key, value)` keeps the value, new or instead of the old one, and marks the key as used just now. If the cache then holds more than `capacity` entries, the one whose last use is longest ago goes.
# - `len(cache)` is the number of entries. `key in cache` is `True` or `False` and does **not** mark.
# - With `capacity` 0 nothing is kept. A negative one raises `ValueError` with the number in its message.
# - Keys are anything that a dict takes as a key. Values are anything but `None`; 0 and `""` are values like any other.
#
# <details><summary>Hint 1</summary>
#
# A Python dict remembers the order in which its keys were put in. When is that order the order of last use, and when not?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Changing a value leaves a key where it is. Taking the key out and putting it in again moves it to the end. If every use does that, you know which end the least recently used one is at. (`collections.OrderedDict` can do it in one step.)
#
# </details>


# %% solution="lru_cache"
class LRUCache:
    """Keeps at most `capacity` entries; the least recently used one goes first."""

    def __init__(self, capacity):
        ### BEGIN SOLUTION Exercise A: check the capacity, and make room
        if capacity < 0:
            raise ValueError(f"capacity = {capacity}: must be 0 or more entries")
        self.capacity = capacity
        self.entries = {}  # key → value, the least recently used first
        ### END SOLUTION

    def get(self, key):
        """Return the value kept for `key`, marked as used just now; None if there is none."""
        ### BEGIN SOLUTION Exercise A: look it up and mark it
        if key not in self.entries:
            return None
        value = self.entries.pop(key)
        self.entries[key] = value
        return value
        ### END SOLUTION

    def put(self, key, value):
        """Keep `value` for `key`, marked as used just now; evict if there are too many."""
        ### BEGIN SOLUTION Exercise A: keep it, and evict
        self.entries.pop(key, None)
        self.entries[key] = value
        if len(self.entries) > self.capacity:
            oldest = next(iter(self.entries))
            del self.entries[oldest]
        ### END SOLUTION

    def __len__(self):
        """Return how many entries there are."""
        ### BEGIN SOLUTION Exercise A: count the entries
        return len(self.entries)
        ### END SOLUTION

    def __contains__(self, key):
        """Return whether `key` is kept; asking does not count as a use of it."""
        ### BEGIN SOLUTION Exercise A: say whether the key is there
        return key in self.entries
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = LRUCache(2)
    tried.put("a", 1)
    tried.put("b", 2)
    tried.get("a")
    tried.put("c", 3)
    print("is b still there?", "b" in tried)
except NotImplementedError as stub:
    print(stub)

# %% check="lru_cache" points=1
from course.checks import attempt

lru = LRUCache(2)
lru.put("a", 1)
lru.put("b", 2)
seen = [lru.get("a")]
lru.put("c", 3)
for key in "abc":
    found = attempt(lambda: lru.get(key))
    seen.append(found["returned"] if "returned" in found else f"a {found['raised']}")
### JUDGE
assert seen[0] == 1, f"LRUCache(2), put a=1, put b=2: get('a') is 1; yours gave {seen[0]}"
assert seen[1:] == [1, None, 3], (
    "put a, put b, get a, put c with room for 2: b was used longest ago and goes, so get of a, b, c gives 1, None, 3; "
    f"yours gave {seen[1:]}"
)

# %% check="lru_cache_check_2" points=1
lru, seen = LRUCache(3), {}
for key in "abc":
    lru.put(key, key.upper())
seen["before"] = [lru.__len__(), "a" in lru, "x" in lru]  # len(lru) calls lru.__len__()
lru.put("d", "D")
seen["after d"] = [key for key in "abcd" if key in lru]
lru.put("b", "new")
lru.put("e", "E")
seen["after b, e"] = [key for key in "abcde" if key in lru]
seen["b"], seen["entries"] = lru.get("b"), lru.__len__()
### JUDGE
assert seen["before"] == [3, True, False], (
    f"after a, b, c: len is 3, 'a' in it, 'x' not; yours said {seen['before']}"
)
assert seen["after d"] == ["b", "c", "d"], (
    f"a, b, c, then `'a' in cache`, which does not count as using a, then d: b, c, d are left; yours kept {seen['after d']}"
)
assert seen["after b, e"] == ["b", "d", "e"], (
    f"then put b again, which is a use, and e: c goes, b, d, e are left; yours kept {seen['after b, e']}"
)
assert [seen["b"], seen["entries"]] == ["new", 3], (
    f"b is 'new' now, and there are 3 entries; yours gave {seen['b']!r} and {seen['entries']}"
)

# %% check="lru_cache_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Each put, and each get that finds the key, counts as a use; the entry whose last use is longest ago goes.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED), []
for _capacity in (1, 2, 5, _rng.randint(6, 12), _rng.randint(150, 250)):
    _keys = [_rng.choice([_number, f"{_number}"]) for _number in range(_capacity // 2)] + list(range(_capacity // 2 + 4))
    _calls = [(_rng.choice(["get", "get", "put", "put", "in"]), _rng.choice(_keys)) for _ in range(500 + 4 * _capacity)]
    _runs.append((_capacity, _calls))
### OBSERVE
seen = []
for _capacity, _calls in _runs:
    _cache, _answers = LRUCache(_capacity), []
    for _number, (_what, _key) in enumerate(_calls):
        if _what == "get":
            _answers.append(_cache.get(_key))
        elif _what == "put":
            _cache.put(_key, _number)
            _answers.append(len(_cache))
        else:
            _answers.append(_key in _cache)
    seen.append(_answers)
### JUDGE
_wrong = []
for _place, (_capacity, _calls) in enumerate(_runs):
    _recent, _values = [], {}  # keys, the most recently used last
    for _number, (_what, _key) in enumerate(_calls):
        _before = list(_recent)
        if _what == "in":
            _want = _key in _recent
        elif _what == "get":
            _want = _values[_key] if _key in _recent else None
        if _what == "put" or (_what == "get" and _key in _recent):
            _recent = [_other for _other in _recent if _other != _key] + [_key]
        if _what == "put":
            _values[_key] = _number
            _recent = _recent[-_capacity:]
            _want = len(_recent)
        _call = {"get": f"get({_key!r})", "put": f"len after put({_key!r}, …)", "in": f"{_key!r} in cache"}
        _got = seen[_place][_number]
        if _got != _want or type(_got) is not type(_want):
            _wrong.append(
                f"LRUCache({_capacity}) with {len(_before)} keys, {_before[-12:]} most recently used last: {_call[_what]} is {_want}, got {_got}"
            )
assert [len(_answers) for _answers in seen] == [len(_calls) for _, _calls in _runs], "not all calls were seen"
assert not _wrong, f"{len(_wrong)} of {sum(map(len, seen)):,} calls are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="lru_cache_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: With capacity 0 nothing is kept, a negative one raises ValueError, and 0 and "" are values like any other.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 1)
_negative, _text = -_rng.randint(2, 99), _rng.choice(["x", "y", "z"])
### OBSERVE
from course.checks import attempt

seen = {"negative": attempt(lambda: len(LRUCache(_negative)))}
seen["minus one"] = attempt(lambda: len(LRUCache(-1)))
_none = LRUCache(0)
_none.put(_text, 5)
seen["zero"] = [len(_none), _none.get(_text), _text in _none]
_cache = LRUCache(2)
_cache.put(_text, 0)
_cache.put((1, 2), "")
seen["falsy"] = [_cache.get(_text), _cache.get((1, 2)), len(_cache)]
_cache.put("new", False)
seen["falsy is a use"] = [_text in _cache, (1, 2) in _cache, "new" in _cache]
_one, _other = LRUCache(3), LRUCache(3)
_one.put("a", 1)
seen["apart"] = [len(_other), "a" in _other]
### JUDGE
_kinds = [seen["negative"].get("raised"), *seen["negative"].get("bases", [])]
assert "ValueError" in _kinds, (
    f"LRUCache({_negative}): expected a ValueError, got {seen['negative']}"
)
assert str(_negative) in seen["negative"]["message"], (
    f"LRUCache({_negative}): the message must contain {_negative}; it was {seen['negative']['message']!r}"
)
assert "ValueError" in [seen["minus one"].get("raised"), *seen["minus one"].get("bases", [])], (
    f"LRUCache(-1): expected a ValueError, got {seen['minus one']}"
)
assert seen["zero"] == [0, None, False], (
    f"LRUCache(0) keeps nothing: after put({_text!r}, 5) len, get, in are 0, None, False; yours gave {seen['zero']}"
)
assert seen["falsy"] == [0, "", 2], (
    f"0 and '' are values like any other: get gives 0 and '', len 2; yours gave {seen['falsy']}"
)
assert seen["falsy is a use"] == [False, True, True], (
    f"room for 2, put {_text!r}=0, put (1, 2)='', get both in this order, put 'new': {_text!r} goes; still in the cache, in order: {seen['falsy is a use']}"
)
assert seen["apart"] == [0, False], (
    f"two caches share nothing: what one got, the other must not have; the other's len, in: {seen['apart']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Your shelf and FIFO's, on the same reads. Watch where a photo goes after a hit, and which one falls. *Go to your first hit that FIFO misses*: what had kept that photo on your shelf? Then give both more room: how much of your lead is left?

# %%
replay(LRUCache)

# %% [markdown]
# **Left:** your class and three other rules on the same traffic. The upright mark is where LRU should end by **Che's formula** (2002), which knows nothing of your code. (A wrong rule may come close to it by chance, so the words below also compare every single read with LRU's.) LFU, *least frequently used*, throws out what was used least often.
# **Right:** your class and LFU, second by second.
#
# 1. *The same favorites*: which rule is best?
# 2. *New favorites every 4 s*: what was popular is not any more. Which rule follows?
#
# (At Twitter plain FIFO was about as good as LRU for many of the clusters: Yang, Yue, Rashmi, 2020. It is also simpler.)

# %%
explore_eviction(LRUCache)

# %% [markdown]
# ## Exercise B — Forget what is old: time to live
#
# Someone likes a photo, and the cache does not hear of it. Its answer is now **stale**: older than what the database has. The simplest fix is an expiry date: every entry has a **time to live** (TTL).
#
# `TTLCache(ttl)`; `ttl` in seconds, 0 or more. The time comes as an argument, `now` in seconds, and never runs backwards.
#
# - `.put(key, value, now)` keeps the value, new or instead of the old one. Its time to live starts again.
# - `.get(key, now)` returns the value, or `None`. An entry put at time `t` is served while `now < t + ttl`, and not at `t + ttl` itself. A `get` does not extend it. (So with `ttl` 0 nothing is ever served.)
# - `.invalidate(key)` removes the entry; for an unknown key nothing happens.
# - `.purge(now)` drops all entries that have expired and are still held, no others, and returns how many. (Whether `get` and `put` also drop entries that have expired is up to you; what they have dropped no longer counts.)
# - Values are anything but `None`; 0 and `""` are values like any other.
#
# <details><summary>Hint 1</summary>
#
# What must you know of an entry, besides its value, to answer `get`? When do you learn it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep a pair for each key. For `purge`: a dict must not change while you walk through it, so first collect the keys of what has expired, then remove them.
#
# </details>


# %% solution="ttl_cache"
class TTLCache:
    """Keeps each entry for `ttl` seconds from its put."""

    def __init__(self, ttl):
        ### BEGIN SOLUTION Exercise B: what do you remember about each entry?
        self.ttl = ttl
        self.entries = {}  # key → (value, when it expires)
        ### END SOLUTION

    def get(self, key, now):
        """Return the value kept for `key` if it has not expired at `now`, else None."""
        ### BEGIN SOLUTION Exercise B: serve it while it is fresh
        value, expires = self.entries.get(key, (None, now))
        return value if now < expires else None
        ### END SOLUTION

    def put(self, key, value, now):
        """Keep `value` for `key` from `now` on."""
        ### BEGIN SOLUTION Exercise B: keep it with its time
        self.entries[key] = (value, now + self.ttl)
        ### END SOLUTION

    def invalidate(self, key):
        """Remove the entry of `key`, if there is one."""
        ### BEGIN SOLUTION Exercise B: remove it
        self.entries.pop(key, None)
        ### END SOLUTION

    def purge(self, now):
        """Drop what has expired at `now` and is still held; return how many entries that were."""
        ### BEGIN SOLUTION Exercise B: drop what has expired
        expired = [key for key, (_, expires) in self.entries.items() if expires <= now]
        for key in expired:
            del self.entries[key]
        return len(expired)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = TTLCache(10)
    tried.put("a", 1, now=5)
    print(tried.get("a", now=14.9), tried.get("a", now=15))
except NotImplementedError as stub:
    print(stub)

# %% check="ttl_cache" points=1
entries = TTLCache(10)
entries.put("a", 1, now=5)
seen = [entries.get("a", now) for now in (5, 14.5, 15, 20)] + [entries.get("b", 5)]
### JUDGE
assert seen[:2] == [1, 1], (
    f"TTLCache(10), put a=1 at 5: get('a') at 5 and 14.5 gives 1, 1; yours gave {seen[:2]}"
)
assert seen[2:4] == [None, None], (
    f"TTLCache(10), put at 5: at 15 = 5 + 10 it has expired, and at 20 (a get does not prolong it); get gave {seen[2:4]}"
)
assert seen[4] is None, f"b was never put: get gives None; yours gave {seen[4]}"

# %% check="ttl_cache_check_2" points=1
entries, seen = TTLCache(10), []
entries.put("old", 1, now=0)
entries.put("renewed", 2, now=0)
entries.put("gone", 3, now=0)
entries.put("renewed", 4, now=8)
entries.invalidate("gone")
entries.invalidate("never heard of")
seen += [entries.purge(12), entries.purge(12)]
seen += [entries.get(key, 12) for key in ("old", "renewed", "gone")]
### JUDGE
assert seen[:2] == [1, 0], (
    "TTLCache(10), put old, renewed, gone at 0, renewed again at 8, gone invalidated: purge at 12 drops one entry (old), a second purge none; "
    f"yours returned {seen[:2]}"
)
assert seen[2:] == [None, 4, None], (
    f"then get of old, renewed, gone at 12 gives None, 4, None; yours gave {seen[2:]}"
)

# %% check="ttl_cache_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: An entry put at time t is served while now < t + ttl; a get does not extend that, a new put starts it again.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 2), []
for _ttl in (0, 0.25, 3, 7.5, _rng.randint(8, 20), _rng.randint(400, 800)):
    _now, _calls, _keys = _rng.randrange(100) / 4, [], 6 if _ttl < 100 else 250
    for _ in range(400 if _ttl < 100 else 1500):
        _now += _rng.choice([0, 0, 0.25, 0.5, 1, 2.75])
        _what = _rng.choice(["get", "get", "get", "put", "put", "invalidate"])
        _calls.append((_now, _what, _rng.randrange(_keys)))
    _runs.append((_ttl, _calls))
### OBSERVE
seen = []
for _ttl, _calls in _runs:
    _cache, _answers = TTLCache(_ttl), []
    for _number, (_now, _what, _key) in enumerate(_calls):
        if _what == "get":
            _answers.append(_cache.get(_key, _now))
        elif _what == "put":
            _cache.put(_key, _number % 7, _now)
        else:
            _cache.invalidate(_key)
    seen.append(_answers)
### JUDGE
_wrong, _asked = [], 0
for _place, (_ttl, _calls) in enumerate(_runs):
    _log, _answers = [], iter(seen[_place])
    for _number, (_now, _what, _key) in enumerate(_calls):
        if _what != "get":
            _log.append((_what, _key, _number % 7, _now))
            continue
        _last = [_entry for _entry in _log if _entry[1] == _key][-1:]
        _want = None
        if _last and _last[0][0] == "put" and _now < _last[0][3] + _ttl:
            _want = _last[0][2]
        _got, _asked = next(_answers, "nothing"), _asked + 1
        if _got != _want or type(_got) is not type(_want):
            _told = f"{_last[0][0]} at {_last[0][3]}" if _last else "never put"
            _wrong.append(
                f"TTLCache({_ttl}), last of key {_key}: {_told}; get({_key}, {_now}) is {_want}, got {_got}"
            )
assert sum(map(len, seen)) == _asked, f"{_asked} calls of get, {sum(map(len, seen))} answers"
assert not _wrong, f"{len(_wrong)} of {_asked} answers are wrong; the first: {_wrong[0]}"
### END HIDDEN TESTS

# %% check="ttl_cache_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: purge drops the expired entries that are still held, no others, and returns how many.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 3), []
for _ in range(60):
    _ttl, _now, _calls = _rng.choice([0.5, 2, 5]), 0, []
    for _ in range(30):
        _now += _rng.choice([0, 0.25, 0.5, 1])
        _what = _rng.choice(["get", "put", "put", "put", "invalidate", "purge"])
        _calls.append((_now, _what, _rng.randrange(9)))
    _runs.append((_ttl, _calls))
### OBSERVE
seen = []
for _ttl, _calls in _runs:
    _cache, _purged = TTLCache(_ttl), []
    for _now, _what, _key in _calls:
        if _what == "purge":
            _purged.append(_cache.purge(_now))
        elif _what == "put":
            _cache.put(_key, 1, _now)
        elif _what == "get":
            _cache.get(_key, _now)
        else:
            _cache.invalidate(_key)
    _fresh = [_key for _key in range(9) if _cache.get(_key, _now) == 1]
    seen.append([_purged, _cache.purge(_now + _ttl), _cache.purge(_now + _ttl), _fresh])
### JUDGE
assert len(seen) == 60, f"60 caches were tried, {len(seen)} seen"
for (_ttl, _calls), (_purged, _all, _again, _fresh) in zip(_runs, seen, strict=True):
    _put, _maybe, _counts = {}, set(), iter(_purged)  # _maybe: expired, and a get or put may have dropped it
    for _now, _what, _key in _calls:
        _expired = {_k for _k, _t in _put.items() if _now >= _t + _ttl}
        if _what == "purge":
            _least, _most, _got = len(_expired - _maybe), len(_expired), next(_counts, None)
            assert type(_got) is int and _least <= _got <= _most, (
                f"TTLCache({_ttl}) at {_now} holds entries put at {sorted(_put.values())}; purge must drop {_most} of them"
                f"{f' (or fewer, at least {_least}, if get or put dropped expired ones)' if _least != _most else ''}, it returned {_got}"
            )
            _put = {_k: _t for _k, _t in _put.items() if _k not in _expired}
            _maybe = set()
        elif _what == "put":
            _maybe |= _expired
            _put[_key] = _now
            _maybe.discard(_key)
        elif _what == "get":
            _maybe |= _expired
        elif _what == "invalidate":
            _put.pop(_key, None)
            _maybe.discard(_key)
    _want = sorted(_k for _k, _t in _put.items() if _now < _t + _ttl)
    assert _fresh == _want, (
        f"after {len(_purged)} purges with TTL {_ttl} the fresh keys are {_want}; yours served {_fresh}: purge must drop expired ones only"
    )
    assert type(_all) is int and len(_want) <= _all <= len(_put) and _again == 0, (
        f"when all {len(_put)} entries have expired, purge drops them ({len(_want)} to {len(_put)}, depending on what get and put dropped), the next one 0; yours {_all}, {_again}"
    )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# Here the cache has room for everything. The **solid orange** line is the price of a short time to live: reads that load again. The **dashed red** line is the price of a long one: stale answers. The rings are a run of your class.
#
# 1. *To live: 0.5 s*: what does a short time cost?
# 2. *To live: 50 s*: what does a long one cost?
# 3. *A write removes* the entry: how many answers are still stale, and what does that cost?
#
# No time to live is free of both prices. Where would you put it for the number of likes, and where for a user's password?
#
# <details><summary>What we would do</summary>
#
# Likes: some seconds. It does no harm if the number is a little old, and popular photos are read many times in that while. A password: do not rely on a time to live. A stale one lets the old password in, so a write must remove the entry, or passwords stay out of the cache.
#
# </details>

# %%
explore_expiry(TTLCache)

# %% [markdown]
# ## Exercise C — Put it in front: read-through
#
# Now join the cache and the database. Your class hides both: whoever reads asks it, and never learns where the answer came from.
#
# `ReadThrough(cache, load)`; `cache` is anything with `get(key, now)`, `put(key, value, now)` and `invalidate(key)`, and `load(key)` asks the database.
#
# - `.get(key, now)` asks the cache, telling it `now`. On a hit it returns that value. On a miss (the cache says `None`) it calls `load(key)` once, puts the result into the cache at `now`, and returns it.
# - A value that is falsy, such as 0 or `""`, is a hit like any other.
# - If `load` raises, the exception passes on and nothing is stored. If `load` returns `None`, `get` returns `None` and stores nothing.
# - `.hits` and `.misses` count the calls of `get`; whenever the cache had nothing it is a miss, also if `load` then raised or returned `None`.
# - `.write(key, value, now, save)` calls `save(key, value)` first, which writes to the database. Then it removes the key from the cache: `invalidate(key)`. It puts nothing into the cache and does not change the counts.
# - If `save` raises, the exception passes on, and the cache is left as it was.
#
# <details><summary>Hint 1</summary>
#
# How do you tell "nothing in the cache" from "0 in the cache"?
#
# </details>
# <details><summary>Hint 2</summary>
#
# An exception that you do not catch passes on by itself, and the lines after the call are not run. So the order of your lines decides what is stored, counted and removed. You need no `try`.
#
# </details>


# %% solution="read_through"
class ReadThrough:
    """Answers from the cache, and from the database what the cache does not have."""

    def __init__(self, cache, load):
        self.cache = cache
        self.load = load
        self.hits = 0
        self.misses = 0

    def get(self, key, now):
        """Return the value of `key` at `now`; what the cache does not have is loaded and kept."""
        ### BEGIN SOLUTION Exercise C: cache first, then database
        value = self.cache.get(key, now)
        if value is not None:
            self.hits += 1
            return value
        self.misses += 1
        value = self.load(key)
        if value is not None:
            self.cache.put(key, value, now)
        return value
        ### END SOLUTION

    def write(self, key, value, now, save):
        """Save `value` for `key` to the database, then remove the key from the cache."""
        ### BEGIN SOLUTION Exercise C: save, then remove
        save(key, value)
        self.cache.invalidate(key)
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = ReadThrough(NotingCache(), str.upper)  # a NotingCache writes down how it is called
    print(tried.get("lake", now=0), tried.hits, tried.misses, tried.cache.calls)
except NotImplementedError as stub:
    print(stub)

# %% check="read_through" points=1
loaded = []


def photo_title(key):
    loaded.append(key)
    return f"title of {key}"


front = ReadThrough(NotingCache(), photo_title)
seen = {"answers": [], "loaded": loaded}
for now in (0, 1, 2):
    seen["answers"].append(front.get(7, now))
seen["counts"], seen["calls"] = [front.hits, front.misses], front.cache.calls
### JUDGE
assert seen["answers"] == ["title of 7"] * 3, (
    f"three times get(7) gives 'title of 7'; yours gave {seen['answers']}"
)
assert seen["loaded"] == [7], f"only the first get loads: load(7) once; yours loaded {seen['loaded']}"
assert seen["counts"] == [2, 1], (
    f"three gets, the first one misses: hits 2, misses 1; yours counted {seen['counts']}"
)
assert seen["calls"] == [["get", 7, 0], ["put", 7, "title of 7", 0], ["get", 7, 1], ["get", 7, 2]], (
    f"the cache should be asked get, put, get, get, each with its `now`; yours called {seen['calls']}"
)

# %% check="read_through_check_2" points=1
table, events = {7: "old"}, []


def save_photo(key, value):
    events.append(["save", list(front.cache.held)])
    table[key] = value


front = ReadThrough(NotingCache(), table.get)
seen = {"before": front.get(7, 0)}
front.write(7, "new", 1, save_photo)
seen["events"], seen["held"] = events, list(front.cache.held)
seen["after"], seen["counts"] = front.get(7, 2), [front.hits, front.misses]
seen["calls"] = [call[0] for call in front.cache.calls]
### JUDGE
assert seen["before"] == "old", f"before the write get(7) gives 'old'; yours gave {seen['before']!r}"
assert len(seen["events"]) == 1, f"write(7, 'new', 1, save) calls save once; yours called it {len(seen['events'])} times"
assert seen["events"][0] == ["save", [7]], (
    "write(7, 'new', 1, save) saves first and then removes 7 from the cache; "
    f"yours had removed it before it saved (in the cache at that time: {seen['events'][0][1]})"
)
assert seen["held"] == [], f"after the write the cache must not hold 7; it held {seen['held']}"
assert seen["after"] == "new", f"after the write get(7) gives 'new'; yours gave {seen['after']!r}"
assert seen["calls"] == ["get", "put", "invalidate", "get", "put"], (
    f"get, write, get should call the cache: get, put, invalidate, get, put; yours called {seen['calls']}"
)
assert seen["counts"] == [0, 2], (
    f"both gets miss, and a write is neither: hits 0, misses 2; yours counted {seen['counts']}"
)

# %% check="read_through_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A hit comes from the cache, a miss calls load once; a falsy value is a hit like any other, and None is never stored.
### INPUTS
import random
from course.checks import SEED


def _drawn(number):
    rng, calls = random.Random(SEED + 10 + number), []
    keys = 150 if number == 0 else 6
    table = {key: rng.choice([0, "", False, 5, "five", [], None]) for key in range(keys)}
    for now in range(20 * 6 if number else 900):
        key, what = rng.randrange(keys), rng.choice(["get", "get", "get", "write", "forget"])
        calls.append((now / 2, key, what, rng.choice([0, "", 7, "seven"]) if what == "write" else None))
    return table, calls


_runs = [_drawn(_number) for _number in range(10)]
### OBSERVE
def _driven(drawn, calls):
    table, loads, cache = dict(drawn), [], NotingCache()

    def load(key):
        loads.append(key)
        return table[key]

    front = ReadThrough(cache, load)
    answers = []
    for now, key, what, value in calls:
        if what == "get":
            answers.append(front.get(key, now))
        elif what == "write":
            front.write(key, value, now, table.__setitem__)
        else:
            cache.held.pop(key, None)
    return {"answers": answers, "loads": loads, "counts": [front.hits, front.misses], "calls": cache.calls}


seen = [_driven(*_run) for _run in _runs]
### JUDGE
assert len(seen) == 10, f"10 runs were made, {len(seen)} seen"
for _number, ((_drawn_table, _calls), _run) in enumerate(zip(_runs, seen, strict=True)):
    _table, _held, _want = dict(_drawn_table), {}, {"answers": [], "loads": [], "counts": [0, 0], "calls": []}
    for _now, _key, _what, _value in _calls:
        if _what == "get":
            _want["calls"].append(["get", _key, _now])
            if _key in _held:
                _want["counts"][0] += 1
            else:
                _want["counts"][1] += 1
                _want["loads"].append(_key)
                if _table[_key] is not None:
                    _held[_key] = _table[_key]
                    _want["calls"].append(["put", _key, _table[_key], _now])
            _want["answers"].append(_table[_key])
        elif _what == "write":
            _table[_key] = _value
            _held.pop(_key, None)
            _want["calls"].append(["invalidate", _key])
        else:
            _held.pop(_key, None)
    for _part, _told in (("answers", "get returned"), ("loads", "load was called with"), ("calls", "the cache was called")):
        for _place, _expected in enumerate(_want[_part]):
            _got = _run[_part][_place] if _place < len(_run[_part]) else "nothing"
            assert _got == _expected and type(_got) is type(_expected), (
                f"run {_number}: at place {_place} {_told} {_got!r}, expected {_expected!r} (database values may be 0, '', False, [] or None; None is never stored)"
            )
        assert len(_run[_part]) == len(_want[_part]), (
            f"run {_number}: {_told} {len(_run[_part])} times, expected {len(_want[_part])}"
        )
    assert _run["counts"] == _want["counts"], (
        f"run {_number}: hits, misses should be {_want['counts']}; yours counted {_run['counts']}"
    )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="read_through_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: If load raises, the exception passes on, nothing is stored, and the call counts as a miss.
### INPUTS
import random
from course.checks import SEED

_key = random.Random(SEED + 4).randrange(100)
_errors = ["KeyError", "ConnectionError", "AttributeError", "TypeError"]
### OBSERVE
from course.checks import attempt


def _failing(error, key):
    calls = []

    def load(asked):
        calls.append(asked)
        if len(calls) < 3:
            raise error
        return "at last"

    front = ReadThrough(NotingCache(), load)
    outcomes = [attempt(lambda: front.get(key, now)) for now in (1, 2, 3, 4)]
    return {
        "outcomes": [[_each.get("raised", ""), _each.get("returned")] for _each in outcomes],
        "loads": calls,
        "counts": [front.hits, front.misses],
        "calls": [call[0] for call in front.cache.calls],
    }


_made = {"KeyError": KeyError(_key), "ConnectionError": ConnectionError("down"), "AttributeError": AttributeError("x"), "TypeError": TypeError("y")}
seen = {_name: _failing(_made[_name], _key) for _name in _errors}
### JUDGE
assert list(seen) == _errors, "not all were seen"
for _name, _run in seen.items():
    _story = f"load({_key}) raises {_name} twice, then answers"
    assert _run["outcomes"] == [[_name, None], [_name, None], ["", "at last"], ["", "at last"]], (
        f"{_story}: four gets should raise, raise, give 'at last' twice; yours [raised, returned]: {_run['outcomes']}"
    )
    assert _run["loads"] == [_key] * 3, (
        f"{_story}: each of the first three gets calls load once; it was called {len(_run['loads'])} times"
    )
    assert _run["counts"] == [1, 3], (
        f"{_story}: a failed load is a miss: hits 1, misses 3; yours counted {_run['counts']}"
    )
    assert _run["calls"] == ["get", "get", "get", "put", "get"], (
        f"{_story}: nothing is stored when load raises; the cache was called {_run['calls']}"
    )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="read_through_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: write calls save first and then removes the key; if save raises, the cache is left as it was.
### INPUTS
import random
from course.checks import SEED

_key = random.Random(SEED + 5).randrange(100)
### OBSERVE
from course.checks import attempt

_saved, _front = [], ReadThrough(NotingCache(), lambda key: "old")
_front.get(_key, 0)
_front.get(_key, 1)


def _save(key, value):
    _saved.append([key, value, [call[0] for call in _front.cache.calls]])
    raise OSError("disk full")


def _save_well(key, value):
    _saved.append([key, value, [call[0] for call in _front.cache.calls]])


seen = {"failed": attempt(lambda: _front.write(_key, "new", 2, _save))}
seen["after failure"] = [dict(_front.cache.held).get(_key), len(_front.cache.held)]
_front.write(_key, "newer", 3, _save_well)
_front.write("unknown", "x", 4, _save_well)
seen["saved"] = _saved
seen["calls"] = [call[0] for call in _front.cache.calls]
seen["counts"] = [_front.hits, _front.misses]
### JUDGE
assert seen["failed"].get("raised") == "OSError", (
    f"write({_key}, 'new', 2, save) with a save that raises OSError: it must pass on; yours gave {seen['failed']}"
)
assert seen["after failure"] == ["old", 1], (
    f"save raised, so the cache is left as it was, {_key} = 'old'; yours has [its value, number of entries] {seen['after failure']}"
)
_before = ["get", "put", "get"]
assert seen["saved"] == [
    [_key, "new", _before],
    [_key, "newer", _before],
    ["unknown", "x", [*_before, "invalidate"]],
], (
    "each write calls save(key, value) once, before it touches the cache; "
    f"yours saved [key, value, calls of the cache before]: {seen['saved']}"
)
assert seen["calls"] == [*_before, "invalidate", "invalidate"], (
    f"a write that succeeds calls invalidate once and nothing else; the cache was called {seen['calls']}"
)
assert seen["counts"] == [1, 1], (
    f"writes change neither hits nor misses: 1, 1; yours counted {seen['counts']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Your `ReadThrough` now runs on every node of a cache tier, each with your `TTLCache`. Each photo belongs to one node. Then **cache-1 dies**, and all reads of its photos go to the database. When the node comes back, it is *empty*: the misses go on until it has filled up again. The dashed line is a tier of one node.
#
# 1. *1 node*: the only one dies. What happens?
# 2. *4 nodes*: one of four dies. What happens?
# 3. *400 requests/s*, with two nodes: how many nodes are enough for that?
#
# That is why a cache tier is bigger than it needs to be: several nodes, in different places, with memory to spare.

# %%
explore_nodes(ReadThrough, TTLCache)

# %% [markdown]
# ### It runs for real
# Now without a simulation. The next cell makes a real SQLite file with 300 photos and 900 comments, 2 MB in all, in a temporary folder. A query looks through all comments, as there is no index. Your `ReadThrough` answers 4,000 requests from it,
# through your own cache, and a stopwatch runs. Each move measures again, which takes some seconds. **Left:** how long the reads took; hits and misses are two different worlds. **Right:** the simulation's answers and your computer's, for the same requests.
#
# 1. *No room*: what does a cache cost that never hits?
# 2. *With TTLCache*: how long does a hit take, and how long a miss?
# 3. *Writes 10 %*: what does a write cost?
# 4. *Redis*, if it is installed: the same requests, and room for as many photos. How often does it hit, and how long does a hit take?
#
# <details><summary>Why does Redis hit less often?</summary>
#
# Its `allkeys-lru` looks at five random keys and evicts the one not used for the longest time, by a clock that counts whole seconds. Here all keys were used within the last second or two, so the choice is close to a random one. On a site where keys rest for hours the difference is small.
#
# </details>

# %%
explore_real(ReadThrough, LRUCache, TTLCache)

# %% [markdown]
# ## Exercise D — One goes, all wait: single flight
#
# The front page is read 200 times per second, from the cache, and takes 300 ms to put together. It expires. What happens in those 300 ms? Sixty reads miss, and each of them starts the same query. That is a **stampede**. The
# fix: the first one loads; those that come while the load is under way wait for *its* answer. One **flight** per key.
#
# `SingleFlight(env, load)`; `env` is the SimPy clock, and `load(key)` is a generator: you start it as a process with `env.process(load(key))`.
#
# `.get(key)` is a generator too. Whoever wants a value writes `value = yield env.process(flight.get(key))`.
#
# - While a key is being loaded, further gets of that key (also in the same instant) start no second load. All of them get the value of that load, whatever it is, as soon as it has ended.
# - If the load raises, each of them gets that exception.
# - The next `get` after a load has ended, well or badly, loads again: single flight is not a cache.
# - Different keys have nothing to do with each other and load at the same time. The same holds for two `SingleFlight`s.
#
# What you need to know of SimPy:
#
# | you write | what it does |
# |---|---|
# | `process = env.process(load(key))` | starts the generator; the process is an event that happens when it ends |
# | `value = yield process` | stands still until it has ended; gives what it *returned*, or raises what it *raised* |
# | several `yield process` of the same one | all of them go on when it ends, each with its value or its exception, in the order in which they began to wait |
# | `process.is_alive` | whether it is still under way |
#
# (If a process or event fails and *nothing* waits for it, SimPy stops everything with that error.)
#
# <details><summary>Hint 1</summary>
#
# What must the second reader find, so that it knows that a load is under way, and can wait for just that load?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep the processes that are under way in a dict by key. A reader that finds none starts one and notes it there. What takes it out again, even when the load raises? (`process.is_alive`, or a `finally`.)
#
# </details>


# %% solution="single_flight"
class SingleFlight:
    """Lets at most one load of each key be under way; who comes meanwhile shares its result."""

    def __init__(self, env, load):
        self.env = env
        self.load = load
        self.flights = {}  # key → the process that loads it

    def get(self, key):
        """Load `key`, or wait for the load that is under way; return its value (a generator)."""
        ### BEGIN SOLUTION Exercise D: join the flight, or start one
        flight = self.flights.get(key)
        if flight is None or not flight.is_alive:
            flight = self.flights[key] = self.env.process(self.load(key))
        value = yield flight
        return value
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    # one reader comes at 0 s and one at 0.25 s; a load takes 1 s
    print(read_at(SingleFlight, [("page", 0), ("page", 0.25)]))
except NotImplementedError as stub:
    print(stub)

# %% check="single_flight" points=1
seen = read_at(SingleFlight, [("page", 0), ("page", 0.25), ("page", 0.75)])
### JUDGE
assert seen["loads"] == [["page", 0]], (
    f"readers come at 0, 0.25 and 0.75 s, a load takes 1 s: one load, at 0; yours loaded [key, time] {seen['loads']}"
)
expected = [["page", at, "page, loaded at 1", 1] for at in (0, 0.25, 0.75)]
assert seen["answers"] == expected, (
    f"all three get 'page, loaded at 1' at 1 s; yours got [key, came, value, at] {seen['answers']}"
)

# %% check="single_flight_check_2" points=1
seen = read_at(SingleFlight, [("a", 0), ("b", 0.5), ("a", 0.75), ("a", 1.25), ("b", 2)])
### JUDGE
assert seen["loads"] == [["a", 0], ["a", 1.25], ["b", 0.5], ["b", 2]], (
    "a is read at 0, 0.75 and 1.25, b at 0.5 and 2, a load takes 1 s: a is loaded at 0 and 1.25, b at 0.5 and 2; "
    f"yours loaded {seen['loads']}"
)
expected = [["a", 0, 1], ["a", 0.75, 1], ["a", 1.25, 2.25], ["b", 0.5, 1.5], ["b", 2, 3]]
got = [[key, came, answered] for key, came, _, answered in seen["answers"]]
assert got == expected, f"[key, came, answered] should be {expected}: b does not wait for a; yours: {got}"

# %% check="single_flight_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: While a key is being loaded, further gets start no second load and get the same value; different keys do not wait for each other.
### INPUTS
import random
from course.checks import SEED


def _drawn(number):
    rng = random.Random(SEED + 20 + number)
    times = [[key, rng.randrange(160) / 8] for key in "xyz" for _ in range(25)]
    lasts = {key: rng.randrange(24) / 8 + 1 / 16 for key in "xyz"}
    return times, lasts, {"x": None, "y": 0, "z": [number]}


_runs = [_drawn(_number) for _number in range(6)]
### OBSERVE
import simpy


def _flown(times, lasts, values):
    env, answers, loads, others = simpy.Environment(), [], [], []

    def load(key):
        loads.append([key, env.now])
        yield env.timeout(lasts[key])
        return values[key]

    def other_load(key):
        yield env.timeout(lasts[key])
        return "other"

    def other_reader(flight, key, at):
        yield env.timeout(at)
        others.append((yield env.process(flight.get(key))))

    def reader(flight, row, key, at):
        yield env.timeout(at)
        value = yield env.process(flight.get(key))
        answers.append([row, value, env.now])

    flight, other = SingleFlight(env, load), SingleFlight(env, other_load)
    for row, (key, at) in enumerate(times):
        env.process(reader(flight, row, key, at))
        env.process(other_reader(other, key, at))
    env.run(until=100)
    return {"loads": sorted(loads), "answers": sorted(answers, key=lambda answer: answer[0]), "others": others}


seen = [_flown(*_run) for _run in _runs]
### JUDGE
assert len(seen) == 6, f"6 runs were made, {len(seen)} seen"
for (_times, _lasts, _values), _run in zip(_runs, seen, strict=True):
    _loads, _answers = [], {}
    for _key in "xyz":
        _begun = None
        for _at, _row in sorted((_at, _row) for _row, (_k, _at) in enumerate(_times) if _k == _key):
            if _begun is None or _at > _begun + _lasts[_key]:
                _begun = _at
                _loads.append([_key, _at])
            _answers[_row] = [_row, _values[_key], _begun + _lasts[_key]]
    assert _run["loads"] == sorted(_loads), (
        f"a load of x, y, z takes {list(_lasts.values())} s; with its readers there should be {len(_loads)} loads, yours made {len(_run['loads'])}; "
        f"[key, time] of the first that differs: {next((pair for pair in zip(sorted(_loads), _run['loads'], strict=False) if pair[0] != pair[1]), 'the last')} (expected, got)"
    )
    _want = [_answers[_row] for _row in range(len(_times))]
    assert len(_run["answers"]) == len(_want), (
        f"{len(_want)} reads, {len(_run['answers'])} answers: some wait for ever"
    )
    for _got, _expected in zip(_run["answers"], _want, strict=True):
        assert _got == _expected and type(_got[1]) is type(_expected[1]), (
            f"read {_expected[0]}, of {_times[_expected[0]][0]} at {_times[_expected[0]][1]}: [read, value, time] should be {_expected}, got {_got}"
        )
    assert _run["others"] == ["other"] * len(_times), "a second SingleFlight with a load of its own must give only what *its* load returns"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="single_flight_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: If a load raises, all who wait for it get that exception, and the next get loads again.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 6)
_later, _word = _rng.randint(1, 7) / 8, f"down {_rng.randrange(100)}"
### OBSERVE
import simpy
from course.checks import attempt


def _crashed(arrivals, fails, error):
    env, loads, outcomes = simpy.Environment(), [], []

    def load(key):
        loads.append(env.now)
        mine = len(loads)
        if mine in fails and fails[mine] == "at once":
            raise error
        yield env.timeout(1.0)
        if mine in fails:
            raise error
        return f"load {mine}"

    def reader(flight, at):
        yield env.timeout(at)
        try:
            value = yield env.process(flight.get("page"))
        except (NotImplementedError, GeneratorExit):
            raise
        except Exception as caught:
            value = f"{type(caught).__name__}: {caught}"
        outcomes.append([at, value, env.now])

    flight = SingleFlight(env, load)
    for at in arrivals:
        env.process(reader(flight, at))
    ran = attempt(lambda: env.run(until=100))
    return {"outcomes": sorted(outcomes), "loads": loads, "stopped by": ran.get("raised", "")}


seen = {
    "together": _crashed([0, _later, 1.5, 2, 4], {1: "late"}, ConnectionError(_word)),
    "alone": _crashed([0, 3], {1: "late"}, OSError(_word)),
    "at once": _crashed([0, 2], {1: "at once"}, ValueError(_word)),
}
### JUDGE
_together = f"readers at 0, {_later}, 1.5, 2 and 4, a load takes 1 s, the first one raises ConnectionError at 1"
assert seen["together"]["stopped by"] == "", (
    f"{_together}: nobody's error may be left over, but env.run() was stopped by {seen['together']['stopped by']}"
)
_lost = f"ConnectionError: {_word}"
assert seen["together"]["outcomes"] == [[0, _lost, 1], [_later, _lost, 1], [1.5, "load 2", 2.5], [2, "load 2", 2.5], [4, "load 3", 5]], (
    f"{_together}: the two first get the exception, the others load 2 and load 3; [came, got, at]: {seen['together']['outcomes']}"
)
assert seen["together"]["loads"] == [0, 1.5, 4], (
    f"{_together}: loads begin at 0, 1.5, 4; yours at {seen['together']['loads']}"
)
_alone = "one reader at 0 whose load raises OSError at 1, another at 3"
assert seen["alone"]["stopped by"] == "", (
    f"{_alone}: the reader catches it, but env.run() was stopped by {seen['alone']['stopped by']}: an event failed that nobody waits for"
)
assert seen["alone"]["outcomes"] == [[0, f"OSError: {_word}", 1], [3, "load 2", 4]], (
    f"{_alone}: the first gets the OSError, the second load 2; [came, got, at]: {seen['alone']['outcomes']}"
)
_instant = "one reader at 0 whose load raises ValueError before its first yield, another at 2"
assert seen["at once"]["stopped by"] == "", (
    f"{_instant}: env.run() was stopped by {seen['at once']['stopped by']}"
)
assert seen["at once"]["outcomes"] == [[0, f"ValueError: {_word}", 0], [2, "load 2", 3]], (
    f"{_instant}: the first gets the ValueError at 0, the second load 2; [came, got, at]: {seen['at once']['outcomes']}"
)
### END HIDDEN TESTS

# %% [markdown]
# One expiry, twenty times slower: your class, and a site where each miss loads. Look at the database when the first load is back. Why does its queue go on growing on the right, although the page is fresh again? (Click on a reader to see what it found under way.)

# %%
replay_stampede(SingleFlight)

# %% [markdown]
# Dashed gray is the site without your class: every read that misses loads. **Left:** the readers of one expiry, a line each, from when they come until they have the page. An orange dot starts a load. **Right:** the database's queue. *All* other queries of the site wait in it, for a page that could be fresh again after 0.3 s.
#
# 1. *One expiry*: how many of the readers load the page?
# 2. *400 reads/s*: now **break it**. Which of this step and the next two makes the queue longest?
# 3. *A load takes 600 ms*.
# 4. *160 other queries/s*.
# 5. *To live: 1 s, 160 other*: does the database recover before the page expires again?
#
# Facebook measured one week of the keys most prone to this. Then only one client per key and 10 s was allowed to load, while the others waited or took the stale value. The database's peak fell from 17,000 to 1,300 queries per second (Nishtala et al., 2013).

# %%
explore_stampede(SingleFlight)

# %% [markdown]
# ## Explain
#
# Two web servers use the same database and the same cache. Your rule for a write is: **save, then remove** from the cache. A colleague wants it the other way round: **remove, then save**, "so that nobody can read the old value while we save".
#
# 1. Write down, step by step, how with *her* rule one read and one write can leave the old value in the cache after the write is done.
# 2. Yours is not perfect either. Write down the steps of one read and one write by which it leaves the old value there as well, and say why that is much rarer.
# 3. What bounds the harm in both cases, and what does making that bound smaller cost? (About 10 short lines.)

# %% [markdown] answer="explain" points=3
# 1. The writer removes the entry. Before it has saved, a reader asks for the photo: a miss. It loads the old value from the database and puts it into the cache. Now the writer saves. The write is done, and the cache has the old value. Any read that comes between removing and saving does that; for a popular photo there
# is nearly always one.
#
# 2. It takes a miss to begin with. A reader misses and loads the old value, but has not put it yet. Now the writer saves, and removes the entry, which is not even there. Then the slow reader puts the old value. So the entry must be missing at that moment, and the write, with all its saving and removing, must fit
# between the reader's load and its put. Saving usually takes longer than a load and a put, so that is rare.
#
# 3. The time to live: at the latest when it is over, the old value is gone. A shorter one means more misses, that is more loads on the database, for all entries, although only very few of them are wrong.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: remove; a reader misses, loads the *old* value and puts it; then save. The old value stays. (All in this order; it must be clear that the read comes between remove and save.)
#
# 1 point: with save-then-remove: a reader misses and loads the old value *before* the save, and puts it *after* the removal. Rarer because it needs a miss at just that time, and the whole write must fit between that reader's load and put (half a point for the steps, half for a reason).
#
# 1 point: the time to live bounds how long the old value stays (half a point); a shorter one costs more misses and so more load on the database, for all keys (half a point). Also right: versions or leases (the cache refuses a put whose token a removal has made invalid), at the price of more state and round trips.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Redis**, and its free fork **Valkey** (2024): exercise A is `maxmemory 4gb` with `maxmemory-policy allkeys-lru` (also `allkeys-lfu`, `allkeys-random`). To save memory it only looks at a few random entries, `maxmemory-samples`, 5 unless you say otherwise, and evicts the one not used for the longest time. Exercise B is `SET photo:7 … EX 60` or `EXPIRE`; expired entries go when asked for, and by a purge in the background.
# - **memcached** evicts the least recently used within each class of sizes; an entry with expiration time 0 never expires, but can be evicted.
# - **Single flight**: Go has `golang.org/x/sync/singleflight`; nginx has `proxy_cache_lock on`, and a request that has waited 5 s (`proxy_cache_lock_timeout`) goes on to the server itself. Over many machines it takes a lock or a *lease* in the cache itself.
# - **Jitter**: entries that were loaded together expire together. Add some random seconds to each time to live.
# - **A spare**: Facebook kept about 1 % of its cache machines idle, to take over for those that failed (Nishtala et al., 2013).
# - **Missing keys:** real caches also remember, for a short time, that a key is *not* in the database. Without that, requests for made-up keys all reach the database, a known attack.
# - **Left out here:** the size of values, the network, and very hot keys, which no number of nodes divides.

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
# The database breathes again: most reads never reach it, and a read takes a millisecond or two. In Frankfurt, where your servers stand, the app feels instant. Then a friend in Sydney tries it. Sydney is 16,500 km away, and light in glass makes about 200 km in
# a millisecond. There and back takes at least 165 ms, for every round trip, and a page with its photos needs many. No cache next to your servers can help: the answer is ready, and still has to travel. In notebook 05 you bring the answers closer to the people.
