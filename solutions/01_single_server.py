# %% [markdown] question="how much can one machine do, and what does the last 10 % cost?" shown="explore(serve)" moved={"arrival_rate": 9.0}
# # 1 · One server
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/01_single_server/01_single_server.ipynb)
#
# You have built a photo-sharing app. All of it runs on one rented machine: the web server, your code, the database. It has
# a hundred users and it is fast. Then a blogger writes about it. By noon the machine is 80 % busy and nobody complains. By
# evening it is 95 % busy and everybody does. What happened in those 15 %? How much can one machine do, and what do you do
# when it is not enough?
#
# **About 75 minutes.** Afterwards you will be able to
#
# - simulate a server, with its workers and its queue, in a few lines of SimPy
# - say from two numbers how busy a server is and how long people will wait
# - split web and data tier, choose a kind of database and a machine, and say where scaling up ends

# %%
import simpy

from course.single_server import (
    CATALOG,
    NEEDS,
    Machine,
    NoMachineBigEnough,
    Request,
    architecture,
    explore,
    explore_catalog,
    explore_database,
    explore_formulas,
    explore_two_tiers,
)

# %% [markdown]
# ## The picture
#
# Everything is in one box. Two kinds of clients use it: a **web browser**, which wants HTML, CSS and JavaScript, and a **mobile
# app**, which wants only data, as JSON such as `{"photo": 12, "title": "lake", "likes": 41}`. Both take the same way:
#
# 1. They know a name, `photos.example`. They ask **DNS**, the internet's directory of names, and get an IP address.
# 2. They send an **HTTP** request to that address.
# 3. The server works on it and sends HTML or JSON back.
#
# *In words: DNS gives the server's address to a web browser and to a mobile app; both send HTTP requests to one server that holds
# the web app and the database.*

# %%
architecture()

# %% [markdown]
# ## The idea
#
# ### A server is some workers and a queue
#
# Your server has a number of **workers**: processes that each serve one request at a time. A request that finds all of them taken
# waits in a **queue**, first come, first served. So the time that a user sees, the **latency**, has two parts: the wait for a worker
# and the **service time**, the work itself.
#
# The service time hardly changes during the day. The wait does. Requests do not come evenly: three arrive in one second, none
# in the next. In the busy second a queue builds up. It shrinks only when the workers have time to spare, and how much they have to
# spare is what this notebook is about. The share of their time that requests ask for is called **utilization**.

# %% [markdown]
# ### A clock that skips the boring parts
#
# We cannot wait for a real evening, so we simulate one with [SimPy](https://simpy.readthedocs.io). SimPy keeps a clock, `env.now`.
# What happens is written as a **process**: a function with a `yield` in it, which Python calls a *generator*. At each `yield` the process
# hands SimPy an **event** and stands still. When the event happens, SimPy moves the clock there and the process goes on
# at its next line. Nothing is slept through: a quiet hour costs no time at all.
#
# Here are two kettles. Each is a process of its own; read who speaks when.

# %%
def kettle(env, name, minutes):
    print(f"{env.now} min: the {name} kettle is switched on")
    yield env.timeout(minutes)  # an event: `minutes` from now
    print(f"{env.now} min: the {name} kettle boils")


env = simpy.Environment()
env.process(kettle(env, "big", 5))
env.process(kettle(env, "small", 3))
env.run()

# %% [markdown]
# ### A thing that only some can have at a time
#
# A `simpy.Resource` has a few places and a queue in front of them. You ask with `.request()` and get an event at once: your *turn*. It happens
# when a place is yours, perhaps immediately, perhaps in an hour. Below, a meeting room has one key and two people ask for it.

# %%
env = simpy.Environment()
keys = simpy.Resource(env, capacity=1)
anna, ben = keys.request(), keys.request()
print("Anna's turn:", anna.triggered, "| Ben's turn:", ben.triggered, "| keys out:", keys.count, "| queue:", len(keys.queue))
keys.release(anna)
env.run()
print("Anna is back. Ben's turn:", ben.triggered, "| keys out:", keys.count, "| queue:", len(keys.queue))

# %% [markdown]
# ### When a process is torn away
#
# A real request can be cut off: the user closes the tab, a time limit strikes. In SimPy somebody calls `process.interrupt()`, and
# the `yield` at which the process stands **raises** `simpy.Interrupt`, whether it was waiting or working. If you do nothing about it, the
# process ends there, and what it held stays held. The `simpy.Interrupt` passes on to a process that waits for this one. If no other process waits for it,
# `env.run()` stops with that `simpy.Interrupt`. In a try-out that is the right end.
#
# ### All the SimPy you need
#
# | you write | what it is |
# |---|---|
# | `env.now` | the time on the clock (minutes for the kettles, seconds in the exercises) |
# | `yield env.timeout(3)` | stand still for 3 s |
# | `turn = keys.request()` | ask for a place; `yield turn` stands still until it is yours |
# | `keys.release(turn)` | give the place back |
# | `turn.cancel()` | leave the queue again, if your turn has not come |
# | `with keys.request() as turn:` | when the block ends, *however* it ends: gives the place back, or leaves the queue |
# | `keys.count`, `len(keys.queue)` | how many have a place, how many wait |

# %% [markdown]
# ## Predict
#
# One worker that is **80 %** busy: a request waits, on average, **4 ×** its service time before anyone looks at it. If the work takes 100 ms, the
# wait is 400 ms.
#
# Traffic grows by about a fifth. Now the worker is **95 %** busy. How many times its service time does a request wait? Put your number in place of
# `None`. Nobody grades it; guess before you look.

