"""Notebook 04: a cache tier before the database.

The names that the notebook needs: the simulations, the caches that come along, and the `explore`s.
"""

from functools import lru_cache

from course.cache.baselines import Fifo, Lfu, NoCache, RandomEviction, curves
from course.cache.expiry import LEAVE, REMOVE, ExpiryResult, in_theory, simulate_expiry
from course.cache.expiry_picture import TTLS, Expired, ExpiryPicture
from course.cache.model import CacheResult, ceiling, simulate
from course.cache.nodes import NodesResult, simulate_nodes
from course.cache.nodes_picture import Lost, NodesPicture
from course.cache.picture import LARGEST, Cached, CachePicture, Evicted, EvictionPicture
from course.cache.real import Measured, measure
from course.cache.real_picture import RealPicture, RealRun
from course.cache.recording import NotingCache, read_at
from course.cache.stampede import StampedeResult, simulate_stampede
from course.cache.stampede_picture import Stampeded, StampedePicture
from course.cache.system import architecture
from course.engine import parameters, workload
from course.engine.component import name_of
from course.view.explore import choice, pictured, slider, steps
from course.view.explore import explore as _explore

__all__ = [
    "CacheResult",
    "ExpiryResult",
    "Fifo",
    "Lfu",
    "Measured",
    "NoCache",
    "NodesResult",
    "NotingCache",
    "RandomEviction",
    "StampedeResult",
    "architecture",
    "explore",
    "explore_eviction",
    "explore_expiry",
    "explore_nodes",
    "explore_real",
    "explore_stampede",
    "measure",
    "read_at",
    "simulate",
    "simulate_expiry",
    "simulate_nodes",
    "simulate_stampede",
]

SEED = 1
RATE = 300.0  # requests/s; the database can do 200 queries/s
NEVER = "never"


@pictured
def explore(component=None, prediction=None):
    """Return sliders over `simulate` with the built-in FIFO cache, and `component` beside it.

    component: a class made with `capacity`, with `get(key)` and `put(key, value)`. prediction: your
    guess at the hit ratio (%) of a cache with room for 500 of 10,000 photos, drawn as a diamond.
    """

    def run(capacity, skew, ttl, write_share):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, at_most=100, unit="%")
        asked = {"arrival_rate": RATE, "write_share": write_share / 100}
        chosen = {"seed": SEED, "capacity": capacity, "skew": skew, "ttl": _seconds(ttl), **asked}
        return Cached(
            name=name,
            capacity=capacity,
            baseline=_run(Fifo, **chosen),
            yours=None if component is None else simulate(component, **chosen),
            curves=_curves(skew),
            ceiling=ceiling(_popularity(skew), ttl=_seconds(ttl), **asked),
            asked=asked,
            prediction=guess,
        )

    name = "" if component is None else name_of(component)
    controls = {
        "capacity": slider("room in the cache", 500, 0, LARGEST, 20),
        "skew": _skew(),
        "ttl": _times("time to live", (0.5, 1, 2, 5, 10), NEVER),
        "write_share": slider("writes", 0, 0, 60, 5, "% of requests"),
    }
    return _explore(controls, run, CachePicture(name, prediction is not None))


@pictured
def explore_eviction(component):
    """Return sliders over the rules of eviction: your cache beside LFU, FIFO and random."""
    name = name_of(component)

    def run(capacity, skew, new_every):
        chosen = {"seed": SEED, "capacity": capacity, "skew": skew, "requests": 5000}
        chosen |= {"warm_up": 2000, "new_every": _seconds(new_every), "arrival_rate": 200.0}
        runs = {
            rule: _run(cache, **chosen)
            for rule, cache in (("LFU", Lfu), ("FIFO", Fifo), ("random", RandomEviction))
        }
        runs[name] = simulate(component, **chosen)
        return Evicted(capacity, runs, _curves(skew), _seconds(new_every))

    controls = {
        "capacity": slider("room in the cache", 500, 20, LARGEST, 20),
        "skew": _skew(),
        "new_every": _times("new favourites every", (2, 4, 6, 8, 12), NEVER),
    }
    return _explore(controls, run, EvictionPicture(name))


