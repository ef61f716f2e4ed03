# %% [markdown] question="how do you know, and what should act on it without you?" shown="explore_alert(Alert)"
# # 9 · Logs, metrics, automation
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/09_logging_metrics_automation/09_logging_metrics_automation.ipynb)
#
# Since notebook 08 a queue takes what can wait: an upload is answered at once, and workers crop and blur later. No one has to wait any more, and that is the trouble. When a worker
# fails at three in the morning, no user sees an error page. The backlog just grows, in silence. Your photo app is now dozens of machines, and you learn that one of them is ill from an angry message.
# Today you teach the system to tell you. Then you let it act without you.
#
# **Time:** about 120 minutes. Afterwards you will be able to
#
# - merge the logs of many servers into one timeline and find what came first,
# - measure a whole tier and a whole business, and say why an average of p99s means nothing,
# - set an alert that is neither too nervous nor too late, and release a bad version without hurting many users.

# %%
import heapq
import math
import re
from datetime import UTC, datetime

from course.logging_and_automation import (
    LogEntry,
    PipelineResult,
    architecture,
    explore,
    explore_alert,
    explore_histograms,
    explore_logs,
    explore_pipeline,
    explore_real,
    explore_users,
    replay,
    replay_release,
    write_logs,
)

# %% [markdown]
# ## The picture
#
# Everything that serves users also writes logs and counts what it does. New: two places to watch, and two things that act.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# An **alert** compares a number with a threshold, and calls a person. It can be wrong in two ways: it rings for nothing, a **false alarm**, or it rings late.
# Ten minutes of one, in half a minute: why does this phone not ring at once when the bad version comes?

# %%
replay()

# %% [markdown]
# ## Predict
#
# The app serves 10 requests a second, and about 1 % of them fail on a perfectly normal day: a phone in a tunnel, a deleted photo. A colleague sets up an alert: "call me as soon as more than 2 % fail". The share is counted over 10 seconds, again and again.
#
# On a normal day, with nothing wrong, how often does the phone ring? Write your guess, then go on.

# %%
prediction = None  # false alarms a day: put your number here

# %% [markdown]
# ## Experiment
#
# **Left:** the share of failed requests around a bad release at minute 0; below it, when the phone rings. **Right:** every alert has two prices. It rings for nothing, and it is late. Gray is what you compare with, here the colleague's alert; your guess is the diamond.
#
# Compare your guess with the gray bar. Then look at the quiet minutes on the left: why does the phone ring there?

# %%
explore(prediction=prediction)

# %% [markdown]
# Each step is a button above the picture. Press it for the question, decide, and press it again for the answer.
#
# 1. *Threshold 6 %*: how much later does it notice the bad version? And what do you get for that?
# 2. *3 % for 20 s*: now the share must stay above the threshold for 20 s. Better or worse than step 1?
# 3. *A small error burst: 3 %*: what has become of your good alert?
# 4. *Traffic as at night: 2*: the same alert rings more often. Why?

# %% [markdown]
# <details><summary>How often it rings for nothing</summary>
#
# Chance makes the phone ring in the quiet minutes. A window of 10 seconds holds 100 requests, and one of them fails on average. But in 8 % of all windows three or more fail, just by chance: that is about 630 calls a day, one every two or three minutes.
#
# </details>

# %% [markdown]
# ### When to wake someone
# This notebook has logs, which say what happened; **metrics**, which are numbers over time; and machines that act on them. An alert compares a metric with a threshold. Watch **symptoms**, what users feel, such as the share of failed requests; not causes, such as a busy CPU.
# The usual yardstick: with a goal of 99.9 % good requests, a month may have 43 bad minutes. That is your **error budget** (Google's *Site Reliability Engineering*, 2016).
# Chance makes every metric jump, so every alert has two prices: false alarms if it reacts quickly, **delay** if it waits. People who were woken for nothing five times do not get up the sixth time.

# %% [markdown]
# ### Logs: what happened, line by line
# A **log** is a file to which a server adds a line for each thing that happens: when, where, how bad, what. Syslog has had such lines since the 1980s (RFC 5424, 2009, is its standard); RFC 3339 (2002) says how to write the time so that all agree.
# With one server you open its file. With forty you do not even know which. So a small program on each server sends every line to *one* place, where you can search them all: **log aggregation**.
# Only there can you see what came first.

# %%
for line in write_logs(seed=1)["web-1"][:4]:  # what a log looks like; more in exercise A
    print(line)

print(datetime.fromtimestamp(0, UTC), "is second 0: computers count time from there")

# %% [markdown]
# ## Exercise A — One timeline: parse and merge
#
# At 12:04 the web servers began to fail. Was it their fault? Each wrote its own log. Read them, and put them together.
#
# **`parse_line(line)`** returns a `LogEntry(time, server, level, message)`, or `None` if the line is not a log line. A log line has four parts with one space between them:
# `2026-01-31T12:00:00Z web-1 ERROR message words`
#
# - time: exactly this shape, 20 characters, digits 0–9. `Z` means UTC, wherever your own computer stands. The entry's `time` is in seconds since 1970 (UTC). Seconds go up to 59.
# - server: one word, of any characters but white space; level: capital letters A–Z; message: the rest of the line as it is, at least one word, without the newline at the end (other white space there belongs to it).
# - Everything else gives `None`: an empty line, a missing part, a date or time that does not exist. No line raises an error.
# - It takes time in proportion to the line's length, also when the line is garbage: 10 MB in less than a second.
#
# **`merge_logs(*streams)`** gets any number of streams (iterables) of `LogEntry`, each sorted by time, and returns one iterator over all of them, sorted by time. Entries of the same time come in the order of the streams.
# It is lazy: it never reads more than one entry of a stream ahead of what it has given. So streams that never end work, too. It changes none of the streams that are lists.
#
# <details><summary>Hint 1</summary>
#
# For each time that your parser accepts: does it also accept `2026-1-31T12:00:00Z`? And must all lists be in memory before you know the *first* entry of the merged timeline?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `str.split` can be told how often to split. `datetime` reads a time, complains about the 30th of February, and needs to be told that it is UTC before `timestamp()`; check the shape yourself, as it accepts more than this. The imported module `heapq` can do more than push and pop; read its list of functions.
#
# </details>


# %% solution="parse_line"
def parse_line(line):
    """Return the LogEntry that `line` holds, or None if it is no log line."""
    ### BEGIN SOLUTION Exercise A: read one line
    parts = line.removesuffix("\n").split(" ", 3)
    if len(parts) < 4:
        return None
    time, server, level, message = parts
    shape = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
    if not re.fullmatch(shape, time) or not re.fullmatch(r"[A-Z]+", level):
        return None
    if len(server.split()) != 1 or server != server.strip() or not message.strip():
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return LogEntry(moment.timestamp(), server, level, message)
    ### END SOLUTION


def merge_logs(*streams):
    """Return an iterator over the entries of all sorted `streams`, sorted by time, lazily."""
    ### BEGIN SOLUTION Exercise A: merge the streams
    return heapq.merge(*streams, key=lambda entry: entry.time)
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(parse_line("2026-01-31T12:00:00Z web-1 ERROR disk full"))
except NotImplementedError as stub:
    print(stub)

# %% check="parse_line" points=1
import os
import time