# %%
prediction = None

# %% [markdown]
# ## Experiment
#
# On the left: the mean wait against the load, with a curve from a formula of 1917 (Erlang's) and a dot for what the simulation measured. On
# the right: how many requests were in the system while it ran. Your prediction is the diamond.
#
# 1. Move the **arrival rate** from 8 to 9.5 requests/s. Was your diamond near? What did the right picture do?
# 2. Move **day**: the same traffic on average, other luck. At 95 % the dot jumps about, at 50 % it does not. Why would anyone trust a
#    measurement of one busy hour?
# 3. **Break it:** 10.5 requests/s. Each second brings more work than fits into a second.
# 4. Set 4 **workers**, 16 requests/s and 0.2 s. That is 80 % busy again. How long do requests wait now? Why so much less?

# %%
explore(prediction=prediction)

# %% [markdown]
# ## Exercise A — A request and its worker
#
# Write the life of one request as a SimPy process, `serve(env, workers, request)`. `workers` is a `simpy.Resource`; `request.work` is in seconds.
#
# - Wait for a free worker. When you have it, set `request.started_at` to the time on the clock.
# - Hold the worker for `request.work` seconds and give it back.
# - Then set `request.finished_at` to the time on the clock.
# - If the process is interrupted, the `simpy.Interrupt` passes on (you do not swallow it), `finished_at` stays unset, and the worker, or the
#   place in the queue for one, is given back.
#
# It returns nothing. To try it: `env = simpy.Environment(); r = Request(1, work=2.0); env.process(serve(env, simpy.Resource(env, 1), r)); env.run(); print(r.finished_at)` prints `2.0`.
#
# <details><summary>Hint 1</summary>
#
# Which two things must a request stand still for, one after the other? And what must have happened between them?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two of the rows in the table above stand still, and one row makes sure that the place is given back whichever way you leave. Put
# the two inside the one. Where in it does the clock show the start, and where, outside, the end?
#
# </details>

# %% solution="serve"
def serve(env, workers, request):
    """Serve one request: wait for a worker, hold it for `request.work` seconds, note the times."""
    ### BEGIN SOLUTION Exercise A: wait for a worker, hold it, give it back, note the times
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
    request.finished_at = env.now
    ### END SOLUTION


# %% [markdown]
# One worker, three requests at the same moment: they are served one after the other.

# %% check="serve" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
workers = simpy.Resource(env, capacity=1)
requests = [Request(1, work=3.0), Request(2, work=2.0), Request(3, work=1.0)]
for request in requests:
    env.process(serve(env, workers, request))
env.run()
seen = [[request.started_at, request.finished_at] for request in requests]
### JUDGE
assert seen == [[0, 3], [3, 5], [5, 6]], (
    f"1 worker, works of 3, 2 and 1 s, all at time 0: [started_at, finished_at] should be [0, 3], [3, 5], [5, 6]; yours: {seen}"
)

# %% [markdown]
# Two workers: two are served at once, the others wait, and in the end nobody holds a worker.

# %% check="serve_check_2" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
workers = simpy.Resource(env, capacity=2)
requests = [Request(number, work=work) for number, work in enumerate([4.0, 2.0, 3.0, 1.0])]
for request in requests:
    env.process(serve(env, workers, request))
env.run(until=1)
seen = {"busy at 1 s": workers.count, "waiting at 1 s": len(workers.queue)}
env.run()
seen["finished"] = [request.finished_at for request in requests]
seen["busy at the end"] = workers.count
### JUDGE
expected = {"busy at 1 s": 2, "waiting at 1 s": 2, "finished": [4, 2, 5, 5], "busy at the end": 0}
assert seen == expected, f"2 workers, works of 4, 2, 3 and 1 s, all at time 0: expected {expected}; yours: {seen}"

# %% check="serve_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_runs = [
    (capacity, [_rng.expovariate(capacity) for _ in range(40)], [_rng.expovariate(1.0) for _ in range(40)])
    for capacity in (1, 2, 4)
]
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    def come(env, workers, gaps, requests):
        for gap, request in zip(gaps, requests, strict=True):
            yield env.timeout(gap)
            env.process(serve(env, workers, request))

    runs = []
    for capacity, gaps, works in _runs:
        requests = [Request(number, work=work) for number, work in enumerate(works)]
        env = simpy.Environment()
        env.process(come(env, simpy.Resource(env, capacity), gaps, requests))
        env.run()
        runs.append([[request.started_at, request.finished_at] for request in requests])
    return runs


seen = _observe()
### JUDGE
import heapq


def _near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-6


