# %% [markdown] question="what do replicas buy, and which reads do they get wrong?" shown="explore(Router, is_write)"
# # 3 · Database replication
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/03_database_replication/03_database_replication.ipynb)
#
# Behind your web servers there is still one database, with the only copy of every photo. So today you copy it. That takes an afternoon. Then a
# user edits her profile, reloads the page, and her edit is gone. She reloads again, and it is back. What have you built?
#
# **Time:** about 90 minutes. Afterwards you will be able to
#
# - say what replicas buy, and compute where more of them stop helping,
# - send each SQL statement to the right database, and let users always see their own edits,
# - replay a log that arrives late, twice and in the wrong order, promote a replica and name what was lost.

# %%
from course.database_replication import (
    Node,
    NoReplica,
    PrimaryDown,
    architecture,
    explore,
    explore_capacity,
    explore_failover,
    explore_guess,
    explore_log,
    explore_real,
    explore_sessions,
    replay,
    replay_failover,
    words_of,
)

# %% [markdown]
# ## The picture
#
# One database takes all writes; copies of it answer the reads. Your code in the web servers decides which one to ask.
# (Left to right: clients → load balancer → web-1 … web-3, each with your router → primary → replica-1 … replica-3, new. The routers send writes to the primary and reads
# to the replicas, any router to any replica; the primary sends its log to the replicas.)

# %%
architecture()

# %% [markdown]
# ## The idea
#
# The **primary** (older texts say *master*) takes every write. **Replicas** (*slaves*) are copies that answer reads. The primary sends each of them its **log**: all writes, in order.
#
# Here a database does 100 statements/s. A replica has two jobs: its part of the reads, and **all** the writes once more, as it is a copy. Applying a write from the log costs it half as much as the statement cost the primary.
#
# Six seconds of that, five times slower: Anna edits her page, then reloads it. Click on a reload that misses her edit: where was the edit then?

# %%
replay()

# %% [markdown]
# ## Predict
#
# 80 % of your statements are reads. You buy **ten** replicas, each as strong as the primary.
# How many statements per second can the eleven machines serve together? Put your number in place of `None`, then go on.

# %%
prediction = None  # statements/s: put your number here

# %% [markdown]
# ## Experiment
#
# Each button sets the sliders and asks a question. Find the answer in the picture, then press the button again. (You can also move the sliders, or click the number next to one and type.)
#
# 1. *One replica*: what does the first one bring?
# 2. *Ten replicas*: where does the bar stop? A dashed line appears there. Compare with your prediction.
# 3. *95 % reads*: how many of the ten are worth buying?
# 4. *50 % reads*: and how many now?

# %%
explore_capacity(prediction=prediction)

# %% [markdown]
# <details><summary>Why it stops there</summary>
#
# If a share $r$ of the statements are reads and there are $n$ replicas, then of each statement's work the primary does $1 - r$, and each replica
#
# $$\frac{r}{n} + \frac{1 - r}{2}.$$
#
# Only one of these terms shrinks with $n$. The busiest machine sets the limit. With many replicas that is the primary: what it can write is the **write bound**.
#
# </details>
#
# To get past the write bound, the writes must go to several primaries; that is sharding (notebook 10).
#
# ### What you get
# People look far more often than they post: Facebook's store for the social graph served a billion reads a second and *millions* of writes (Bronson et al., "TAO", 2013). With several replicas a site gets
#
# - **performance:** reads run in parallel, on as many machines as you pay for;
# - **reliability:** a fire in one rack does not burn the only copy of the photos;
# - **availability:** when one database dies, another one answers.
#
# ### What it costs
# The primary numbers its writes 1, 2, 3 …: their **lsn** (log sequence number). A replica applies them in that order, a little later. How much later is the **replication lag**. Until then it gives **stale** answers: a read misses a write that had been confirmed before.
#
# The right side of the picture below shows how many reads are stale. Red is the part that hurts most: users who miss *their own* edit. On the left, red is what fails. Gray is always another, simpler rule on the same traffic. Orange is theory.
#
# 1. *Lag 500 ms*: how many reads are stale?
# 2. *replica-1 dies* halfway through the run: what fails, and what goes on?
# 3. *The primary dies* halfway: and now?
# 4. *By the first word*: what begins with `SELECT` goes to a replica, all else to the primary. On which side does that go wrong, and why?

# %%
explore()

# %%
Node("replica-1", online=True, lsn=41)  # what your code will see of a database: it has all writes up to number 41

# %% [markdown]
# ## Exercise A — Read or write?
#
# Which database may run a piece of SQL? A read on the primary is a waste: a few milliseconds of the one machine that you cannot multiply. A write on a replica is an error, and
# a user sees it. So look for what is **surely a read**, and send everything else to the primary.
#
# `is_write(sql)` gets a statement as a string. It returns `False` if the statement is surely a read, else `True`. Three rules:
#
# 1. A read begins with the word `SELECT`, `SHOW`, `VALUES` or `TABLE`.
# 2. None of these words stands anywhere in a read: `INTO` (a SELECT that fills a table), `UPDATE`, `SHARE`, `LOCK` (locks live on the primary), `INSERT`, `DELETE`, `MERGE` (a write in brackets, or after a semicolon).
# 3. Everything else is a write, also what you never heard of: `CALL`, `SET`, `EXPLAIN ANALYZE`, `WITH …`, an empty string.
#
# Capital or small letters do not matter, nor does what stands in quotes (`'…'`, `"…"`, a quote inside is doubled: `'it''s'`) or in a comment (`/* … */`, or from `--` to the end of the line). `words_of` does that part for you: `words_of("select 'update me' /* now */ from photos")` returns
# `["SELECT", "FROM", "PHOTOS"]`. Words are whole words: in `SELECT updated_at` there is no `UPDATE`.
#
# Then pick the database. Random choices are uneven, so take turns; and databases die while you work. `Router(primary, replicas)` gets a database and a list of databases; each has `.online`, which may change between any two calls. `route(sql)` returns one of these objects.
#
# - A write goes to the primary. If that is offline, raise `PrimaryDown`: no replica may take a write.
# - A read goes to the replicas in turn: the next one **online** in list order after the one used last, wrapping round. The first read goes to the first one online.
# - If no replica is online, or there is none, a read goes to the primary, and the turn stays where it was. If that is offline too, raise `PrimaryDown`.
# - Writes do not change the turn. The list and the databases are not changed.
#
# <details><summary>Hint 1</summary>
#
# What is the first of the words, if there is one? And when the replica used last has died meanwhile: where does the search for the next one begin?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Three questions about the list of words: is it empty, is its first word one of the four, does it share a word with the seven?
# For the turn, keep the place in the list of the replica used last, starting one before the first. Look at as many places after it as there are replicas, modulo the length, and move the mark only when you have found one.
#
# </details>


