"""A cache tier of several nodes, one of which dies: what the database has to take over.

    simulate_nodes(ReadThrough, TTLCache, nodes=4, dies_at=8) → NodesResult

Each node has a ReadThrough of its own, and each photo its node. At the start all photos are cached.
"""

import inspect
from dataclasses import dataclass, field

import numpy as np

from course.cache.model import LOOKUP, Traffic, traffic
from course.engine import parameters
from course.engine.component import ComponentError, make, name_of, raised, short, wrong_return
from course.engine.record import Result, milliseconds
from course.engine.recursion import first_come_first_served

PHOTOS, DURATION, LOAD_TIME, WORKERS = 1000, 24.0, 0.02, 4
AN_HOUR = 3600.0  # time to live: nothing expires while we look


@dataclass(frozen=True)
class NodesResult(Result):
    """A run with a cache tier: `miss` and `stale` are columns beside the Result's.

    `dead`: from when to when (s) a node was dead, or None.
    """

    miss: np.ndarray = field(kw_only=True)
    stale: np.ndarray = field(kw_only=True)
    nodes: int = field(kw_only=True)
    dead: tuple | None = field(kw_only=True)

    def database_rate(self, edges):
        """Return queries/s at the database between each two of `edges` (s)."""
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
    dies_at=None,
    returns_after=8.0,
    skew=0.8,
    write_share=0.05,
    arrival_rate=300.0,
):
    """Return the NodesResult of 24 s of traffic with a cache tier of `nodes` nodes.

    component: a class made with `cache` and `load`, with `get(key, now)` and `write(key, value,
    now, save)`; cache: a class made with `ttl`. Without them hits are worked out from when each
    photo was last loaded. cache-1 dies at `dies_at` (s): reads of its photos go to the database,
    which takes 200 queries/s. After `returns_after` seconds it is back, and empty. ValueError names
    a bad number; ComponentError says in one sentence what the component did wrong.
    """
    nodes = parameters.count("nodes", nodes, at_most=100)
    rate = parameters.number("arrival_rate", arrival_rate, above=0, unit="requests/s")
    came = traffic(
        seed=seed,
        photos=PHOTOS,
        skew=skew,
        write_share=write_share,
        arrival_rate=rate,
        requests=max(1, round(rate * DURATION)),
        load_time=LOAD_TIME,
    )
    dead = None
    if dies_at is not None:
        dies_at = parameters.number("dies_at", dies_at, at_least=0, unit="s")
        back = dies_at + parameters.number("returns_after", returns_after, above=0, unit="s")
        dead = (dies_at, back)
    if component is None:
        miss, stale = _by_time_of_load(came, nodes, dead)
    else:
        miss, stale = _Tier(component, cache, nodes).answer(came, dead)
    return _served(came, miss, stale, nodes, dead)


def node_of(key, nodes):
    """Return the number of the node that keeps the photo `key`."""
    return key % nodes


def _by_time_of_load(came, nodes, dead):
    since, until = dead or (np.inf, np.inf)
    loaded, changed = dict.fromkeys(range(PHOTOS), 0.0), {}
    miss = []
    for key, time, writes in _rows(came):
        if writes:
            changed[key] = time
            miss.append(True)
            continue
        on_first = node_of(key, nodes) == 0
        down = on_first and since <= time < until
        born = until if on_first and time >= until else -1.0
        good = not down and loaded[key] > max(born, changed.get(key, -1.0))
        if not good and not down:
            loaded[key] = time
        miss.append(not good)
    return np.array(miss), np.zeros(len(miss), dtype=bool)


def _rows(came: Traffic):
    return zip(came.keys.tolist(), came.times.tolist(), came.writes.tolist(), strict=True)


class _Tier:
    """The student's ReadThrough on each node, and a database of versions behind them."""

    def __init__(self, component, cache, nodes):
        for given in (component, cache):
            if not (inspect.isclass(given) or inspect.isroutine(given)):
                raise ComponentError(f"{short(given)} is no class: give the name alone.")
        self.name, self.component, self.cache = name_of(component), component, cache
        self.database, self.loads, self.saved = dict.fromkeys(range(PHOTOS), 1), 0, None
        self.nodes = [self._new() for _ in range(nodes)]

    def _new(self):
        cache = make(self.cache, ttl=AN_HOUR, capacity=PHOTOS)
        node = make(self.component, cache=cache, load=self._load)
        for method in ("get", "write"):
            if not callable(getattr(node, method, None)):
                raise ComponentError(f"{self.name} has no method {method}.")
        return node

    def _load(self, key):
        self.loads += 1
        return self.database[key]

    def _save(self, key, value):
        self.saved = key
        self.database[key] = value

    def answer(self, came, dead):
        """Return (miss, stale) of each request; a write counts as a miss."""
        since, until = dead or (np.inf, np.inf)
        nodes, database, number = self.nodes, self.database, len(self.nodes)
        back, miss, stale = False, [], []
        call, key, time, value = "get({key}, {time:.3f})", None, 0.0, None
        try:
            for key in range(PHOTOS):
                nodes[node_of(key, number)].get(key, 0.0)
            for key, time, writes in _rows(came):
                place = node_of(key, number)
                if time >= until and not back:
                    nodes[0], back = self._new(), True
                down = place == 0 and since <= time < until
                if writes:
                    value = database[key] + 1
                    if down:
                        database[key] = value
                    else:
                        call = "write({key}, {value}, {time:.3f}, save)"
                        self._write(nodes[place], key, value, time)
                        call = "get({key}, {time:.3f})"
                elif not down:
                    before = self.loads
                    value = nodes[place].get(key, time)
                    self._look_at(value, key, time, before)
                    miss.append(self.loads > before)
                    stale.append(value != database[key])
                    continue
                miss.append(True)
                stale.append(False)
        except (NotImplementedError, ComponentError):
            raise
        except Exception as error:
            told = call.format(key=key, time=time, value=value)
            raise ComponentError(raised(f"{self.name}.{told}", error)) from error
        return np.array(miss), np.array(stale)

    def _write(self, node, key, value, time):
        self.saved = None
        node.write(key, value, time, self._save)
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


def _served(came, miss, stale, nodes, dead):
    database = first_come_first_served(came.times[miss] + LOOKUP, came.works[miss], WORKERS)
    started, finished = came.times.copy(), came.times + LOOKUP
    started[miss], finished[miss] = database.started_at, database.finished_at
    return NodesResult(
        arrived_at=came.times,
        started_at=started,
        finished_at=finished,
        failed=np.zeros(len(miss), dtype=bool),
        place=miss.astype(np.int8),
        names=("cache", "database"),
        workers=WORKERS,
        duration=DURATION,
        miss=miss,
        stale=stale,
        nodes=nodes,
        dead=dead,
    )
