"""The stampede: a popular entry expires, and all who miss it load it at the same time.

    simulate_stampede(SingleFlight, read_rate=200) → StampedeResult

One page is read often and takes long to load; other queries use the same database.
"""

import re
from dataclasses import dataclass, field
from types import GeneratorType

import numpy as np
import simpy

from course.cache.baselines import everybody_loads
from course.cache.model import WORKERS
from course.cache.traffic import LOAD_TIME, LOOKUP
from course.engine import parameters, workload
from course.engine.component import (
    ComponentError,
    events_only,
    make,
    methods,
    name_of,
    sentences,
    short,
    wrong_return,
)
from course.engine.record import Result, milliseconds
from course.engine.stations import NOT_YET, Request, Station, arrivals

DURATION = 15.0
PAGE = "front page"
CACHE, LOADED, OTHER = range(3)


@dataclass(frozen=True)
class StampedeResult(Result):
    """A run, a row per request.

    place: CACHE for reads that the cache answered, LOADED for reads that missed, OTHER for other
    queries. load_starts, load_ends: when (s) each load of the page came to the database and left.
    """

    load_starts: np.ndarray = field(kw_only=True)
    load_ends: np.ndarray = field(kw_only=True)

    @property
    def loads(self):
        """How many times the page was loaded."""
        return len(self.load_starts)

    def at_the_database(self, times):
        """Return how many queries were there (in service or waiting) at each of `times` (s)."""
        other = self.place == OTHER
        came = np.sort(np.r_[self.arrived_at[other], self.load_starts])
        left = np.sort(np.r_[self.finished_at[other], self.load_ends])
        return np.searchsorted(came, times, "right") - np.searchsorted(left, times, "right")

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} requests in {self.duration:.0f} s: {self.loads} loads of the page, "
            f"99 % of the requests within {milliseconds(self.percentile(99))}."
        )


def simulate_stampede(
    component=None, *, seed=0, read_rate=200.0, load_time=0.3, ttl=5.0, other_rate=60.0
):
    """Return the StampedeResult of 15 s: `read_rate` reads/s of a page that is fresh for `ttl` s.

    component: a class made with `env` and `load`, with a generator `get(key)`; without one all who
    miss load the page. The page is fresh at time 0. A load takes `load_time` s of one of the
    database's 4 workers, each of the `other_rate` other queries/s takes 20 ms. ValueError names a
    bad number; ComponentError says in one sentence what the component did wrong.
    """
    world = {"load_time": load_time, "ttl": ttl, "other_rate": other_rate}
    result, error = until_it_fails(component, seed=seed, read_rate=read_rate, **world)
    if error:
        raise error
    return result


def until_it_fails(
    component=None, *, seed, read_rate, load_time, ttl, other_rate, duration=DURATION
):
    """Return (StampedeResult, None), or what had happened when the component failed, and the error.

    As `simulate_stampede`, of requests that come for `duration` s; what had not happened when it
    failed is nan, and the result's duration is the time (s) of the failure.
    """
    load_time = parameters.number("load_time", load_time, above=0, unit="s")
    ttl = parameters.number("ttl", ttl, above=0, unit="s")
    read_rate = parameters.number("read_rate", read_rate, above=0, unit="requests/s")
    other_rate = parameters.number("other_rate", other_rate, above=0, unit="requests/s")
    times, works, other = _traffic(seed, read_rate, load_time, other_rate, duration)
    error = None
    if component is None:
        started, finished, asked = everybody_loads(times, works, other, ttl, WORKERS)
        place = np.where(other, OTHER, np.where(asked, LOADED, CACHE))
        starts, ends = times[place == LOADED], finished[place == LOADED]
    else:
        page = _Page(component, other, load_time, ttl)
        try:
            page.run(times, works)
        except ComponentError as failure:
            duration, error = page.env.now, failure
        started, finished, place = page.started, page.finished, page.place
        starts, ends = page.starts, page.ends
    result = StampedeResult(
        arrived_at=times,
        started_at=np.array(started),
        finished_at=np.array(finished),
        failed=np.zeros(len(times), dtype=bool),
        place=np.array(place, dtype=np.int8),
        names=("cache", "page loaded", "other queries"),
        workers=WORKERS,
        duration=duration,
        load_starts=np.array(starts),
        load_ends=np.array(ends),
    )
    return result, error