# %% solution="is_write"
def is_write(sql):
    """Return False if the SQL statement is surely a read, else True: it must run on the primary."""
    ### BEGIN SOLUTION Exercise A: tell what is surely a read
    words = words_of(sql)
    if not words or words[0] not in {"SELECT", "SHOW", "VALUES", "TABLE"}:
        return True
    return not {"INTO", "UPDATE", "SHARE", "LOCK", "INSERT", "DELETE", "MERGE"}.isdisjoint(words)
    ### END SOLUTION


class Router:
    """Sends writes to the primary, reads to the replicas in turn."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        ### BEGIN SOLUTION Exercise A: what do you remember between calls?
        self.last = -1  # place of the replica used last
        ### END SOLUTION

    def route(self, sql):
        """Return the database that runs the statement; raise PrimaryDown if none can."""
        ### BEGIN SOLUTION Exercise A: choose the database
        if not is_write(sql):
            count = len(self.replicas)
            for step in range(1, count + 1):
                place = (self.last + step) % count
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): the first line should be `False`, the second `replica-1`.

# %%
try:
    print(is_write("SELECT 'update' AS word"))
    print(Router(Node("primary"), [Node("replica-1"), Node("replica-2")]).route("SELECT 1").name)
except NotImplementedError as stub:
    print(stub)

# %% check="is_write" points=1
statements = [
    "SELECT title FROM photos WHERE id = 12",
    "select likes, updated_at from photos",
    "INSERT INTO photos (title) VALUES ('lake')",
    "/* app */ DELETE FROM photos WHERE id = 12",
    "SELECT likes FROM photos WHERE id = 12 FOR UPDATE",
    "SELECT 'please update me' AS text",
    "SHOW TABLES",
    "CALL count_view(12)",
]
seen = [is_write(sql) for sql in statements]
### JUDGE
expected = [
    ("SELECT title FROM photos WHERE id = 12", False, "it only looks"),
    ("select likes, updated_at from photos", False, "updated_at is a word of its own"),
    ("INSERT INTO photos (title) VALUES ('lake')", True, "it writes"),
    ("/* app */ DELETE FROM photos WHERE id = 12", True, "its first word is DELETE"),
    ("SELECT likes FROM photos WHERE id = 12 FOR UPDATE", True, "it takes a lock"),
    ("SELECT 'please update me' AS text", False, "update stands in quotes"),
    ("SHOW TABLES", False, "SHOW is one of the four words"),
    ("CALL count_view(12)", True, "nobody knows what it does"),
]
for (sql, want, why), got in zip(expected, seen, strict=True):
    assert got is want, f'is_write("{sql}") returned {got}, expected {want}: {why}'
assert len(seen) == 8, "not all statements were seen"

# %% check="is_write_check_2" points=1
from course.checks import attempt
from course.database_replication import Node

primary, replicas = Node("primary"), [Node("r1"), Node("r2"), Node("r3")]
router = Router(primary, replicas)
seen = {"alive": [router.route(sql).name for sql in ("SELECT 1", "INSERT INTO t VALUES (1)", "SELECT 2", "SELECT 3", "SELECT 4")]}
replicas[1].online = False
seen["r2 is dead"] = [router.route("SELECT 5").name for _ in range(2)]
for replica in replicas:
    replica.online = False
seen["only the primary"] = router.route("SELECT 6").name
primary.online = False
seen["write"] = attempt(lambda: router.route("UPDATE photos SET likes = 0").name)
### JUDGE
assert seen["alive"] == ["r1", "primary", "r2", "r3", "r1"], (
    f"read, write, read, read, read over r1, r2, r3 should go r1 primary r2 r3 r1; yours went {' '.join(map(str, seen['alive']))}"
)
assert seen["r2 is dead"] == ["r3", "r1"], (
    f"r1 was used last, then r2 dies: two reads should go r3 r1; yours went {' '.join(map(str, seen['r2 is dead']))}"
)
assert seen["only the primary"] == "primary", (
    f"all replicas are offline: a read goes to the primary; yours went to {seen['only the primary']}"
)
assert seen["write"].get("raised") == "PrimaryDown", (
    f"a write with the primary offline must raise PrimaryDown; yours: {seen['write']}"
)

# %% check="is_write_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A read begins with one of the four words and holds none of the forbidden ones; capitals, quotes and comments do not matter.
### INPUTS
import random
from course.checks import SEED

_bodies = [
    "SELECT title FROM photos WHERE id = {n}",
    "UPDATE photos SET likes = {n}",
    "SELECT * INTO best FROM photos WHERE likes > {n}",
    "VALUES ({n}, 'INSERT INTO photos')",
    "SELECT title FROM photos WHERE id = {n} FOR UPDATE",
    "SET search_path TO app_{n}",
    "SELECT * FROM photos WHERE id = {n} FOR SHARE",
    "SHOW CREATE TABLE photos_{n}",
    "SHOW TABLES; LOCK TABLE photos_{n}",
    "CALL archive({n})",
    "SELECT id FROM photos WHERE note = 'it''s /* delete' AND owner = {n}",
    "WITH best AS (SELECT {n}) SELECT * FROM best",
    "SELECT * FROM (DELETE FROM photos WHERE id = {n} RETURNING id) AS gone",
    "TABLE photos",
    "SELECT {n}; MERGE photos USING fresh ON photos.id = fresh.id WHEN MATCHED THEN DO NOTHING",
    "SELECT created, dropped, updated_at, share_{n} FROM inserts",
    "SELECT {n}; INSERT log VALUES ({n})",
    "EXPLAIN ANALYZE DELETE FROM photos WHERE id = {n}",
    'SELECT "update", "lock" FROM photos /* it\'s for share */ WHERE id = {n}',
    "LOCK TABLE photos",
    "SELECT title FROM photos WHERE note = '--' AND id = {n} FOR UPDATE",
    "DROP TABLE photos_{n}",
    "VALUES ({n}); DELETE FROM photos",
    "SELECT count(*) FROM photos -- for update {n}\nWHERE owner = {n}",
    "GRANT SELECT ON photos TO user_{n}",
    "SELECT id FROM photos WHERE id IN (SELECT id FROM likes WHERE n = {n} FOR SHARE)",
    "",
]
_rng, _which, _texts = random.Random(SEED), [], []
for _place in _rng.sample(range(27), 27) + _rng.choices(range(27), k=120):
    _body = _bodies[_place].replace("{n}", str(_rng.randrange(100)))
    _body = _rng.choice([str.lower, str.upper, str.title, str])(_body)
    _before = _rng.choice(["", "  ", "\n\t", "/* update */ ", "-- delete from photos\n", "/* two\nlines */\n-- and 'one\n  "])
    _after = _rng.choice(["", ";", " -- for update", " /* for share */", "\n"])
    _gap = _rng.choice([" ", "  ", "\t", " /* drop */ "]) if "'" not in _body and '"' not in _body and "--" not in _body else " "
    _which.append(_place)
    _texts.append(_before + _body.replace(" ", _gap) + _after)
### OBSERVE
seen = [is_write(_sql) for _sql in _texts]
### JUDGE
_reads = (0, 3, 7, 10, 13, 15, 18, 23)  # the bodies that begin with one of the four words and hold none of the seven
for _place, _sql, _got in zip(_which, _texts, seen, strict=True):
    _want = _place not in _reads
    assert _got is _want, f"is_write({_sql!r}) returned {_got!r}, expected {_want}"
assert len(seen) == 147, f"147 statements, {len(seen)} answers"
### END HIDDEN TESTS

# %% check="is_write_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: Reads take turns among the online replicas; writes go to the primary, and route raises PrimaryDown if it is needed and offline.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 2), []
for _count in (1, 2, 3, 5, 14):
    _steps, _online = [], [_rng.random() < 0.5 for _ in range(_count + 1)]
    for _ in range(120):  # of each statement: which nodes are online, the primary first, and its SQL
        _online = [_up != (_rng.random() < 0.15) for _up in _online]
        _all_away = [_online[0], *[False] * _count]
        _steps.append((_all_away if _rng.random() < 0.1 else _online, _rng.choice(["SELECT 1", "SHOW TABLES", "DELETE FROM likes"])))
    _runs.append((_count, _steps))
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

seen = []
for _count, _steps in _runs:
    _nodes = [Node(f"r{_n}" if _n else "primary", _up, _n) for _n, _up in enumerate(_steps[0][0])]
    _kept, _given = list(_nodes), _nodes[1:]
    _router, _way, _same = Router(_nodes[0], _given), [], []
    for _online, _sql in _steps:
        for _node, _up in zip(_nodes, _online, strict=True):
            _node.online = _up
        _before = [(_node.name, _node.online, _node.lsn) for _node in _nodes]
        _got = attempt(lambda: _router.route(_sql))
        if "raised" not in _got:
            _got = {"node": next((_n for _n, _node in enumerate(_nodes) if _node is _got["returned"]), None)}
        _way.append(_got.get("raised", _got.get("node")))
        _same.append(_given == _kept[1:] and _before == [(_node.name, _node.online, _node.lsn) for _node in _nodes])
    seen.append([_way, _same])
### JUDGE
assert len(seen) == 5, "not all routers were seen"
for (_count, _steps), (_way, _same) in zip(_runs, seen, strict=True):
    assert _same == [True] * len(_steps), f"route must change neither the list nor the databases; after one of {len(_steps)} statements they were not the same"
    _turn = list(range(1, _count + 1))  # the places in the order in which they would be asked
    for (_online, _sql), _got in zip(_steps, _way, strict=True):
        _up = [_place for _place in _turn if _online[_place]] if _sql[0] == "S" else []
        _names = ["primary", *(f"r{_n}" for _n in range(1, _count + 1))]
        _call = f"{_sql!r}, online: {[_n for _n, _o in zip(_names, _online, strict=True) if _o]}, next in turn {_names[_turn[0]]}"
        if _up:
            _want = _up[0]
            _at = _turn.index(_want) + 1
            _turn = _turn[_at:] + _turn[:_at]
        else:
            _want = 0 if _online[0] else "PrimaryDown"
        _told = [_names[_x] if type(_x) is int and 0 <= _x <= _count else _x for _x in (_want, _got)]
        assert _got == _want and type(_got) is type(_want), f"route of {_call}: expected {_told[0]}, got {_told[1]}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="is_write_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: Each Router has its own turn, works without replicas, and goes on with reads while the primary is offline.
### INPUTS
import random
from course.checks import SEED

_names = random.Random(SEED + 3).sample("abcdefgh", 3)
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

_primary, _replicas = Node("primary"), [Node(_name, lsn=4) for _name in _names]
_one, _other = Router(_primary, _replicas), Router(_primary, _replicas)
seen = {"apart": [_one.route("SELECT 1").name, _one.route("SELECT 1").name, _other.route("SELECT 1").name]}
_alone = Router(_primary, [])
seen["no replicas"] = [_alone.route("SELECT 1").name, _alone.route("DELETE FROM t").name]
_primary.online = False
seen["nothing"] = [attempt(lambda: _alone.route(_sql).name) for _sql in ("SELECT 1", "DELETE FROM t")]
seen["reads go on"] = _one.route("SELECT 1").name
### JUDGE
assert seen["apart"] == [*_names[:2], _names[0]], (
    f"each Router has its own turn: two reads of one and the first of another should go to {_names[0]}, {_names[1]} and {_names[0]}; they went to {seen['apart']}"
)
assert seen["no replicas"] == ["primary", "primary"], (
    f"without replicas reads and writes go to the primary; they went to {seen['no replicas']}"
)
assert all(_outcome.get("raised") == "PrimaryDown" for _outcome in seen["nothing"]) and len(seen["nothing"]) == 2, (
    f"with nothing online both a read and a write must raise PrimaryDown; yours: {' and '.join(map(str, seen['nothing']))}"
)
assert seen["reads go on"] == _names[2], (
    f"with the primary offline reads go on in turn, to {_names[2]}; it went to {seen['reads go on']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Your function now sorts 2,000 statements. The gray bars are another rule. Yours should have no error and waste nothing.
#
# 1. *A read begins with SELECT*: which two mistakes does this rule make?
# 2. *A write begins with INSERT, …*: all else is a read. What does that cost?

# %%
explore_guess(is_write)

# %% [markdown]
# Your router now drives the databases. The gray mark is a router that knows the writes, too, but picks a replica at random.
#
# 1. *600/s, six replicas*: do turns beat chance?
# 2. *The primary dies*: which statements fail with your `PrimaryDown`?
# 3. *Lag 500 ms*: nothing fails. What is still wrong? Look at the right side.

# %%
explore(Router, is_write)

# %% [markdown]
# Now watch your own `route` decide. *Go to Anna's missing edit* and read its story: which line sent her there, and which replica would have had her edit? Then kill the primary while a number is on a belt.

# %%
replay(Router)

# %% [markdown]
# ## Exercise B — Replay the log
#
# Now sit inside a replica. The network brings the primary's log in pieces: some late, some twice, some in the wrong order. Applied in the order of the lsn, they lead the replica through the same states as the primary.
#
# `Replica()` starts with `.lsn` 0 and an empty dict `.data`.
#
# - `.apply(entries)`: a list of entries `(lsn, key, value)`, lsn = 1, 2, 3 …, in any order; some may have come before, in this batch or an earlier one. It returns nothing and does not change the list.
# - Each entry is applied **once** (`data[key] = value`), in the order of the lsn, and nothing past a gap: if 1, 2 and 4 have come, only 1 and 2 are applied. When 3 comes, 3 and 4 are.
# - What came early is kept until its turn. What was applied before is ignored.
# - `.lsn` is the last one applied, `.data` the state at that lsn. A value may be anything, also `None`, 0 or a list.
# - `.lag(primary_lsn)` returns how many entries the replica is behind a primary that is at `primary_lsn`.
#
# <details><summary>Hint 1</summary>
#
# There is always exactly one entry that may be applied next. What is its number?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Put everything that is newer than your lsn into a waiting room, keyed by its number. Then, as long as the next number is there, take it out and apply it.
#
# </details>


# %% solution="replica"
class Replica:
    """A copy that applies the primary's log in order, however it arrives."""

    def __init__(self):
        self.lsn = 0
        self.data = {}
        ### BEGIN SOLUTION Exercise B: where does an early entry wait?
        self.early = {}  # lsn → (key, value)
        ### END SOLUTION

    def apply(self, entries):
        """Take log entries (lsn, key, value), and apply what is next in order."""
        ### BEGIN SOLUTION Exercise B: apply what is next, keep what is early
        for lsn, key, value in entries:
            if lsn > self.lsn:
                self.early[lsn] = (key, value)
        while self.lsn + 1 in self.early:
            self.lsn += 1
            key, value = self.early.pop(self.lsn)
            self.data[key] = value
        ### END SOLUTION

    def lag(self, primary_lsn):
        """Return how many entries it is behind a primary at `primary_lsn`."""
        ### BEGIN SOLUTION Exercise B: how far behind?
        return primary_lsn - self.lsn
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): entry 2 comes before entry 1. It should print 2 and both values.

