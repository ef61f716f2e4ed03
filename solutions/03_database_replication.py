# %% [markdown] question="what do replicas buy, and which reads do they get wrong?" shown="explore(Router, is_write)"
# # 3 · Database replication
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/03_database_replication/03_database_replication.ipynb)
#
# Your web tier survives the death of any one server. Behind it there is still one database: one machine that every page
# waits for, and one copy of every photo, comment and like. So today you copy it. That takes an afternoon. Then a
# user edits her profile, reloads the page, and her edit is gone. She reloads again, and it is back. What have you built?
#
# **Time:** about 80 minutes. Afterwards you will be able to
#
# - say what replicas buy, what they do not, and compute where more of them stop helping,
# - send each SQL statement to the right database, and let users always see their own edits,
# - replay a log that arrives late, twice and in the wrong order, promote a replica and name what was lost.

# %%
import re

from course.database_replication import (
    Node,
    NoReplica,
    PrimaryDown,
    architecture,
    explore,
    explore_failover,
    explore_log,
    explore_real,
    explore_sessions,
)

# %% [markdown]
# ## The picture
#
# One database takes all writes; copies of it answer the reads. The web servers decide which one to ask: that is your code today.
# (Left to right: clients → load balancer → web-1 … web-3, each with your router → primary → replica-1 … replica-3, new. The routers send writes to the primary and reads
# to the replicas, any router to any replica; the primary sends its log to the replicas.)

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### One writes, the others read
# One database is the **primary** (older texts say *master*): every write goes there. The others are **replicas** (*slaves*): copies that answer reads. Why does such a lopsided
# team work? Because people look far more often than they post. Facebook's store for the social graph served a billion reads a second and *millions* of writes (Bronson et al., "TAO", 2013). So a
# site has one primary and several replicas.
#
# ### What you get
# - **Performance:** reads run in parallel, on as many machines as you pay for.
# - **Reliability:** a fire in one rack does not burn the only copy of the photos.
# - **Availability:** when one database dies, another one answers.
#
# ### The log
# The primary gives each write a number, 1, 2, 3 …, its **lsn** (log sequence number), and sends the *log* of numbered writes to every replica. A replica applies them in
# that order and so walks through the same states as the primary, a little later. How much later is the **replication lag**.

# %% [markdown]
# ### To wait or not to wait
# **Asynchronous:** the primary answers "saved" as soon as it has the write. Fast, but for a moment there is only one copy, and a replica that is asked now gives a **stale** answer. **Synchronous:** it answers
# when the replicas have the write too. Nothing gets lost and nothing is stale, but every write waits for the slowest replica. Most sites run asynchronously and live with the lag. You will see what that takes.
#
# ### What replicas cannot do
# A replica does *two* jobs: its part of the reads, and **all** the writes, because it is a copy. Ten replicas write everything ten times. Here a database does 100 statements/s, and applying a log entry costs half as much as the
# statement did. If a share `r` of the statements are reads and you have `n` replicas, the primary does `1 − r` of the work, each replica `r/n + (1 − r)/2`. Only one of these terms shrinks with `n`.
#
# ### When one dies
# *A replica dies:* its reads go to the others; with none left, to the primary. *The primary dies:* a replica is **promoted**. That is **failover**, and it is the hard part. Is the primary dead,
# or only unreachable? Which replica has the most? What of the writes that none has? In October 2018 GitHub's network was cut for 43 seconds. The tool that watches over MySQL promoted replicas on the other coast, a few seconds of
# writes behind. Repairing took 24 hours and 11 minutes (GitHub, post-incident analysis, 2018).
#
# There are setups with several primaries (**multi-primary**), and rings in which each sends to the next (**circular replication**). Two of them can accept two different edits of the same photo. Somebody must then decide who is right; notebook 07 does.

# %%
Node("replica-1", online=True, lsn=41)  # what your code will see of a database: it has all writes up to number 41

# %% [markdown]
# ## Predict
#
# A database does 100 statements/s. 80 % of your statements are reads. You buy **ten** replicas, each as strong as the primary.
#
# How many statements per second can the eleven machines serve together? Put your number in place of `None`, then go on.

# %%
prediction = None  # statements/s: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** statements per second against the number of replicas; the blue dot is this run, the grey ghost the same traffic with only the primary. **Right:** the share of reads that miss a write that had been confirmed before.
#
# 1. Ask for 1,050/s. Move *replicas* from 0 to 10. Where does the dot stop, and what is the dashed line it stops at? Compare with your diamond.
# 2. Now move *reads* to 95 %, then to 50 %. How many replicas are worth buying for each?
# 3. Back to 80 % and 250/s. Move *replication lag* from 0 to 500 ms. The red triangle is the part that hurts most: users who miss *their own* edit.
# 4. Let *replica-1*, then *the primary* die at half time. What fails, and what goes on?
# 5. Nobody dies again (*dies at half time: nobody*), and *replication lag* is back at 100 ms. Switch *router* to *by the first word*: what begins with `SELECT` goes to a replica, all else to the primary. What goes wrong, and on which side?

# %%
explore(prediction=prediction)

# %% [markdown]
# At 80 % reads the writes alone keep the primary busy at 500 statements/s, with eight replicas or eighty: the **write bound**. To get past it, the writes themselves must go to several primaries; that is
# sharding (notebook 10). And see the first replica: 100 statements/s without it, 111 with it. It takes all the reads, but must write everything as well.