@pictured
def explore_expiry(component=None):
    """Return sliders over `simulate_expiry`, your cache beside what theory says."""

    def run(ttl, write_share, skew, on_write):
        chosen = {"ttl": ttl, "write_share": write_share / 100, "skew": skew, "on_write": on_write}
        removes = on_write == REMOVE
        loads, stale = in_theory(
            _popularity(skew, 1000),
            TTLS,
            arrival_rate=100.0,
            write_share=write_share / 100,
            removes=removes,
        )
        return Expired(
            name=name,
            ttl=ttl,
            removes=removes,
            yours=None if component is None else simulate_expiry(component, seed=SEED, **chosen),
            baseline=simulate_expiry(seed=SEED, **chosen),
            loads=loads,
            stale=stale,
        )

    name = "" if component is None else name_of(component)
    controls = {
        "ttl": _times("time to live", (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50), 5),
        "write_share": slider("writes", 5, 0, 50, 5, "% of requests"),
        "skew": _skew(),
        "on_write": choice("a write makes the cache", [LEAVE, REMOVE]),
    }
    return _explore(controls, run, ExpiryPicture(name))


@pictured
def explore_nodes(component=None, cache=None):
    """Return sliders over `simulate_nodes`: your ReadThrough and your TTLCache on each node."""

    def run(nodes, dies_at, returns_after, arrival_rate, skew):
        chosen = {"seed": SEED, "dies_at": _seconds(dies_at), "returns_after": returns_after}
        chosen |= {"arrival_rate": float(arrival_rate), "skew": skew}
        tier = simulate_nodes(component, cache, nodes=nodes, **chosen)
        return Lost(name, tier, _one_node(**chosen))

    name = "" if component is None else name_of(component)
    controls = {
        "nodes": slider("cache nodes", 2, 1, 8, 1),
        "dies_at": _times("cache-1 dies at", (0, 2, 4, 6, 8, 10, 12, 14, 16), 8),
        "returns_after": slider("back, and empty, after", 8, 1, 16, 1, "s"),
        "arrival_rate": slider("requests", 300, 100, 500, 20, "1/s"),
        "skew": _skew(0.8),
    }
    return _explore(controls, run, NodesPicture(name))


@pictured
def explore_real(component, lru, ttl_cache):
    """Return sliders over a real run of your ReadThrough with one of your caches before SQLite."""

    def run(cache, capacity, ttl, skew, write_share):
        measured = measure(
            component,
            cache,
            timeless=cache is lru,
            seed=SEED,
            capacity=capacity,
            ttl=ttl,
            skew=skew,
            write_share=write_share / 100,
        )
        return RealRun(name_of(cache), measured)

    controls = {
        "cache": choice("cache", [(name_of(cache), cache) for cache in (lru, ttl_cache)]),
        "capacity": slider("room, LRUCache", 60, 0, 300, 20),
        "ttl": slider("to live, TTLCache", 10.0, 1.0, 30.0, 1.0, "s"),
        "skew": _skew(),
        "write_share": slider("writes", 1, 0, 10, 1, "% of requests"),
    }
    return _explore(controls, run, RealPicture(), seconds=20.0)


@pictured
def explore_stampede(component=None):
    """Return sliders over `simulate_stampede`: your single flight beside everybody for himself."""

    def run(read_rate, load_time, ttl, other_rate):
        chosen = {"seed": SEED, "read_rate": read_rate, "load_time": load_time / 1000}
        chosen |= {"ttl": ttl, "other_rate": other_rate}
        yours = None if component is None else simulate_stampede(component, **chosen)
        return Stampeded(name, _everybody(**chosen), yours)

    name = "" if component is None else name_of(component)
    controls = {
        "read_rate": slider("reads of the page", 200, 100, 400, 20, "1/s"),
        "load_time": slider("a load takes", 300, 20, 600, 20, "ms"),
        "ttl": slider("time to live", 4.0, 1.0, 10.0, 0.5, "s"),
        "other_rate": slider("other queries", 60, 40, 160, 10, "1/s"),
    }
    return _explore(controls, run, StampedePicture(name))


@lru_cache(maxsize=64)
def _run(cache, **chosen):
    return simulate(cache, **chosen)


@lru_cache(maxsize=16)
def _one_node(**chosen):
    return simulate_nodes(nodes=1, **chosen)


@lru_cache(maxsize=16)
def _everybody(**chosen):
    return simulate_stampede(**chosen)


@lru_cache(maxsize=32)
def _popularity(skew, photos=10_000):
    return workload.zipf_popularity(photos, skew)


@lru_cache(maxsize=32)
def _curves(skew):
    return curves(_popularity(skew))


def _skew(value=1.0):
    return slider("skew of popularity", value, 0.5, 1.4, 0.1)


def _seconds(at):
    """Return the value of a slider over times, None for never."""
    return None if at == NEVER else at


def _times(label, times, value):
    """Return a slider over times (s), the last one of them "never" if that is its value."""
    ends = [(NEVER, NEVER)] if value == NEVER or label.endswith("dies at") else []
    return steps(label, [*((f"{time} s", time) for time in times), *ends], value)