lines = [
    "2026-01-31T12:00:00Z web-1 ERROR disk full",
    "2026-01-31T12:00:07Z database WARN slow query: 338 ms\n",
    "2026-02-30T12:00:00Z web-1 INFO there is no such day",
    "Traceback (most recent call last):",
    "",
]
zone = os.environ.get("TZ")
os.environ["TZ"] = "JST-9"  # as if this computer stood in Tokyo
if hasattr(time, "tzset"):  # Windows has no such function, and keeps its zone
    time.tzset()
try:
    entries = [parse_line(line) for line in lines]
finally:
    os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
    if hasattr(time, "tzset"):
        time.tzset()
seen = [entry and [float(entry.time), entry.server, entry.level, entry.message] for entry in entries]
### JUDGE
expected = [
    [1769860800.0, "web-1", "ERROR", "disk full"],
    [1769860807.0, "database", "WARN", "slow query: 338 ms"],
    None,
    None,
    None,
]
lines = ["…12:00:00Z web-1 ERROR disk full", "…12:00:07Z database WARN slow query: 338 ms\n", "2026-02-30…", "Traceback…", ""]
for line, got, want in zip(lines, seen, expected, strict=True):
    assert got == want, f"parse_line({line!r}), on a computer in Tokyo: expected {want}, got {got}"
assert len(seen) == 5, "not all lines were read"

# %% check="parse_line_check_2" points=1
database = [LogEntry(3, "database", "WARN", "slow"), LogEntry(9, "database", "INFO", "fine")]
web = [
    LogEntry(1, "web-1", "INFO", "ok"),
    LogEntry(3, "web-1", "INFO", "ok"),
    LogEntry(7, "web-1", "ERROR", "timeout"),
]
seen = {"merged": [[entry.time, entry.server] for entry in merge_logs(database, web)], "read": 0}


def long_stream():
    for second in range(10_000):
        seen["read"] += 1
        yield LogEntry(second, "web-2", "INFO", "ok")


merged = merge_logs(database, long_stream())
seen["iterator"] = hasattr(merged, "__next__")
if seen["iterator"]:
    seen["first"] = [next(merged).time for _ in range(5)]
### JUDGE
expected = [[1, "web-1"], [3, "database"], [3, "web-1"], [7, "web-1"], [9, "database"]]
assert seen["merged"] == expected, (
    f"database at 3 and 9, web-1 at 1, 3 and 7 (at equal times the first stream first): expected {expected}, got {seen['merged']}"
)
assert seen["iterator"] is True, "merge_logs must return an iterator, from which next() takes one entry after the other"
assert seen["first"] == [0, 1, 2, 3, 3], (
    f"database at 3 and 9, another stream at 0, 1, 2 …: the first five times are 0, 1, 2, 3, 3, yours {seen['first']}"
)
assert seen["read"] <= 5, (
    f"of a stream of 10,000 entries 4 were given, so 5 may have been read at most; yours read {seen['read']:,}"
)

# %% check="parse_line_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Only a line of exactly this shape, with a date and time that exist, is an entry; everything else gives None.
### INPUTS
import random
import time
from course.checks import SEED


def _line(rng):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(rng.randrange(4_000_000_000)))
    server, level = rng.choice(["web-1", "db", "10.0.0.7", "ERROR"]), rng.choice(["INFO", "E", "FATAL"])
    message = rng.choice(["x", "two  words", "a INFO b: [1] {2}", "2026-01-31T12:00:00Z again", "größer", "x  ", "a\tb\t"])
    good = f"{stamp} {server} {level} {message}"
    bad = [
        f"{stamp} {server} {level}", f"{stamp} {server} {level} ", f"{stamp} {server} {level.lower()} {message}",
        f"{stamp} {server} {level}7 {message}", f"{stamp[:-1]} {server} {level} {message}", f"{stamp[:5]}00{stamp[7:]} {server} {level} {message}",
        f"{stamp[:8]}32{stamp[10:]} {server} {level} {message}", f"{stamp[:11]}25{stamp[13:]} {server} {level} {message}",
        f"{stamp[:5]}{int(stamp[5:7]) % 9 + 1}{stamp[7:]} {server} {level} {message}", f"{stamp[:10]}t{stamp[11:]} {server} {level} {message}",
        f" {good}", f"x{good}", f"{stamp[:-1]}+00:00 {server} {level} {message}", f"2025-02-29{stamp[10:]} {server} {level} {message}", "\n", f"{stamp}\n",
        f"{stamp[:4]}/{stamp[5:7]}/{stamp[8:]} {server} {level} {message}", f"{stamp[:4]}{stamp[5:7]}{stamp[8:]} {server} {level} {message}",
        f"{stamp[:17]}61Z {server} {level} {message}", f"{stamp[:17]}60Z {server} {level} {message}", f"{stamp[:3]}\u0666{stamp[4:]} {server} {level} {message}",
        f"{stamp} {server} \u00c4{level} {message}", f"{stamp} {server} {level}   ",
        f"{stamp}  {level} {message}", f"{stamp} \t{server} {level} {message}", f"{stamp} {server}\t {level} {message}", f"{stamp} {server}\t{server} {level} {message}",
    ]
    return [good, good + "\n", rng.choice(bad), rng.choice(bad)]


_rng = random.Random(SEED)
_texts = [_text for _ in range(150) for _text in _line(_rng)]
### OBSERVE
import os
from course.checks import attempt

