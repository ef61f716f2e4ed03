# %% [markdown] question="how much can one machine do, and what does the last 10 % cost?" shown="explore(serve)" moved={"arrival_rate": 9.0}
# # 1 · One server
#
# [![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/zero-to-millions/zero-to-millions/HEAD?urlpath=lab/tree/notebooks/01_single_server/01_single_server.ipynb)
#
# You have built a photo-sharing app. All of it runs on one rented machine: the web server, your code, the database. It has
# a hundred users and it is fast. Then a blogger writes about it. By noon the machine is 80 % busy and all is well. By
# evening it is 95 % busy and everyone complains. What happened in between?
#
# **Time:** about 110 minutes. Afterwards you will be able to
#
# - simulate a server, with its workers and its queue, in a few lines of SimPy
# - say from three numbers how busy a server is, and what that does to the wait
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
    explore_real,
    explore_two_tiers,
    replay,
    replay_two_tiers,
)

# %% [markdown]
# ## The picture
#
# Everything is in one box. A **web browser** or a **mobile app** asks **DNS**, the internet's directory of names, for the address of `photos.example` (the arrows from DNS are its answers), and sends
# a request there. The server works on it and answers.

# %%
architecture()

# %% [markdown]
# ## The idea
#
# Your server has some **workers**: processes that each serve one request at a time. A request that finds all of them taken waits in a **queue**, first come, first served.
# **Utilization**, how busy they are, is the share of the workers' time that requests ask for.
#
# Forty requests come to one worker. How long is the queue at 50 %, and at 80 %?

# %%
replay()

# %% [markdown]
# ## Predict
#
# The **service time** of a request is the work itself. With one worker that is **80 %** busy a request waits, on average, **4 ×** its service time before it is served: 400 ms for 100 ms of work.
#
# Traffic grows by a fifth. Now the worker is **95 %** busy. How many times its service time does a request wait? Put your number in place of
# `None`. It is not graded.

# %%
prediction = None

# %% [markdown]
# ## Experiment
#
# On the left: how long a request waits. The dot is simulated; the orange curve is a formula of 1917 (Erlang's), drawn as far as you have moved. Your prediction is the purple diamond.
# On the right: how many requests are in the server. Each step is a button: press it, look, and press again for the answer.
#
# 1. *Up to 95 % busy*: was your diamond near? What does the queue do?
# 2. *Twenty days like this*: what is a measurement of one busy day worth?
# 3. *Break it*: what if more work comes than can be done?
# 4. *Two workers, 16 requests/s*: 80 % busy again. Why so much less?

# %%
explore(prediction=prediction)

# %% [markdown]
# ### Why requests wait
#
# The time that a user sees, the **latency**, is the wait plus the service time. The service time hardly changes during the day. The wait does: requests do not come evenly.
# In a busy second a queue builds up, and it shrinks only when the workers have time to spare.
#
# ### What the requests are
#
# Clients send them by **HTTP**. The browser asks for HTML, CSS and JavaScript; the mobile app asks for data only, as JSON such as `{"photo": 12, "likes": 41}`.

# %% [markdown]
# ## How to simulate it
#
# ### A clock that skips the boring parts
#
# We cannot wait for a real evening, so we simulate one with [SimPy](https://simpy.readthedocs.io). SimPy keeps a clock, `env.now`.
# What happens is written as a **process**: a function with a `yield` in it, which Python calls a *generator*. At each `yield` the process
# hands SimPy an **event** and stands still. When the event happens, SimPy moves the clock there and the process goes on
# at its next line. The computer never sleeps: simulating a quiet hour takes no time at all.
#
# Here are two kettles. Each is a process of its own. Read the code first: in which order do they print?

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
# ### When a process is cut off
#
# A real request can be cut off: the user closes the tab, or a time limit runs out. In SimPy other code calls `process.interrupt()`, and
# the `yield` at which the process stands **raises** `simpy.Interrupt`, whether it was waiting or working. If the process does not catch it, it
# ends there. What it held stays held, unless a `with` block gives it back. The exception then reaches the process that waits for this one. Here there is none, so it reaches `env.run()`.

# %%
def meeting(env, keys):
    with keys.request() as turn:
        yield turn
        yield env.timeout(60)


def fire_alarm(env, process):
    yield env.timeout(4)
    process.interrupt("fire alarm")


env = simpy.Environment()
keys = simpy.Resource(env, capacity=1)
env.process(fire_alarm(env, env.process(meeting(env, keys))))
try:
    env.run()
except simpy.Interrupt as interrupt:
    print(f"{env.now} min: {interrupt.cause}; keys out: {keys.count}")

# %% [markdown]
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
# ## Exercise A — A request and its worker
#
# Write the life of one request as a SimPy process, `serve(env, workers, request)`. `workers` is a `simpy.Resource`; `request.work` is in seconds.
#
# - Wait for a free worker. When you have it, set `request.started_at` to the time on the clock.
# - Hold the worker for `request.work` seconds and give it back.
# - Then set `request.finished_at` to the time on the clock.
# - If the process is interrupted, the `simpy.Interrupt` passes on (you do not swallow it), `finished_at` stays unset, and the worker, or the
#   place in the queue for one, is given back. Other requests keep theirs.
#
# It returns nothing and sets nothing else of the request. A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Which two things must a request stand still for, one after the other? And what must have happened between them?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Two rows of the table above stand still: one until it is your turn, one for some seconds. A third row gives the place back whichever way you leave its block. Put
# the first two into that block. When do you read the clock for `started_at`, and when for `finished_at`?
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
# To try it (not graded): one request of 2 s. It should be finished at 2.0.