def _problem(seen):
    for (capacity, gaps, works), times in zip(_runs, seen, strict=True):
        free, now = [0.0] * capacity, 0.0
        for number, (gap, work, (started, finished)) in enumerate(zip(gaps, works, times, strict=True)):
            now += gap
            start = max(now, heapq.heappop(free))
            heapq.heappush(free, start + work)
            where = f"{capacity} worker(s), first come, first served: request {number}, which came at {now:.3f} s,"
            if not _near(started, start):
                return f"{where} should get a worker at {start:.3f} s; started_at is {started}"
            if not _near(finished, start + work):
                return f"{where} should be finished at {start + work:.3f} s; finished_at is {finished}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="serve_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_unit = random.Random(SEED).uniform(0.5, 2.0)
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    env = simpy.Environment()
    workers = simpy.Resource(env, capacity=1)
    requests = {name: Request(name, work=work * _unit) for name, work in zip("ABCDE", (10, 2, 3, 1, 2), strict=True)}
    running, ended, counts = {}, {}, []

    def life(name):
        running[name] = env.process(serve(env, workers, requests[name]))
        try:
            yield running[name]
            ended[name] = "finished"
        except Exception as error:
            ended[name] = type(error).__name__

    def cut(name):
        if running[name].is_alive:
            running[name].interrupt("the user closed the tab")

    def story():
        for name in "ABCD":  # at 0, 1, 2 and 3
            env.process(life(name))
            yield env.timeout(_unit)
        cut("B")  # at 4, while it waits
        yield env.timeout(_unit)
        counts.append([workers.count, len(workers.queue)])
        yield env.timeout(_unit)
        cut("A")  # at 6, while it is served
        yield env.timeout(_unit)
        counts.append([workers.count, len(workers.queue)])
        yield env.timeout(13 * _unit)
        env.process(life("E"))  # at 20

    env.process(story())
    env.run()
    counts.append([workers.count, len(workers.queue)])
    times = {name: [request.started_at, request.finished_at] for name, request in requests.items()}
    return {"counts": counts, "ended": ended, "times": times}


seen = _observe()
### JUDGE
def _near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-6


def _problem(seen):
    story = "1 worker; A is served, B, C and D wait; B is interrupted while it waits, then A while it is served"
    if seen["counts"] != [[1, 2], [1, 1], [0, 0]]:
        return f"{story}: [workers taken, requests waiting] should be [1, 2], then [1, 1], in the end [0, 0]; yours: {seen['counts']}"
    for name, end in zip("ABCDE", ("Interrupt", "Interrupt", "finished", "finished", "finished"), strict=True):
        if seen["ended"].get(name) != end:
            return f"{story}: the process of {name} should end with {end!r}; yours: {seen['ended'].get(name)!r}"
    for name, start, end in (("A", 0, None), ("B", None, None), ("C", 6, 9), ("D", 9, 10), ("E", 20, 22)):
        for what, expected, got in zip(("started_at", "finished_at"), (start, end), seen["times"][name], strict=True):
            if expected is None and got is not None:
                return f"{story}: {name}.{what} should stay None; yours: {got}"
            if expected is not None and not _near(got, expected * _unit):
                return f"{story}: {name}.{what} should be {expected * _unit:.3f}; yours: {got}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Your `serve` in place of the built-in server, with the same requests. If it is right, the square lies on the dot. Then **break it** on purpose: hold the worker for
# half of `request.work` only. Where does the square go? Do not give the worker back at all. What does the picture say? (Put it right again before you go on.)

# %%
explore(serve, prediction=prediction)

# %% [markdown]
# ## Exercise B — Two numbers to carry in your head
#
# Nobody simulates before every decision. Two formulas go a long way.
#
# **Utilization.** Requests come at `arrival_rate` a second. Each takes one worker `service_time` seconds. What share of the time of all `workers`
# workers do they ask for? Write `utilization(arrival_rate, service_time, workers)`.
#
# - It returns a number ≥ 0. 0.8 means 80 % busy. It may exceed 1: that is overload.
# - A negative rate or time, or fewer than one worker, raises `ValueError`, and its message contains the wrong value: `ValueError: workers = 0`. A rate or a time of 0 is fine.
#
# **Little's law** (John Little, 1961). Watch any system that people enter and leave. The mean number inside equals the rate of arrivals times the mean time that each stays.
# Write `requests_in_system(arrival_rate, mean_latency)`, in requests/s and s. It checks nothing.
#
# To try it: `utilization(20, 0.1, 4)` → `0.5`.
#
# <details><summary>Hint 1</summary>
#
# One worker has one second of time per second. How many seconds of work come in per second? How many have you to give?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# 20 requests a second of 0.1 s each: 2 seconds of work arrive every second, and four workers offer 4. For the law: a café that 30 people an hour
# enter, each for half an hour, has 15 people in it.
#
# </details>

# %% solution="utilization"
def utilization(arrival_rate, service_time, workers):
    """Return the share of the workers' time that the requests ask for; above 1 is overload."""
    ### BEGIN SOLUTION Exercise B: the share of the workers' time that requests ask for
    for name, value, least in (
        ("arrival_rate", arrival_rate, 0),
        ("service_time", service_time, 0),
        ("workers", workers, 1),
    ):
        if value < least:
            raise ValueError(f"{name} = {value}: must be at least {least}")
    return arrival_rate * service_time / workers
    ### END SOLUTION


def requests_in_system(arrival_rate, mean_latency):
    """Return the mean number of requests in the system, by Little's law."""
    ### BEGIN SOLUTION Exercise B: Little's law
    return arrival_rate * mean_latency
    ### END SOLUTION


# %% check="utilization" points=1
from course.checks import attempt

seen = [attempt(lambda: utilization(8, 0.1, 1)), attempt(lambda: utilization(12, 0.1, 1)), attempt(lambda: utilization(30, 0.1, 4))]
### JUDGE
def _right(did, expected):
    got = did.get("returned")
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-9


assert _right(seen[0], 0.8), f"utilization(8, 0.1, 1) should return 0.8; yours: {seen[0]}"
assert _right(seen[1], 1.2), f"utilization(12, 0.1, 1) should return 1.2, which is overload; yours: {seen[1]}"
assert _right(seen[2], 0.75), f"utilization(30, 0.1, 4) should return 0.75; yours: {seen[2]}"

# %% check="utilization_check_2" points=1
from course.checks import attempt