seen, _zone = [], os.environ.get("TZ")
try:
    for _number, _text in enumerate(_texts):
        if hasattr(time, "tzset"):  # wherever your own computer stands
            os.environ["TZ"] = ("UTC0", "AAA-9", "BBB+5")[_number // 4 % 3]
            time.tzset()
        _outcome = attempt(lambda: parse_line(_text))
        _entry = _outcome.get("returned")
        if _entry is not None:
            _outcome = [float(_entry.time), _entry.server, _entry.level, _entry.message]
        elif "returned" in _outcome:
            _outcome = None
        seen.append(_outcome)
finally:
    if hasattr(time, "tzset"):
        os.environ.pop("TZ") if _zone is None else os.environ.update(TZ=_zone)
        time.tzset()
### JUDGE
import calendar

for _number, (_text, _got) in enumerate(zip(_texts, seen, strict=True)):
    _want = None
    if _number % 4 < 2:  # the good ones
        _stamp, *_rest = _text.removesuffix("\n").split(" ", 3)
        _want = [float(calendar.timegm(time.strptime(_stamp, "%Y-%m-%dT%H:%M:%SZ"))), *_rest]
    assert _got == _want, f"parse_line({_text!r}): expected {_want}, got {_got}"
assert seen, "nothing was read"
### END HIDDEN TESTS

# %% check="parse_line_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: parse_line takes time in proportion to the line's length, also when the line is garbage.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 1)
_second, _lengths = _rng.randrange(10, 60), [_rng.randrange(18_000, 20_000), _rng.randrange(9_900_000, 10_000_000)]
### OBSERVE
import time

_head = f"2026-01-31T12:00:{_second}Z web-1 INFO "
seen = {"seconds": 0.0, "answers": []}
for _size in _lengths:  # the short ones first: a slow parser must not run for hours
    for _text in ["x" * _size, " " * _size, "A " * 10_000, _head + "y" * _size, _head[:-5] + "I" * _size]:
        _took = []
        for _ in range(3):  # processor time, and the best of three: the computer may be busy with something else
            _start = time.process_time()
            _entry = parse_line(_text)
            _took.append(time.process_time() - _start)
            if _took[-1] < (0.05 if _size == _lengths[0] else 1):
                break
        _whole = min(_took) * (500 if _size == _lengths[0] and min(_took) > 0.05 else 1)
        seen["seconds"] = max(seen["seconds"], _whole)
        seen["answers"].append(None if _entry is None else len(_entry.message))
    if seen["seconds"] > 2:
        break
### JUDGE
assert seen["seconds"] < 2, (
    f"a long line, such as 10 MB of x or of a message (12:00:{_second}), must take time in proportion to its length; yours took, or would take, {seen['seconds']:.0f} s"
)
assert seen["answers"] == [None, None, None, _lengths[0], None, None, None, None, _lengths[1], None], (
    f"long lines of x, of spaces, of A, of a message, of a level without a message: only the 4th is an entry, with the whole message; yours had lengths {seen['answers']}"
)
### END HIDDEN TESTS

# %% check="parse_line_hidden_3" points=1
### BEGIN HIDDEN TESTS
### RULE: merge_logs is sorted by time, then by the order of the streams, and reads at most one entry of a stream ahead.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 2), []  # [streams of [time, server], which are iterators]
for _count in [0, 1, 2, 3, 5, 8, 40] * 5:
    _streams = []
    for _ in range(_count):
        _many = _rng.randrange(9) if _rng.random() < 0.9 else 300
        _times = sorted(_rng.choice([_rng.randrange(12), _rng.randrange(24) / 2]) for _ in range(_many))
        _streams.append([[_at, _rng.choice("abc")] for _at in _times])
    _cases.append([_streams, [_rng.random() < 0.5 for _ in _streams]])
### OBSERVE
import itertools


def _endless(name, first, step, pulled):
    for number in itertools.count():
        pulled[name] = number + 1
        if number == 2000:
            raise RuntimeError("2,000 entries of an endless stream were read for 40")
        yield LogEntry(first + step * number, name, "INFO", str(number))


seen = {"finite": [], "ahead": [], "changed": 0}
for _streams, _iterators in _cases:
    _mixed = []
    for _place, (_stream, _iterator) in enumerate(zip(_streams, _iterators, strict=True)):
        _entries = [LogEntry(*_row, "INFO", f"{_place}.{_n}") for _n, _row in enumerate(_stream)]
        _mixed.append(iter(_entries) if _iterator else _entries)
    _copies = [list(_each) if isinstance(_each, list) else None for _each in _mixed]
    seen["finite"].append([_entry.message for _entry in merge_logs(*_mixed)])
    seen["changed"] += any(_was is not None and _was != _is for _was, _is in zip(_copies, _mixed, strict=True))
_pulled, _names = {}, ["a", "b", "c"]
_merged = merge_logs(*(_endless(_name, _n, _n + 2, _pulled) for _n, _name in enumerate(_names)))
seen["endless"] = []
for _ in range(40):
    _entry = next(_merged)
    seen["endless"].append([_entry.time, _entry.server])
    _given = [_server for _, _server in seen["endless"]]
    seen["ahead"].append(max(_pulled.get(_name, 0) - _given.count(_name) for _name in _names))
### JUDGE
for (_streams, _), _got in zip(_cases, seen["finite"], strict=True):
    _entries = []
    for _place, _stream in enumerate(_streams):
        _entries += [(_at, _place, _n) for _n, (_at, _) in enumerate(_stream)]
    _want = [f"{_place}.{_n}" for _, _place, _n in sorted(_entries)]
    assert _got == _want, (
        f"{len(_streams)} streams (messages are stream.number, times {[(f'{_p}.{_n}', _t) for _t, _p, _n in sorted(_entries)][:6]} …): expected {_want[:8]}, got {_got[:8]}"
    )
_endless = sorted((_n + (_n + 2) * _k, _n) for _n in range(3) for _k in range(60))[:40]
assert seen["endless"] == [[_at, "abc"[_n]] for _at, _n in _endless], (
    f"three endless streams: the first 40 should begin {[[_at, 'abc'[_n]] for _at, _n in _endless[:5]]}, yours began {seen['endless'][:5]}"
)
assert seen["changed"] == 0, "merge_logs changed a list that it was given"
assert max(seen["ahead"]) <= 1, (
    f"a stream may be read one entry ahead of what was given; yours read {max(seen['ahead'])} ahead"
)
### END HIDDEN TESTS

# %% [markdown]
# Now be the detective. The controls search your merged timeline. A ring marks the first entry that is found, and on the right you can read the lines around it.
#
# 1. *ERROR*: which servers failed? Which one first?
# 2. *“slow”*: who had trouble before the first ERROR?
# 3. *“backup”*: and what began it?
# 4. *The backup slows less, 3 ×*: would a gentler backup have done less harm?
#
# Under *logs* there are two more: a web server's *access log* (made for this course, in the "combined" format that Apache and nginx write, converted to yours), and an empty one.

# %%
explore_logs(parse_line, merge_logs)

# %% [markdown]
# ### Metrics: how much, in numbers
# A log line tells of one request. A **metric** is a number over time, and costs the same for ten requests or ten million. Three levels:
#
# - **host**: CPU, memory, disk of one machine;
# - **aggregated**: a whole tier: the cache's hit ratio, the p99 of all web servers together, the backlog of the queue;
# - **business**: daily active users, retention, revenue. They notice what no machine does: a button that works perfectly and that no user finds.

# %% [markdown]
# ### What cannot be averaged
# Each host could report its own p99, and you could take the mean. That number means nothing: a host with 20 requests counts as much as one with 2,000. So hosts report a **histogram** instead: how many requests took up to 5 ms, how many from there to 10 ms, how many from there to 25 ms …
# Counts can be added, and the sum is exactly what one big host would have counted. The price is rounding: you learn in which bucket the p99 lies, not where inside.

# %% [markdown]
# ## Exercise B — Numbers that can be added: a histogram
#
# Five hosts. One of them is ill and ten times as slow. What is the p99 of the *site*?
#
# `Histogram(bounds)`: `bounds` is an ascending list of upper bounds, for example `[0.1, 0.5, 1]` in seconds. Each is the upper bound of a bucket; one more bucket, the overflow, holds what is above the last bound.
#
# - `.observe(value)` counts a value, in one bucket only. A bucket **includes** its upper bound: 0.5 belongs to the bucket up to 0.5.
# - `.merge(other)` returns a **new** `Histogram` that has counted what both have; neither of the two changes, then or later. If `other` has different bounds it raises `ValueError`, and the message names the other's bounds.
# - `.quantile(q)`, `q` from 0 to 1: imagine all values sorted, and take the one of rank $\lceil q \times \text{count} \rceil$, at least 1. It returns the upper bound of the bucket with this value: `math.inf` for the overflow, `None` if nothing was counted.
#
# <details><summary>Hint 1</summary>
#
# How many numbers must a host remember if it serves a million requests? And how do you find the 990,000th value when all you have are the counts?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep one count per bucket, one more than there are bounds. For a quantile, walk through the counts from the left and add them up until the sum reaches the rank. For a merge, add the counts place by place into a new object's own list.
#
# </details>


# %% solution="histogram"
class Histogram:
    """Counts values in buckets, so that counts of many hosts can be added up."""

    def __init__(self, bounds):
        self.bounds = list(bounds)
        self.counts = [0] * (len(self.bounds) + 1)  # the last one is the overflow

    def observe(self, value):
        """Count `value` in its bucket."""
        ### BEGIN SOLUTION Exercise B: count a value
        place = sum(bound < value for bound in self.bounds)
        self.counts[place] += 1
        ### END SOLUTION

    def merge(self, other):
        """Return a new Histogram of what both counted; raise ValueError if bounds differ."""
        ### BEGIN SOLUTION Exercise B: add two histograms
        if other.bounds != self.bounds:
            raise ValueError(f"cannot merge bounds {other.bounds} into {self.bounds}")
        merged = Histogram(self.bounds)
        merged.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        return merged
        ### END SOLUTION

    def quantile(self, q):
        """Return the upper bound of the bucket of the value of rank ⌈q × count⌉, None if empty."""
        ### BEGIN SOLUTION Exercise B: find the bucket of a rank
        rank, reached = max(1, math.ceil(q * sum(self.counts))), 0
        for bound, count in zip([*self.bounds, math.inf], self.counts, strict=True):
            reached += count
            if reached >= rank:
                return bound
        return None
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = Histogram([0.1, 0.5])
    tried.observe(0.3)
    print(tried.quantile(0.99))
except NotImplementedError as stub:
    print(stub)

# %% check="histogram" points=1
host = Histogram([1, 2, 5])
seen = {"empty": host.quantile(0.5)}
for value in [0.5, 1, 1.5, 4]:
    host.observe(value)
seen["four"] = [host.quantile(q) for q in (0, 0.5, 0.75, 1)]
host.observe(9)
seen["overflow"] = repr(float(host.quantile(1)))
### JUDGE
assert seen["empty"] is None, f"nothing counted yet: quantile(0.5) is None, yours gave {seen['empty']}"
assert seen["four"] == [1, 1, 2, 5], (
    f"bounds 1, 2, 5; counted 0.5, 1, 1.5, 4 (ranks 1 to 4): quantiles 0, 0.5, 0.75, 1 lie in the buckets up to 1, 1, 2, 5; yours said {seen['four']}"
)
assert seen["overflow"] == "inf", f"9 is above the last bound: quantile(1) is inf, yours gave {seen['overflow']}"

# %% check="histogram_check_2" points=1
quick, slow = Histogram([10, 100]), Histogram([10, 100])
for _ in range(9):
    quick.observe(5)
slow.observe(50)
both = quick.merge(slow)
seen = [both.quantile(0.5), both.quantile(1), quick.quantile(1), slow.quantile(0.5)]
### JUDGE
assert seen[:2] == [10, 100], (
    f"nine values of 5 merged with one of 50: quantiles 0.5 and 1 are 10 and 100, yours {seen[:2]}"
)
assert seen[2:] == [10, 100], (
    f"after the merge the two still hold their own values: quick 10, slow 100; yours {seen[2:]}"
)

# %% check="histogram_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: quantile returns the upper bound of the bucket with the value of that rank; a bucket includes its upper bound.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 3), []  # [bounds, values]
_shares = (0, 0.25, 0.5, 0.625, 0.9375, 0.999, 1)
for _ in range(60):
    _bounds = sorted(_rng.sample(range(-20, 60), _rng.randint(1, 9)))
    _values = [_rng.randint(-30, 70) + _rng.choice([0, 0.5]) for _ in range(_rng.choice([0, 1, 3, 40]))]
    _cases.append([_bounds, _values])
### OBSERVE
seen = []
for _bounds, _values in _cases:
    _counted = Histogram(_bounds)
    for _value in _values:
        _counted.observe(_value)
    _answers = [_counted.quantile(_q) for _q in _shares]
    seen.append([None if _answer is None else str(float(_answer)) for _answer in _answers])
### JUDGE
import math

for (_bounds, _values), _answers in zip(_cases, seen, strict=True):
    _values = sorted(_values)
    for _q, _got in zip(_shares, _answers, strict=True):
        _want = None
        if _values:
            _value = _values[max(1, math.ceil(_q * len(_values))) - 1]
            _want = str(float(min([_b for _b in _bounds if _b >= _value], default=math.inf)))
        assert _got == _want, (
            f"bounds {_bounds}, {len(_values)} values {_values[:8]} …: quantile({_q}) should be {_want}, yours gave {_got}"
        )
assert len(seen) == 60, f"60 histograms were asked, {len(seen)} answered"
### END HIDDEN TESTS

# %% check="histogram_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: merge returns a new Histogram of what both have counted, changes neither, and raises ValueError for different bounds.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 4)
_bounds = sorted(_rng.sample(range(10, 90), 4))
_values = [[_rng.randint(0, 100) for _ in range(_rng.randint(5, 30))] for _ in range(3)]
_asked = list(range(65))  # which quantiles, in 64ths
### OBSERVE
from course.checks import attempt

_hosts = [Histogram(_bounds) for _ in range(4)]
for _host, _counted in zip(_hosts, _values, strict=False):  # the last one counts nothing
    for _value in _counted:
        _host.observe(_value)


def _all(histogram):
    answers = [histogram.quantile(number / 64) for number in _asked]
    return [None if answer is None else str(float(answer)) for answer in answers]


_before = [_all(_host) for _host in _hosts]
_merged = _hosts[0].merge(_hosts[1]).merge(_hosts[2]).merge(_hosts[3])
_other_way = _hosts[3].merge(_hosts[2].merge(_hosts[1].merge(_hosts[0])))
seen = {"merged": _all(_merged), "other way": _all(_other_way), "class": type(_merged).__name__}
seen["unchanged"] = [_all(_host) == _old for _host, _old in zip(_hosts, _before, strict=True)]
_with_empty = [_hosts[3].merge(_hosts[1]), _hosts[1].merge(_hosts[3])]
_merged.observe(0)
for _ in range(300):
    _hosts[0].observe(100)
    for _other in (_other_way, *_with_empty):
        _other.observe(0)
seen["unchanged"] += [_all(_host) == _old for _host, _old in zip(_hosts[1:], _before[1:], strict=True)]
seen["merged later"] = _all(_merged)
_different = [*_bounds[:-1], _bounds[-1] + 7]
seen["different"] = attempt(lambda: str(Histogram(_bounds).merge(Histogram(_different))))
seen["shorter"] = attempt(lambda: str(Histogram(_bounds).merge(Histogram(_bounds[:-1]))))
### JUDGE
import math

_values = [_value for _counted in _values for _value in _counted]


def _all(values):
    ordered = sorted(values)
    found = [ordered[max(1, math.ceil(number * len(ordered) / 64)) - 1] for number in _asked]
    return [str(float(min([bound for bound in _bounds if bound >= value], default=math.inf))) for value in found]


assert seen["merged"] == _all(_values), (
    f"bounds {_bounds}: four hosts merged must give what one with all {len(_values)} values gives: {_all(_values)[::8]} …; yours {seen['merged'][::8]} …"
)
assert seen["other way"] == _all(_values), "merging in another order must give the same; yours did not"
assert seen["class"] == "Histogram", f"merge returns a new Histogram, yours a {seen['class']}"
assert seen["unchanged"] == [True] * 7, "merge must not change what is merged, nor may a later observe: the hosts' quantiles were other ones afterwards"
assert seen["merged later"] == _all([*_values, 0]), "the merged one and the hosts share nothing: values that one counts later must not show up in the others"
for _case, _named in (("different", str(_bounds[-1] + 7)), ("shorter", str(_bounds[-2]))):
    _kinds = [seen[_case].get("raised"), *seen[_case].get("bases", [])]
    assert "ValueError" in _kinds, f"merging {_case} bounds must raise ValueError; it gave {seen[_case]}"
    assert _named in seen[_case]["message"], f"the message must name the other's bounds (with {_named}): {seen[_case]['message']!r}"
assert len(seen) == 7, "not all was asked"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** how many requests are in each bucket, host by host, and in your merged histogram, *all*. The solid line is the quantile that your class reads off. **Right:** two answers for the whole site, compared with the truth.
#
# 1. *One request in 100* meets the slow host: what does the average of the five p99s say?
# 2. *10 % meet the slow host*: and now?
# 3. *5 bounds*: what does your merged histogram say?
# 4. *60 bounds*: what does precision cost? Does the price depend on the number of requests?

# %%
explore_histograms(Histogram)

# %% [markdown]
# ## Exercise C — Does anyone come back? Business metrics
#
# All servers are green, the p99 is fine, and the app is dying. No host metric can see that.
#
# `events` is a list of pairs `(user, day)`: this user opened the app on this day. `day` is a whole number; the same pair may occur many times, in any order.
#
# - **`daily_active_users(events)`** → a dict: day → how many *different* users were active. Days without events are not in it.
# - **`retention(events, day, after)`** → of the users active on `day`, the share that is active again exactly `after` days later, from 0.0 to 1.0. If no user was active on `day`: 0.0.
# - Both leave `events` as it is.
#
# <details><summary>Hint 1</summary>
#
# Ann opens the app five times on Monday. How many active users is that? And is a user who opens it on Tuesday *and* on Friday "back after three days" of Monday?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Which of Python's containers counts nothing twice, and can tell what two of its kind have in common?
#
# </details>


# %% solution="daily_active_users"
def daily_active_users(events):
    """Return a dict: day → number of different users active on that day."""
    ### BEGIN SOLUTION Exercise C: count users a day
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}
    ### END SOLUTION