# %%
env = simpy.Environment()
request = Request(1, work=2.0)
try:
    env.process(serve(env, simpy.Resource(env, capacity=1), request))
    env.run()
    print("started at", request.started_at, "finished at", request.finished_at)
except NotImplementedError as stub:
    print(stub)

# %% [markdown]
# One worker, three requests at the same moment: they are served one after the other.

# %% check="serve" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
workers = simpy.Resource(env, capacity=1)
requests = [Request(1, work=3.0), Request(2, work=2.0), Request(3, work=1.0)]
seen = {"returned": [], "times": []}
for request in requests:
    process = serve(env, workers, request)
    seen["returned"].append(type(process).__name__)
    if hasattr(process, "send"):
        env.process(process)
env.run()
for request in requests:
    seen["times"].append([request.started_at, request.finished_at])
### JUDGE
assert seen["returned"] == ["generator"] * 3, (
    f"serve(env, workers, request) should be a process, a function with a `yield` in it; yours returned {seen['returned'][0]}. "
    "Without a `yield` it is over before any time has passed"
)
_started = [times[0] for times in seen["times"]]
_why = " (all started at 0 although there is one worker: did you `yield` your turn?)" if _started == [0, 0, 0] else ""
if not _why and None in _started[1:]:
    _why = " (None: not all requests were served. Is the worker given back?)"
assert seen["times"] == [[0, 3], [3, 5], [5, 6]], (
    f"1 worker, works of 3, 2 and 1 s, all at time 0: [started_at, finished_at] should be [0, 3], [3, 5], [5, 6]; yours: {seen['times']}{_why}"
)

# %% [markdown]
# Two workers: two are served at once, the others wait, and in the end no worker is taken.

# %% check="serve_check_2" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
workers = simpy.Resource(env, capacity=2)
requests = [Request(1, work=4.0), Request(2, work=2.0), Request(3, work=3.0), Request(4, work=1.0)]
for request in requests:
    env.process(serve(env, workers, request))
env.run(until=1)
seen = {"busy at 1 s": workers.count, "waiting at 1 s": len(workers.queue), "finished": []}
env.run()
for request in requests:
    seen["finished"].append(request.finished_at)
seen["busy at the end"] = workers.count
### JUDGE
assert seen["busy at the end"] == 0, (
    f"2 workers, 4 requests: in the end no worker should be taken; yours left {seen['busy at the end']} taken: "
    "a worker that is not given back serves nobody else"
)
_expected = {"busy at 1 s": 2, "waiting at 1 s": 2, "finished": [4, 2, 5, 5], "busy at the end": 0}
for _what, _want in _expected.items():
    assert seen[_what] == _want, f"2 workers, works of 4, 2, 3 and 1 s, all at time 0: {_what} should be {_want}; yours: {seen[_what]}"
assert len(seen) == 4, "not everything was seen"

