"""Notebook 03: a primary database, its replicas, and the reads that they get wrong.

The names that the notebook needs: types, errors, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache

import numpy as np

from course.database_replication import steps
from course.database_replication.baselines import (
    GUESSES,
    READERS,
    ROUTERS,
    AsItComes,
    FirstWord,
    FurthestReplica,
    KnownWrites,
    OnlyPrimary,
    RandomReplica,
)
from course.database_replication.failover import Failover, simulate_failover
from course.database_replication.failover_film import DIES_AT, failover_film
from course.database_replication.failover_picture import FailoverPicture
from course.database_replication.film import film
from course.database_replication.guess_picture import GuessPicture
from course.database_replication.log import Shipped, simulate_log
from course.database_replication.log_picture import LogPicture
from course.database_replication.model import MORTAL, REQUESTS, ReplicatedResult, simulate
from course.database_replication.nodes import Node, NoReplica, PrimaryDown, router_after
from course.database_replication.picture import (
    LAGS,
    MOST_REPLICAS,
    CapacityPicture,
    ReplicationPicture,
)
from course.database_replication.real import Measured, measure
from course.database_replication.real.stores import kinds
from course.database_replication.real_picture import RealPicture
from course.database_replication.sessions_picture import AGES, SessionsPicture
from course.database_replication.sql import words_of
from course.database_replication.system import architecture
from course.database_replication.theory import capacity, stale_share, write_bound
from course.engine import parameters
from course.engine.component import name_of
from course.engine.theory import stale_probability
from course.view.explore import (
    Measuring,
    choice,
    in_milliseconds,
    in_percent,
    pictured,
    slider,
    tick,
)
from course.view.explore import explore as _explore
from course.view.film import Action, Film

__all__ = [
    "AsItComes",
    "Failover",
    "FirstWord",
    "FurthestReplica",
    "KnownWrites",
    "Measured",
    "NoReplica",
    "Node",
    "OnlyPrimary",
    "PrimaryDown",
    "RandomReplica",
    "ReplicatedResult",
    "Shipped",
    "architecture",
    "capacity",
    "explore",
    "explore_capacity",
    "explore_failover",
    "explore_guess",
    "explore_log",
    "explore_real",
    "explore_sessions",
    "measure",
    "replay",
    "replay_failover",
    "router_after",
    "simulate",
    "simulate_failover",
    "simulate_log",
    "stale_share",
    "words_of",
    "write_bound",
]

SEED = 1
REAL_RATE, REAL_REQUESTS = 400.0, 800  # two seconds of traffic
REAL_WORK = 0.0005  # s, about what a statement takes of a SQLite file
REAL_SECONDS = 20.0  # how long a real run may take, with everything around it


@pictured
def explore_capacity(prediction=None):
    """Return sliders over what more replicas bring.

    prediction: your guess at the throughput (statements/s) with ten replicas, drawn as a diamond.
    """

    def run(**chosen):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="statements/s")
        return {
            "result": _run(RandomReplica, **chosen),
            "most": _most(chosen["read_share"]),
            "bound": write_bound(chosen["read_share"]),
            "arrival_rate": chosen["arrival_rate"],
            "prediction": guess,
        }

    controls = {
        "replicas": slider("replicas", 3, 0, MOST_REPLICAS, 1),
        "read_share": in_percent("reads", 80, 0, 100, 5),
        "arrival_rate": slider("asked for", 250, 50, 1050, 50, "1/s"),
    }
    picture = CapacityPicture(predicted=prediction is not None)
    return _explore(controls, run, picture, experiment=steps.CAPACITY)


@pictured
def explore(*components):
    """Return sliders over `simulate`; `components` (see there) join the built-in routers."""

    def run(router, **chosen):
        read_share, rate = chosen["read_share"], chosen["arrival_rate"]
        chosen["dies"] = chosen["dies"] or None
        chosen["dies_at"] = REQUESTS / 2 / rate  # half of the statements have come
        other = None if router is RandomReplica else _run(RandomReplica, **chosen)
        return {
            "name": names[router],
            "result": simulate(router, seed=SEED, **chosen),
            "other": other,
            "most": _most(read_share),
            "stale": _stale_curve(read_share, rate),
            "bound": write_bound(read_share),
            "lag": chosen["lag"],
            "arrival_rate": rate,
            "dies": chosen["dies"],
        }

    names = {each: name_of(each) for each in components} | ROUTERS
    dies = [("nobody", ""), *((name, name) for name in MORTAL)]
    controls = {
        "router": choice("router", [(name, each) for each, name in names.items()]),
        "read_share": in_percent("reads", 80, 0, 100, 5),
        "replicas": slider("replicas", 3, 0, MOST_REPLICAS, 1),
        "lag": in_milliseconds("replication lag", 100, 0, 500, 20),
        "arrival_rate": slider("asked for", 250, 50, 600, 50, "1/s"),
        "dies": choice("dies halfway", dies),
    }
    shown = steps.ROUTER if components else steps.COST
    return _explore(controls, run, ReplicationPicture(), experiment=shown)


@pictured
def replay(router=None):
    """Return the film of two phones whose reloads your router spreads, next to random choices.

    router: a class as of `simulate`; without one random choices are alone.
    """

    def make(**chosen):
        return film(router, **chosen)

    controls = {"lag": in_milliseconds("replication lag", 500, 0, 1000, 100)}
    return Film(make, controls, {"dies_at": Action("Kill the primary", "Let the primary live")})


@pictured
def explore_guess(is_write=None):
    """Return sliders over what guessing wrong costs; without `is_write` a simple rule guesses.

    is_write: a function of one SQL statement that returns True or False.
    """

    def run(other, **chosen):
        mine = _run(FirstWord, **chosen)
        if is_write is not None:
            mine = simulate(is_write, seed=SEED, **chosen)
        best = capacity(chosen["read_share"], chosen["replicas"])
        return {
            "name": name,
            "result": mine,
            "other_name": GUESSES[other],
            "other": _run(other, **chosen),
            "best": min(best, chosen["arrival_rate"]),
        }

    name = GUESSES[FirstWord] if is_write is None else name_of(is_write)
    controls = {
        "other": choice("the other rule", [(words, rule) for rule, words in GUESSES.items()]),
        "read_share": in_percent("reads", 80, 0, 100, 5),
        "replicas": slider("replicas", 10, 1, MOST_REPLICAS, 1),
        "arrival_rate": slider("asked for", 500, 50, 500, 50, "1/s"),
    }
    return _explore(controls, run, GuessPicture(), experiment=steps.GUESS)


@pictured
def explore_log(replica=None):
    """Return sliders over the log's way to two replicas of yours; AsItComes without one.

    replica: a class or an instance with `apply(entries)`, `lsn`, `data` and `lag(primary_lsn)`.
    """

    def run(**chosen):
        other = simulate_log(seed=SEED, **chosen)
        shipped = other if replica is None else simulate_log(replica, seed=SEED, **chosen)
        cut_off = chosen["cut_off"]
        return {"name": name, "shipped": shipped, "other": other, "cut_off": cut_off}

    name = name_of(AsItComes if replica is None else replica)
    controls = {
        "write_rate": slider("writes", 25, 5, 40, 5, "1/s"),
        "lag": in_milliseconds("replication lag", 150, 0, 500, 25),
        "repeated": in_percent("sent twice", 20, 0, 100, 10),
        "cut_off": slider("replica-2 cut off for", 1.0, 0.0, 2.0, 0.5, "s"),
    }
    return _explore(controls, run, LogPicture(), experiment=steps.LOG)


@pictured
def explore_sessions(read_your_writes=None):
    """Return sliders over what users see of their own writes.

    read_your_writes: a class with `wrote(session, lsn)` and `pick(session)`. Without one a random
    replica answers, whoever asks.
    """

    def run(other, **chosen):
        mine = _run(RandomReplica, **chosen)
        if read_your_writes is not None:
            mine = simulate(read_your_writes, seed=SEED, **chosen)
        stale, lag = np.zeros(AGES.size), chosen["lag"]
        if lag and chosen["replicas"]:
            writes = chosen["arrival_rate"] * (1 - chosen["read_share"])
            stale = stale_probability(AGES, lag, writes)
        return {
            "name": name,
            "result": mine,
            "other_name": READERS[other],
            "other": _run(other, **chosen),
            "stale": stale,
        }

    name = READERS[RandomReplica] if read_your_writes is None else name_of(read_your_writes)
    controls = {
        "other": choice("compared with", [(words, rule) for rule, words in READERS.items()]),
        "read_share": in_percent("reads", 80, 0, 100, 5),
        "replicas": slider("replicas", 3, 0, 6, 1),
        "lag": in_milliseconds("replication lag", 100, 0, 500, 20),
        "arrival_rate": slider("asked for", 200, 50, 300, 25, "1/s"),
    }
    return _explore(controls, run, SessionsPicture(), experiment=steps.SESSIONS)


@pictured
def explore_failover(promote=None, lost_writes=None):
    """Return sliders over the death of a primary; without `promote` the first replica takes over.

    promote(replicas) → one of them; lost_writes(primary_lsn, promoted) → the lsns that are lost.
    """

    def run(**chosen):
        other = mine = simulate_failover(seed=SEED, **chosen)
        if promote is not None or lost_writes is not None:
            mine = simulate_failover(promote, lost_writes, seed=SEED, **chosen)
        return {"name": name, "mine": mine, "other": other}

    name = "promoting the first in the list" if promote is None else name_of(promote)
    controls = {
        "replicas": slider("replicas", 3, 0, 5, 1),
        "write_rate": slider("writes", 40, 10, 60, 5, "1/s"),
        "lag": in_milliseconds("replication lag", 150, 0, 300, 25),
        "detection": slider("noticed after", 1.0, 0.0, 2.0, 0.25, "s"),
        "dies_at": slider("the primary dies at", 3.0, 2.0, 30.0, 0.5, "s"),
        "synchronous": tick("synchronous: a write waits for all replicas"),
        "freshest_away": tick("the freshest replica dies with it"),
    }
    return _explore(controls, run, FailoverPicture(), experiment=steps.FAILOVER)


@pictured
def replay_failover(promote=None, lost_writes=None):
    """Return the film of a primary that dies, next to the promotion of the first in the list.

    promote, lost_writes: as for `explore_failover`.
    """

    def make(**chosen):
        return failover_film(promote, lost_writes, **chosen)

    controls = {
        "synchronous": tick("synchronous: a write waits for all replicas"),
        "freshest_away": tick("the freshest replica dies with it"),
    }
    kill = Action("Kill the primary now", f"Let it die at {DIES_AT:g} s")
    return Film(make, controls, {"dies_at": kill})


@pictured
def explore_real(router, replica=AsItComes):
    """Return sliders over a run on real databases, which takes two seconds a move and says so.

    router: a class with `route(sql)`; replica: a class with `apply(entries)`, `lsn` and `data`.
    """

    def run(database, **chosen):
        chosen |= {"seed": SEED, "arrival_rate": REAL_RATE, "requests": REAL_REQUESTS}
        writes = REAL_RATE * (1 - chosen["read_share"]) if chosen["replicas"] else 0
        with measuring:
            where = {"database": database, "progress": measuring.tell}
            measured = measure(router, replica, **where, **chosen)
        return {
            "measured": measured,
            "simulated": simulate(router, service_time=REAL_WORK, **chosen),
            "stale": stale_share([chosen["lag"]], writes, REAL_REQUESTS / REAL_RATE).item(),
            "lag": chosen["lag"],
        }

    measuring = Measuring()
    controls = {
        "database": choice("databases", kinds()),
        "read_share": in_percent("reads", 80, 0, 100, 10),
        "replicas": slider("replicas", 2, 0, 4, 1),
        "lag": in_milliseconds("replication lag", 100, 0, 300, 20),
    }
    more = {"experiment": steps.REAL, "measuring": measuring, "seconds": REAL_SECONDS}
    return _explore(controls, run, RealPicture(), **more)


@lru_cache(maxsize=16)
def _run(router, **chosen):
    return simulate(router, seed=SEED, **chosen)


@lru_cache(maxsize=64)
def _most(read_share):
    """Return the throughput that 0 … MOST_REPLICAS replicas can keep up with."""
    return np.array([capacity(read_share, count) for count in range(MOST_REPLICAS + 1)])


@lru_cache(maxsize=64)
def _stale_curve(read_share, arrival_rate):
    """Return the share of stale reads in theory for each of LAGS, as long as no queue grows."""
    writes = min(arrival_rate, write_bound(read_share)) * (1 - read_share)
    return stale_share(LAGS, writes, duration=REQUESTS / arrival_rate)