def retention(events, day, after):
    """Return the share of the users of `day` who are active again exactly `after` days later."""
    ### BEGIN SOLUTION Exercise C: who came back
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there) if there else 0.0
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(retention([("ann", 1), ("bob", 1), ("ann", 8)], 1, 7))
except NotImplementedError as stub:
    print(stub)

# %% check="daily_active_users" points=1
events = [("ann", 1), ("bob", 1), ("ann", 1), ("ann", 2), ("cid", 2), ("bob", 4), ("cid", 4)]
seen = {
    "active": sorted([day, users] for day, users in daily_active_users(events).items()),
    "back": [float(retention(events, day, after)) for day, after in [(1, 1), (1, 3), (2, 2), (1, 2), (3, 1)]],
}
### JUDGE
assert seen["active"] == [[1, 2], [2, 2], [4, 2]], (
    f"ann opened the app twice on day 1; [day, users] should be [[1, 2], [2, 2], [4, 2]], yours {seen['active']}"
)
assert seen["back"] == [0.5, 0.5, 0.5, 0.0, 0.0], (
    f"day 1: ann is back after 1 day, bob after 3; day 2: cid after 2; nobody on day 3: [0.5, 0.5, 0.5, 0.0, 0.0], yours {seen['back']}"
)

# %% check="daily_active_users_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Each user counts once a day, and retention is the share that is active again exactly that many days later.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 5), []  # [events, pairs of days]
for _size in (0, 1, 30, 300):
    _days = _rng.sample(range(-5, 400), 12)
    _users = [_number if _size == 30 else f"u{_number}" for _number in range(25)]
    _events = [(_rng.choice(_users), _rng.choice(_days)) for _ in range(_size)]
    _asked = [sorted(_rng.choices(_days, k=2)) for _ in range(25)] + [[_days[0]] * 2, [999, 1000]]
    _cases.append([_events, _asked])
