"""Notebook 04: a cache tier before the database.

The names that the notebook needs: the simulations, the caches that come along, and the `explore`s.
"""

from functools import lru_cache

from course.cache import expiry, redis_tier, steps
from course.cache.baselines import Fifo, Lfu, NoCache, RandomEviction, stack_distances
from course.cache.eviction_picture import EvictionPicture
from course.cache.expiry import LEAVE, REMOVE, ExpiryResult, simulate_expiry
from course.cache.expiry_picture import TTLS, ExpiryPicture
from course.cache.film import ROOM, film
from course.cache.model import CacheResult, simulate
from course.cache.nodes import NodesResult, simulate_nodes
from course.cache.nodes_picture import NodesPicture
from course.cache.picture import LARGEST, CachePicture
from course.cache.real import Measured, measure
from course.cache.real_picture import RealPicture
from course.cache.recording import NotingCache, read_at
from course.cache.stampede import StampedeResult, simulate_stampede
from course.cache.stampede_film import READ_RATE, stampede_film
from course.cache.stampede_picture import StampedePicture
from course.cache.steps import SEED
from course.cache.system import architecture
from course.cache.theory import ceiling, expiry_shares, fifo_curve
from course.cache.traffic import PHOTOS, traffic
from course.engine import parameters, workload
from course.engine.component import name_of
from course.engine.theory import lru_hit_ratio
from course.view.explore import (
    Measuring,
    choice,
    in_milliseconds,
    in_percent,
    moments,
    pictured,
    slider,
)
from course.view.explore import explore as _explore
from course.view.film import Film

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
    "replay",
    "replay_stampede",
    "simulate",
    "simulate_expiry",
    "simulate_nodes",
    "simulate_stampede",
]

RATE = 200.0  # requests/s, where rules of eviction are compared
WRITES = "% of requests"


@pictured
def explore(component=None, prediction=None):
    """Return sliders over `simulate` with the built-in FIFO cache, and with `component`.

    component: a class made with `capacity`, with `get(key)` and `put(key, value)`. prediction: your
    guess at the hit ratio (%) of a cache with room for 500 of 10,000 photos, drawn as a diamond.
    """

    def run(**chosen):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, at_most=100, unit="%")
        skew, writes = chosen["skew"], chosen["write_share"]
        return {
            "capacity": chosen["capacity"],
            "runs": _runs(_fifo, simulate, component, **chosen),
            "curve": _curve(skew),
            "ceiling": ceiling(_popularity(skew), ttl=chosen["ttl"], write_share=writes),
            "prediction": guess,
        }

    controls = {
        "capacity": slider("room in the cache", 500, 0, LARGEST, 20),
        "skew": _skew(),
        "ttl": moments("time to live", (0.5, 1, 2, 5, 10), never="last"),
        "write_share": in_percent("writes", 0, 0, 60, 5, WRITES),
    }
    picture = CachePicture(_name(component), prediction is not None)
    return _explore(controls, run, picture, experiment=steps.FIRST)


@pictured
def replay(component=None):
    """Return the film of your cache next to FIFO on the same reads; of FIFO alone without one.

    component: a class made with `capacity`, with `get(key)` and `put(key, value)`.
    """

    def make(capacity):
        return film(component, capacity=capacity)

    return Film(make, {"capacity": slider("room in the cache", ROOM, 1, 7, 1)})


@pictured
def explore_eviction(component):
    """Return sliders over the rules of eviction: your cache next to LFU, FIFO and random."""
    name = name_of(component)
    rules = {"LFU": Lfu, "FIFO": Fifo, "random": RandomEviction}

    def run(**chosen):
        asked = chosen | {"requests": 5000, "warm_up": 2000, "arrival_rate": RATE}
        runs = {rule: _run(cache, **asked) for rule, cache in rules.items()}
        yours = simulate(component, seed=SEED, **asked)
        distances = _distances(chosen["skew"], chosen["new_every"], asked["requests"])
        least_recent = distances[asked["warm_up"] :] < chosen["capacity"]
        return {
            "capacity": chosen["capacity"],
            "runs": runs | {name: yours},
            "unlike": int((yours.hit != least_recent).sum()),
            "che": _che(chosen["skew"], chosen["capacity"]),
            "new_every": chosen["new_every"],
        }

    controls = {
        "capacity": slider("room in the cache", 500, 20, LARGEST, 20),
        "skew": _skew(),
        "new_every": moments("new favorites every", (2, 4, 6, 8, 12), never="last"),
    }
    return _explore(controls, run, EvictionPicture(name), experiment=steps.EVICTION)


@pictured
def explore_expiry(component=None):
    """Return sliders over `simulate_expiry`: your cache, and what theory says."""

    def run(ttl, write_share, skew, on_write):
        chosen = {"ttl": ttl, "write_share": write_share, "skew": skew, "on_write": on_write}
        world = {"arrival_rate": expiry.RATE, "write_share": write_share}
        popularity, removes = _popularity(skew, expiry.PHOTOS), on_write == REMOVE
        loads, stale = expiry_shares(popularity, TTLS, removes=removes, **world)
        return {
            "ttl": ttl,
            "run": simulate_expiry(component, seed=SEED, **chosen),
            "loads": loads,
            "stale": stale,
            "left": expiry_shares(popularity, TTLS, **world) if removes else (),
        }

    lives = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
    controls = {
        "ttl": moments("time to live", lives, 5, never=None),
        "write_share": in_percent("writes", 5, 0, 50, 5, WRITES),
        "skew": _skew(),
        "on_write": choice("a write makes the cache", [LEAVE, REMOVE]),
    }
    picture = ExpiryPicture(_name(component))
    return _explore(controls, run, picture, experiment=steps.EXPIRY)