seen = attempt(lambda: requests_in_system(8, 0.5))
### JUDGE
assert isinstance(seen.get("returned"), (int, float)) and abs(seen["returned"] - 4) <= 1e-9, (
    f"8 requests/s that stay 0.5 s each: requests_in_system(8, 0.5) should return 4; yours: {seen}"
)

# %% check="utilization_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_rows = [(_rng.uniform(1, 200), _rng.uniform(0.01, 0.5), _rng.randint(1, 16)) for _ in range(20)]
_rows += [(0, 0.1, 3), (0.0, 0.0, 1), (7, 0, 2), (300, 0.2, 2)]
### OBSERVE
from course.checks import attempt

seen = []
for _row in _rows:
    seen.append([attempt(lambda: utilization(*_row)), attempt(lambda: requests_in_system(_row[0], _row[1]))])
### JUDGE
def _right(did, expected):
    got = did.get("returned")
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-9


def _problem(seen):
    for (rate, time, workers), (busy, number) in zip(_rows, seen, strict=True):
        if not _right(busy, rate * time / workers):
            return f"utilization({rate:g}, {time:g}, {workers}) should return {rate * time / workers:g}; yours: {busy}"
        if not _right(number, rate * time):
            return f"requests_in_system({rate:g}, {time:g}) should return {rate * time:g}; yours: {number}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="utilization_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_below = -random.Random(SEED).randint(2, 99)
_wrong = [(_below, 0.1, 1), (-0.5, 0, 2), (8, _below, 1), (0, -0.25, 4), (8, 0.1, 0), (0, 0, _below)]
### OBSERVE
from course.checks import attempt

seen = []
for _row in _wrong:
    seen.append(attempt(lambda: utilization(*_row)))
### JUDGE
def _problem(seen):
    values = [_below, -0.5, _below, -0.25, 0, _below]
    for row, value, did in zip(_wrong, values, seen, strict=True):
        if "ValueError" not in [did.get("raised"), *did.get("bases", [])]:
            return f"utilization{row} should raise ValueError; yours: {did}"
        if str(value) not in did["message"]:
            return f"utilization{row}: the message of the ValueError should contain {value}; yours: {did['message']!r}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Your formulas against a server that was measured. Little's law holds to the last digit, for *any* traffic and any server, busy or not.
# **Break it:** 12 requests/s. Your line goes on upwards, the dot does not. Which of the two would a monitoring tool show you, and what would it hide?

# %%
explore_formulas(utilization, requests_in_system)

# %% [markdown]
# ## A machine for the data
#
# On your one box the web app and the database fight for the same memory and the same processors. The first step of nearly every growing system is
# to give the database a machine of its own: a **web tier** and a **data tier**. From now on each can be scaled alone. Many clicks, little data: more web workers. Heavy
# queries: a bigger database.
#
# The tiers meet at **database connections**. Each costs the database memory, so there are few of them. A web worker that needs the database asks for a connection,
# and while it waits for one it can do nothing else. Keep that in mind: *a worker that waits counts as taken.*
#
# *In words: as before, but the web server now sends SQL to a database on its own machine.*

# %%
architecture(two_tiers=True)

# %% [markdown]
# ## Exercise C — Two tiers
#
# Write `serve_two_tiers(env, web, database, request)`. `web` and `database` are `simpy.Resource`s: the web workers and the connections.
#
# - Wait for a web worker and hold it for `request.web_work` seconds.
# - Then, **while still holding it**, wait for a connection and hold that for `request.db_work` seconds.
# - Give both back and set `request.finished_at`. (`started_at` is not asked for.)
# - If the process is interrupted, wherever it stands, the `simpy.Interrupt` passes on, `finished_at` stays unset, and both workers and both places in queues are given back.
#
# To try it: `env = simpy.Environment(); r = Request(1, web_work=1.0, db_work=2.0); env.process(serve_two_tiers(env, simpy.Resource(env, 1), simpy.Resource(env, 1), r)); env.run(); print(r.finished_at)` prints `3.0`.
#
# <details><summary>Hint 1</summary>
#
# Who holds what at the moment when the query runs? Draw two bars over time, one for each tier.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The bar of the connection lies wholly inside the bar of the web worker. What in Python lies wholly inside something else, and is left before it?
#
# </details>

# %% solution="serve_two_tiers"
def serve_two_tiers(env, web, database, request):
    """Serve one request: web work with a web worker, then database work with a connection too."""
    ### BEGIN SOLUTION Exercise C: a web worker, and while holding it a connection
    with web.request() as worker:
        yield worker
        yield env.timeout(request.web_work)
        with database.request() as connection:
            yield connection
            yield env.timeout(request.db_work)
    request.finished_at = env.now
    ### END SOLUTION


# %% check="serve_two_tiers" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
web, database = simpy.Resource(env, capacity=2), simpy.Resource(env, capacity=1)
requests = [Request(number, web_work=1.0, db_work=2.0) for number in range(3)]
for request in requests:
    env.process(serve_two_tiers(env, web, database, request))
env.run()
seen = [request.finished_at for request in requests]
### JUDGE
assert seen == [3, 5, 7], (
    f"2 web workers, 1 connection, 3 requests at time 0 with 1 s of web work and 2 s of database work: they should finish at 3, 5 and 7; yours: {seen}"
)

# %% [markdown]
# The same, looked at in the middle: after 2 s the first request is in the database, the second holds a web worker and waits for the connection, the third still waits for a web
# worker.

# %% check="serve_two_tiers_check_2" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
web, database = simpy.Resource(env, capacity=2), simpy.Resource(env, capacity=1)
for number in range(3):
    env.process(serve_two_tiers(env, web, database, Request(number, web_work=1.0, db_work=2.0)))