# %% [markdown]
# ## Exercise A — Read or write?
#
# The web server holds a piece of SQL. Which database may run it? A write on a replica is an error. A read on the primary is a waste. Somebody must look at the text.
#
# First, `is_write(sql)` gets one statement as a string and returns `True` or `False`.
#
# - INSERT, UPDATE, DELETE, MERGE, REPLACE, TRUNCATE, CREATE, ALTER and DROP statements are writes. So is a SELECT with `FOR UPDATE` or `FOR SHARE`: it takes locks, and locks live on the primary. Everything else is a read.
# - `WITH name AS (…), … ` in front: the statement counts as what its **main statement** is, the one after the brackets. `RECURSIVE` may follow `WITH`; a name may be quoted and may have a list of columns, `t(a, b)`.
# - What stands in round brackets does not matter, so neither does a `FOR UPDATE` in a subquery: only the outermost counts.
# - What stands in quotes, `'…'` or `"…"`, does not matter (a quote inside is doubled: `'it''s'`); it is never a keyword. `--` or `/*` in quotes starts no comment.
# - A comment counts as white space, wherever it stands: from `--` to the end of the line, or `/* … */`, also over several lines, not nested. A quote in a comment opens nothing.
# - Capital or small letters and the amount of white space (blanks, tabs, new lines) do not matter. Keywords are whole words: `updated_at` is none. A semicolon may end the statement.
#
# Then, knowing the kind, pick the database. Random choices are uneven, so take turns. And databases die while you work.
#
# `Router(primary, replicas)` gets a database and a list of databases; each has `.online`, which may change between any two calls. `route(sql)` returns one of these objects.
#
# - A write (your `is_write` says so) goes to the primary. If that is offline, raise `PrimaryDown`: no replica may take a write.
# - A read goes to the replicas in turn: the next one **online** in list order after the one used last, wrapping round. The first read goes to the first one online.
# - If no replica is online, or there is none, a read goes to the primary, and the turn stays where it was. If that is offline too, raise `PrimaryDown`.
# - Writes do not change the turn. The list and the databases are not changed.
#
# To try it: `is_write("SELECT 'update' AS word")`, and `Router(Node("primary"), [Node("replica-1"), Node("replica-2")]).route("SELECT 1").name`.
#
# <details><summary>Hint 1</summary>
#
# Which parts of the text can never matter, and what is left when you take all of them away? And when the replica used last has died meanwhile: where does the search for the next one begin?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Quotes and comments hide each other: whichever begins first wins. One regular expression with four alternatives, tried from left to right through the text, gets that right. Brackets can hold brackets: take the innermost away until there are none. Then look at words.
# For the turn, keep the place in the list of the replica used last, starting one before the first. Look at as many places after it as there are replicas, modulo the length, and move the mark only when you have found one.
#
# </details>


# %% solution="is_write"
def is_write(sql):
    """Return whether one SQL statement must run on the primary."""
    ### BEGIN SOLUTION Exercise A: tell writes from reads
    text = re.sub(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    brackets = 1
    while brackets:
        text, brackets = re.subn(r"\([^()]*\)", " ", text)
    words = re.findall(r"\w+", text.upper())
    writes = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "CREATE", "ALTER", "DROP"}
    if words[0] == "WITH":
        while words and words[0] not in writes | {"SELECT"}:
            words.pop(0)
    if words and words[0] == "SELECT":
        return re.search(r"\bFOR (UPDATE|SHARE)\b", " ".join(words)) is not None
    return bool(words) and words[0] in writes
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

# %% check="is_write" points=1
statements = [
    "SELECT * FROM photos WHERE owner = 7",
    "INSERT INTO photos (owner, title) VALUES (7, 'lake')",
    "  update photos set likes = likes + 1 where id = 12",
    "select likes from photos where id = 12",
    "/* app */ DELETE FROM photos WHERE id = 12",
    "-- drop me a line\nSELECT text FROM comments",
]
seen = [is_write(sql) for sql in statements]
### JUDGE
expected = [
    ("SELECT * FROM photos …", False),
    ("INSERT INTO photos …", True),
    ("  update photos …", True),
    ("select likes …", False),
    ("/* app */ DELETE …", True),
    ("-- drop me a line, then on the next line SELECT …", False),
]
for (sql, want), got in zip(expected, seen, strict=True):
    assert got is want, f"is_write of {sql}: expected {want}, got {got}"
assert len(seen) == 6, "not all statements were seen"

# %% check="is_write_check_2" points=1
statements = [
    "SELECT likes FROM photos WHERE id = 12 FOR UPDATE",
    "SELECT id FROM comments WHERE text = 'for update'",
    "WITH old AS (SELECT id FROM photos WHERE year < 2010) DELETE FROM photos",
    "WITH best AS (SELECT * FROM photos ORDER BY likes) SELECT * FROM best",
    "SELECT title FROM photos WHERE id IN (SELECT id FROM likes FOR SHARE)",
    "SELECT updated_at FROM photos -- for share",
]
seen = [is_write(sql) for sql in statements]
### JUDGE
expected = [
    ("SELECT … FOR UPDATE", True, "it takes a lock"),
    ("SELECT … 'for update'", False, "the words stand in quotes"),
    ("WITH … (SELECT …) DELETE …", True, "the main statement deletes"),
    ("WITH … (SELECT …) SELECT …", False, "the main statement selects"),
    ("SELECT … IN (SELECT … FOR SHARE)", False, "only the outermost lock counts"),
    ("SELECT … -- for share", False, "the words stand in a comment"),
]
for (sql, want, why), got in zip(expected, seen, strict=True):
    assert got is want, f"is_write of {sql}: expected {want}, because {why}; got {got}"
assert len(seen) == 6, "not all statements were seen"

# %% check="is_write_check_3" points=1
from course.database_replication import Node