### OBSERVE
seen = []
for _events, _asked in _cases:
    _copy = list(_events)
    _active = daily_active_users(_events)
    seen.append(
        {
            "active": sorted([_day, _users] for _day, _users in _active.items()),
            "back": [float(retention(_events, int(f"{_day}"), _other - _day)) for _day, _other in _asked],
            "same": _events == _copy,
        }
    )
### JUDGE
for (_events, _asked), _got in zip(_cases, seen, strict=True):
    _size, _events = len(_events), set(_events)
    _when = [_day for _, _day in _events]
    _want = sorted([_day, _when.count(_day)] for _day in set(_when))
    assert _got["active"] == _want, f"{_size} events: [day, users] should begin {_want[:4]}, yours {_got['active'][:4]}"
    for (_day, _other), _share in zip(_asked, _got["back"], strict=True):
        _other = _day + (_other - _day)
        _there = [_user for _user, _at in _events if _at == _day]
        _again = [_user for _user in _there if (_user, _other) in _events]
        _right = len(_again) / len(_there) if _there else 0.0
        assert abs(_share - _right) < 1e-9, (
            f"retention(events, {_day}, {_other - _day}): {len(_there)} users on that day, {len(_again)} of them back: {_right:.3f}, yours {_share:.3f}"
        )
    assert _got["same"] is True, "the list of events must not change"
assert len(seen) == 4, "not all was asked"
### END HIDDEN TESTS

# %% [markdown]
# On day 21 a release drives half of the old users away. On the same day a campaign doubles the new ones. **Left:** the metric that is on most walls. **Right:** of each day's users, the share that is back a day later.
#
# 1. *Release and campaign*: which of the two pictures tells you on day 22 that the release is bad?
# 2. *No campaign*: what would the release have left you with?

# %%
explore_users(daily_active_users, retention)

# %% [markdown]
# ## Exercise D — Wake me, but not for nothing: an alert
#
# `Alert(threshold, for_seconds)`. Its `.update(now, value)` is called again and again, `now` in seconds and always growing, though not always by the same step. It returns the state as a string:
#
# - `"ok"` whenever `value` is not above the threshold. Above means strictly above.
# - Otherwise the alert has been above without a break since some update, the first of this run. It is `"firing"` if at least `for_seconds` have passed since that first one, else `"pending"`.
# - So with `for_seconds=0` it fires at once. One value that is not above ends the run; the next one above begins a new one.
#
# This is the rule with `for:` of many alerting systems. Whether it is a good one you will see below the checks.
#
# <details><summary>Hint 1</summary>
#
# What is the one thing you must remember between two updates, and when do you forget it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Remember *when* the present run began, or that there is none. Then a state depends on two differences only: value against threshold, now against that moment.
#
# </details>


# %% solution="alert"
class Alert:
    """Fires when a value has been above `threshold` for `for_seconds` without a break."""

    def __init__(self, threshold, for_seconds):
        self.threshold = threshold
        self.for_seconds = for_seconds
        self.since = None  # when the present run above the threshold began, if there is one

    def update(self, now, value):
        """Return "ok", "pending" or "firing" after seeing `value` at `now` (s)."""
        ### BEGIN SOLUTION Exercise D: decide the state
        if value <= self.threshold:
            self.since = None
            return "ok"
        if self.since is None:
            self.since = now
        return "firing" if now - self.since >= self.for_seconds else "pending"
        ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    tried = Alert(0.05, 20)
    print(tried.update(0, 0.09), tried.update(20, 0.09))
except NotImplementedError as stub:
    print(stub)