def _traffic(seed, read_rate, load_time, other_rate, duration):
    """Return (times, works, other): all requests in order, and which are not of the page."""
    streams = (workload.stream(seed, name) for name in ("arrivals", "other arrivals"))
    rates = (read_rate, other_rate)
    reads, others = (
        workload.poisson_arrivals_until(stream, rate, duration)
        for stream, rate in zip(streams, rates, strict=True)
    )
    times = np.r_[reads, others]
    other = np.r_[np.zeros(len(reads), dtype=bool), np.ones(len(others), dtype=bool)]
    works = np.where(other, LOAD_TIME, load_time)
    order = np.argsort(times, kind="stable")
    return times[order], works[order], other[order]


class _Page:
    """The page in the cache, and the student's SingleFlight in front of the database."""

    def __init__(self, component, other, load_time, ttl):
        self.env, self.load_time, self.ttl = simpy.Environment(), load_time, ttl
        self.other = other.tolist()
        self.fresh_until, self.version, self.waiting = ttl, 0, {}
        self.database = Station(self.env, WORKERS, self._left)
        self.name = name_of(component)
        self.call = f"{self.name}.get({PAGE!r})"
        (self.get,) = methods(make(component, env=self.env, load=self._load), "get")
        blank = [NOT_YET] * len(other)
        self.started, self.finished, self.place = blank[:], blank[:], [CACHE] * len(other)
        self.starts, self.ends, self.open = [], [], set()

    def run(self, times, works):
        """Let all requests come; what happens to them is in the attributes that are lists."""
        arrivals(self.env, times, works, self._receive)
        with sentences(self.call), events_only(f"{self.name}.get", "a process"):
            self.env.run()
        if self.open:
            raise ComponentError(
                f"{self.call} left {len(self.open):,} reads waiting for ever: they wait for an "
                "event that never comes."
            )

    def _receive(self, request):
        row, now = request.number, self.env.now
        if self.other[row]:
            self.place[row] = OTHER
            self.database.submit(request)
        elif now < self.fresh_until:
            self.started[row], self.finished[row] = now, now + LOOKUP
        else:
            self._miss(row, now)

    def _miss(self, row, now):
        self.place[row], self.started[row] = LOADED, now
        self.open.add(row)
        with sentences(self.call):
            process = self.get(PAGE)
        if not isinstance(process, GeneratorType):
            expected = "a generator: a function with a yield in it"
            raise ComponentError(wrong_return(self.call, process, expected))
        self.env.process(self._answered(row, self.env.process(process)))

    def _answered(self, row, process):
        value = yield process
        if type(value) is not str or not re.fullmatch(rf"{PAGE} \d+", value):
            expected = f"{PAGE + ' ' + str(self.version)!r}, what load gave"
            raise ComponentError(f"{self.call} gave {short(value)}, expected {expected}.")
        self.finished[row] = self.env.now
        self.fresh_until = self.env.now + self.ttl
        self.open.discard(row)

    def _load(self, key):
        """Load the page from the database: the generator that the student is given."""
        if key != PAGE:
            raise ComponentError(f"{self.name} called load({short(key)}), expected {PAGE!r}.")
        self.version += 1
        number = -self.version
        done = self.waiting[number] = self.env.event()
        self.starts.append(self.env.now)
        self.database.submit(Request(number, self.env.now, self.load_time))
        yield done
        self.ends.append(self.env.now)
        return f"{PAGE} {-number}"

    def _left(self, request):
        row = request.number
        if row < 0:
            self.waiting.pop(row).succeed()
        else:
            self.started[row], self.finished[row] = request.started_at, request.finished_at