primary, replicas = Node("primary"), [Node("r1"), Node("r2"), Node("r3")]
router = Router(primary, replicas)
statements = ["SELECT 1", "SELECT 2", "INSERT INTO likes VALUES (1)", "SELECT 3", "SELECT 4"]
seen = [router.route(sql).name for sql in statements]
### JUDGE
expected = ["r1", "r2", "primary", "r3", "r1"]
assert seen == expected, (
    f"read, read, write, read, read over r1, r2, r3 should go {' '.join(expected)}; yours went {' '.join(map(str, seen))}"
)

# %% check="is_write_check_4" points=1
from course.checks import attempt
from course.database_replication import Node

primary, replicas = Node("primary"), [Node("r1"), Node("r2"), Node("r3")]
router = Router(primary, replicas)
seen = {"reads": [router.route("SELECT 1").name]}
replicas[1].online = False
seen["reads"] += [router.route("SELECT 2").name for _ in range(2)]
for replica in replicas:
    replica.online = False
seen["reads"].append(router.route("SELECT 3").name)
primary.online = False
seen["write"] = attempt(lambda: router.route("UPDATE photos SET likes = 0").name)
### JUDGE
assert seen["reads"] == ["r1", "r3", "r1", "primary"], (
    f"reads: r1; then r2 dies: r3, r1; then all replicas die: primary; yours went {seen['reads']}"
)
assert seen["write"].get("raised") == "PrimaryDown", (
    f"a write with the primary offline must raise PrimaryDown; it gave {seen['write']}"
)

# %% check="is_write_hidden" points=1
### BEGIN HIDDEN TESTS
import random
from course.checks import SEED


def _statements(rng):
    bodies = [
        ("SELECT title FROM photos WHERE id = {n}", False),
        ("SELECT title, likes FROM photos WHERE id = {n} FOR UPDATE", True),
        ("SELECT * FROM photos WHERE id = {n} FOR SHARE", True),
        ("INSERT INTO likes (photo) VALUES ({n})", True),
        ("UPDATE photos SET likes = {n}", True),
        ("DELETE FROM photos WHERE id = {n}", True),
        ("MERGE INTO photos USING fresh ON photos.id = {n} WHEN MATCHED THEN DO NOTHING", True),
        ("REPLACE INTO photos (id) VALUES ({n})", True),
        ("TRUNCATE TABLE old_photos_{n}", True),
        ("CREATE TABLE photos_{n} (id INTEGER)", True),
        ("ALTER TABLE photos_{n} ADD COLUMN likes INTEGER", True),
        ("DROP TABLE photos_{n}", True),
        ("SHOW CREATE TABLE photos_{n}", False),
        ("VALUES ({n})", False),
        ("SELECT replace(title, 'a', 'b') FROM photos WHERE id = {n}", False),
        ("SELECT created, dropped, updated_at FROM inserts WHERE delete_id = {n}", False),
    ]
    before = ["", "  ", "\n\t", "/* update */ ", "-- delete from photos\n", "/* two\nlines */\n-- and 'one\n  "]
    after = ["", ";", " -- for update", " /* for share */", "\n", " ;"]
    for body, write in bodies * 8:
        body = body.replace("{n}", str(rng.randrange(100)))
        front = rng.choice(["", "WITH mine AS (SELECT 1), yours AS (SELECT 2) "]) if body[:4] not in ("SHOW", "VALU") else ""
        text = front + body
        text = rng.choice([str.lower, str.upper, str.title, str])(text)
        gap = rng.choice([" ", "  ", "\n", "\t", " /* drop */ ", "/**/"])
        yield rng.choice(before) + text.replace(" ", gap) + rng.choice(after), write


seen = [is_write(_sql) for _sql, _ in _statements(random.Random(SEED))]
### JUDGE
import random
from course.checks import SEED


def _statements(rng):
    bodies = [
        ("SELECT title FROM photos WHERE id = {n}", False),
        ("SELECT title, likes FROM photos WHERE id = {n} FOR UPDATE", True),
        ("SELECT * FROM photos WHERE id = {n} FOR SHARE", True),
        ("INSERT INTO likes (photo) VALUES ({n})", True),
        ("UPDATE photos SET likes = {n}", True),
        ("DELETE FROM photos WHERE id = {n}", True),
        ("MERGE INTO photos USING fresh ON photos.id = {n} WHEN MATCHED THEN DO NOTHING", True),
        ("REPLACE INTO photos (id) VALUES ({n})", True),
        ("TRUNCATE TABLE old_photos_{n}", True),
        ("CREATE TABLE photos_{n} (id INTEGER)", True),
        ("ALTER TABLE photos_{n} ADD COLUMN likes INTEGER", True),
        ("DROP TABLE photos_{n}", True),
        ("SHOW CREATE TABLE photos_{n}", False),
        ("VALUES ({n})", False),
        ("SELECT replace(title, 'a', 'b') FROM photos WHERE id = {n}", False),
        ("SELECT created, dropped, updated_at FROM inserts WHERE delete_id = {n}", False),
    ]
    before = ["", "  ", "\n\t", "/* update */ ", "-- delete from photos\n", "/* two\nlines */\n-- and 'one\n  "]
    after = ["", ";", " -- for update", " /* for share */", "\n", " ;"]
    for body, write in bodies * 8:
        body = body.replace("{n}", str(rng.randrange(100)))
        front = rng.choice(["", "WITH mine AS (SELECT 1), yours AS (SELECT 2) "]) if body[:4] not in ("SHOW", "VALU") else ""
        text = front + body
        text = rng.choice([str.lower, str.upper, str.title, str])(text)
        gap = rng.choice([" ", "  ", "\n", "\t", " /* drop */ ", "/**/"])
        yield rng.choice(before) + text.replace(" ", gap) + rng.choice(after), write