# %%
try:
    replica = Replica()
    replica.apply([(2, "b", 1), (1, "a", 5)])
    print(replica.lsn, replica.data)
except NotImplementedError as stub:
    print(stub)

# %% check="replica" points=1
replica, seen = Replica(), []
for batch in ([(1, "lake", "blue")], [(3, "lake", "red"), (2, "hill", "green")], [(4, "hill", "dark")]):
    replica.apply(batch)
    seen.append([replica.lsn, dict(replica.data), replica.lag(10)])
### JUDGE
expected = [
    [1, {"lake": "blue"}, 9],
    [3, {"lake": "red", "hill": "green"}, 7],
    [4, {"lake": "red", "hill": "dark"}, 6],
]
for number, (want, got) in enumerate(zip(expected, seen, strict=True), 1):
    assert got == want, f"after batch {number} of (1), (3, 2), (4): [lsn, data, lag(10)] should be {want}; yours: {got}"
assert len(seen) == 3, "not all batches were seen"

# %% check="replica_check_2" points=1
replica, seen = Replica(), []
for batch in ([(1, "a", 1), (2, "b", 2), (4, "a", 4)], [(2, "b", 2), (5, "b", 5)], [(3, "a", 3)], [(1, "a", 1)]):
    replica.apply(batch)
    seen.append([replica.lsn, dict(replica.data)])