env.run(until=2)
seen = {"web taken": web.count, "web queue": len(web.queue), "database taken": database.count, "database queue": len(database.queue)}
### JUDGE
expected = {"web taken": 2, "web queue": 1, "database taken": 1, "database queue": 1}
assert seen == expected, f"3 requests after 2 s: expected {expected}; yours: {seen}"

# %% check="serve_two_tiers_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_runs = [
    (tiers, [_rng.expovariate(1.0) for _ in range(40)], [(_rng.expovariate(1.0), _rng.expovariate(1.0)) for _ in range(40)])
    for tiers in ((1, 1), (3, 1), (2, 4), (4, 2))
]
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    def come(env, web, database, gaps, requests):
        for gap, request in zip(gaps, requests, strict=True):
            yield env.timeout(gap)
            env.process(serve_two_tiers(env, web, database, request))

    runs = []
    for (web_workers, connections), gaps, works in _runs:
        requests = [Request(number, web_work=web, db_work=database) for number, (web, database) in enumerate(works)]
        env = simpy.Environment()
        web, database = simpy.Resource(env, web_workers), simpy.Resource(env, connections)
        env.process(come(env, web, database, gaps, requests))
        env.run()
        runs.append([request.finished_at for request in requests])
    return runs


seen = _observe()
### JUDGE
import heapq


def _ends(gaps, works, web, connections):
    """Return when each request ends: a clock of its own, an event at a time."""
    events, now = [], 0.0
    for number, gap in enumerate(gaps):
        now += gap
        heapq.heappush(events, (now, "arrives", number))
    for_web, for_database, ends = [], [], {}
    while events:
        now, what, number = heapq.heappop(events)
        if what == "arrives":
            for_web.append(number)
        elif what == "asks":
            for_database.append(number)
        else:
            ends[number] = now
            web, connections = web + 1, connections + 1
        if web and for_web:
            web, number = web - 1, for_web.pop(0)
            heapq.heappush(events, (now + works[number][0], "asks", number))
        if connections and for_database:
            connections, number = connections - 1, for_database.pop(0)
            heapq.heappush(events, (now + works[number][1], "leaves", number))
    return ends


def _near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-6


def _problem(seen):
    for ((web, connections), gaps, works), finished in zip(_runs, seen, strict=True):
        ends = _ends(gaps, works, web, connections)
        for number, got in zip(range(40), finished, strict=True):
            if not _near(got, ends[number]):
                return f"{web} web workers, {connections} connections: request {number} should finish at {ends[number]:.3f} s; yours: {got}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="serve_two_tiers_hidden_2" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_unit = random.Random(SEED).uniform(0.5, 2.0)
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    def hold(env, resource, seconds):
        with resource.request() as turn:
            yield turn
            yield env.timeout(seconds)

    def life(process, did):
        try:
            yield process
        except Exception as error:
            did["ended"] = type(error).__name__

    def story(env, web, database, when, did):
        victim, later = Request(1, web_work=2 * _unit, db_work=3 * _unit), Request(2, web_work=_unit, db_work=2 * _unit)
        env.process(hold(env, web, 2 * _unit))
        env.process(hold(env, database, 6 * _unit))
        yield env.timeout(_unit)
        process = env.process(serve_two_tiers(env, web, database, victim))
        env.process(life(process, did))
        yield env.timeout((when - 1) * _unit)
        if process.is_alive:
            process.interrupt("the user closed the tab")
        yield env.timeout(0.25 * _unit)
        did["left behind"] = [web.count, len(web.queue), database.count, len(database.queue)]
        yield env.timeout((20 - when - 0.25) * _unit)
        env.process(serve_two_tiers(env, web, database, later))
        yield env.timeout(10 * _unit)
        did["finished"] = [victim.finished_at, later.finished_at]

    phases = {"waiting for a web worker": 1.5, "web work": 3, "waiting for a connection": 5, "database work": 7}
    runs = {}
    for phase, when in phases.items():
        runs[phase] = {"ended": "without an exception"}
        env = simpy.Environment()
        env.process(story(env, simpy.Resource(env, 1), simpy.Resource(env, 1), when, runs[phase]))
        env.run()
    return runs


seen = _observe()
### JUDGE
def _near(got, expected):
    return isinstance(got, (int, float)) and abs(got - expected) <= 1e-6


def _problem(seen):
    others = {"waiting for a web worker": [1, 0, 1, 0], "web work": [0, 0, 1, 0], "waiting for a connection": [0, 0, 1, 0], "database work": [0, 0, 0, 0]}
    for phase, counts in others.items():
        did, story = seen[phase], f"interrupted in the phase {phase!r}"
        if did["left behind"] != counts:
            return f"{story}: [web workers taken, waited for, connections taken, waited for] should be {counts} (others use them); yours: {did['left behind']}"
        if did["ended"] != "Interrupt":
            return f"{story}: the simpy.Interrupt should pass on; your process ended {did['ended']}"
        victim, later = did["finished"]
        if victim is not None:
            return f"{story}: finished_at should stay None; yours: {victim}"
        if not _near(later, 23 * _unit):
            return f"{story}: a later request should finish at {23 * _unit:.3f} s; yours: {later}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Your two tiers, and below them, paler, everything in one box of 4 workers.
#
# 1. One connection is too few. Your monitoring says that the web workers are 62 % taken, so you buy web workers: 16 of them. What happens to the time of a request? Where has the wait gone?
# 2. Back to 4 web workers. Now give the database **one** more connection instead.
# 3. **Break it:** find a setting in which the web tier is the bottleneck.