# %% check="alert" points=1
alert = Alert(5, 20)
series = [(0, 3), (10, 6), (20, 7), (30, 9), (40, 6), (50, 5), (60, 8), (85, 8)]
seen = [alert.update(now, value) for now, value in series]
### JUDGE
expected = ["ok", "pending", "pending", "firing", "firing", "ok", "pending", "firing"]
series = [(0, 3), (10, 6), (20, 7), (30, 9), (40, 6), (50, 5), (60, 8), (85, 8)]
for (now, value), want, got in zip(series, expected, seen, strict=True):
    assert got == want, (
        f"Alert(5, 20), (now, value) {' '.join(map(str, series))}: above since 10, so it fires at 30; 5 is not above 5. At {now} s, value {value}: expected {want!r}, got {got!r}"
    )
assert len(seen) == 8, "not every update was seen"

# %% check="alert_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: It fires once the value has been strictly above the threshold, without a break, for at least for_seconds.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 6), []  # [threshold and for_seconds of two, [(now, value), …]]
for _ in range(40):
    _settings = [(_rng.randint(-3, 9), _rng.choice([0, 0, 5, 30, 31.5, 200])) for _ in range(2)]
    _now, _series = _rng.choice([0, -40, 1_769_860_800]), []
    for _ in range(80):
        _series.append((_now, _rng.choice([_settings[0][0], _settings[0][0] + 0.5, 20, 20, 20, -20])))
        _now += _rng.choice([0.5, 5, 10, 10, 30, 100])
    _cases.append([_settings, _series])
### OBSERVE
seen = []
for _settings, _series in _cases:
    _pair = [Alert(_threshold, _for) for _threshold, _for in _settings]  # two at once
    seen.append([_alert.update(_now, _value) for _now, _value in _series for _alert in _pair])
### JUDGE
for (_settings, _series), _states in zip(_cases, seen, strict=True):
    _history, _wanted, _told = [], [], []
    for _now, _latest in _series:
        _history.append((_now, _latest))
        for _threshold, _for in _settings:
            _since = None
            for _at, _value in reversed(_history):
                if not _value > _threshold:
                    break
                _since = _at
            _wanted.append("ok" if _since is None else "firing" if _now - _since >= _for else "pending")
            _told.append(f"Alert({_threshold}, {_for}), last updates (now, value) {_history[-5:]}")
    for _got, _want, _call in zip(_states, _wanted, _told, strict=True):
        assert _got == _want, f"{_call}: expected {_want!r}, got {_got!r}"
assert len(seen) == 40, f"40 pairs of alerts were watched, {len(seen)} answered"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** *pending* is yellow, *firing* is red; below yours is the alert built into the course. **Right:** the two prices against the threshold; the orange line is theory. If a window is above the threshold with probability $p$, then $k$ windows in a row are with $p^k$, so *for* seems to remove false alarms quickly. That holds only if windows do not overlap and errors are independent. Here windows do not overlap. For the rest:
#
# 1. *2 % for 20 s, in bunches*: theory says 4 false alarms a day. Now a bad minute is often followed by another, as in the field. How many are there?
# 2. *Burst 4 %: the quickest*: first look for yourself. Which setting notices soonest with less than one false alarm a day, by theory?
# 3. *6 % for 120 s*: most incidents end before it fires. What breaks the run?
#
# Steps 4 and 5 belong to the next section.
#
# <details><summary>What about windows that overlap?</summary>
#
# They are worse still. Say you look at the share of the last *five minutes* every 15 seconds, as many do: nineteen twentieths of a window are those of the one before, so one chance excess stays for minutes. With 10 requests a second, 1 % errors and a threshold of 1.25 %, `for` 45 s leaves over 40 false alarms a day, where $p^4$ promises fewer than one.
#
# </details>

# %% [markdown]
# ### Better than waiting: how fast does the budget burn?
#
# Step 3 above is why the *Site Reliability Workbook* (2018, chapter 5) does "not recommend using durations" for such alerts: an error rate that goes up and down may never fire. It lets a long and a short window look at once, and counts in units of the goal. The **burn rate** is the share of errors over the share that the goal allows.
# With a goal of 99.9 %, 0.1 % may fail; if 1.44 % fail, the burn rate is 14.4, and one hour of it burns 2 % of a month's error budget.
#
# | call a person when the burn rate is above | over the last | and over the last | budget burnt by then |
# |---|---|---|---|
# | 14.4 | hour | 5 minutes | 2 % |
# | 6 | 6 hours | 30 minutes | 5 % |
#
# The long window is sure, as it holds many requests, and a good minute does not set it back. The short one ends the alarm soon after the harm has ended.
# Tick *show two windows*: the green triangles are such an alert, with five minutes and one, both above the threshold, because an incident here lasts only twenty minutes.
#
# 4. *6 % for 120 s, and two windows*: how much sooner do two windows notice?
# 5. *Burst 3 %, 2 %, two windows*: and when the burst is small?

# %%
explore_alert(Alert)

# %% [markdown]
# Now watch your own alert, next to your colleague's: 2 %, at once. Every dot is a failed request; a square is a user hurt before the phone rang. Which price does each of the two pay?
# *Go to your call* and step back to the first update of its run. Then set *for* to 120 s: which columns keep the phone silent?

# %%
replay(Alert)

# %% [markdown]
# ### It runs for real
#
# (Optional, 5 minutes; a measurement takes about ten seconds.) Now the logs are not made up. Four real web servers and a proxy, as in notebook 02, serve requests on this computer, and each appends to a log of its own. On the way web-1 gets `kill -9`, and three seconds later it is started again.
# Your parser and your merge read the five logs while they grow, your histograms count each web server's latencies, and your alert sees the share of errors of each second. Nothing starts before you press a button.
#
# 1. *kill -9 at 2 s*: how many requests fail? When does your alert fire?
# 2. *6 bounds*: how far is your p99 off now?
# 3. *For Prometheus*: the same numbers as text, in the format that Prometheus reads from every host.
#
# Afterwards move *threshold*, *for* and *bounds*: they judge the same logs again. Which setting would have called you first, and which never?
#
# <details><summary>What we see</summary>
#
# A low threshold with *for* 0 s fires in the first second with an error; here no error happens while all servers are up, so it costs nothing. A threshold above a third never fires: only one request in four goes to the dead server. And each server looks healthy in its own log, as a dead one writes nothing: only the proxy's log has the errors.
#
# </details>

# %%
explore_real(parse_line, merge_logs, Histogram, Alert)

# %% [markdown]
# ### Letting machines act
# About 70 % of outages come from changing a live system (the same book, 2016). So the riskiest thing is you, deploying. **Continuous integration** builds and tests every change by itself. A **pipeline** goes on: it brings the version to production stage by stage and stops at the first failure.
# Its last stage is a **canary**: a few percent of the traffic gets the new version while a program compares its errors with those of the old version. If it looks bad, the pipeline **rolls back**. No one has to be awake.

# %% [markdown]
# ## Exercise E — Act without me: a pipeline with a canary
#
# An alert still needs someone to wake up. Let the release look after itself.
#
# **`run_pipeline(stages)`**: `stages` is a list of `(name, callable)`.
#
# - It calls them in order, without arguments, and stops at the first that returns `False` or raises an `Exception`. Every other answer, `None` too, means that the stage passed. What is raised and is not an `Exception`, such as `KeyboardInterrupt` when a person presses stop, passes on.
# - It returns `PipelineResult(passed, ran, failed, error)`: `passed` is `True` or `False`; `ran` the list of the names of all stages that were started, the failed one included; `failed` its name, or `None`; `error` the exception itself, or `None` (also after a `False`). The list `stages` stays as it is.
#
# **`promote_canary(baseline, canary, max_ratio=1.5, min_requests=100)`** gets two pairs `(requests, errors)`, the old version's and the canary's, and returns
#
# - `"wait"` while the canary has had fewer than `min_requests` requests;
# - else `"roll back"` when the canary's error rate is above `max_ratio` × the baseline's **and** above 0.01 (so that a single error in 200 requests does not stop a release when the old version had none). The error rate is errors / requests; the baseline's is 0 if it had no requests;
# - else `"promote"`. Above means strictly above, and `min_requests` is at least 1.
#
# <details><summary>Hint 1</summary>
#
# A stage that forgets its `return` has done its work. What does it give back? And what may you divide by, at the very first second of a release?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Write a stage's name down *before* you call it. Three ways out of one loop: `False`, an exception, the end of the list. For the canary, ask in the order of the text: each question needs only what the ones before it have made sure of.
#
# </details>