### JUDGE
expected = [[2, {"a": 1, "b": 2}], [2, {"a": 1, "b": 2}], [5, {"a": 4, "b": 5}], [5, {"a": 4, "b": 5}]]
words = ["4 waits for 3", "2 is a repetition, 5 waits too", "3 fills the gap: 3, 4, 5", "1 is long applied"]
for want, got, why in zip(expected, seen, words, strict=True):
    assert got == want, f"batches (1, 2, 4), (2, 5), (3), (1): {why}: [lsn, data] should be {want}; yours: {got}"
assert len(seen) == 4, "not all batches were seen"

# %% check="replica_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Each entry is applied once, in the order of the lsn, and nothing past a gap.
### INPUTS
import random
from course.checks import SEED


def _batches(rng, count, spread):
    log = [[lsn, rng.choice("abcde"), rng.choice([None, 0, "", [lsn], f"v{lsn}"])] for lsn in range(1, count + 1)]
    way = sorted(log + rng.sample(log, count // 3), key=lambda entry: entry[0] + rng.uniform(0, spread))
    while way:
        size = rng.choice([0, 1, 1, 2, 5, 9])
        yield way[:size]
        way = way[size:]


_rng = random.Random(SEED + 4)
_logs = [(_count, list(_batches(_rng, _count, _spread))) for _count, _spread in ((3, 12), (30, 12), (200, 12), (500, 400))]
### OBSERVE
seen = []
for _count, _sent in _logs:
    _replica, _states = Replica(), []
    for _batch in _sent:
        _given = [tuple(_entry) for _entry in _batch]
        _replica.apply(_given)
        _same = [list(_entry) for _entry in _given] == _batch
        _states.append([_replica.lsn, dict(sorted(_replica.data.items())), _replica.lag(_count), _same])
        _given.clear()
    seen.append(_states)
### JUDGE
assert len(seen) == 4, "not all logs were seen"
for (_count, _sent), _states in zip(_logs, seen, strict=True):
    _numbers, _by_number, _lsn, _data = [], {}, 0, {}
    assert len(_sent) == len(_states), f"{len(_sent)} batches were sent, {len(_states)} were seen"
    for _batch, _state in zip(_sent, _states, strict=True):
        _numbers.append([_entry[0] for _entry in _batch])
        _by_number.update((_entry[0], _entry[1:]) for _entry in _batch)
        for _next in range(_lsn + 1, _count + 1):
            if _next not in _by_number:
                break
            _lsn = _next
            _data[_by_number[_next][0]] = _by_number[_next][1]
        assert _state[:3] == [_lsn, _data, _count - _lsn], (
            f"after the batches of lsns … {_numbers[-4:]}: [lsn, data, lag({_count})] should be {[_lsn, _data, _count - _lsn]}; yours: {_state[:3]}"
        )
        assert _state[3] is True, f"apply must not change the list it is given: it did with the batch of lsns {_numbers[-1]}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="replica_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: What came early is kept until its turn, what was applied before is ignored, and two replicas share nothing.
### INPUTS
import random
from course.checks import SEED

_n = random.Random(SEED + 5).randint(4, 400)
### OBSERVE
_one, _other = Replica(), Replica()
_batch = [(_lsn, f"k{_lsn % 2}", _lsn) for _lsn in range(_n, 1, -1)]
_kept = list(_batch)
seen = {"new": [_one.lsn, dict(_one.data), _one.lag(_n)], "answer": _one.apply(_batch)}
seen["unchanged"] = _batch == _kept
seen["before"] = [_one.lsn, dict(_one.data)]
_batch.clear()
_one.apply([])
_one.apply([(1, "k1", 1), (1, "k1", 1)])
seen["after"] = [_one.lsn, dict(_one.data), _one.lag(_n)]
_one.apply([(2, "k0", 2), (1, "k1", 1)])
seen["again"] = [_one.lsn, dict(_one.data)]
seen["other"] = [_other.lsn, dict(_other.data)]
### JUDGE
_last = {"k0": _n - _n % 2, "k1": _n - 1 + _n % 2}
assert seen["new"] == [0, {}, _n], f"a new Replica: [lsn, data, lag({_n})] should be [0, {{}}, {_n}]; yours: {seen['new']}"
assert seen["answer"] is None, f"apply returns nothing; yours returned {seen['answer']!r}"
assert seen["unchanged"] is True, "apply must not change the list it is given"
assert seen["before"] == [0, {}], f"{_n} … 2 have come, 1 has not: nothing is applied; yours: {seen['before']}"
assert seen["after"] == [_n, _last, 0], (
    f"{_n} … 2 came in one batch, in this order, then 1, twice: [lsn, data, lag({_n})] should be {[_n, _last, 0]}; yours: {seen['after']}"
)
assert seen["again"] == [_n, _last], f"2 and 1 come once more: nothing changes; yours: {seen['again']}"
assert seen["other"] == [0, {}], f"another Replica, which was given nothing, must still be empty; yours: {seen['other']}"
### END HIDDEN TESTS

# %% [markdown]
# Two of your replicas follow one log. **Left:** the blue line is replica-2. It should lie on the orange line, which shows how far the log goes without a gap. **Right:** what reads get from your replicas, and (gray) from replicas that apply whatever comes, as it comes.
#
# - *As in the log so far*: the replica is late, but it shows a state that the primary once had.
# - *Past a gap*: a later write without one before it, such as a comment without its photo.
# - *Thrown back*: an old value that came late and replaced a newer one.
#
# (Here entries travel one by one, so a busy log waits for its slowest entry. A real log is one stream; there the lag comes from the network and from how fast the replica applies.)
#
# 1. *All twice, a cut of 2 s*: nothing reaches replica-2 for 2 s. Does it catch up?
# 2. *No lag, nothing twice*: is applying as it comes good enough now?

# %%
explore_log(Replica)

# %% [markdown]
# ## Exercise C — My own edit, please
#
# **Synchronous** replication prevents stale reads: the primary answers "saved" only when the replicas have the write too. But then every write waits for the slowest replica. Most sites replicate **asynchronously**: the primary answers at once.
#
# Few users mind seeing a friend's photo half a second late. Everybody minds if their *own* edit is gone after reloading. What prevents that is called **read your writes**, and it needs only a memory of who wrote what last.
#
# `ReadYourWrites(primary, replicas)`; the databases have `.online` and `.lsn`, which change between calls. Sessions are numbers or strings; `3` and `"3"` are two sessions.
#
# - `.wrote(session, lsn)`: this session's write has been confirmed and got number `lsn`. Returns nothing. Only the **highest** lsn of a session counts, in whatever order they are told.
# - A replica is *far enough* for a session if it is online and has applied at least this session's last write. A session that never wrote has 0, so every replica that is online will do.
# - `.pick(session)` returns the database for a read of this session: the replicas that are far enough **in turn**, as in your `Router`: the next one in list order after the replica used last, wrapping round. There is one turn for all sessions, and it starts with the first in the list.
# - If no replica is far enough: the primary. The turn stays where it was.
# - Sessions do not see each other's marks, and no session is ever forgotten. The list and the databases are not changed.
#
# Why in turn, and not always the replica that is furthest? Because all readers would ask the same one at the same moment. You will see below what that costs.
#
# <details><summary>Hint 1</summary>
#
# Two facts decide whether a replica is good enough for Anna. One is the replica's. What is the other, and who must remember it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A dict from session to the highest lsn it wrote. For the turn, do what your `Router` does: keep the place used last, look at the places after it, and take the first that is far enough.
#
# </details>


# %% solution="read_your_writes"
class ReadYourWrites:
    """Sends each session's reads, in turn, to replicas that have the session's own writes."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        ### BEGIN SOLUTION Exercise C: what do you remember between calls?
        self.marks = {}  # session → its highest lsn
        self.last = -1  # place of the replica used last
        ### END SOLUTION

    def wrote(self, session, lsn):
        """Take note that a write of the session got number `lsn`."""
        ### BEGIN SOLUTION Exercise C: remember the highest
        self.marks[session] = max(lsn, self.marks.get(session, 0))
        ### END SOLUTION

    def pick(self, session):
        """Return the database for a read of the session."""
        ### BEGIN SOLUTION Exercise C: choose a replica that is far enough
        mark, count = self.marks.get(session, 0), len(self.replicas)
        for step in range(1, count + 1):
            place = (self.last + step) % count
            if self.replicas[place].online and self.replicas[place].lsn >= mark:
                self.last = place
                return self.replicas[place]
        return self.primary
        ### END SOLUTION


# %% [markdown]
# To try it (not graded): Anna wrote number 7. Only r2 has it.

# %%
try:
    chooser = ReadYourWrites(Node("primary", lsn=9), [Node("r1", lsn=5), Node("r2", lsn=7)])
    chooser.wrote("anna", 7)
    print(chooser.pick("anna").name)
except NotImplementedError as stub:
    print(stub)

# %% check="read_your_writes" points=1
from course.database_replication import Node

primary, replicas = Node("primary", lsn=9), [Node("r1", lsn=5), Node("r2", lsn=7), Node("r3", lsn=7)]
chooser = ReadYourWrites(primary, replicas)
chooser.wrote("anna", 7)
seen = [chooser.pick("anna").name for _ in range(3)]
chooser.wrote("anna", 8)
seen += [chooser.pick("anna").name]
replicas[0].lsn = 8
seen += [chooser.pick("anna").name]
replicas[0].online = False
seen += [chooser.pick("anna").name]
### JUDGE
expected = ["r2", "r3", "r2", "primary", "r1", "primary"]
words = [
    "anna wrote 7, the replicas are at 5, 7, 7: r2 is the first that is far enough",
    "the next one that is far enough after r2",
    "r1 is still at 5, so after r3 comes r2",
    "anna wrote 8, no replica has it",
    "r1 has 8 now",
    "r1 is offline",
]
for want, got, why in zip(expected, seen, words, strict=True):
    assert got == want, f'{why}: pick("anna") should return {want}, it returned {got}'
assert len(seen) == 6, "not all picks were seen"

# %% check="read_your_writes_check_2" points=1
from course.database_replication import Node

primary, replicas = Node("primary", lsn=9), [Node("r1", lsn=6), Node("r2", lsn=9), Node("r3", lsn=8)]
chooser = ReadYourWrites(primary, replicas)
chooser.wrote("anna", 8)
seen = [chooser.pick(session).name for session in ("ben", "anna", "ben", "carl", "anna", "anna", "ben")]
### JUDGE
expected = ["r1", "r2", "r3", "r1", "r2", "r3", "r1"]
assert seen == expected, (
    f"r1, r2, r3 are at 6, 9, 8, only anna wrote (8). Reads of ben, anna, ben, carl, anna, anna, ben should go {' '.join(expected)}; yours went {' '.join(map(str, seen))}"
)

# %% check="read_your_writes_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Reads take turns among the online replicas that have the session's last write, and go to the primary if there is none.
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 6), []
for _count in (0, 1, 3, 6, 12):
    _newest, _lsns, _steps = 0, [0] * _count, []
    for _ in range(200):  # who writes before it, if anyone; the replicas' lsns; who are online; who reads
        _writer, _online = _rng.choice(["anna", "ben", 0, 3, "3"]), []
        if _rng.random() < 0.4:
            _newest += 1
        else:
            _writer = None
        for _n in range(_count):
            _lsns[_n] = _rng.randint(_lsns[_n], min(_newest, _lsns[_n] + 3))
            _online.append(_rng.random() < 0.8)
        _steps.append((_writer, list(_lsns), _online, _rng.choice(["anna", "ben", 0, 3, "3", "new"])))
    _runs.append((_count, _steps))
### OBSERVE
from course.database_replication import Node

seen = []
for _count, _steps in _runs:
    _nodes = [Node("primary"), *(Node(f"r{_n}", _up) for _n, _up in enumerate(_steps[0][2], 1))]
    _kept, _given = list(_nodes), _nodes[1:]
    _chooser, _picked, _same = ReadYourWrites(_nodes[0], _given), [], []
    for _writer, _lsns, _online, _session in _steps:
        if _writer is not None:
            _nodes[0].lsn += 1
            _chooser.wrote(_writer, _nodes[0].lsn)
        for _node, _lsn, _up in zip(_kept[1:], _lsns, _online, strict=True):
            _node.lsn, _node.online = _lsn, _up
        _before = [(_node.name, _node.online, _node.lsn) for _node in _kept]
        _got = _chooser.pick(_session)
        _picked.append(next((_n for _n, _node in enumerate(_kept) if _node is _got), None))
        _same.append(_given == _kept[1:] and _before == [(_node.name, _node.online, _node.lsn) for _node in _kept])
    seen.append([_picked, _same])
### JUDGE
assert len(seen) == 5, "not all were seen"
for (_count, _steps), (_picked, _same) in zip(_runs, seen, strict=True):
    assert _same == [True] * len(_steps), f"neither the list nor the databases may change; after one of {len(_steps)} picks they were not the same"
    _log, _turn = [None], list(range(1, _count + 1))  # who wrote what; the places in the order in which they would be asked
    for (_writer, _lsns, _online, _session), _got in zip(_steps, _picked, strict=True):
        if _writer is not None:
            _log.append(_writer)
        _mark = max((_lsn for _lsn, _whose in enumerate(_log) if _whose == _session), default=0)
        _told = [f"r{_n} {_lsns[_n - 1]}{'' if _online[_n - 1] else ' offline'}" for _n in _turn]
        _want = 0
        for _at, _place in enumerate(_turn):
            if _online[_place - 1] and _lsns[_place - 1] >= _mark:
                _want, _turn = _place, _turn[_at + 1 :] + _turn[: _at + 1]
                break
        _names = [f"r{_x}" if _x else "primary" if _x == 0 else "none of the databases it was made with" for _x in (_want, _got)]
        assert _got == _want, (
            f"last write of session {_session!r}: {_mark}; replicas, the next in turn first: {_told}: pick should return {_names[0]}, it returned {_names[1]}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="read_your_writes_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: The highest lsn of a session counts, in whatever order they are told, and no session is ever forgotten.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 7)
_writes = [(_session, _lsn) for _lsn, _session in enumerate(_rng.sample(range(1000), 300), 1)]
_told = [*_writes, *((_session, _rng.randint(1, _lsn)) for _session, _lsn in _rng.sample(_writes, 100))]
_asked = [(_session, _lsn, _rng.randrange(4)) for _session, _lsn in _rng.sample(_writes, 60)]  # and the only replica that has it, if below 3
### OBSERVE
from course.database_replication import Node

_primary, _replicas = Node("primary", lsn=300), [Node("r1"), Node("r2"), Node("r3")]
_one, _other = ReadYourWrites(_primary, _replicas), ReadYourWrites(_primary, _replicas)
seen = {"answers": [_one.wrote(_session, _lsn) for _session, _lsn in _told], "picks": []}
for _session, _lsn, _has in _asked:
    for _place, _node in enumerate(_replicas):
        _node.lsn = _lsn if _place == _has else _lsn - 1
    seen["picks"].append(_one.pick(_session).name)
for _node in _replicas:
    _node.lsn = 0
seen["other"] = [_other.pick(_session).name for _session, _, _ in _asked[:2]]
### JUDGE
assert seen["answers"] == [None] * len(_told), "wrote returns nothing; yours returned something"
for (_session, _lsn, _has), _pick in zip(_asked, seen["picks"], strict=True):
    _lsns = [_lsn if _place == _has else _lsn - 1 for _place in range(3)]
    _want = "primary" if _has == 3 else f"r{_has + 1}"
    _marks = [_number for _who, _number in _told if _who == _session]
    assert max(_marks) == _lsn, "the replicas are drawn around the highest number"
    assert _pick == _want, (
        f"wrote was called {len(_told)} times, with {_marks} for session {_session} (the highest counts): "
        f"with r1, r2, r3 at {_lsns} pick should return {_want}; yours returned {_pick}"
    )
assert seen["other"] == ["r1", "r2"], (
    f"another ReadYourWrites was told of no write: its first reads go to r1 and r2, whoever asks; yours went to {seen['other']}"
)
### END HIDDEN TESTS

# %% [markdown]
# **Left:** how many reads miss the user's own edit, by the time since that edit. Your line must lie on zero, always. **Right:** what that costs: reads that go to the primary, which you wanted to spare, and the time within which 99 % of the reads are answered.
#
# 1. *Reload at once*: how many reads miss the user's own edit?
# 2. *Lag 500 ms*: who answers when no replica may?
# 3. *50 % reads as well*: what share of the reads does the primary get now?
# 4. *Against the furthest*: would it be better always to ask the replica that is furthest?

# %%
explore_sessions(ReadYourWrites)

# %% [markdown]
# Anna and her sister once more, now with your memory of who wrote what. Watch the number on Anna's phone, then her sister's: whose can still go down? Then stop the film while a new edit is on all three belts, and kill the primary: why do Anna's reloads fail from then on, and her sister's do not?

# %%
replay(ReadYourWrites)

# %% [markdown]
# ## Exercise D — The primary is dead
#
# It is 3 in the morning. The primary does not answer, and every write fails. One of the replicas must be **promoted**, now: **failover**. Is the primary dead, or only unreachable? Which replica has the most? What do you tell the users whose writes it never got?
# In October 2018 GitHub's network was cut for 43 seconds. The tool that watches over MySQL promoted replicas on the other coast, a few seconds of writes behind. The repair took 24 hours and 11 minutes (GitHub, post-incident analysis, 2018).
#
# (There are setups with several primaries, **multi-primary**, and rings in which each sends to the next, **circular replication**. Two of them can accept two different edits of the same photo. Somebody must then decide who is right; notebook 07 does.)
#
# - `promote(replicas)` gets a list of databases with `.online` and `.lsn` and returns the **online** one with the highest `lsn` (a tie: the first in the list). With none online, or none at all, it raises `NoReplica`. It changes nothing.
# - `lost_writes(primary_lsn, promoted)` returns the list of the lsns that are lost, ascending: the dead primary had confirmed everything up to `primary_lsn`, and `promoted` is the database that takes over. Nothing lost: an empty list.
#
# <details><summary>Hint 1</summary>
#
# Why would you ever promote a replica that is not the furthest? And can you promote the furthest if it does not answer?
#
# </details>
# <details><summary>Hint 2</summary>
#
# First keep those that are online, then compare their lsn; the first of equals stays. The lost ones are all numbers after what the new primary has, up to and including what the old one had.
#
# </details>


# %% solution="promote"
def promote(replicas):
    """Return the online replica that is furthest; raise NoReplica if none is online."""
    ### BEGIN SOLUTION Exercise D: choose who takes over
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    return max(online, key=lambda replica: replica.lsn)
    ### END SOLUTION


def lost_writes(primary_lsn, promoted):
    """Return the lsns that the dead primary had confirmed and the promoted one never got."""
    ### BEGIN SOLUTION Exercise D: name what is lost
    return list(range(promoted.lsn + 1, primary_lsn + 1))
    ### END SOLUTION


# %% [markdown]
# To try it (not graded): the primary had confirmed 7 writes. It should print r2 and the two that are lost.

# %%
try:
    promoted = promote([Node("r1", lsn=3), Node("r2", lsn=5)])
    print(promoted.name, lost_writes(7, promoted))
except NotImplementedError as stub:
    print(stub)

# %% check="promote" points=1
from course.checks import attempt
from course.database_replication import Node

replicas = [Node("r1", lsn=4), Node("r2", lsn=9, online=False), Node("r3", lsn=6), Node("r4", lsn=6)]
seen = {
    "promoted": promote(replicas).name,
    "nobody": attempt(lambda: promote([Node("r1", online=False)]).name),
}
### JUDGE
assert seen["promoted"] == "r3", (
    f"lsns r1 4, r2 9 but offline, r3 6, r4 6: r3 takes over (furthest online, first of equals); yours chose {seen['promoted']}"
)
assert seen["nobody"].get("raised") == "NoReplica", f"with no replica online promote must raise NoReplica; yours: {seen['nobody']}"

# %% check="promote_check_2" points=1
from course.database_replication import Node

seen = [lost_writes(9, Node("r3", lsn=6)), lost_writes(6, Node("r3", lsn=6))]
### JUDGE
assert seen[0] == [7, 8, 9], f"confirmed up to 9, the new primary has 6: 7, 8, 9 are lost; yours: {seen[0]}"
assert seen[1] == [], f"confirmed up to 6, the new primary has 6: nothing is lost; yours: {seen[1]}"

# %% check="promote_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The online replica with the highest lsn is promoted, the first of equals; with none online, promote raises NoReplica.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 8), []
for _ in range(200):
    _most = _rng.choice([6, 6, 1200])
    _cases.append([(f"r{_n}", _rng.random() < 0.6, _rng.randint(0, _most)) for _n in range(_rng.choice([0, 1, 2, 3, 4, 5, 6, 15]))])
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

seen = {"rows": [], "same": []}
for _before in _cases:
    _replicas = [Node(_name, online=_online, lsn=_lsn) for _name, _online, _lsn in _before]
    _outcome = attempt(lambda: promote(_replicas))
    seen["same"].append(_before == [(_node.name, _node.online, _node.lsn) for _node in _replicas])
    if "returned" in _outcome:
        seen["rows"].append(next((_node.name for _node in _replicas if _node is _outcome["returned"]), None))
    else:
        seen["rows"].append(_outcome["raised"])
### JUDGE
assert len(seen["rows"]) == 200, "not all failovers were seen"
for _replicas, _got in zip(_cases, seen["rows"], strict=True):
    _want, _furthest = "NoReplica", -1
    for _name, _online, _lsn in _replicas:
        if _online and _lsn > _furthest:
            _want, _furthest = _name, _lsn
    _told = [f"{_name} {_lsn}{'' if _online else ' offline'}" for _name, _online, _lsn in _replicas]
    _said = "none of the replicas it was given" if _got is None else _got
    assert _got == _want, f"promote of replicas {_told}: expected {_want}, yours gave {_said}"
assert seen["same"] == [True] * len(_cases), "promote must change neither the list nor the replicas"
### END HIDDEN TESTS

# %% check="promote_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: Lost is everything that the dead primary had confirmed and the promoted database does not have, in ascending order.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 9)
_deaths = [(_had + _rng.choice([0, 1, 2, 7, 250]), _had) for _had in (0, 1, 9, *_rng.sample(range(2, 5000), 40))]
### OBSERVE
from course.database_replication import Node

seen = []
for _confirmed, _had in _deaths:
    _node = Node("r1", lsn=_had)
    seen.append([lost_writes(_confirmed, _node), _node.online, _node.lsn])
### JUDGE
for (_confirmed, _had), (_lost, _online, _lsn) in zip(_deaths, seen, strict=True):
    _want = [_number for _number in range(_confirmed + 1) if _number > _had]
    assert _lost == _want, (
        f"confirmed up to {_confirmed}, the new primary has {_had}: {len(_want)} are lost: {_want[:3]} … {_want[-1:]}; yours: {_lost if len(str(_lost)) < 60 else str(_lost)[:60] + ' …'}"
    )
    assert [_online, _lsn] == [True, _had], "lost_writes must not change the database it is given"
assert len(seen) == 43, "not all deaths were seen"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** the end of each log at the moment when the primary dies. Red crosses are confirmed writes that no living database has any more; below them is what your `lost_writes` names, with a red circle where it is wrong. **Right:** what the death costs, and (gray) what it costs to promote the first replica in the list.
#
# 1. *One replica*: how many confirmed writes are lost?
# 2. *Five replicas*: none of them got faster. Why are fewer writes lost?
# 3. *The freshest dies, too*: who takes over, and what does it cost?
# 4. *Synchronous*: nothing is lost. What do you pay?
# 5. *Noticed after 0 s*: no write is refused. What do you risk?

# %%
explore_failover(promote, lost_writes)

# %% [markdown]
# Slowly now, one death: watch the belts at 3 s. What falls off all three of them is lost in any case; which of the edits does only your choice save? Then tick *synchronous*: what do the edits wait for?

# %%
replay_failover(promote, lost_writes)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes; each move measures for about two seconds.) Below, your `Router` and your `Replica` drive real databases: a primary and replicas, each a SQLite file of its own in a temporary folder. A write changes the primary's table and, in the same transaction, its log. A thread for each
# replica delivers the entries late, by the lag you set; your `Replica` decides what is written into the replica's file. Reads are real `SELECT`s, sent where your router says; each answer is compared with the last value that had been confirmed.
#
# The picture shows three things next to each other: the formula, the simulation, and what was measured. The files know nothing of the formula.
#
# 1. *Lag 300 ms*: how many reads are stale on real files?
# 2. *Lag 0 ms*: can a read still be stale?
#
# With PostgreSQL servers the same run uses them: before you start JupyterLab, set the environment variable `DATABASE_URL` to the primary's address and `DATABASE_URL_1`, `DATABASE_URL_2` … to the replicas' (a replica without one lives on the primary's server).

# %%
explore_real(Router, Replica)

# %% [markdown]
# ## Explain
#
# Your photo site runs three asynchronous replicas behind `Router`. A user changes his profile picture. He reloads three times and sees: the *old* picture, the *new* one, the *old* one again. His sister, on her own phone, sees
# the new one, reloads, and gets the old one.
#
# Why can the picture go *back* in time, although no replica ever does? Would `ReadYourWrites` fix it for him? For his sister? Name **two** different ways to make sure that his sister never goes back in time either, and what each costs. (About 8 sentences. Double-click the cell below to write.)

# %% [markdown] answer="explain" points=3
# Each reload is a read, and the router sends it to the next replica in turn. The replicas are differently far in the log: one has the change, the next one does not yet. Each of them only moves forward, but the user jumps from one to another, and so back in time. `ReadYourWrites`
# fixes it for him: his session's mark is the lsn of his change, and only databases that have it may answer him. It does nothing for his sister. Her session never wrote, her mark is 0, so any replica will do, and from one read to the next it is another one. One way: keep a mark for reads too. Note the lsn of the database that answered her, and next time ask only those at least as far ("monotonic reads"). It costs a memory for every session, and more reads go to the primary when the others lag. Another: send every session always to the same
# replica. That costs balance, as some sessions read far more than others, and when the replica dies she may still go back. Synchronous replication would do it for everybody, and makes every write wait for the slowest replica.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: reads take turns over replicas that are differently far in the log; each only moves forward, the *reader* jumps between them.
#
# 1 point: `ReadYourWrites` fixes it for him (his mark is the lsn of his write), not for his sister: her session never wrote, its mark is 0, any replica will do. (Half a point for one of the two.)
#
# 1 point: two *different* ways, each with its price; half a point each. For example: a mark for what a session has *read* (monotonic reads; memory for each session, more reads to the primary); the same replica for the same session (uneven load, breaks when it dies);
# synchronous replication with apply (each write waits for the slowest replica; if one hangs, writes hang); all reads of such pages from the primary (it carries the load again); wait at the replica until it has the mark (the read is slower).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **PostgreSQL** streams its log (WAL) to standbys, which answer reads with `hot_standby = on`. `synchronous_standby_names` and `synchronous_commit = remote_apply` make a write wait until they have *applied* it; plain `on` waits until they have stored it. `pg_last_wal_replay_lsn()` on a standby is your `.lsn`.
# - **MySQL** numbers transactions (GTID); `WAIT_FOR_EXECUTED_GTID_SET` waits on a replica for your own write: exercise C by waiting. Its semisynchronous mode waits for one replica or more.
# - **ProxySQL, Pgpool-II**: exercise A as a product. ProxySQL's usual rules are three: `^SELECT.*FOR UPDATE` to the writers, `^SELECT` to the readers, all else to the writers. Yours are stricter with a SELECT.
# - **Patroni, Vitess' VTOrc**: exercise D, with an election so that two of them never promote two replicas. Patroni waits 30 s (`ttl`) before it believes that a primary is dead, and `maximum_lag_on_failover` rules out replicas that are too far behind (manual of Patroni 3.2, 2024). (Orchestrator, long the usual tool for MySQL, is archived; Percona keeps a fork.)
# - **Left out here:** transactions of several statements (all must go to one database), functions that write inside a SELECT (`SELECT nextval('ids')` looks like a read: no router can see it in the text), a `WITH … SELECT`, which your rule sends to the primary although it only reads, schema changes, a replica that applies more slowly than the primary writes, and stopping the old primary, should it come back and believe it still is one (*fencing*).

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
# Reads scale, and losing a database is an accident, not the end. But look at what the replicas do all day: they compute the same few pages again and again. The front page, the ten photos that everybody looks at, the profile of one celebrity, each time from the disk and through SQL.
# And every new replica must write everything once more. A few percent of the data get most of the reads. Why ask a database for them at all? In notebook 04 you put a cache in front of it.