# %%
explore_two_tiers(serve_two_tiers)

# %% [markdown]
# ## Scaling up, scaling out
#
# **Scaling up** (vertical) is a bigger machine: more processors, more memory, the same software. **Scaling out** (horizontal) is more machines. While traffic
# is low, scale up: it is simple, and one machine carries far. Stack Overflow and its sister sites had 36 million page loads on a day of 2013, and Stack Overflow itself one primary database
# server (N. Craver, *What it takes to run Stack Overflow*, 2013). But it has three limits.
#
# - **Hardware ends.** The largest memory of a rentable database machine in Amazon's EC2 guide of 2021: 24 TiB. A lot, and then nothing.
# - **Price grows faster than power.** Intel's list prices of 2017: 12 cores (Xeon Silver 4116) for about 1,000 dollars, 28 cores (Platinum 8180) for 10,009. 2.3 × the cores, 10 × the price
#   (ServeTheHome and AnandTech, 2017).
# - **One machine is one point of failure.** If it stops, everything stops.

# %%
for machine in CATALOG:
    print(f"{machine.name:>7}: {machine.workers:3} workers, ${machine.monthly_cost:5,} a month, ${machine.monthly_cost / machine.workers:.0f} a worker")

# %% [markdown]
# ## Exercise D — The machine that is big enough
#
# The catalog above is made up, but its shape is real. Write `scale_up(catalog, arrival_rate, service_time, max_utilization=0.8)`. `catalog` is a list of
# `Machine(name, workers, monthly_cost)`, in no particular order.
#
# - It returns the cheapest machine whose utilization is at most `max_utilization` (exactly at it is fine). Of several that cost the same: the one with fewer workers.
# - If none is big enough it raises `NoMachineBigEnough`. So does an empty catalog.
# - It does not change the catalog. You may call your `utilization`.
#
# To try it: `scale_up(list(CATALOG), 30, 0.1).name` → `'box-4'`, because 30 requests/s of 0.1 s keep 4 workers 75 % busy.
#
# <details><summary>Hint 1</summary>
#
# Which machines could do it at all? And if there is none of those?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# First keep the ones that can, in a new list. Then take the smallest by two things, the second of which only matters when the first is equal. How does Python compare two tuples?
#
# </details>

# %% solution="scale_up"
def scale_up(catalog, arrival_rate, service_time, max_utilization=0.8):
    """Return the cheapest machine that is busy at most `max_utilization`; NoMachineBigEnough."""
    ### BEGIN SOLUTION Exercise D: the cheapest machine that is big enough
    able = [
        machine
        for machine in catalog
        if utilization(arrival_rate, service_time, machine.workers) <= max_utilization
    ]
    if not able:
        raise NoMachineBigEnough(f"{arrival_rate} requests/s of {service_time} s")
    return min(able, key=lambda machine: (machine.monthly_cost, machine.workers))
    ### END SOLUTION


# %% check="scale_up" points=1
from course.checks import attempt
from course.single_server import Machine

catalog = [Machine("large", 8, 210), Machine("small", 2, 40), Machine("medium", 4, 90)]
seen = [attempt(lambda: scale_up(catalog, rate, 0.1).name) for rate in (10, 30, 60, 70)]
### JUDGE
assert seen[0].get("returned") == "small", f"10 requests/s of 0.1 s: the small machine would be 50 % busy and is the cheapest; yours: {seen[0]}"
assert seen[1].get("returned") == "medium", f"30 requests/s of 0.1 s: the medium machine would be 75 % busy, the small one 150 %; yours: {seen[1]}"
assert seen[2].get("returned") == "large", f"60 requests/s of 0.1 s: only the large machine is at most 80 % busy; yours: {seen[2]}"
assert "NoMachineBigEnough" in [seen[3].get("raised"), *seen[3].get("bases", [])], (
    f"70 requests/s of 0.1 s would keep even 8 workers 87.5 % busy: scale_up should raise NoMachineBigEnough; yours: {seen[3]}"
)

# %% check="scale_up_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_pairs = [(workers, cost) for workers in (1, 2, 3, 5, 8, 13) for cost in (50, 100, 150)]
_cases = []
for _ in range(60):
    _catalog = [(f"m{number}", *pair) for number, pair in enumerate(_rng.sample(_pairs, 7))]
    _cases.append((_catalog, _rng.uniform(1, 60), _rng.uniform(0.05, 0.3), _rng.choice([0.5, 0.8, 0.9])))
### OBSERVE
from course.checks import attempt
from course.single_server import Machine

seen = []
for _catalog, _rate, _time, _bound in _cases:
    _machines = [Machine(*row) for row in _catalog]
    seen.append(attempt(lambda: scale_up(_machines, _rate, _time, _bound).name))
### JUDGE
def _problem(seen):
    for (catalog, rate, time, bound), did in zip(_cases, seen, strict=True):
        best = min(((cost, workers, name) for name, workers, cost in catalog if rate * time <= bound * workers), default=None)
        call = f"scale_up of (name, workers, cost) {catalog} with {rate:.2f} requests/s of {time:.3f} s, at most {bound:.0%} busy,"
        if best and did.get("returned") != best[2]:
            return f"{call} should return {best[2]}; yours: {did}"
        if not best and "NoMachineBigEnough" not in [did.get("raised"), *did.get("bases", [])]:
            return f"{call} should raise NoMachineBigEnough; yours: {did}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="scale_up_hidden_2" points=1
### BEGIN HIDDEN TESTS
import random

from course.checks import SEED, attempt
from course.single_server import Machine

