"""A server with workers and a queue, and the arrivals that feed it, on SimPy's clock.

There is one reusable event per worker (`Timer`) instead of one process per request. The order of
events is the same, and a simulation runs several times faster (benchmarks/simulation.py).
"""

from collections import deque

from simpy.events import NORMAL, Event

NOT_YET = float("nan")  # the time of what has not happened: in columns, so that they stay floats


class Request:
    """One request, which needs `work` seconds of a worker.

    number: its row in the Recorder, from 0 in order of arrival. arrived_at, started_at,
    finished_at: when it came, when a worker began with it, and when it left (s); NOT_YET until
    then. failed: whether it left without being served. place: the number of the station that it was
    submitted to last; the Recorder keeps it, and the Result names it.
    """

    __slots__ = ("arrived_at", "failed", "finished_at", "number", "place", "started_at", "work")

    def __init__(self, number, arrived_at, work):
        self.number = number
        self.arrived_at = arrived_at
        self.work = work
        self.started_at = self.finished_at = NOT_YET
        self.failed = False
        self.place = 0

    def __repr__(self):
        return f"Request({self.number}, arrived_at={self.arrived_at:.6g}, work={self.work:.6g})"


class Timer(Event):
    """A SimPy event that calls `action(timer)` when it goes off, and can then be started again.

    request: free for the owner to use: what the timer is working on, or None. A Station keeps its
    Request there; a lab may keep whatever its action needs.
    """

    def __init__(self, env, action):
        super().__init__(env)
        self.actions, self.request = [action], None
        self._ok, self._value = True, None

    def start(self, delay):
        """Go off in `delay` seconds. Only a timer that is not running may be started."""
        self.callbacks = self.actions
        self.env.schedule(self, NORMAL, delay)


class Station:
    """A server: it serves `workers` requests at a time; the others wait in order of arrival.

    env: SimPy's Environment. on_leave(request): called when a request has been served, or has
    failed together with the station. place: its number among the stations of the run.

    up: whether it is running. active: how many requests are in service or waiting now.
    timers: a Timer for each worker, with the request in service as its `request`. idle: the timers
    without one. waiting: the queue, a deque of requests.
    """

    def __init__(self, env, workers, on_leave, *, place=0):
        self.env, self.workers, self.on_leave, self.place = env, workers, on_leave, place
        self.active, self.waiting = 0, deque()
        self.restore()

    def restore(self):
        """Start, or start again after `fail`: every worker is idle and the queue is empty."""
        self.up = True
        self.timers = [Timer(self.env, self._finish) for _ in range(self.workers)]
        self.idle = self.timers[::-1]

    def submit(self, request):
        """Serve the request or let it wait; if the station is down, do neither and return False."""
        request.place = self.place
        if not self.up:
            return False
        self.active += 1
        if self.idle:
            self._start(self.idle.pop(), request)
        else:
            self.waiting.append(request)
        return True

    def fail(self):
        """Go down: requests in service or waiting leave now, failed, and `submit` refuses more."""
        lost = [timer.request for timer in self.timers if timer.request] + list(self.waiting)
        for timer in self.timers:  # each that runs will still go off, without a request to finish
            timer.request = None
        self.up, self.active = False, 0
        self.waiting.clear()
        for request in lost:
            request.failed, request.finished_at = True, self.env.now
            self.on_leave(request)

    def _start(self, timer, request):
        request.started_at = self.env.now
        timer.request = request
        timer.start(request.work)

    def _finish(self, timer):
        request = timer.request
        if request is None:
            return
        request.finished_at = self.env.now
        self.active -= 1
        if self.waiting:
            self._start(timer, self.waiting.popleft())
        else:
            timer.request = None
            self.idle.append(timer)
        self.on_leave(request)


def arrivals(env, times, works, submit):
    """Let requests arrive: call `submit(request)` for each at its time on the clock of `env`.

    times: seconds, ascending; works: seconds of work, one for each time. Both are NumPy arrays.
    """
    rows = _in_blocks(times, works)

    def arrive(timer):
        request = timer.request
        request.arrived_at = now = env.now
        for number, time, work in rows:
            timer.request = Request(number, time, work)
            timer.start(time - now if time > now else 0.0)
            break
        submit(request)

    timer = Timer(env, arrive)
    for number, time, work in rows:
        timer.request = Request(number, time, work)
        timer.start(time - env.now)
        break


def _in_blocks(times, works, size=4096):
    """Yield (number, time, work) as Python numbers, block by block to save memory."""
    for start in range(0, len(times), size):
        block = slice(start, start + size)
        columns = times[block].tolist(), works[block].tolist()
        yield from zip(range(start, start + len(columns[0])), *columns, strict=True)