_wanted = list(_statements(random.Random(SEED)))
for (_sql, _want), _got in zip(_wanted, seen, strict=True):
    assert _got is _want, f"is_write({_sql!r}): expected {_want}, got {_got!r}"
assert len(seen) == len(_wanted), f"{len(_wanted)} statements, {len(seen)} answers"
### END HIDDEN TESTS

# %% check="is_write_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED


def _statements(rng):
    word = rng.choice(["INSERT", "UPDATE", "DELETE", "DROP"])
    lock = rng.choice(["FOR UPDATE", "FOR SHARE", "for\tupdate"])
    n = rng.randrange(100)
    return [
        f"SELECT '{word} /* ' FROM photos WHERE note = ' */' {lock}",
        f"SELECT id FROM photos WHERE note = 'it''s -- {lock}' AND owner = {n}",
        f"SELECT id FROM photos WHERE note = 'a -- b' {lock}",
        f'SELECT "for update", "{word.lower()}" FROM photos /* it\'s */ WHERE id = {n}',
        f"/* don't */ {word} FROM photos -- isn't",
        f"SELECT id /* don't */ FROM photos /* won't */ {lock}",
        f"SELECT id FROM photos WHERE a = '(' {lock} OF photos",
        f"SELECT id FROM photos WHERE (a = 1 AND (b IN (SELECT max(c) FROM d {lock}) OR e = {n}))",
        f"SELECT f(a, (b)) FROM (SELECT * FROM (SELECT 1 {lock}) x) y {lock} SKIP LOCKED",
        f'WITH "{word}" AS (SELECT 1) SELECT * FROM "{word}"',
        f"WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n + {n} FROM t), u AS (SELECT ')') {word} FROM t",
        f"WITH t AS (SELECT id FROM photos {lock}) SELECT id FROM t",
        f"WITH t AS (SELECT id FROM photos) SELECT id FROM t {lock}",
        f"WITH t AS ({word} FROM photos) SELECT id FROM t",
        f"-- {word}\n-- SELECT\n/* {word} */SELECT {n}",
        f"SELECT for_update, share FROM photos WHERE id = {n}",
        "SELECT id FROM photos FOR-- now\nSHARE",
        f"SELECT id FROM photos WHERE note = '\n-- ' OR owner = {n} -- {lock}",
        f"INSERT INTO comments (text) VALUES ('please SELECT me', '{lock}')",
        f"{word}/* x */t",
    ]


_sent = _statements(random.Random(SEED + 1))
### OBSERVE
seen = [is_write(_sql) for _sql in _sent]
### JUDGE
_wanted = [
    True, False, True, False, True,
    True, True, False, True, False,
    True, False, True, False, False,
    False, True, False, True, True,
]
for _sql, _want, _got in zip(_sent, _wanted, seen, strict=True):
    assert _got is _want, f"is_write({_sql!r}): expected {_want}, got {_got!r}"
assert len(seen) == len(_wanted), f"{len(_wanted)} statements, {len(seen)} answers"
### END HIDDEN TESTS

# %% check="is_write_hidden_3" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 2), []
for _count in (1, 2, 3, 5, 8):
    _steps = []  # of each statement: which nodes go up or down before it, and its SQL
    for _ in range(150):
        _flips = [_rng.random() < 0.2 for _ in range(_count + 1)]
        _steps.append((_flips, _rng.choice(["SELECT 1", "SELECT 1", "DELETE FROM likes"])))
    _runs.append((_count, _steps))
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

seen = []
for _count, _steps in _runs:
    _primary, _replicas = Node("primary"), [Node(f"r{_n}") for _n in range(_count)]
    _router, _way = Router(_primary, _replicas), []
    for _flips, _sql in _steps:
        for _node, _flip in zip((_primary, *_replicas), _flips, strict=True):
            _node.online = _node.online != _flip
        _way.append(attempt(lambda: _router.route(_sql).name))
    seen.append(_way)
### JUDGE
assert len(seen) == 5, "not all routers were seen"
for (_count, _steps), _way in zip(_runs, seen, strict=True):
    _online, _names = [True] * (_count + 1), [f"r{_n}" for _n in range(_count)]
    assert len(_way) == 150, f"150 statements were routed, {len(_way)} were seen"
    _turn = list(range(_count))  # the places in the order in which they would be asked
    for (_flips, _sql), _outcome in zip(_steps, _way, strict=True):
        _online = [_was != _flip for _was, _flip in zip(_online, _flips, strict=True)]
        _up = [_place for _place in _turn if _online[_place + 1]] if _sql[0] == "S" else []
        _call = f"{_sql!r}, online: {[_n for _n, _o in zip(['primary', *_names], _online, strict=True) if _o]}, turn of {_names[_turn[0]]}"
        if _up:
            _want = {"returned": _names[_up[0]]}
            _at = _turn.index(_up[0]) + 1
            _turn = _turn[_at:] + _turn[:_at]
        elif _online[0]:
            _want = {"returned": "primary"}
        else:
            _want = {"raised": "PrimaryDown"}
        _got = {_key: _outcome[_key] for _key in ("returned", "raised") if _key in _outcome}
        assert _got == _want, f"route of {_call}: expected {_want}, got {_got}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="is_write_hidden_4" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_names = random.Random(SEED + 3).sample("abcdefgh", 3)
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