# %% solution="run_pipeline"
def run_pipeline(stages):
    """Run the stages (name, callable) until one fails; return a PipelineResult."""
    ### BEGIN SOLUTION Exercise E: run the stages
    ran = []
    for name, stage in stages:
        ran.append(name)
        try:
            answer = stage()
        except Exception as error:
            return PipelineResult(passed=False, ran=ran, failed=name, error=error)
        if answer is False:
            return PipelineResult(passed=False, ran=ran, failed=name, error=None)
    return PipelineResult(passed=True, ran=ran, failed=None, error=None)
    ### END SOLUTION


def promote_canary(baseline, canary, max_ratio=1.5, min_requests=100):
    """Return "wait", "promote" or "roll back", judging by two pairs (requests, errors)."""
    ### BEGIN SOLUTION Exercise E: judge the canary
    if canary[0] < min_requests:
        return "wait"
    rate = canary[1] / canary[0]
    usual = baseline[1] / baseline[0] if baseline[0] else 0
    return "roll back" if rate > max_ratio * usual and rate > 0.01 else "promote"
    ### END SOLUTION


# %% [markdown]
# To try it (not graded):

# %%
try:
    print(run_pipeline([("build", lambda: None), ("test", lambda: False)]))
    print(promote_canary((5000, 50), (200, 9)))
except NotImplementedError as stub:
    print(stub)

# %% check="run_pipeline" points=1
calls = []


def broken():
    calls.append("canary")
    raise RuntimeError("no traffic")


stages = [
    ("build", lambda: calls.append("build")),
    ("test", lambda: "ok"),
    ("canary", broken),
    ("deploy", lambda: calls.append("deploy")),
]
results = [run_pipeline(stages[:2]), run_pipeline(stages), run_pipeline([("test", lambda: False), *stages])]
seen = {
    "results": [[r.passed, r.ran, r.failed, r.error and str(r.error)] for r in results],
    "calls": calls,
}
### JUDGE
expected = [
    [True, ["build", "test"], None, None],
    [False, ["build", "test", "canary"], "canary", "no traffic"],
    [False, ["test"], "test", None],
]
told = ["build (returns None) and test (returns 'ok')", "the same and a canary that raises", "a first test that returns False"]
for got, want, what in zip(seen["results"], expected, told, strict=True):
    assert got == want, f"{what}: [passed, ran, failed, error] should be {want}, yours {got}"
assert seen["calls"] == ["build", "build", "canary"], (
    f"three runs call build; build, canary; nothing: each stage once, none after the failed one; yours called {seen['calls']}"
)

# %% check="run_pipeline_check_2" points=1
seen = [
    promote_canary((5000, 50), (99, 60)),
    promote_canary((5000, 50), (200, 9)),
    promote_canary((5000, 50), (400, 5)),
    promote_canary((5000, 0), (200, 1)),
    promote_canary((5000, 50), (200, 5), max_ratio=3),
    promote_canary((5000, 50), (200, 9), min_requests=500),
]
### JUDGE
expected = ["wait", "roll back", "promote", "promote", "promote", "wait"]
told = [
    "(5000, 50), (99, 60): too few requests yet",
    "(5000, 50), (200, 9): 4.5 % is more than 1.5 × 1 %",
    "(5000, 50), (400, 5): 1.25 % is less than 1.5 × 1 %",
    "(5000, 0), (200, 1): 0.5 % is more than 0, but not above 1 %",
    "(5000, 50), (200, 5), max_ratio=3: 2.5 % is less than 3 × 1 %",
    "(5000, 50), (200, 9), min_requests=500: too few requests yet",
]
for got, want, call in zip(seen, expected, told, strict=True):
    assert got == want, f"promote_canary {call}: expected {want!r}, got {got!r}"
assert len(seen) == 6, "not all was asked"

# %% check="run_pipeline_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: It stops at the first stage that returns False or raises an Exception; every other answer means that the stage passed.
### INPUTS
import random
from course.checks import SEED

_rng, _cases = random.Random(SEED + 7), []  # [names of stages, what they return or raise]
_good, _bad = ["True", "None", "text", "empty", "list", "0"], ["False", "KeyError", "ValueError", "ZeroDivisionError"]
for _ in range(80):
    _kinds = [_rng.choice(_good if _rng.random() < 0.8 else _bad) for _ in range(_rng.randrange(7))]
    _names = [_rng.choice(["build", "test", "canary", "deploy"]) + str(_n % 5) for _n in range(len(_kinds))]
    _cases.append([_names, _kinds])
### OBSERVE


class _Stop(BaseException):
    """As KeyboardInterrupt: no Exception."""


def _stop():
    raise _Stop


def _stage(name, kind, calls):
    def run():
        calls.append(name)
        if kind in ("KeyError", "ValueError", "ZeroDivisionError"):
            raise {"KeyError": KeyError, "ValueError": ValueError, "ZeroDivisionError": ZeroDivisionError}[kind](name)
        return {"True": True, "None": None, "text": "done", "empty": "", "list": [], "0": 0, "False": False}[kind]

    return run


seen = []
for _names, _kinds in _cases:
    _calls = []
    _stages = [(_name, _stage(_name, _kind, _calls)) for _name, _kind in zip(_names, _kinds, strict=True)]
    _copy = list(_stages)
    _result = run_pipeline(_stages)
    _error = None if _result.error is None else [type(_result.error).__name__, _result.error.args[0]]
    seen.append([_result.passed, list(_result.ran), _result.failed, _error, _calls, _stages == _copy])
_after = []
try:
    run_pipeline([("build", lambda: None), ("test", _stop), ("deploy", lambda: _after.append("deploy"))])
    seen.append(["swallowed", _after])
except _Stop:
    seen.append(["passed on", _after])
### JUDGE
assert seen[-1] == ["passed on", []], (
    f"what is not an Exception, as KeyboardInterrupt, must pass on, and nothing may run after it; yours {seen[-1]}"
)
for (_names, _kinds), _got in zip(_cases, seen[:-1], strict=True):
    _end = next((_n for _n, _kind in enumerate(_kinds) if _kind in _bad), None)
    _started = _names if _end is None else _names[: _end + 1]
    _failed = None if _end is None else _names[_end]
    _error = None if _end is None or _kinds[_end] == "False" else [_kinds[_end], _failed]
    _want = [_end is None, _started, _failed, _error, _started, True]
    assert _got == _want, (
        f"stages {_names} that return or raise {_kinds}: [passed, ran, failed, error, calls made, list unchanged] should be {_want}, yours {_got}"
    )
assert len(seen) == 81, f"81 pipelines were run, {len(seen)} answered"
### END HIDDEN TESTS