_size = 2 ** random.Random(SEED).randint(0, 3)
_catalog = [Machine("c", 64 * _size, 900), Machine("a", 16 * _size, 100), Machine("b", 32 * _size, 300)]
seen = {
    "exactly at the bound": attempt(lambda: scale_up(_catalog, 32 * _size, 0.25, max_utilization=0.5).name),
    "the bound is 0.8 by default": attempt(lambda: scale_up(_catalog, 50 * _size, 0.25).name),
    "more than busy": attempt(lambda: scale_up(_catalog, 68 * _size, 0.25, 1.125).name),
    "an empty catalog": attempt(lambda: scale_up([], 1, 0.25).name),
    "the catalog afterwards": [machine.name for machine in _catalog],
}
### JUDGE
assert seen["exactly at the bound"].get("returned") == "a", (
    f"a machine that would be exactly 50 % busy: max_utilization=0.5 allows that; yours: {seen['exactly at the bound']}"
)
assert seen["the bound is 0.8 by default"].get("returned") == "a", (
    f"a machine that would be 78 % busy is big enough by default; yours: {seen['the bound is 0.8 by default']}"
)
assert seen["more than busy"].get("returned") == "a", (
    f"a machine asked for 106 % of its time: a bound of 1.125 allows that; yours: {seen['more than busy']}"
)
assert "NoMachineBigEnough" in [seen["an empty catalog"].get("raised"), *seen["an empty catalog"].get("bases", [])], (
    f"an empty catalog should raise NoMachineBigEnough; yours: {seen['an empty catalog']}"
)
assert seen["the catalog afterwards"] == ["c", "a", "b"], f"scale_up should leave the catalog as it was; now it is {seen['the catalog afterwards']}"
### END HIDDEN TESTS

# %% [markdown]
# What your choices cost as the traffic grows. The dashed line is what power would cost if you could buy it evenly, in units of the smallest box.
#
# 1. How much more than that do you pay at 200 requests/s? And at 300?
# 2. **Break it:** find the arrival rate at which scaling up ends. Then allow 95 % busy. How far does that move the end, and what did you learn above about
#    waiting at 95 %?

# %%
explore_catalog(scale_up)

# %% [markdown]
# ## Relational by default
#
# A **relational** database (PostgreSQL, MySQL, SQLite) keeps rows in tables. You **join** tables in a query, and a **transaction** changes several rows or none. These have
# served for over forty years. Without a reason against it, take one.
#
# **Non-relational** (NoSQL) databases give up joins and usually such transactions, and gain something for it. Four kinds: *key-value* (Redis, DynamoDB), *document*
# (MongoDB), *column* (Cassandra, HBase), *graph* (Neo4j). Reasons to look at them:
#
# - you need **super-low latency**
# - your data is **unstructured**: no common set of fields
# - you **only serialize and deserialize** it: store a JSON text under a key, read it back
# - you have a **massive amount of data**, more than one machine can hold
#
# For the photo app: who follows whom, and who liked what, wants joins. The preview of each photo's comments, stored as one JSON text, does not.

# %%
print(*NEEDS, sep="\n")

# %% [markdown]
# ## Exercise E — Choose a database
#
# Write `choose_database(needs)`. `needs` is a set of words out of `NEEDS`: exactly the six that the cell above prints.
#
# - It returns `"non-relational"` if `needs` holds at least one of `"super-low latency"`, `"unstructured data"`, `"only serialize and deserialize"`, `"massive amount of data"` **and**
#   neither `"joins"` nor `"multi-row transactions"`.
# - Otherwise, also for an empty set, it returns `"relational"`.
# - A word that is not one of the six raises `ValueError`, whatever else is in the set, and the message contains that word.
# - It does not change `needs`.
#
# To try it: `choose_database({"unstructured data", "joins"})` → `"relational"`.
#
# <details><summary>Hint 1</summary>
#
# Three questions about the set, in which order? Is a word in it unknown? Does something forbid? Does something speak for it?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Python's sets can be subtracted (`-`) and intersected (`&`), and an empty set counts as false. Write down the reasons for and the reasons against as two sets; each question
# is then one operation.
#
# </details>

# %% solution="choose_database"
def choose_database(needs):
    """Return "relational" or "non-relational" for a set of words out of NEEDS."""
    ### BEGIN SOLUTION Exercise E: the kind of database that the needs ask for
    unknown = set(needs) - set(NEEDS)
    if unknown:
        raise ValueError(f"unknown need: {', '.join(sorted(unknown))}")
    against = {"joins", "multi-row transactions"}
    reasons = set(needs) - against
    return "non-relational" if reasons and not against & set(needs) else "relational"
    ### END SOLUTION


# %% check="choose_database" points=1
from course.checks import attempt

seen = [
    attempt(lambda: choose_database({"super-low latency"})),
    attempt(lambda: choose_database({"massive amount of data", "unstructured data"})),
    attempt(lambda: choose_database({"joins"})),
    attempt(lambda: choose_database({"massive amount of data", "joins"})),
    attempt(lambda: choose_database(set())),
]
### JUDGE
assert seen[0].get("returned") == "non-relational", f'{{"super-low latency"}} speaks for "non-relational"; yours: {seen[0]}'
assert seen[1].get("returned") == "non-relational", f'{{"massive amount of data", "unstructured data"}} speaks for "non-relational"; yours: {seen[1]}'
assert seen[2].get("returned") == "relational", f'{{"joins"}} needs "relational"; yours: {seen[2]}'
assert seen[3].get("returned") == "relational", f'{{"massive amount of data", "joins"}} needs "relational", because of the joins; yours: {seen[3]}'
assert seen[4].get("returned") == "relational", f'without any need the answer is "relational"; yours: {seen[4]}'

