"""The world of notebook 04: reads and writes of photos, a cache, and the database behind it.

    simulate(LRUCache, capacity=500, skew=1.0) → CacheResult

A read asks the cache (1 ms), and on a miss the database, whose workers serve one query each. A
write goes to the database, and what the cache holds of that photo counts as old from then on.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from course.cache.baselines import Fifo
from course.engine import parameters, theory, workload
from course.engine.component import ComponentError, make, name_of, raised, wrong_return
from course.engine.record import Result
from course.engine.recursion import first_come_first_served

LOOKUP = 0.001  # seconds that the cache takes to answer
NEVER = -1.0


@dataclass(frozen=True)
class Traffic:
    """Requests in order of their `times` (s): the photo each is about, and whether it writes.

    `works` (s) is what the database needs for it, if it gets there.
    """

    times: np.ndarray
    keys: np.ndarray
    writes: np.ndarray
    works: np.ndarray


def traffic(*, seed, photos, skew, write_share, arrival_rate, requests, load_time, new_every=None):
    """Return the Traffic of `requests` requests, at `arrival_rate` requests/s.

    Photos are popular by Zipf's law with exponent `skew`: photo 0 most. With `new_every` (s),
    other photos become the favourites that often. ValueError names a bad number.
    """
    if new_every is not None:
        new_every = parameters.number("new_every", new_every, above=0, unit="s")
    return _traffic(
        parameters.count("seed", seed, at_least=0, at_most=2**63),
        parameters.count("photos", photos, at_most=1_000_000),
        parameters.number("skew", skew, at_least=0, at_most=10),
        parameters.number("write_share", write_share, at_least=0, at_most=1),
        parameters.number("arrival_rate", arrival_rate, above=0, unit="requests/s"),
        parameters.count("requests", requests),
        parameters.number("load_time", load_time, above=0, unit="s"),
        new_every,
    )


@lru_cache(maxsize=8)
def _traffic(seed, photos, skew, write_share, arrival_rate, requests, load_time, new_every):
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), arrival_rate, requests)
    keys = workload.zipf_keys(workload.stream(seed, "keys"), photos, skew, requests)
    if new_every is not None:
        keys = (keys + 997 * (times // new_every).astype(int)) % photos
    writes = workload.stream(seed, "writes").uniform(size=requests) < write_share
    works = workload.exponential_work(workload.stream(seed, "work"), load_time, requests)
    for column in (times, keys, writes, works):
        column.flags.writeable = False  # shared by all who ask for the same traffic
    return Traffic(times, keys, writes, works)


@dataclass(frozen=True)
class CacheResult(Result):
    """A run with a cache; `hit` and `write` are columns beside the Result's, a row a request.

    The warm-up is left out. A request's `place` is 0 if the cache answered it, 1 if the database
    did.
    """

    hit: np.ndarray = field(kw_only=True)
    write: np.ndarray = field(kw_only=True)
    load_time: float = field(kw_only=True)

    @property
    def hit_ratio(self):
        """Share of the reads that the cache answered; nan if nobody read."""
        reads = int((~self.write).sum())
        return float(self.hit.sum() / reads) if reads else math.nan

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
    photos=10_000,
    skew=1.0,
    capacity=500,
    ttl=None,
    write_share=0.0,
    arrival_rate=300.0,
    requests=8000,
    warm_up=4000,
    workers=4,
    load_time=0.02,
    new_every=None,
):
    """Return the CacheResult of `requests` requests; the first `warm_up` only fill the cache.

    component: a class made with `capacity`, or an instance, with `get(key)` and `put(key, value)`;
    Fifo by default. An entry is used for `ttl` seconds from its load (None: for ever), and not
    after a write. `write_share` of the requests write. The database has `workers` workers and
    needs `load_time` s a query on average. The cache is filled the moment a read misses: what
    happens while a load is under way is `simulate_stampede`. Traffic is the same for every
    component. ValueError names a bad number; ComponentError says in one sentence what the
    component did wrong.
    """
    capacity = parameters.count("capacity", capacity, at_least=0)
    workers = parameters.count("workers", workers, at_most=1000)
    ttl = math.inf if ttl is None else parameters.number("ttl", ttl, above=0, unit="s")
    requests = parameters.count("requests", requests)
    warm_up = parameters.count("warm_up", warm_up, at_least=0, at_most=requests - 1)
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
    cache = make(Fifo if component is None else component, seed=seed, capacity=capacity)
    hit = answered(cache, came, ttl=ttl, capacity=capacity)
    return _served(came, hit, warm_up, workers, float(load_time))


def answered(cache, came, *, ttl=math.inf, capacity=None):
    """Return which requests of the Traffic `came` the `cache` answered (a column of bools).

    The cache is given the time of the load as the value; so the value says how old an entry is.
    """
    name = name_of(cache)
    for method in ("get", "put"):
        if not callable(getattr(cache, method, None)):
            raise ComponentError(f"{name} has no method {method}.")
    get, put = cache.get, cache.put
    kept, changed, hits = {}, {}, []
    key, time, calls = None, 0.0, "get"
    rows = zip(came.keys.tolist(), came.times.tolist(), came.writes.tolist(), strict=True)
    try:
        for key, time, writes in rows:
            if writes:
                changed[key] = time
                hits.append(False)
                continue
            loaded = get(key)
            if loaded is not None and not (type(loaded) is float and loaded == kept.get(key)):
                expected = what_was_put(kept, key)
                raise ComponentError(wrong_return(f"{name}.get({key})", loaded, expected))
            if loaded is None or loaded <= max(time - ttl, changed.get(key, NEVER)):
                calls = "put"
                put(key, time)
                calls = "get"
                kept[key] = time
                hits.append(False)
            else:
                hits.append(True)
    except (NotImplementedError, ComponentError):
        raise
    except Exception as error:
        call = f"{name}.get({key})" if calls == "get" else f"{name}.put({key}, {time})"
        raise ComponentError(raised(call, error)) from error
    _not_too_many(cache, name, capacity)
    return np.array(hits)


def what_was_put(kept, key):
    """Return in words what a cache may answer for `key`; `kept`: what was put last for each key."""
    if key not in kept:
        return "None: this key was never put"
    return f"{kept[key]}, what was put last for it, or None"


def _not_too_many(cache, name, capacity):
    """Say so if the cache holds more than it may: its hit ratio would be a fairy tale."""
    if capacity is None or not hasattr(cache, "__len__"):
        return
    try:
        held = len(cache)
    except NotImplementedError:
        raise
    except Exception as error:
        raise ComponentError(raised(f"len({name})", error)) from error
    if held > capacity:
        raise ComponentError(f"{name}({capacity}) holds {held:,} entries, more than its capacity.")


def _served(came, hit, warm_up, workers, load_time):
    """Return the CacheResult: what missed goes to the database, first come, first served."""
    asks = ~hit
    database = first_come_first_served(came.times[asks] + LOOKUP, came.works[asks], workers)
    started, finished = came.times.copy(), came.times + LOOKUP
    started[asks], finished[asks] = database.started_at, database.finished_at
    counted = slice(warm_up, None)
    begin = float(came.times[warm_up - 1]) if warm_up else 0.0
    return CacheResult(
        arrived_at=came.times[counted],
        started_at=started[counted],
        finished_at=finished[counted],
        failed=np.zeros(len(hit) - warm_up, dtype=bool),
        place=asks[counted].astype(np.int8),
        names=("cache", "database"),
        workers=workers,
        duration=float(came.times[-1]) - begin,
        hit=hit[counted],
        write=came.writes[counted],
        load_time=load_time,
    )


def ceiling(popularity, *, arrival_rate, ttl=None, write_share=0.0):
    """Return the hit ratio of a cache with room for everything: what expiry and writes leave.

    A photo's entry lives for `ttl` s or until a write, whichever comes first. A load then serves
    all reads of that life.
    """
    reads = arrival_rate * (1 - write_share) * popularity
    writes = arrival_rate * write_share * popularity
    if ttl is None and not write_share:
        return 1.0
    if ttl is None:
        life = 1 / writes
    elif not write_share:
        life = np.full(len(popularity), float(ttl))
    else:
        life = -np.expm1(-writes * ttl) / writes
    return float(popularity @ theory.ttl_hit_ratio(reads, life))


def read_latency(hit_ratio, *, arrival_rate, write_share, workers=4, load_time=0.02):
    """Return the mean latency (s) of a read by theory (Erlang C); inf when overloaded."""
    queries = arrival_rate * ((1 - write_share) * (1 - hit_ratio) + write_share)
    missed = 1 - hit_ratio
    return LOOKUP + (missed * theory.mean_latency(queries, load_time, workers) if missed else 0.0)