@pictured
def explore_nodes(component=None, cache=None):
    """Return sliders over `simulate_nodes`: your ReadThrough and your TTLCache on each node."""

    def run(nodes, **chosen):
        tier = simulate_nodes(component, cache, nodes=nodes, seed=SEED, **chosen)
        return {"tier": tier, "one": _one_node(**chosen)}

    controls = {
        "nodes": slider("cache nodes", 2, 1, 8, 1),
        "dies_at": moments("cache-1 dies at", range(0, 18, 2), 8, never="last"),
        "returns_after": slider("back, and empty, after", 8, 1, 16, 1, "s"),
        "arrival_rate": slider("requests", 300, 100, 500, 20, "1/s"),
        "skew": _skew(0.8),
    }
    return _explore(controls, run, NodesPicture(_name(component)), experiment=steps.NODES)


@pictured
def explore_real(component, lru, ttl_cache):
    """Return sliders over a real run of your ReadThrough with one of your caches before SQLite.

    Redis, where it is installed, joins as a third cache, with your `lru` next to it.
    """
    measuring, missing = Measuring(), redis_tier.missing()

    def run(cache, ttl, **chosen):
        chosen |= {"seed": SEED, "progress": measuring.tell}
        with measuring:
            if cache == redis_tier.NAME:
                measured, own = redis_tier.measure_both(component, lru, **chosen)
                return {"name": cache, "run": measured, "own": (name_of(lru), own)}
            measured = measure(component, cache, timeless=cache is lru, ttl=ttl, **chosen)
        return {"name": name_of(cache), "run": measured, "missing": missing}

    caches = [(name_of(cache), cache) for cache in (lru, ttl_cache)]
    controls = {
        "cache": choice("cache", caches + [(redis_tier.NAME,) * 2] * (not missing)),
        "capacity": slider("room, LRUCache or Redis", 60, 0, 300, 20),
        "ttl": slider("to live, TTLCache", 10.0, 1.0, 30.0, 1.0, "s"),
        "skew": _skew(),
        "write_share": in_percent("writes", 1, 0, 10, 1, WRITES),
    }
    experiment = steps.real(ttl_cache, "" if missing else redis_tier.NAME)
    more = {"experiment": experiment, "measuring": measuring, "seconds": 20}
    return _explore(controls, run, RealPicture(), **more)


@pictured
def explore_stampede(component=None):
    """Return sliders over `simulate_stampede`: your single flight, and a load for each miss."""

    def run(**chosen):
        return {"runs": _runs(_everybody, simulate_stampede, component, **chosen)}

    controls = {
        "read_rate": slider("reads of the page", 200, 100, 400, 20, "1/s"),
        "load_time": in_milliseconds("a load takes", 300, 20, 600, 20),
        "ttl": slider("time to live", 4.0, 1.0, 10.0, 0.5, "s"),
        "other_rate": slider("other queries", 60, 40, 160, 10, "1/s"),
    }
    return _explore(controls, run, StampedePicture(_name(component)), experiment=steps.STAMPEDE)


@pictured
def replay_stampede(component=None):
    """Return the film of one expiry with your single flight, and where each miss loads.

    component: a class made with `env` and `load`, with a generator `get(key)`; None: the latter
    alone.
    """

    def make(read_rate):
        return stampede_film(component, read_rate=read_rate)

    rate = slider("reads of the page", READ_RATE, 40, 240, 40, "1/s")
    return Film(make, {"read_rate": rate})


def _name(component):
    return "" if component is None else name_of(component)


def _runs(baseline, simulation, component, **chosen):
    """Return the baseline's run, and the student's if there is a component."""
    yours = [] if component is None else [simulation(component, seed=SEED, **chosen)]
    return [baseline(**chosen), *yours]


@lru_cache(maxsize=64)
def _run(cache, **chosen):
    return simulate(cache, seed=SEED, **chosen)


def _fifo(**chosen):
    return _run(Fifo, **chosen)


@lru_cache(maxsize=16)
def _one_node(**chosen):
    return simulate_nodes(nodes=1, seed=SEED, **chosen)


@lru_cache(maxsize=16)
def _everybody(**chosen):
    return simulate_stampede(seed=SEED, **chosen)


@lru_cache(maxsize=32)
def _popularity(skew, photos=PHOTOS):
    return workload.zipf_popularity(photos, skew)


@lru_cache(maxsize=32)
def _distances(skew, new_every, requests):
    """Return what says of each read whether LRU answers it, on the traffic of `_run`."""
    world = {"seed": SEED, "photos": PHOTOS, "write_share": 0.0, "arrival_rate": RATE}
    asked = traffic(skew=skew, new_every=new_every, requests=requests, **world)
    return stack_distances(asked.keys.tolist())


@lru_cache(maxsize=32)
def _curve(skew):
    return fifo_curve(_popularity(skew))


@lru_cache(maxsize=256)
def _che(skew, capacity):
    return lru_hit_ratio(_popularity(skew), capacity)


def _skew(value=1.0):
    return slider("skew of popularity", value, 0.5, 1.4, 0.1)