# %% check="choose_database_hidden" points=1
### BEGIN HIDDEN TESTS
### INPUTS
import itertools

_words = ["super-low latency", "unstructured data", "only serialize and deserialize", "massive amount of data", "joins", "multi-row transactions"]
_every = [chosen for size in range(7) for chosen in itertools.combinations(_words, size)]
_unknown = [["blockchain"], ["join"], ["joins", "web scale"], ["super-low latency", "Joins"], ["massive amount of data", "graph"]]
### OBSERVE
from course.checks import attempt

seen = {"sets": [], "unknown": [], "changed": []}
for _chosen in _every:
    _needs = set(_chosen)
    seen["sets"].append(attempt(lambda: choose_database(_needs)))
    if _needs != set(_chosen):
        seen["changed"].append(list(_chosen))
for _chosen in _unknown:
    seen["unknown"].append(attempt(lambda: choose_database(set(_chosen))))
### JUDGE
def _problem(seen):
    for chosen, did in zip(_every, seen["sets"], strict=True):
        answer = "non-relational" if chosen and _words.index(chosen[-1]) < 4 else "relational"
        if did.get("returned") != answer:
            return f"choose_database({set(chosen)}) should return {answer!r}; yours: {did}"
    if seen["changed"]:
        return f"choose_database should leave its argument as it was; it changed {seen['changed'][0]}"
    for word, did in zip(("blockchain", "join", "web scale", "Joins", "graph"), seen["unknown"], strict=True):
        if "ValueError" not in [did.get("raised"), *did.get("bases", [])]:
            return f"a set with {word!r} in it should raise ValueError; yours: {did}"
        if word not in did["message"]:
            return f"the message of the ValueError should contain {word!r}; yours: {did['message']!r}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# All 64 sets of needs at once. The dots below a column say which of the four reasons it has; the row says what speaks against. Tick your own project's needs. Does the answer
# convince you? **Break it:** which ticks turn most answers round?

# %%
explore_database(choose_database)

# %% [markdown]
# ## Explain
#
# Your manager looks at a chart: the server is 80 % busy. "We pay for 100 %. Fill it up to 95 % and buy a bigger one when that is full. We can go on like that for years." Answer in five to eight
# sentences: what would users notice between 80 % and 95 %, and why? Where does "go on like that" end, and for which reasons? Use at least one number that you saw in this notebook.

# %% [markdown] answer="explain" points=3
# Between 80 % and 95 % users would notice that waiting gets almost five times as long: with one worker from about 4 to about 19 times the service time, so with 100 ms of work
# from half a second to two seconds. The work itself does not change; what vanishes is the spare time in which a queue that one busy second has built can shrink again. So the last
# 15 % of the machine are not free: users pay for them with their time. "Go on like that" also ends. In our catalog the largest machine is full near 510 requests a second, and the
# price of a worker has more than doubled on the way there; and when the one machine stops, everything stops. I would keep it below 80 %, give the database a machine of its own and
# scale the tier that is the bottleneck, and plan for a second web server instead of a bigger one.

# %% [markdown] rubric="explain"
# ### BEGIN MARK SCHEME
# One point each:
#
# 1. **The wait grows out of proportion, with a number**: from about 4 to about 19 service times with one worker (or a wait in ms read off the picture), *and* the reason: requests come unevenly; without
#    spare time a queue cannot shrink again. "It gets slower" alone: no point.
# 2. **Where scaling up ends**: at least two of: hardware ends (largest machine, 24 TiB; the catalog's end near 510 requests/s at 80 %), price grows faster than power (a figure from the catalog or the text), one machine is one point of failure.
# 3. **A recommendation that follows from it**: keep a bound such as 80 % as room for peaks, or split tiers and scale the bottleneck, or scale out; connected with the argument, not only named.
#
# Many workers wait less at the same utilization: right and worth a remark, not needed.
# ### END MARK SCHEME

# %% [markdown]
# ## In production
#
# - **Workers:** `gunicorn --workers 4 --backlog 2048 app:api` is your `simpy.Resource` with its queue; in nginx `worker_processes auto;` and `worker_connections 1024;`.
# - **Connections:** PostgreSQL's `max_connections` is 100 by default; PgBouncer (`pool_mode = transaction`, `default_pool_size = 20`) shares few among many workers. SQLAlchemy: `pool_size=5`, and `pool_timeout=30` is the patience of your web worker.
# - **Interrupts:** gunicorn's `--timeout 30` and PostgreSQL's `statement_timeout` cut requests off; `with` blocks around connections are what gives them back.
# - **Utilization:** `mpstat 1`, or Prometheus with `node_cpu_seconds_total`. Set the alarm at 80 % or lower, and measure the wait too: a web worker that waits for the database uses no processor.
# - **Scaling up:** `aws rds modify-db-instance --db-instance-class …` takes one command, minutes, and a restart.
# - **DNS:** the record `photos.example. 300 IN A 203.0.113.7` may be kept for 300 s by everyone who asked.
# - **Left out here:** users who give up and reload, work that slows down as processors share memory, days with a rush hour.

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
# You scaled up until the catalog ended, and kept 20 % in reserve. On Saturday night a power supply fails. Your one web server is off, and with it the whole app, reserve and all. A bigger machine would have been off
# just the same. You need a *second* web server. But every client knows one address. Who decides which of the two serves the next request, and who notices that one of them is
# dead? That is the **load balancer**, in the next notebook.
