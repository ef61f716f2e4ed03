"""A cache tier of several nodes, one of which dies: what the database has to take over.

    simulate_nodes(ReadThrough, TTLCache, nodes=4, dies_at=8) → NodesResult

Each node has a ReadThrough of its own, and each photo its node. At the start all photos are cached.
"""

import inspect
from dataclasses import dataclass, field

import numpy as np

from course.cache.baselines import missing
from course.cache.model import PLACES, WORKERS, served
from course.cache.traffic import RATE, traffic
from course.engine import parameters
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    short,
    wrong_return,
)
from course.engine.parameters import NEVER
from course.engine.record import Result, milliseconds

PHOTOS, DURATION = 1000, 24.0
AN_HOUR = 3600.0  # time to live: nothing expires while we look


@dataclass(frozen=True)
class NodesResult(Result):
    """A run with a cache tier of `nodes` nodes, a row per request.

    miss: whether it went to the database; stale: whether the answer was an old one. dead: from when
    to when (s) cache-1 was dead; both are NEVER if it did not die.
    """

    miss: np.ndarray = field(kw_only=True)
    stale: np.ndarray = field(kw_only=True)
    nodes: int = field(kw_only=True)
    dead: tuple = field(kw_only=True)

    def database_rate(self, edges):
        """Return the queries/s at the database between each two of `edges` (s)."""
        asked = np.histogram(self.arrived_at[self.place == 1], edges)[0]
        return asked / np.diff(edges)

    def latency_over_time(self, edges):
        """Return the mean latency (s) of the requests that came between each two of `edges`."""
        weights = self.finished_at - self.arrived_at
        sums, counts = (
            np.histogram(self.arrived_at, edges, weights=each)[0] for each in (weights, None)
        )
        return sums / np.maximum(counts, 1)

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} requests in {self.duration:.0f} s, {int(self.miss.sum()):,} of them at "
            f"the database: mean latency {milliseconds(self.mean_latency)}."
        )


def simulate_nodes(
    component=None,
    cache=None,
    *,
    seed=0,
    nodes=1,
    dies_at=NEVER,
    returns_after=8.0,
    skew=0.8,
    write_share=0.05,
    arrival_rate=RATE,
):
    """Return the NodesResult of 24 s of traffic with a cache tier of `nodes` nodes.

    component: a class made with `cache` and `load`, with `get(key, now)` and `write(key, value,
    now, save)`; cache: a class made with `ttl`. Without them hits are worked out from when each
    photo was last loaded. dies_at: when cache-1 dies (s; NEVER or None for never): reads of its
    photos go to the database, which can do 200 queries/s. After `returns_after` s it is back, and
    empty. skew, write_share, arrival_rate: the traffic, see `traffic`. ValueError names a bad
    number; ComponentError says in one sentence what the component did wrong.
    """
    nodes = parameters.count("nodes", nodes, at_most=100)
    rate = parameters.number("arrival_rate", arrival_rate, above=0, unit="requests/s")
    dies_at = parameters.time("dies_at", dies_at)
    returns_after = parameters.number("returns_after", returns_after, above=0, unit="s")
    dead = (dies_at, dies_at + returns_after)
    came = traffic(
        seed=seed,
        photos=PHOTOS,
        skew=skew,
        write_share=write_share,
        arrival_rate=rate,
        requests=max(1, round(rate * DURATION)),
    )
    if component is None:
        miss = missing(came, _node_of(came.keys, nodes) == 0, dead)
        stale = np.zeros(len(miss), dtype=bool)
    else:
        miss, stale = _Tier(component, cache, nodes).answer(came, dead)
    return NodesResult(
        **served(came, miss, WORKERS),
        names=PLACES,
        workers=WORKERS,
        duration=DURATION,
        miss=miss,
        stale=stale,
        nodes=nodes,
        dead=dead,
    )


def _node_of(key, nodes):
    """Return the number of the node that keeps the photo `key`."""
    return key % nodes


class _Tier:
    """The student's ReadThrough on each node, and a database of versions behind them."""

    def __init__(self, component, cache, nodes):
        for given in (component, cache):
            if not (inspect.isclass(given) or inspect.isroutine(given)):
                raise ComponentError(f"{short(given)} is not a class: give the name alone.")
        self.name, self.component, self.cache = name_of(component), component, cache
        self.database, self.loads, self.saved = dict.fromkeys(range(PHOTOS), 1), 0, None
        self.nodes = [self._new() for _ in range(nodes)]  # (get, write) of each

    def _new(self):
        cache = make(self.cache, ttl=AN_HOUR, capacity=PHOTOS)
        return methods(make(self.component, cache=cache, load=self._load), "get", "write")

    def _load(self, key):
        self.loads += 1
        return self.database[key]

    def _save(self, key, value):
        self.saved = key
        self.database[key] = value

    def answer(self, came, dead):
        """Return (miss, stale) of each request; a write counts as a miss."""
        since, until = dead
        nodes, database, number = self.nodes, self.database, len(self.nodes)
        back, miss, stale = False, [], []
        asks = call = "get({key}, {time:.3f})"
        key, time, value = None, 0.0, None
        with sentences(lambda: f"{self.name}.{call.format(key=key, time=time, value=value)}"):
            for key in range(PHOTOS):
                get, _ = nodes[_node_of(key, number)]
                get(key, 0.0)
            for key, time, writes in came.rows():
                place = _node_of(key, number)
                if time >= until and not back:
                    nodes[0], back = self._new(), True
                down = place == 0 and since <= time < until
                get, write = nodes[place]
                if writes:
                    value = database[key] + 1
                    if down:
                        database[key] = value
                    else:
                        call = "write({key}, {value}, {time:.3f}, save)"
                        self._write(write, key, value, time)
                        call = asks
                elif not down:
                    before = self.loads
                    value = get(key, time)
                    self._look_at(value, key, time, before)
                    miss.append(self.loads > before)
                    stale.append(value != database[key])
                    continue
                miss.append(True)
                stale.append(False)
        return np.array(miss), np.array(stale)

    def _write(self, write, key, value, time):
        self.saved = None
        write(key, value, time, self._save)
        if self.saved != key or self.database[key] != value:
            call = f"{self.name}.write({key}, {value}, {time:.3f}, save)"
            raise ComponentError(f"{call} did not call save({key}, {value}).")

    def _look_at(self, value, key, time, before):
        call = f"{self.name}.get({key}, {time:.3f})"
        if self.loads > before + 1:
            raise ComponentError(f"{call} called load {self.loads - before} times, expected one.")
        if type(value) is not int or not 1 <= value <= self.database[key]:
            expected = f"{self.database[key]}, what load gives, or an older version of it"
            raise ComponentError(wrong_return(call, value, expected))