_primary, _replicas = Node("primary"), [Node(_name, lsn=4) for _name in _names]
_one, _other = Router(_primary, _replicas), Router(_primary, _replicas)
seen = {"same object": _one.route("SELECT 1") is _replicas[0] and _one.route("DROP TABLE x") is _primary}
seen["apart"] = [_one.route("SELECT 1").name, _other.route("SELECT 1").name]
seen["list"] = [[_node.name, _node.online, _node.lsn] for _node in _replicas]
_alone = Router(_primary, [])
seen["no replicas"] = [_alone.route("SELECT 1").name, _alone.route("DELETE FROM t").name]
_primary.online = False
seen["nothing"] = [attempt(lambda: _alone.route(_sql)) for _sql in ("SELECT 1", "DELETE FROM t")]
seen["reads go on"] = _one.route("SELECT 1").name
### JUDGE
assert seen["same object"] is True, "route must return the very objects that the router was made with"
assert seen["apart"] == [_names[1], _names[0]], (
    f"each Router has its own turn: the second read of one and the first of another should go to {_names[1]} and {_names[0]}; they went to {seen['apart']}"
)
assert seen["list"] == [[_name, True, 4] for _name in _names], (
    f"route must change neither the list nor the databases; afterwards: {seen['list']}"
)
assert seen["no replicas"] == ["primary", "primary"], (
    f"without replicas reads and writes go to the primary; they went to {seen['no replicas']}"
)
assert all(_outcome.get("raised") == "PrimaryDown" for _outcome in seen["nothing"]) and len(seen["nothing"]) == 2, (
    f"with nothing online both a read and a write must raise PrimaryDown; they gave {seen['nothing']}"
)
assert seen["reads go on"] == _names[2], (
    f"with the primary offline reads go on in turn, to {_names[2]}; it went to {seen['reads go on']}"
)
### END HIDDEN TESTS

# %% [markdown]
# Your function now sorts 2,000 statements; each read goes to a random replica. The grey ghost looks at the first word only: the locks it sends to replicas are refused, and all it does not understand burdens the primary. Ask for 500/s
# with ten replicas: how much traffic does it cost to be lazy about comments and small letters?

# %%
explore(is_write)

# %% [markdown]
# Your router now drives the cluster; the ghost picks at random. Ask for 1,050/s with four to eight replicas: taking turns beats chance, because the unluckiest replica decides when everything is answered. Then let the primary die at half time:
# reads go on, and every write fails with your `PrimaryDown`. Somebody should be promoted; that is exercise D. And one thing is still wrong: look at the right side.

# %%
explore(Router, is_write)

# %% [markdown]
# ## Exercise B — Replay the log
#
# Now sit inside a replica. The network brings the primary's log in pieces: some late, some twice, some in the wrong order. Out of this you must make exactly the primary's history.
#
# `Replica()` starts with `.lsn` 0 and an empty dict `.data`.
#
# - `.apply(entries)`: a list of entries `(lsn, key, value)`, lsn = 1, 2, 3 …, in any order; some may have come before, in this batch or an earlier one. It returns nothing and does not change the list.
# - Each entry is applied **once** (`data[key] = value`), in the order of the lsn, and nothing past a gap: if 1, 2 and 4 have come, only 1 and 2 are applied. When 3 comes, 3 and 4 are.
# - What came early is kept until its turn. What was applied before is ignored.
# - `.lsn` is the last one applied, `.data` the state at that lsn. A value may be anything, also `None` or 0.
# - `.lag(primary_lsn)` returns how many entries the replica is behind a primary that is at `primary_lsn`.
#
# To try it: `r = Replica(); r.apply([(2, "b", 1), (1, "a", 5)]); print(r.lsn, r.data)`.
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
### INPUTS
import random
from course.checks import SEED


