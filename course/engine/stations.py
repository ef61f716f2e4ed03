"""A server with workers and a queue, and the arrivals that feed it.

One reusable event per worker (`Timer`) instead of one process per request: the same SimPy clock
and the same order of events, several times faster (benchmarks/simulation.py).
"""

from collections import deque

from simpy.events import NORMAL, Event

NOT_YET = float("nan")


class Request:
    """One request: it arrived at `arrived_at` (s) and needs `work` seconds of a worker.

    `started_at` and `finished_at` (s) are nan until they happen; `failed` says that it left
    without being served; `place` is the number of the station that had it last.
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
    """A SimPy event that calls `action(timer)` when it goes off and can then be started again.

    `request` is for the owner: what the timer is at work on, or None.
    """

    def __init__(self, env, action):
        super().__init__(env)
        self.actions, self.request = [action], None
        self._ok, self._value = True, None

    def start(self, delay):
        """Go off in `delay` seconds. Only for a timer that is not running."""
        self.callbacks = self.actions
        self.env.schedule(self, NORMAL, delay)


class Station:
    """A server: it serves `workers` requests at a time; the others wait in order of arrival.

    `place` is its number among the stations. `on_leave(request)` is called when a request has been
    served, or has failed with the station.

    `up` says whether it is running, `active` how many requests are in service or waiting now.
    `timers` are its workers, one Timer each, whose `request` is the one in service; `idle` are
    those without a request, and `waiting` are the requests in the queue.
    """

    def __init__(self, env, workers, on_leave, *, place=0):
        self.env, self.workers, self.on_leave, self.place = env, workers, on_leave, place
        self.active, self.waiting = 0, deque()
        self.restore()

    def restore(self):
        """Come up, with every worker idle."""
        self.up = True
        self.timers = [Timer(self.env, self._finish) for _ in range(self.workers)]
        self.idle = self.timers[::-1]

    def submit(self, request):
        """Start the request if a worker is free, else let it wait; False if the station is down."""
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
        """Go down: everything in service or waiting leaves now, failed; `submit` refuses."""
        lost = [timer.request for timer in self.timers if timer.request] + list(self.waiting)
        for timer in self.timers:  # they still go off, and find no request to finish
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
    """Call `submit(Request)` at each of `times` (s, ascending), with the work of the same row."""
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
    """Yield (number, time, work) as Python numbers, block by block: no list of all traffic."""
    for start in range(0, len(times), size):
        block = slice(start, start + size)
        columns = times[block].tolist(), works[block].tolist()
        yield from zip(range(start, start + len(columns[0])), *columns, strict=True)
