"""The world of notebook 04: reads and writes of photos, a cache, and the database behind it.

    simulate(LRUCache, capacity=500, skew=1.0) → CacheResult

A read asks the cache (1 ms), and on a miss the database: each of its workers serves one query at a
time. A write goes to the database, and the cache's entry of that photo is old from then on.
"""

from dataclasses import dataclass, field
from numbers import Integral

import numpy as np

from course.cache.baselines import Fifo
from course.cache.traffic import LOAD_TIME, LOOKUP, PHOTOS, RATE, traffic
from course.engine import parameters
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.engine.parameters import NEVER
from course.engine.record import Result
from course.engine.recursion import first_come_first_served

WORKERS = 4  # of the database
PLACES = ("cache", "database")


@dataclass(frozen=True)
class CacheResult(Result):
    """A run with a cache, without its warm-up; a row per request.

    place: 0 if the cache answered, 1 if the database did. hit: whether the cache answered; write:
    whether the request writes. load_time: mean seconds of the database that a query takes.
    """

    hit: np.ndarray = field(kw_only=True)
    write: np.ndarray = field(kw_only=True)
    load_time: float = field(kw_only=True)

    @property
    def hit_ratio(self):
        """Share of the reads that the cache answered; nan if there were none."""
        reads = int((~self.write).sum())
        return float(self.hit.sum() / reads) if reads else float("nan")

    @property
    def database_rate(self):
        """Queries per second at the database, writes included."""
        return float((~self.hit).sum() / self.duration)

    @property
    def database_load(self):
        """Share of the database's capacity that was asked for; above 1 it is overloaded."""
        return self.database_rate * self.load_time / self.workers

    @property
    def read_latency(self):
        """Seconds that each read took."""
        return (self.finished_at - self.arrived_at)[~self.write]

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} requests in {self.duration:.0f} s: hit ratio {self.hit_ratio:.1%}, "
            f"{self.database_rate:.0f} queries/s at the database, {self.database_load:.0%} of what "
            "it can do."
        )


def simulate(
    component=None,
    *,
    seed=0,
    photos=PHOTOS,
    skew=1.0,
    capacity=500,
    ttl=NEVER,
    write_share=0.0,
    arrival_rate=RATE,
    requests=8000,
    warm_up=4000,
    workers=WORKERS,
    load_time=LOAD_TIME,
    new_every=NEVER,
):
    """Return the CacheResult of `requests` requests; the first `warm_up` only fill the cache.

    component: a class made with `capacity`, or an instance, with `get(key)` and `put(key, value)`;
    Fifo by default. Traffic is the same for every component.
    seed, photos, skew, write_share, arrival_rate, new_every: the Traffic, see `traffic`. capacity:
    room in the cache. ttl: for how long (s) an entry is used after its load; a write ends that
    too. workers, load_time: of the database, and the mean seconds that it needs for a query. ttl
    and new_every: NEVER (inf) or None for never.

    The cache is filled the moment a read misses; what happens while a load is under way is
    `simulate_stampede`. ValueError names a bad number; ComponentError says in one sentence what the
    component did wrong.
    """
    capacity = parameters.count("capacity", capacity, at_least=0)
    workers = parameters.count("workers", workers, at_most=1000)
    ttl = parameters.time("ttl", ttl, above=0)
    came = traffic(
        seed=seed,
        photos=photos,
        skew=skew,
        write_share=write_share,
        arrival_rate=arrival_rate,
        requests=requests,
        load_time=load_time,
        new_every=new_every,
    )
    warm_up = parameters.count("warm_up", warm_up, at_least=0, at_most=requests - 1)
    cache = make(Fifo if component is None else component, seed=seed, capacity=capacity)
    hit = answered(cache, came, ttl=ttl)
    _check_size(cache, capacity)
    columns = served(came, ~hit, workers) | {"hit": hit, "write": came.writes}
    begin = float(came.times[warm_up - 1]) if warm_up else 0.0
    return CacheResult(
        **{name: column[warm_up:] for name, column in columns.items()},
        names=PLACES,
        workers=workers,
        duration=float(came.times[-1]) - begin,
        load_time=float(load_time),
    )


def answered(cache, came, *, ttl=NEVER):
    """Return which requests of the Traffic `came` the `cache` answered (a column of bools).

    The cache is given the time of the load as the value, so that the value tells an entry's age.
    """
    name, (get, put) = name_of(cache), methods(cache, "get", "put")
    kept, changed, hits = {}, {}, []
    key, time, putting = None, 0.0, False
    with sentences(lambda: f"{name}.put({key}, {time})" if putting else f"{name}.get({key})"):
        for key, time, writes in came.rows():
            if writes:
                changed[key] = time
                hits.append(False)
                continue
            loaded = get(key)
            if loaded is not None and not (type(loaded) is float and loaded == kept.get(key)):
                expected = what_was_put(kept, key)
                raise ComponentError(wrong_return(f"{name}.get({key})", loaded, expected))
            if loaded is None or loaded <= max(time - ttl, changed.get(key, -NEVER)):
                putting = True
                put(key, time)
                putting = False
                kept[key] = time
                hits.append(False)
            else:
                hits.append(True)
    return np.array(hits)


def what_was_put(kept, key):
    """Return in words what a cache may answer for `key`; `kept`: what was put last for each key."""
    if key not in kept:
        return "None: this key was never put"
    return f"{kept[key]}, what was put last for it, or None"


def _check_size(cache, capacity):
    """Raise if the cache exceeds its capacity: its hit ratio would be meaningless."""
    if not hasattr(cache, "__len__"):
        return
    name = name_of(cache)
    with sentences(f"len({name})"):
        held = cache.__len__()  # len() would not say what came back instead of a number
    if not isinstance(held, Integral):
        raise ComponentError(wrong_return(f"len({name})", held, "how many entries it holds"))
    if held > capacity:
        raise ComponentError(f"{name}({capacity}) holds {held:,} entries, more than its capacity.")


def served(came, missed, workers):
    """Return the columns of a Result: the database serves what `missed`, in order of arrival."""
    database = first_come_first_served(came.times[missed] + LOOKUP, came.works[missed], workers)
    started, finished = came.times.copy(), came.times + LOOKUP
    started[missed], finished[missed] = database.started_at, database.finished_at
    return {
        "arrived_at": came.times,
        "started_at": started,
        "finished_at": finished,
        "failed": np.zeros(len(missed), dtype=bool),
        "place": missed.astype(np.int8),
    }