def _batches(rng, count):
    log = [[lsn, rng.choice("abcde"), rng.choice([None, 0, "", f"v{lsn}"])] for lsn in range(1, count + 1)]
    way = sorted(log + rng.sample(log, count // 3), key=lambda entry: entry[0] + rng.uniform(0, 12))
    while way:
        size = rng.choice([0, 1, 1, 2, 5, 9])
        yield way[:size]
        way = way[size:]


_rng = random.Random(SEED + 4)
_logs = [(_count, list(_batches(_rng, _count))) for _count in (3, 30, 200)]
### OBSERVE
seen = []
for _count, _sent in _logs:
    _replica, _states = Replica(), []
    for _batch in _sent:
        _replica.apply([tuple(_entry) for _entry in _batch])
        _states.append([_replica.lsn, dict(sorted(_replica.data.items())), _replica.lag(_count)])
    seen.append(_states)
### JUDGE
assert len(seen) == 3, "not all logs were seen"
for (_count, _sent), _states in zip(_logs, seen, strict=True):
    _come = []
    assert len(_sent) == len(_states), f"{len(_sent)} batches were sent, {len(_states)} were seen"
    for _batch, _state in zip(_sent, _states, strict=True):
        _come += _batch
        _numbers = {_entry[0] for _entry in _come}
        _lsn = next(_n for _n in range(_count + 1) if _n + 1 not in _numbers)
        _data = {_k: _v for _, _k, _v in sorted((_e for _e in _come if _e[0] <= _lsn), key=lambda _e: _e[0])}
        assert _state == [_lsn, _data, _count - _lsn], (
            f"after the batch of lsns {[_e[0] for _e in _batch]}, earlier {[_e[0] for _e in _come[: -len(_batch) or None]][-12:]}: "
            f"[lsn, data, lag({_count})] should be {[_lsn, _data, _count - _lsn]}; yours: {_state}"
        )
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="replica_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_n = random.Random(SEED + 5).randint(4, 9)
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
# Two of your replicas follow one log; the ghost applies whatever comes, as it comes. **Left:** your lines should lie on the orange ones: as far as the log goes without a gap. **Right:** what reads got. *Older*: what a replica that keeps the order
# would say now. *From another place*: what it would not: the ghost jumps back and forth in history. Send everything twice, cut replica-2 off for 3 s, and watch it catch up.

# %%
explore_log(Replica)

# %% [markdown]
# ## Exercise C — My own edit, please
#
# Nobody minds seeing somebody else's new photo half a second late. Everybody minds if their *own* edit is gone after reloading. This promise is called **read your writes**, and it needs no waiting: only a memory of who wrote what last.
#
# `ReadYourWrites(primary, replicas)`; the databases have `.online` and `.lsn`, which change between calls. Sessions are numbers or strings.
#
# - `.wrote(session, lsn)`: this session's write has been confirmed and got number `lsn`. Returns nothing. Only the **highest** lsn of a session counts, in whatever order they are told.
# - `.pick(session)` returns the database for a read of this session: among the replicas that are online and have applied at least this session's last write, the one with the highest `.lsn` (a tie: the first in the list).
# - If there is none: the primary.
# - A session that never wrote has 0, so every replica will do. Sessions do not see each other's marks. Nothing is changed in the list or the databases.
#
# To try it: `ReadYourWrites(Node("primary", lsn=9), [Node("r1", lsn=5), Node("r2", lsn=7)]).pick("anna").name`.
#
# <details><summary>Hint 1</summary>
#
# Two facts decide whether a replica is good enough for Anna. One is the replica's. What is the other, and who must remember it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A dict from session to the highest lsn it wrote. On a read: keep the replicas that reach it, and take the largest by lsn; Python's `max` keeps the first of equals and takes a `default`.
#
# </details>


# %% solution="read_your_writes"
class ReadYourWrites:
    """Sends each session's reads to a replica that has the session's own writes."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        ### BEGIN SOLUTION Exercise C: what do you remember of each session?
        self.marks = {}  # session → its highest lsn
        ### END SOLUTION

    def wrote(self, session, lsn):
        """Take note that a write of the session got number `lsn`."""
        ### BEGIN SOLUTION Exercise C: remember the highest
        self.marks[session] = max(lsn, self.marks.get(session, 0))
        ### END SOLUTION

    def pick(self, session):
        """Return the database for a read of the session."""
        ### BEGIN SOLUTION Exercise C: choose a replica that is far enough
        mark = self.marks.get(session, 0)
        enough = [node for node in self.replicas if node.online and node.lsn >= mark]
        return max(enough, key=lambda node: node.lsn, default=self.primary)
        ### END SOLUTION


# %% check="read_your_writes" points=1
from course.database_replication import Node

primary, replicas = Node("primary", lsn=9), [Node("r1", lsn=5), Node("r2", lsn=7), Node("r3", lsn=7)]
chooser = ReadYourWrites(primary, replicas)
seen = [chooser.pick("anna").name]
chooser.wrote("anna", 8)
seen += [chooser.pick("anna").name, chooser.pick("ben").name]
replicas[0].lsn = 8
seen += [chooser.pick("anna").name]
replicas[0].online = False
seen += [chooser.pick("anna").name]
### JUDGE
expected = ["r2", "primary", "r2", "r1", "primary"]
words = [
    "anna never wrote: the furthest replica, the first of r2 and r3 (lsn 7)",
    "anna wrote 8, no replica has it",
    "ben wrote nothing",
    "r1 has 8 now",
    "r1 is offline",
]
for want, got, why in zip(expected, seen, words, strict=True):
    assert got == want, f"{why}: pick should return {want}, it returned {got}"
assert len(seen) == 5, "not all picks were seen"

# %% check="read_your_writes_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED + 6), []
for _count in (0, 1, 3, 6):
    _newest, _lsns, _steps = 0, [0] * _count, []
    for _ in range(150):  # who writes before it, if anyone; the replicas' lsns; who are online; who reads
        _writer, _online = _rng.choice(["anna", "ben", 3, 4]), []
        if _rng.random() < 0.4:
            _newest += 1
        else:
            _writer = None
        for _n in range(_count):
            _lsns[_n] = _rng.randint(_lsns[_n], min(_newest, _lsns[_n] + 3))
            _online.append(_rng.random() < 0.8)
        _steps.append((_writer, list(_lsns), _online, _rng.choice(["anna", "ben", 3, 4, "new"])))
    _runs.append((_count, _steps))
### OBSERVE
from course.database_replication import Node

seen = []
for _count, _steps in _runs:
    _primary, _replicas = Node("primary"), [Node(f"r{_n}") for _n in range(_count)]
    _chooser, _picked = ReadYourWrites(_primary, _replicas), []
    for _writer, _lsns, _online, _session in _steps:
        if _writer is not None:
            _primary.lsn += 1
            _chooser.wrote(_writer, _primary.lsn)
        for _node, _lsn, _up in zip(_replicas, _lsns, _online, strict=True):
            _node.lsn, _node.online = _lsn, _up
        _picked.append(_chooser.pick(_session).name)
    seen.append(_picked)
### JUDGE
assert len(seen) == 4, "not all were seen"
for (_count, _steps), _picked in zip(_runs, seen, strict=True):
    assert len(_picked) == 150, f"150 picks were made, {len(_picked)} were seen"
    _log = [None]
    for (_writer, _lsns, _online, _session), _got in zip(_steps, _picked, strict=True):
        if _writer is not None:
            _log.append(_writer)
        _mark = max((_lsn for _lsn, _whose in enumerate(_log) if _whose == _session), default=0)
        _want = "primary"
        for _n in sorted(range(_count), key=lambda _n: -_lsns[_n]):
            if _online[_n] and _lsns[_n] >= _mark:
                _want = f"r{_n}"
                break
        _state = [f"r{_n} {_lsns[_n]}{'' if _online[_n] else ' offline'}" for _n in range(_count)]
        assert _got == _want, f"last write of the session {_mark}, replicas {_state}: pick should return {_want}, it returned {_got}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% check="read_your_writes_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_n = random.Random(SEED + 7).randint(20, 40)
### OBSERVE
from course.database_replication import Node

_primary, _replicas = Node("primary", lsn=_n), [Node("r1", lsn=_n - 5), Node("r2", lsn=_n - 2)]
_one, _other = ReadYourWrites(_primary, _replicas), ReadYourWrites(_primary, _replicas)
seen = {"answer": _one.wrote("anna", _n)}
_one.wrote("anna", _n - 3)
_one.wrote("ben", _n - 2)
seen["anna"] = _one.pick("anna").name
seen["ben"] = _one.pick("ben").name
seen["same object"] = _one.pick("ben") is _replicas[1] and _one.pick("anna") is _primary
seen["other"] = _other.pick("anna").name
seen["list"] = [[_node.name, _node.online, _node.lsn] for _node in (_primary, *_replicas)]
### JUDGE
assert seen["answer"] is None, f"wrote returns nothing; yours returned {seen['answer']!r}"
assert seen["anna"] == "primary", (
    f"anna wrote {_n}, then {_n - 3} was told: {_n} counts, the replicas are at {_n - 5} and {_n - 2}: primary; yours picked {seen['anna']}"
)
assert seen["ben"] == "r2", f"ben wrote {_n - 2}, and r2 is at {_n - 2}: that is enough; yours picked {seen['ben']}"
assert seen["same object"] is True, "pick must return the very objects that it was made with"
assert seen["other"] == "r2", f"another ReadYourWrites was told of no write: r2; it picked {seen['other']}"
assert seen["list"] == [["primary", True, _n], ["r1", True, _n - 5], ["r2", True, _n - 2]], (
    f"neither the list nor the databases may change; afterwards: {seen['list']}"
)
### END HIDDEN TESTS

# %% [markdown]
# **Left:** of the reads of one's own data, how many miss the write, by how long ago it was. In theory and for the ghost, most users who reload at once miss it. Yours must lie on zero, always. **Right:** the price: a part of the reads goes to the
# primary, which you wanted to spare. Raise the lag and the share of writes: when does the primary get most of the reads? And who does the other replicas' work now?

# %%
explore_sessions(ReadYourWrites)

# %% [markdown]
# ## Exercise D — The primary is dead
#
# It is 3 in the morning, the primary does not answer, and every write fails. One of the replicas must take over, now. Which one, and what do you tell the users whose writes it never got?
#
# - `promote(replicas)` gets a list of databases with `.online` and `.lsn` and returns the **online** one with the highest `lsn` (a tie: the first in the list). With none online, or none at all, it raises `NoReplica`. It changes nothing.
# - `lost_writes(primary_lsn, promoted)` returns the list of the lsns that are lost, ascending: the dead primary had confirmed everything up to `primary_lsn`, and `promoted` is the database that takes over. Nothing lost: an empty list.
#
# To try it: `lost_writes(7, promote([Node("r1", lsn=3), Node("r2", lsn=5)]))`.
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


# %% check="promote" points=1
from course.checks import attempt
from course.database_replication import Node

replicas = [Node("r1", lsn=4), Node("r2", lsn=9, online=False), Node("r3", lsn=6), Node("r4", lsn=6)]
chosen = promote(replicas)
seen = {
    "promoted": chosen.name,
    "lost": lost_writes(9, chosen),
    "nothing lost": lost_writes(6, chosen),
    "nobody": attempt(lambda: promote([Node("r1", online=False)]).name),
}
### JUDGE
assert seen["promoted"] == "r3", (
    f"lsns r1 4, r2 9 but offline, r3 6, r4 6: r3 takes over (furthest online, first of equals); yours chose {seen['promoted']}"
)
assert seen["lost"] == [7, 8, 9], f"confirmed up to 9, the new primary has 6: 7, 8, 9 are lost; yours: {seen['lost']}"
assert seen["nothing lost"] == [], f"confirmed up to 6, the new primary has 6: nothing is lost; yours: {seen['nothing lost']}"
assert seen["nobody"].get("raised") == "NoReplica", f"with no replica online promote must raise NoReplica; it gave {seen['nobody']}"

# %% check="promote_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 8), []
for _ in range(200):
    _replicas = [(f"r{_n}", _rng.random() < 0.6, _rng.randint(0, 6)) for _n in range(_rng.randint(0, 6))]
    _cases.append((_replicas, _rng.randint(6, 9)))
### OBSERVE
from course.checks import attempt
from course.database_replication import Node

seen = {"rows": [], "list": []}
for _before, _primary_lsn in _cases:
    _replicas = [Node(_name, online=_online, lsn=_lsn) for _name, _online, _lsn in _before]
    _outcome = attempt(lambda: promote(_replicas))
    seen["list"].append(_before == [(_node.name, _node.online, _node.lsn) for _node in _replicas])
    if "returned" in _outcome:
        _node = _outcome["returned"]
        seen["rows"].append([any(_node is _replica for _replica in _replicas), _node.name, lost_writes(_primary_lsn, _node)])
    else:
        seen["rows"].append(_outcome["raised"])
### JUDGE
assert len(seen["rows"]) == 200, "not all failovers were seen"
for (_replicas, _primary_lsn), _row in zip(_cases, seen["rows"], strict=True):
    _want = "NoReplica"
    _furthest = max((_lsn for _, _online, _lsn in _replicas if _online), default=None)
    if _furthest is not None:
        _name = next(_name for _name, _online, _lsn in _replicas if _online and _lsn == _furthest)
        _want = [True, _name, [_lsn for _lsn in range(10) if _furthest < _lsn <= _primary_lsn]]
    _told = [f"{_name} {_lsn}{'' if _online else ' offline'}" for _name, _online, _lsn in _replicas]
    assert _row == _want, (
        f"replicas {_told}, primary at {_primary_lsn}: expected NoReplica, or [one of those given, its name, lost writes]: {_want}; yours: {_row}"
    )
assert seen["list"] == [True] * 200, "promote must change neither the list nor the replicas"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** the last second of the primary, and what comes after; crosses are confirmed writes that nobody has any more, and your `lost_writes` draws a bar through each. **Right:** the same over 116 possible deaths; the ghost promotes the first in the list.
#
# Add replicas: why do fewer writes get lost, though none of them got faster? Let the freshest die too. Then tick *synchronous*. What do you pay for losing nothing? (Look back at the idea; this picture does not show it.) And what do you risk if you set *noticed after* to 0 s?

# %%
explore_failover(promote, lost_writes)

# %% [markdown]
# ## It runs for real
#
# Enough simulation. Below, your `Router` and your `Replica` drive real databases for a second or two: a primary and replicas, each a SQLite file of its own in a temporary folder. A write changes the primary's table and, in the same transaction, its log. A thread for each
# replica delivers the entries late, by the lag you set; your `Replica` decides what is applied, and only that is written into the replica's file. Reads are real `SELECT`s, sent where your router says; each answer is compared with the last value that had been confirmed.
#
# The picture puts three things side by side: the formula, the simulation, and what was measured. Nobody told the files about the formula.
#
# Have you PostgreSQL servers? Put their addresses into the environment before you start JupyterLab: `DATABASE_URL` for the primary, `DATABASE_URL_1`, `DATABASE_URL_2` … for the replicas (one that is missing is put on the primary's server), and the same run uses them.

# %%
explore_real(Router, Replica)

# %% [markdown]
# ## Explain
#
# Your photo site runs three asynchronous replicas behind `Router`. A user changes his profile picture. He reloads three times and sees: the *old* picture, the *new* one, the *old* one again. His sister, on her own phone, sees
# the new one, reloads, and gets the old one.
#
# Why can the picture go *back* in time, although no replica ever does? Would `ReadYourWrites` cure it for him? For his sister? Name **two** different ways to make sure that his sister never goes back in time either, and what each costs. (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# Each reload is a read, and the router sends it to the next replica in turn. The replicas are differently far in the log: one has the change, the next one does not yet. Each of them only moves forward, but the user jumps from one to another, and so back in time. `ReadYourWrites`
# cures it for him: his session's mark is the lsn of his change, and only databases that have it may answer him. It does nothing for his sister. Her session never wrote, her mark is 0, so any replica will do, and from one read to the next it may be another one. (It picks the furthest, which
# makes it rarer, but that one may go offline.) One way: keep a mark for reads too. Note the lsn of the database that answered her, and next time ask only those at least as far ("monotonic reads"). It costs a memory for every session, and more reads go to the primary when the others lag. Another: send every session always to the same
# replica. That costs balance, as some sessions read far more than others, and when the replica dies she may still go back. Synchronous replication would do it for everybody, and makes every write wait for the slowest replica.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: reads take turns over replicas that are differently far in the log; each only moves forward, the *reader* jumps between them.
#
# 1 point: `ReadYourWrites` cures it for him (his mark is the lsn of his write), not for his sister: her session never wrote, its mark is 0, any replica will do. (Half a point for one of the two. "It always picks the furthest, so it is rarer" is right and no cure: the furthest may go offline.)
#
# 1 point: two *different* ways, each with its price; half a point each. For example: a mark for what a session has *read* (monotonic reads; memory for each session, more reads to the primary); the same replica for the same session (uneven load, breaks when it dies);
# synchronous replication with apply (each write waits for the slowest replica; if one hangs, writes hang); all reads of such pages from the primary (it carries the load again); wait at the replica until it has the mark (the read is slower).
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **PostgreSQL** streams its log (WAL) to standbys, which answer reads with `hot_standby = on`. `synchronous_standby_names` and `synchronous_commit = remote_apply` make a write wait until they have *applied* it; plain `on` waits until they have stored it. `pg_last_wal_replay_lsn()` on a standby is your `.lsn`.
# - **MySQL** numbers transactions (GTID); `WAIT_FOR_EXECUTED_GTID_SET` waits on a replica for your own write: exercise C by waiting. Its semisynchronous mode waits for one replica or more.
# - **ProxySQL, Pgpool-II**: exercise A as a product. ProxySQL's usual rules are three: `^SELECT.*FOR UPDATE` to the writers, `^SELECT` to the readers, all else to the writers.
# - **Patroni, Orchestrator**: exercise D, with an election so that two of them never promote two replicas. Patroni waits 30 s (`ttl`) before it believes that a primary is dead, and `maximum_lag_on_failover` rules out replicas that are too far behind (manual of Patroni 3.2, 2024).
# - **Left out here:** transactions of several statements (all must go to one database), functions that write inside a SELECT, `WITH … (DELETE …) SELECT`, schema changes, a replica that applies more slowly than the primary writes, and stopping the old primary, should it come back and believe it still is one (*fencing*).

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
# Reads scale, and losing a database is an accident, not the end. But look at what the replicas do all day: they compute the same few pages again and again. The front page, the ten photos everybody looks at, the profile of one celebrity, each time from the disk and through SQL.
# And every new replica must write everything once more. A few percent of the data get most of the reads. Why ask a database for them at all? In notebook 04 you put a cache in front of it.