# %% check="serve_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Requests get a worker first come, first served, and hold it for exactly their work.
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_runs = [
    (capacity, [_rng.expovariate(rate) for _ in range(count)], [_rng.expovariate(1.0) for _ in range(count)])
    for capacity, rate, count in ((1, 1.0, 40), (2, 2.0, 40), (4, 4.0, 40), (1, 3.0, 250))  # the last: a long queue
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
from numbers import Real


def _near(got, expected):
    return isinstance(got, Real) and abs(got - expected) <= 1e-6


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
### RULE: An interrupt passes on, and the worker or the place in the queue is given back; other requests keep theirs.
### INPUTS
import random

from course.checks import SEED

_rng, _runs = random.Random(SEED), []
for _capacity in (1, 1, 2, 3):  # requests come faster than they can be served; every third is cut off
    _came, _now = [], 0.0
    for _number in range(45):
        _now += _rng.expovariate(1.5 * _capacity)
        _cut = _rng.uniform(0, 8) if _number % 3 == _rng.randrange(3) else None
        _came.append([_now, _rng.expovariate(1.0), _cut])
    _runs.append([_capacity, _came, [_rng.uniform(0, _now) for _ in range(20)]])
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    def life(env, workers, request, cut, did):
        yield env.timeout(request.arrived_at)
        process = env.process(serve(env, workers, request))
        if cut is not None:
            env.process(cut_off(env, process, cut))
        try:
            yield process
            did["ended"] = "finished"
        except Exception as error:
            did["ended"], did["cause"] = type(error).__name__, str(getattr(error, "cause", None))

    def cut_off(env, process, seconds):
        yield env.timeout(seconds)
        if process.is_alive:
            process.interrupt("the user closed the tab")

    def look(env, workers, time, counts):
        yield env.timeout(time)
        counts.append([workers.count, len(workers.queue)])

    runs = []
    for capacity, came, looks in _runs:
        env, rows, counts = simpy.Environment(), [], []
        workers = simpy.Resource(env, capacity)
        for number, (arrived_at, work, cut) in enumerate(came):
            request, did = Request(number, arrived_at, work=work, web_work=1.5, db_work=2.5), {}
            env.process(life(env, workers, request, cut, did))
            rows.append((request, did))
        for time in sorted(looks):
            env.process(look(env, workers, time, counts))
        env.run()
        counts.append([workers.count, len(workers.queue)])
        runs.append({"counts": counts, "requests": []})
        for request, did in rows:
            kept = [request.number, request.arrived_at, request.work, request.web_work, request.db_work]
            runs[-1]["requests"].append([did, request.started_at, request.finished_at, kept])
    return runs


seen = _observe()
### JUDGE
import heapq
from numbers import Real


def _story(capacity, came, looks):
    """Return what happens, an event at a time: [started, finished, where it was when it was cut off] and the counts."""
    events = [(time, "look", 0) for time in looks]
    for number, (arrived_at, _, cut) in enumerate(came):
        events.append((arrived_at, "comes", number))
        if cut is not None:
            events.append((arrived_at + cut, "cut off", number))
    heapq.heapify(events)
    queue, busy, counts = [], set(), []
    lives = [[None, None, None] for _ in came]
    while events:
        now, what, number = heapq.heappop(events)
        if what == "look":
            counts.append([len(busy), len(queue)])
        elif what == "comes":
            queue.append(number)
        elif number in busy:
            busy.remove(number)
            lives[number][1 if what == "ends" else 2] = now if what == "ends" else "while it was served"
        elif number in queue:
            queue.remove(number)
            lives[number][2] = "while it waited"
        while queue and len(busy) < capacity:
            busy.add(queue[0])
            lives[queue[0]][0] = now
            heapq.heappush(events, (now + came[queue[0]][1], "ends", queue.pop(0)))
    return lives, [*counts, [0, 0]]


def _same(got, expected):
    return got is None if expected is None else isinstance(got, Real) and abs(got - expected) <= 1e-6


def _problem(seen):
    for (capacity, came, looks), run in zip(_runs, seen, strict=True):
        lives, counts = _story(capacity, came, looks)
        story = f"{capacity} worker(s), {len(came)} requests, some of them interrupted: "
        for number, (life, row) in enumerate(zip(lives, run["requests"], strict=True)):
            (start, end, cut), (did, started, finished, kept) = life, row
            where = f"{story}request {number}, interrupted {cut}," if cut else f"{story}request {number}, not interrupted,"
            ended = {"ended": "Interrupt", "cause": "the user closed the tab"} if cut else {"ended": "finished"}
            if did != ended:
                expected = "with the simpy.Interrupt passed on" if cut else "without an exception"
                got = {"finished": "ended without an exception", "Interrupt": "passed on another simpy.Interrupt"}.get(did.get("ended"), f"raised {did.get('ended')}")
                return f"{where} should end {expected}; yours {got if did else 'never ended'}"
            if not _same(started, start) or not _same(finished, end):
                return f"{where} came at {came[number][0]:.3f} s; [started_at, finished_at] should be {[start, end]}; yours: {[started, finished]}"
            if kept != [number, came[number][0], came[number][1], 1.5, 2.5]:
                return f"{where} has other values now than before: [number, arrived_at, work, web_work, db_work] are {kept}"
        for time, count, got in zip([*sorted(looks), "the end"], counts, run["counts"], strict=True):
            if got != count:
                return f"{story}[workers taken, requests waiting] at {time} s should be {count}; yours: {got}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Watch your `serve` at work. Click on a request: its story says at which of your lines its process stood still.
# Then press *Cut off the one being served*. Your server should go on; next to it you see the same run if that worker is not given back. What happens there to the requests behind?

# %%
replay(serve)

# %% [markdown]
# Now your `serve` runs the server for longer. Blue is yours; gray is what you compare it with, here the built-in server with the same requests. On the left your square should lie on the dot. On the right
# you see your `serve` at work: each row is a request, a thin line while it waits, a thick one while it holds a worker.
#
# Then **break it** on purpose. Hold the worker for half of `request.work` only: where does the square go? Do not give the worker back at all: what do you read? (Put it right again before you go on.)
#
# <details><summary>What we see</summary>
#
# With half of the work the square falls far below the dot: the worker is only 40 % busy. A worker that is never given back serves one request and no other: instead of the picture you read that
# 3,999 of 4,000 requests were left unfinished.
#
# </details>

# %%
explore(serve, prediction=prediction)

# %% [markdown]
# ## Exercise B — Two numbers to carry in your head
#
# You cannot simulate before every decision. Two formulas go a long way.
#
# **Utilization.** Requests come at `arrival_rate` a second. Each keeps one worker busy for `service_time` seconds. There are `workers` workers. What share of their time
# do the requests ask for? Write `utilization(arrival_rate, service_time, workers)`.
#
# - It returns a number ≥ 0. 0.8 means 80 % busy. It may exceed 1: that is overload.
# - A negative rate or time, or fewer than one worker, raises `ValueError`, and its message contains the wrong value: `ValueError: workers = 0`. A rate or a time of 0 is fine.
#
# **Little's law** (John Little, 1961). Watch any system that people enter and leave. The mean number inside equals the rate of arrivals times the mean time that each stays.
# In symbols: $L = \lambda W$, with $L$ the number inside, $\lambda$ (lambda) the rate and $W$ the time.
# Write `requests_in_system(arrival_rate, mean_latency)`, in requests/s and s. It need not check its arguments.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# One worker has one second of time per second. How many seconds of work come in per second? How many do you have to give?
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


# %% [markdown]
# To try it (not graded): 20 requests/s of 0.1 s keep 4 workers half busy, 0.5. If each stays 0.2 s, there are 4 in the system.

# %%
try:
    print(utilization(20, 0.1, 4), requests_in_system(20, 0.2))
except NotImplementedError as stub:
    print(stub)

# %% check="utilization" points=1
seen = [utilization(8, 0.1, 1), utilization(12, 0.1, 1), utilization(30, 0.1, 4)]
### JUDGE
from numbers import Real


def _right(got, expected):
    return isinstance(got, Real) and abs(got - expected) <= 1e-9


assert _right(seen[0], 0.8), f"utilization(8, 0.1, 1) should return 0.8; yours: {seen[0]}"
assert _right(seen[1], 1.2), f"utilization(12, 0.1, 1) should return 1.2, which is overload; yours: {seen[1]}"
assert _right(seen[2], 0.75), f"utilization(30, 0.1, 4) should return 0.75; yours: {seen[2]}"

# %% check="utilization_check_2" points=1
seen = requests_in_system(8, 0.5)
### JUDGE
from numbers import Real

assert isinstance(seen, Real) and abs(seen - 4) <= 1e-9, (
    f"8 requests/s that stay 0.5 s each: requests_in_system(8, 0.5) should return 4; yours: {seen}"
)

# %% check="utilization_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: A rate or a time of 0 is fine, overload gives more than 1, and Little's law holds.
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
from numbers import Real


def _right(did, expected):
    got = did.get("returned")
    return isinstance(got, Real) and abs(got - expected) <= 1e-9


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
### RULE: A negative rate or time, or fewer than one worker, raises ValueError with the wrong value in its message.
### INPUTS
import random

from course.checks import SEED

_below = -random.Random(SEED).randint(2, 99)
_wrong = [(_below, 0.1, 1), (-0.5, 0, 2), (8, _below, 1), (0, -0.25, 4), (8, 0.1, 0), (0, 0, _below)]
### OBSERVE
from course.checks import attempt

seen = [float(utilization(8, 0.1, 1))]
for _row in _wrong:
    seen.append(attempt(lambda: utilization(*_row)))
### JUDGE

def _problem(seen):
    right, *seen = seen
    if not abs(right - 0.8) <= 1e-9:
        return f"utilization(8, 0.1, 1) returned {right}, expected 0.8"
    for row, did in zip(_wrong, seen, strict=True):
        value = next(each for each, least in zip(row, (0, 0, 1), strict=True) if each < least)
        if "ValueError" not in [did.get("raised"), *did.get("bases", [])]:
            return f"utilization{row} should raise ValueError; yours: {did}"
        if str(value) not in did["message"]:
            return f"utilization{row}: the message of the ValueError should contain {value}; yours: {did['message']!r}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Here are your formulas (blue) next to what was measured in a simulated server (gray). Little's law holds to the last digit, for *any* traffic and any server, busy or not.
#
# 1. *At 12 requests/s*: your line goes on upwards, the dot does not. Which of the two would a monitoring tool show you, and what would it hide?
# 2. *At 20 requests/s*: requests ask for twice the time that there is. What does monitoring see?

# %%
explore_formulas(utilization, requests_in_system)

# %% [markdown]
# ## A machine for the data
#
# On your one box the web app and the database fight for the same memory and the same processors. The first step of nearly every growing system is
# to give the database a machine of its own: a **web tier** and a **data tier**. That alone makes no request faster. But from now on each can be scaled alone. Many clicks, little data: more web workers. Heavy
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
# - Give both back and set `request.finished_at`.
# - If the process is interrupted, wherever it stands, the `simpy.Interrupt` passes on, `finished_at` stays unset, and the web worker and the connection, or the places in
#   their queues, are given back. Other requests keep theirs.
# - It sets nothing else of the request, except perhaps `started_at`.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Who holds what at the moment when the query runs? Draw two bars over time, one for each tier.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The connection's bar lies inside the web worker's bar: it begins later and ends no later. In Python, a `with` block can lie inside another one in the same way.
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


# %% [markdown]
# To try it (not graded): 1 s of web work and 2 s of database work. It should be finished at 3.0.

# %%
env = simpy.Environment()
request = Request(1, web_work=1.0, db_work=2.0)
try:
    env.process(serve_two_tiers(env, simpy.Resource(env, capacity=1), simpy.Resource(env, capacity=1), request))
    env.run()
    print("finished at", request.finished_at)
except NotImplementedError as stub:
    print(stub)

# %% check="serve_two_tiers" points=1
import simpy

from course.single_server import Request

env = simpy.Environment()
web, database = simpy.Resource(env, capacity=2), simpy.Resource(env, capacity=1)
requests = [Request(1, web_work=1.0, db_work=2.0), Request(2, web_work=1.0, db_work=2.0), Request(3, web_work=1.0, db_work=2.0)]
seen = {"returned": [], "finished": []}
for request in requests:
    process = serve_two_tiers(env, web, database, request)
    seen["returned"].append(type(process).__name__)
    if hasattr(process, "send"):
        env.process(process)
env.run()
for request in requests:
    seen["finished"].append(request.finished_at)
### JUDGE
assert seen["returned"] == ["generator"] * 3, (
    f"serve_two_tiers should be a process, a function with a `yield` in it; yours returned {seen['returned'][0]}. "
    "Without a `yield` it is over before any time has passed"
)
_why = " (None: it waits for ever. A worker or a connection that is not given back serves nobody else)" if None in seen["finished"] else ""
assert seen["finished"] == [3, 5, 7], (
    f"2 web workers, 1 connection, 3 requests at time 0 with 1 s of web work and 2 s of database work: they should finish at 3, 5 and 7; yours: {seen['finished']}{_why}"
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
_expected = {"web taken": 2, "web queue": 1, "database taken": 1, "database queue": 1}
for _what, _want in _expected.items():
    assert seen[_what] == _want, f"2 web workers, 1 connection, 3 requests, after 2 s: {_what} should be {_want}; yours: {seen[_what]}"
assert len(seen) == 4, "not everything was seen"

# %% check="serve_two_tiers_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The web worker is held while the request waits for a connection and while the database works.
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
from numbers import Real


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
    return isinstance(got, Real) and abs(got - expected) <= 1e-6


def _problem(seen):
    for ((web, connections), gaps, works), finished in zip(_runs, seen, strict=True):
        ends = _ends(gaps, works, web, connections)
        for number, got in zip(range(len(works)), finished, strict=True):
            if not _near(got, ends[number]):
                return f"{web} web workers, {connections} connections: request {number} should finish at {ends[number]:.3f} s; yours: {got}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="serve_two_tiers_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: An interrupt, wherever it comes, passes on and gives back the web worker, the connection, or the place in a queue.
### INPUTS
import random

from course.checks import SEED

_rng, _runs = random.Random(SEED), []
for _tiers in ((1, 1), (8, 1), (8, 1), (2, 2), (9, 3)):  # requests come faster than they can be served; every third is cut off
    _came, _now = [], 0.0
    for _number in range(45):
        _now += _rng.expovariate(1.3 * min(_tiers[0] / 1.5, _tiers[1]))
        _cut = _rng.uniform(0, 10) if _number % 3 == _rng.randrange(3) else None
        _came.append([_now, _rng.expovariate(1.0), _rng.expovariate(1.0), _cut])
    _runs.append([_tiers, _came, [_rng.uniform(0, _now) for _ in range(20)]])
### OBSERVE
import simpy

from course.single_server import Request


def _observe():
    def life(env, tiers, request, cut, did):
        yield env.timeout(request.arrived_at)
        process = env.process(serve_two_tiers(env, *tiers, request))
        if cut is not None:
            env.process(cut_off(env, process, cut))
        try:
            yield process
            did["ended"] = "finished"
        except Exception as error:
            did["ended"], did["cause"] = type(error).__name__, str(getattr(error, "cause", None))

    def cut_off(env, process, seconds):
        yield env.timeout(seconds)
        if process.is_alive:
            process.interrupt("the user closed the tab")

    def count(tiers):
        return [number for tier in tiers for number in (tier.count, len(tier.queue))]

    def look(env, tiers, time, counts):
        yield env.timeout(time)
        counts.append(count(tiers))

    runs = []
    for capacities, came, looks in _runs:
        env, rows, counts = simpy.Environment(), [], []
        tiers = [simpy.Resource(env, capacity) for capacity in capacities]
        for number, (arrived_at, web_work, db_work, cut) in enumerate(came):
            request, did = Request(number, arrived_at, work=1.5, web_work=web_work, db_work=db_work), {}
            env.process(life(env, tiers, request, cut, did))
            rows.append((request, did))
        for time in sorted(looks):
            env.process(look(env, tiers, time, counts))
        env.run()
        counts.append(count(tiers))
        runs.append({"counts": counts, "requests": []})
        for request, did in rows:
            kept = [request.number, request.arrived_at, request.work, request.web_work, request.db_work]
            runs[-1]["requests"].append([did, request.finished_at, kept])
    return runs


seen = _observe()
### JUDGE
import heapq
from numbers import Real


def _story(web, connections, came, looks):
    """Return what happens, an event at a time: [finished, phase in which it was cut off] of each, and the counts."""
    events = [(time, "look", 0) for time in looks]
    for number, (arrived_at, _, _, cut) in enumerate(came):
        events.append((arrived_at, "comes", number))
        if cut is not None:
            events.append((arrived_at + cut, "cut off", number))
    heapq.heapify(events)
    phases = {name: [] for name in ("waiting for a web worker", "web work", "waiting for a connection", "database work")}
    for_web, in_web, for_database, in_database = phases.values()
    lives, counts = [[None, None] for _ in came], []
    while events:
        now, what, number = heapq.heappop(events)
        if what == "look":
            counts.append([len(in_web) + len(for_database) + len(in_database), len(for_web), len(in_database), len(for_database)])
        elif what == "comes":
            for_web.append(number)
        elif what == "cut off":
            for phase, inside in phases.items():
                if number in inside:
                    inside.remove(number)
                    lives[number][1] = phase
        elif what == "asks" and number in in_web:
            in_web.remove(number)
            for_database.append(number)
        elif what == "leaves" and number in in_database:
            in_database.remove(number)
            lives[number][0] = now
        while for_database and len(in_database) < connections:
            in_database.append(for_database.pop(0))
            heapq.heappush(events, (now + came[in_database[-1]][2], "leaves", in_database[-1]))
        while for_web and len(in_web) + len(for_database) + len(in_database) < web:
            in_web.append(for_web.pop(0))
            heapq.heappush(events, (now + came[in_web[-1]][1], "asks", in_web[-1]))
    return lives, [*counts, [0, 0, 0, 0]]


def _same(got, expected):
    return got is None if expected is None else isinstance(got, Real) and abs(got - expected) <= 1e-6


def _problem(seen):
    for ((web, connections), came, looks), run in zip(_runs, seen, strict=True):
        lives, counts = _story(web, connections, came, looks)
        story = f"{web} web workers, {connections} connections, {len(came)} requests, some of them interrupted: "
        for number, ((end, phase), (did, finished, kept)) in enumerate(zip(lives, run["requests"], strict=True)):
            where = f"{story}request {number}, interrupted in the phase {phase!r}," if phase else f"{story}request {number}, not interrupted,"
            ended = {"ended": "Interrupt", "cause": "the user closed the tab"} if phase else {"ended": "finished"}
            if did != ended:
                expected = "with the simpy.Interrupt passed on" if phase else "without an exception"
                got = {"finished": "ended without an exception", "Interrupt": "passed on another simpy.Interrupt"}.get(did.get("ended"), f"raised {did.get('ended')}")
                return f"{where} should end {expected}; yours {got if did else 'never ended'}"
            if not _same(finished, end):
                return f"{where} came at {came[number][0]:.3f} s; finished_at should be {end}; yours: {finished}"
            if kept != [number, came[number][0], 1.5, came[number][1], came[number][2]]:
                return f"{where} has other values now than before: [number, arrived_at, work, web_work, db_work] are {kept}"
        for time, count, got in zip([*sorted(looks), "the end"], counts, run["counts"], strict=True):
            if got != count:
                return f"{story}[web workers taken, waited for, connections taken, waited for] at {time} s should be {count}; yours: {got}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Watch your `serve_two_tiers` at work: with one connection, and the same requests with two. How many of the web workers that are taken really work? Then buy more of them: *web workers* from 4 to 8. Who waits where now?
#
# <details><summary>What we see</summary>
#
# With one connection a request takes 486 ms on average, and mostly two or three of the four taken web workers only wait for the connection. With 8 web workers the queue in front of them is gone, but it has only moved:
# now up to seven wait for the same connection, and a request takes 488 ms. A second connection brings it down to 185 ms.
#
# </details>

# %%
replay_two_tiers(serve_two_tiers)

# %% [markdown]
# Your two tiers, and below them everything in one box of 4 workers. In this picture a color is a tier, and hatched is waiting for it.
#
# 1. *Buy web workers: 16*: one connection is too few, and monitoring says that the web workers are 62 % taken. Where does the wait go if you buy more of them?
# 2. *One more connection*: 4 web workers as before. How long does a request take?
# 3. *Three times the traffic*: 24 requests/s, 8 web workers, 4 connections. Which is faster, two tiers or one box? Why?
# 4. *Break it*: try to make the web tier the bottleneck yourself. Then press the button.

# %%
explore_two_tiers(serve_two_tiers)

# %% [markdown]
# ## Scaling up, scaling out
#
# **Scaling up** (vertical) is a bigger machine: more processors, more memory, the same software. **Scaling out** (horizontal) is more machines. While traffic
# is low, scale up: it is simple, and one machine carries far. Stack Overflow and its sister sites had 36 million page loads on a day of 2013, and Stack Overflow itself one primary database
# server (N. Craver, *What it takes to run Stack Overflow*, 2013). But it has three limits.
#
# - **Hardware ends.** The largest memory of a machine that Amazon rents out is 32 TiB (EC2, since 2024; three years before it was 24 TiB). There is no bigger one.
# - **Price grows faster than power.** Within one family of cloud machines the list price is about twice as much for twice the size. It jumps where you must change to a family with very much memory or very many
#   processors, licenses are paid for each core, and twice the workers do less than twice the work, because they wait for each other. Processors alone, at Intel's list prices of 2017: 12 cores (Xeon Silver 4116) for about 1,000
#   dollars, 28 cores (Platinum 8180) for 10,009. 2.3 × the cores, 10 × the price (ServeTheHome and AnandTech, 2017).
# - **One machine is one point of failure.** If it stops, everything stops.

# %%
for machine in CATALOG:
    each = machine.monthly_cost / machine.workers
    print(f"{machine.name:>7}: {machine.workers:3} workers, ${machine.monthly_cost:5,} a month, ${each:.0f} a worker")

# %% [markdown]
# ## Exercise D — The machine that is big enough
#
# The catalog above is made up: the bigger the machine, the more a worker costs. Write `scale_up(catalog, arrival_rate, service_time, max_utilization=0.8)`. `catalog` is a list of
# `Machine(name, workers, monthly_cost)`, in no particular order.
#
# - It returns the cheapest machine whose utilization is at most `max_utilization` (exactly at it is fine). Of several that cost the same: the one with fewer workers.
# - If none is big enough it raises `NoMachineBigEnough`. So does an empty catalog.
# - It does not change the catalog. You may call your `utilization`.
#
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Which machines could do it at all? And what if no machine could?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# First keep the ones that can, in a new list. Then take the smallest by two things: price, and then workers. Python compares two tuples by their first items, and by the second ones only where the first are equal.
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


# %% [markdown]
# To try it (not graded): it should be box-4. 30 requests/s of 0.1 s keep 4 workers 75 % busy.

# %%
try:
    print(scale_up(list(CATALOG), 30, 0.1))
except NotImplementedError as stub:
    print(stub)

# %% check="scale_up" points=1
from course.checks import attempt
from course.single_server import Machine

catalog = [Machine("large", 8, 210), Machine("small", 2, 40), Machine("medium", 4, 90)]
seen = {"chosen": [], "too much": None}
for rate in (10, 30, 60):
    machine = scale_up(catalog, rate, 0.1)
    seen["chosen"].append(machine.name if isinstance(machine, Machine) else repr(machine))
seen["too much"] = attempt(lambda: repr(scale_up(catalog, 70, 0.1))[:80])
### JUDGE
small, medium, large = seen["chosen"]
assert small == "small", f"10 requests/s of 0.1 s: the small machine would be 50 % busy and is the cheapest; yours: {small}"
assert medium == "medium", f"30 requests/s of 0.1 s: the medium machine would be 75 % busy, the small one 150 %; yours: {medium}"
assert large == "large", f"60 requests/s of 0.1 s: only the large machine is at most 80 % busy; yours: {large}"
did = seen["too much"]
assert "NoMachineBigEnough" in [did.get("raised"), *did.get("bases", [])], (
    f"70 requests/s of 0.1 s would keep even 8 workers 87.5 % busy: scale_up should raise NoMachineBigEnough; yours: {did}"
)

# %% check="scale_up_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: The cheapest machine that is big enough is returned; of several that cost the same, the one with fewer workers.
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_cases = []
for _number in range(60):
    _pairs = [(workers, cost) for workers in (1, 2, 3, 5, 8, 13) for cost in (0, 9.5, 50, 100, 150)]
    if _number % 10 == 9:
        _pairs = [(workers, cost) for workers in range(1, 41) for cost in (9, 10, 100)]
    _catalog = [(f"m{number}", *pair) for number, pair in enumerate(_rng.sample(_pairs, 100 if _number % 10 == 9 else 7))]
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
        shown = f"{catalog[:7]}{' and more' if catalog[7:] else ''}"
        call = f"scale_up of (name, workers, cost) {shown} with {rate:.2f} requests/s of {time:.3f} s, at most {bound:.0%} busy,"
        if best and did.get("returned") != best[2]:
            return f"{call} should return {best[2]}; yours: {did}"
        if not best and "NoMachineBigEnough" not in [did.get("raised"), *did.get("bases", [])]:
            return f"{call} should raise NoMachineBigEnough; yours: {did}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% check="scale_up_hidden_2" points=1
### BEGIN HIDDEN TESTS
### RULE: Exactly at max_utilization is fine, none big enough raises NoMachineBigEnough, and the catalog stays as it was.
### INPUTS
import random

from course.checks import SEED

_rng = random.Random(SEED)
_size = 2 ** _rng.randint(0, 3)
_a, _b, _c, _d, _e = _rng.sample("abcdefgh", 5)
_rows = [(_c, 64 * _size, 900), (_a, 16 * _size, 100), (_b, 32 * _size, 300), (_d, 64 * _size, 950), (_e, 48 * _size, 990)]
_rng.shuffle(_rows)
_calls = {
    "a machine that would be exactly 50 % busy, and max_utilization=0.5": (32 * _size, 0.25, 0.5),
    "a machine that would be 78 % busy, and no max_utilization": (50 * _size, 0.25),
    "a machine that would be 82 % busy is too small, and no max_utilization": (_rng.randint(52, 60) * _size, 0.25),
    "a machine asked for 106 % of its time, and max_utilization=1.125": (68 * _size, 0.25, 1.125),
    "no machine is big enough": (_rng.randint(260, 300) * _size, 0.25, 1.0),
    "no requests at all": (0, 0.25, 0.5),
}
_titles = tuple(_calls)
### OBSERVE
from course.checks import attempt
from course.single_server import Machine

seen = {}
for _what, _call in _calls.items():
    _catalog = [Machine(*_row) for _row in _rows]
    _did = attempt(lambda: scale_up(_catalog, *_call).name)
    seen[_what] = [_did, [_machine.name for _machine in _catalog]]
seen["an empty catalog"] = [attempt(lambda: scale_up([], 1, 0.25).name), []]
### JUDGE
_answers = dict(zip(_titles, (_a, _a, _b, _a, None, _a), strict=True)) | {"an empty catalog": None}
for _what in [*_calls, "an empty catalog"]:
    _name = _answers[_what]
    _did, _after = seen[_what]
    if _name is None:
        assert "NoMachineBigEnough" in [_did.get("raised"), *_did.get("bases", [])], f"{_what}: scale_up should raise NoMachineBigEnough; yours: {_did}"
    else:
        assert _did.get("returned") == _name, f"{_what}: scale_up of (name, workers, cost) {_rows} should return {_name}; yours: {_did}"
    _names = [_row[0] for _row in _rows] if _what in _calls else []
    assert _after == _names, f"{_what}: scale_up should leave the catalog as it was, {_names}; now it is {_after}"
assert seen, "nothing was seen"
### END HIDDEN TESTS

# %% [markdown]
# What your choices cost as the traffic grows. The dashed gray line is what you compare with: the cost if every worker were as cheap as in box-2, and you could buy them one by one.
#
# 1. *At 200 requests/s*: how much more than that do you pay?
# 2. *At 300 requests/s*: and now?
# 3. *Break it*: at which arrival rate does scaling up end?
# 4. *Allow 95 % busy*: how far does that move the end, and what does it cost?

# %%
explore_catalog(scale_up)

# %% [markdown]
# ## Relational by default
#
# A **relational** database (PostgreSQL, MySQL, SQLite) keeps rows in tables. You **join** tables in a query, and a **transaction** changes several rows or none. They have done
# so for over forty years. Without a reason against it, choose one.
#
# What are joins and transactions worth? Ann buys a print from Ben for 5 credits, and the power fails halfway: once in SQLite's tables, once in a dictionary of JSON texts, which is how a key-value store sees data.

# %%
import json
import sqlite3

tables = sqlite3.connect(":memory:")
tables.executescript("""
    CREATE TABLE users (name, credits);  INSERT INTO users VALUES ('Ann', 20), ('Ben', 3);
    CREATE TABLE likes (name, photo);    INSERT INTO likes VALUES ('Ann', 12), ('Ben', 12), ('Ben', 13);
""")
texts = {"Ann": '{"credits": 20, "likes": [12]}', "Ben": '{"credits": 3, "likes": [12, 13]}'}

try:
    with tables:  # a transaction
        tables.execute("UPDATE users SET credits = credits - 5 WHERE name = 'Ann'")
        raise OSError("the power fails")  # before Ben gets them
except OSError:
    print("credits in the tables:", *tables.execute("SELECT sum(credits) FROM users").fetchone())
try:
    texts["Ann"] = json.dumps(json.loads(texts["Ann"]) | {"credits": 15})
    raise OSError("the power fails")
except OSError:
    print("credits in the texts: ", sum(json.loads(text)["credits"] for text in texts.values()))

join = "SELECT name, credits FROM users JOIN likes USING (name) WHERE photo = 12"
print("who likes photo 12, by a join:", tables.execute(join).fetchall())

# %% [markdown]
# There were 23 credits. The transaction undid its first half, so the tables still hold 23. The texts have lost five. And who likes photo 12? The tables answer with one join; with texts you must read every one. In return, Ann's text is found in a single step,
# on whichever of many machines it lies, and it may hold any fields.
#
# **Non-relational** (NoSQL) databases give up joins and usually such transactions, and gain something for it. Four kinds: *key-value* (Redis, DynamoDB), *document*
# (MongoDB), *column* (Cassandra, HBase), *graph* (Neo4j). Reasons to look at them:
#
# - you need **super-low latency**
# - your data is **unstructured**: no common set of fields
# - you **only serialize and deserialize** it: store a JSON text under a key, read it back
# - you have a **massive amount of data**, more than one machine can hold
#
# For the photo app: who follows whom, and who liked what, needs joins. The preview of each photo's comments, stored as one JSON text, does not.

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
# A cell to try it is below.
#
# <details><summary>Hint 1</summary>
#
# Ask three questions about the set, in this order. Is a word in it unknown? Does a need rule "non-relational" out? Does a need speak for it?
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


# %% [markdown]
# To try it (not graded): it should be relational, because of the joins.

# %%
try:
    print(choose_database({"unstructured data", "joins"}))
except NotImplementedError as stub:
    print(stub)

# %% check="choose_database" points=1
seen = []
for needs in (
    {"super-low latency"},
    {"massive amount of data", "unstructured data"},
    {"joins"},
    {"massive amount of data", "joins"},
    set(),
):
    seen.append(choose_database(needs))
### JUDGE
assert seen[0] == "non-relational", f'{{"super-low latency"}} speaks for "non-relational"; yours: {seen[0]!r}'
assert seen[1] == "non-relational", f'{{"massive amount of data", "unstructured data"}} speaks for "non-relational"; yours: {seen[1]!r}'
assert seen[2] == "relational", f'{{"joins"}} needs "relational"; yours: {seen[2]!r}'
assert seen[3] == "relational", f'{{"massive amount of data", "joins"}} needs "relational", because of the joins; yours: {seen[3]!r}'
assert seen[4] == "relational", f'without any need the answer is "relational"; yours: {seen[4]!r}'

# %% check="choose_database_hidden" points=1
### BEGIN HIDDEN TESTS
### RULE: Non-relational takes one of the four words and neither joins nor multi-row transactions; an unknown word raises ValueError.
### INPUTS
import itertools
import random

from course.checks import SEED

_rng = random.Random(SEED)
_words = ["super-low latency", "unstructured data", "only serialize and deserialize", "massive amount of data", "joins", "multi-row transactions"]
_every = [chosen for size in range(7) for chosen in itertools.combinations(_words, size)]
_rng.shuffle(_every)
_unknown = ["blockchain", "join", "web scale", "Joins", "graph", "massive amount of data ", f"need {_rng.randint(7, 99)}"]
_unknown = [(word, [word, *_rng.sample(_words, size)]) for word in _unknown for size in (0, 1, 3, 6)]
### OBSERVE
from course.checks import attempt

seen = {"sets": [], "unknown": []}
for _chosen in _every:
    _needs = set(_chosen)
    seen["sets"].append([attempt(lambda: choose_database(_needs)), sorted(_needs)])
for _, _chosen in _unknown:
    _needs = set(_chosen)
    seen["unknown"].append([attempt(lambda: choose_database(_needs)), sorted(_needs)])
### JUDGE

def _problem(seen):
    for chosen, (did, after) in zip(_every, seen["sets"], strict=True):
        answer = "non-relational" if chosen and _words.index(chosen[-1]) < 4 else "relational"
        if did.get("returned") != answer:
            return f"choose_database({set(chosen)}) should return {answer!r}; yours: {did}"
        if after != sorted(chosen):
            return f"choose_database({set(chosen)}) should leave its argument as it was; now it holds {after}"
    for (word, chosen), (did, after) in zip(_unknown, seen["unknown"], strict=True):
        if "ValueError" not in [did.get("raised"), *did.get("bases", [])]:
            return f"a set with {word!r} in it should raise ValueError; yours: {did}"
        if word not in did["message"]:
            return f"the message of the ValueError should contain {word!r}; yours: {did['message']!r}"
        if after != sorted(chosen):
            return f"choose_database({set(chosen)}) should leave its argument as it was; now it holds {after}"


_found = _problem(seen)
assert not _found, _found
### END HIDDEN TESTS

# %% [markdown]
# Tick your own project's needs. Does the answer convince you? Next to each tick stands what your rule would say if you changed that tick alone.
#
# 1. *Who follows whom*: it needs joins, and there is a massive amount of data. Which tick decides?
# 2. *Previews of comments*: they are only stored and read back. Which ticks would change the answer?
# 3. *Break it: all 64 sets*: which ticks change the most answers? Guess before you press.

# %%
explore_database(choose_database)

# %% [markdown]
# ## It runs for real
#
# (Optional, 5 minutes.) So far every second was simulated. Now your `serve` runs a real web server on this computer, a process of its own: SimPy follows real time, and a SQLite file stands behind it. A second process sends the simulation's
# requests at their times, whether or not the earlier ones are answered. What a request needs of a worker is the time that a slow database would take, so it is spent waiting.
#
# On the left are the formula, the simulation and this machine; the gray bars are what luck does on twenty days. On the right are the three clocks: half of the requests are faster than p50, 95 % are faster than p95. What the machine itself adds to a request is measured first, and taken off.
#
# Nothing starts before you press a button. A measurement takes about fifteen seconds; its processes end with it, and also when you stop it or close the notebook's kernel.
#
# 1. *Two workers, four loads*: do the blue points land on the curve?
# 2. *Four workers*: are the waits shorter on this machine, too?

# %%
explore_real(serve)

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
# 2. **Where scaling up ends**: at least two of: hardware ends (largest machine, 32 TiB; the catalog's end near 510 requests/s at 80 %), price grows faster than power (a figure from the catalog or the text), one machine is one point of failure.
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