# %% check="run_pipeline_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: The canary waits below min_requests, and rolls back only if its error rate is strictly above both limits.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED + 8)
_fixed = [[[0, 0], [100, 2], {}], [[0, 0], [100, 1], {}], [[900, 0], [200, 2], {}], [[900, 0], [200, 3], {}], [[0, 0], [0, 0], {}], [[0, 0], [99, 99], {}], [[1024, 64], [256, 32], {"max_ratio": 2}]]
_drawn = [
    [
        [_rng.choice([0, 1000, 5000]), _rng.choice([0, 10, 35, 100])],
        [_rng.choice([1, 49, 50, 99, 100, 101, 300, 999]), _rng.randint(0, 9)],
        {
            **_rng.choice([{}, {"max_ratio": _rng.choice([0.5, 1, 2, 4])}]),
            **_rng.choice([{}, {"min_requests": _rng.choice([1, 50, 300])}]),
        },
    ]
    for _ in range(400)
]
### OBSERVE
seen = [
    promote_canary(tuple([_old[0], min(_old)]), tuple([_new[0], min(_new)]), **_settings)
    for _old, _new, _settings in _fixed + _drawn
]
### JUDGE
from fractions import Fraction

for (_old, _new, _settings), _got in zip(_fixed + _drawn, seen, strict=True):
    _old, _new = (_old[0], min(_old)), (_new[0], min(_new))
    _want = "wait"
    if _new[0] >= _settings.get("min_requests", 100):
        _rate = Fraction(_new[1], _new[0])
        _limit = Fraction(_settings.get("max_ratio", 1.5)) * (Fraction(_old[1], _old[0]) if _old[0] else 0)
        if _rate == _limit and _limit and _old[0] != 1024:  # only rounding decides, but for powers of 2
            continue
        _want = "roll back" if _rate > _limit and _rate > Fraction(1, 100) else "promote"
    assert _got == _want, f"promote_canary({_old}, {_new}, {_settings}): expected {_want!r}, got {_got!r}"
assert len(seen) == 407, "not all was asked"
### END HIDDEN TESTS

# %% [markdown]
# **Left:** how far one release comes, and your canary's verdicts on 20 good and 20 bad versions. **Right:** what a bad version costs, against the canary's share of the traffic.
#
# 1. *Canary share*: move it from 1 % to 50 %. Does it change how many requests fail?
# 2. *Nothing is wrong*: how many of 20 good versions are rolled back? Find a better *at least* and *at most*.
# 3. *At least 500, at most 2 ×*: how many now? What does it cost?
# 4. *At least 1,000, at most 2 ×*: and now?
#
# If a person looked after ten minutes instead, the share would matter: of 6,000 requests a canary of 50 % with 5 % errors fails 150, a canary of 5 % only 15.

# %%
explore_pipeline(run_pipeline, promote_canary)

# %% [markdown]
# One release in slow motion, with so little traffic that every request is a dot: your canary on the left, all users at once on the right. What had your function counted when it decided? *Go to your verdict* tells.
# Then let the new version fail as often as the old one, 1 %: is it promoted? Try a canary share of 20 %, too.

# %%
replay_release(promote_canary)

# %% [markdown]
# ## Explain
#
# Your only alert is "CPU of any server above 90 % for 5 minutes". One night a backup makes the database's disk slow. For 12 minutes a third of all requests end in a timeout, and no one is called. In the morning a colleague proposes: "call me at once whenever more than 1 % of the requests of any 10 seconds fail".
# You serve 10 requests a second, and 1 % of them fail on a normal day.
#
# Why did the old alert stay silent? What will happen with the colleague's, and why is that worse than it sounds? Propose an alert of your own (what it measures, threshold, duration) and say what it costs. And how do you find the *cause* the next morning? (About 8 sentences.)

# %% [markdown] answer="explain" points=3
# The old alert watched a cause, not a symptom: while the database's disk was slow, the web servers only waited for answers, so their CPUs had *less* to do than usual, and nothing was above 90 %. The colleague's alert sits right on the normal error rate. A window has 100 requests, and two or more of them
# fail by chance in about a quarter of all windows, so the phone rings over a thousand times a day with nothing wrong. That is worse than noise: people mute it, and sleep through the real incident. I would watch the share of failed requests over all servers together, as that is what users feel: above 5 % for one minute. Chance
# hardly ever does that seven windows in a row. It costs about a minute of errors before anyone is called, and an incident that only fails 3 % of the requests goes unnoticed by it; for that I would have a second, slower alert on the last hour and the last five minutes together. For the cause I merge the logs of all servers
# into one timeline, look for the first ERROR, and read what came just before it, on any server: the database says "backup started", then "slow query", and a few seconds later the web servers report timeouts.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# 1 point: CPU is a cause (and here the wrong one), not what users feel. Waiting servers have an idle CPU; the disk was the bottleneck. Watch symptoms.
#
# 1 point: 1 % is the normal rate, so chance alone puts many windows above it (about a quarter: two or more of 100; some 1,700 false alarms a day; "hundreds" is good enough). Worse than noise: people mute or ignore it and miss the real one. (Half a point each.)
#
# 1 point: half a point for an alert on failed (or slow) requests, with a threshold clearly above the noise *and* a duration or a long window (a burn rate over two windows is as good), and its price named: delay, or incidents below the threshold unnoticed. Half a point for the cause: one merged timeline of all servers' logs, and looking at what came just *before* the first error.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Logs**: journald or a small agent (Fluent Bit, Vector) on each host sends to **Loki**, **Elasticsearch** or OpenSearch. Clocks are kept equal by NTP (`chronyd`); without that, no merged timeline is true. Many write JSON instead of words, so `parse_line` is not needed.
# - **Metrics**: **Prometheus** asks every host for its counts; Grafana draws them. Your exercise B is `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))`: add the buckets (`le` is "less or equal"), then take the quantile. It guesses a place inside the bucket; you took its upper bound. Its *native histograms*, stable since version 3.8 (November 2025), choose the buckets themselves. **OpenTelemetry** is the common language in which programs hand out metrics, logs and traces.
# - **Better buckets**: HdrHistogram, and DDSketch (Masson, Rim and Lee, 2019), with a bound on the relative error that you choose, and which can be merged, too.
# - **Alerts**: a Prometheus rule has `expr: … > 0.05` and `for: 5m`; Alertmanager groups, silences and sends. For burn rates, recording rules keep the share of errors over 5 minutes, 30 minutes, 1 hour and 6 hours, and the alert joins two of them with `and`; tools such as Sloth and Pyrra write these rules from a goal.
# - **Pipelines**: GitHub Actions, GitLab CI, Jenkins. **Canaries**: Argo Rollouts (`setWeight: 5`, then an *analysis* with `successCondition` and `failureLimit`), Flagger, Spinnaker. Google traced 37 % of its outages of 2010–2017 to new binaries and 31 % to new configuration (the same workbook, 2018): send both through the canary.
# - **Left out here:** following one request through all servers (tracing), sampling, clocks that differ, databases that cannot be rolled back, feature flags, statistics that may look again and again without fooling themselves.

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
# Nothing new. You have met every part: balancer, replicas, cache, CDN, stateless servers, several data centers, queues, and now the eyes and hands. What is left is to choose. Each part costs money every month, each hides the weakness of another, and one limit has stood since notebook 03: every data center's primary still has to apply *every* write, and a bigger one is not for sale.
# In notebook 10 you split the data itself, and then design the whole thing, under a budget, for a day on which a server, a replica, a cache node and a region die.
