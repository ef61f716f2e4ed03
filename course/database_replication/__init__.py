"""Notebook 03: a primary database, its replicas, and the reads that they get wrong.

The names that the notebook needs: types, errors, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache

import numpy as np

from course.database_replication.baselines import FirstWord, OnlyPrimary, RandomReplica
from course.database_replication.failover import Failover, simulate_failover
from course.database_replication.failover_picture import FailoverPicture, Incident
from course.database_replication.log import AsItComes, Shipped, simulate_log
from course.database_replication.log_picture import Applied, LogPicture
from course.database_replication.model import (
    ReplicatedResult,
    capacity,
    simulate,
    stale_share,
    write_bound,
)
from course.database_replication.nodes import Node, NoReplica, PrimaryDown
from course.database_replication.picture import (
    LAGS,
    MOST_REPLICAS,
    Replicated,
    ReplicationPicture,
    architecture,
)
from course.database_replication.real.measured import Measured
from course.database_replication.real.run import measure
from course.database_replication.real.stores import kinds
from course.database_replication.real_picture import LAGS as REAL_LAGS
from course.database_replication.real_picture import Compared, RealPicture
from course.database_replication.sessions_picture import AGES, Sessions, SessionsPicture
from course.engine import parameters, theory
from course.engine.component import name_of
from course.view.explore import choice, pictured, slider, tick
from course.view.explore import explore as _explore

__all__ = [
    "AsItComes",
    "Failover",
    "FirstWord",
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
    "explore_failover",
    "explore_log",
    "explore_real",
    "explore_sessions",
    "measure",
    "simulate",
    "simulate_failover",
    "simulate_log",
    "stale_share",
    "write_bound",
]

SEED = 1
NOBODY = "nobody"
REAL_RATE, REAL_REQUESTS = 400.0, 800  # two seconds of traffic
REAL_WORK = 0.0005  # s, about what a statement takes of a SQLite file
REAL_SECONDS = 20.0  # how long a real run may take, with everything around it
BASELINES = {
    RandomReplica: "random replica",
    FirstWord: "by the first word",
    OnlyPrimary: "only the primary",
}


@pictured
def explore(*components, prediction=None):
    """Return sliders over `simulate`; `components` (see there) join the built-in routers.

    prediction: your guess at the throughput (statements/s) with ten replicas, drawn as a diamond.
    """

    def run(router, read_share, replicas, lag, arrival_rate, dies):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="statements/s")
        chosen = {
            "read_share": read_share / 100,
            "replicas": replicas,
            "lag": lag / 1000,
            "arrival_rate": arrival_rate,
            "dies": None if dies == NOBODY else dies,
            "dies_at": 1000 / arrival_rate,  # half of the 2,000 statements have come
        }
        ghost = RandomReplica if router is OnlyPrimary else ghosts.get(router, OnlyPrimary)
        result = simulate(router, seed=SEED, **chosen)
        bound = write_bound(chosen["read_share"])
        return Replicated(
            names[router],
            result,
            BASELINES[ghost],
            _ghost_run(ghost, **chosen),
            _most(chosen["read_share"]),
            _stale_curve(chosen["read_share"], arrival_rate),
            bound,
            replicas,
            lag,
            arrival_rate,
            guess,
        )

    names = {each: name_of(each) for each in components} | BASELINES
    ghosts = {each: RandomReplica for each in components if isinstance(each, type)}
    ghosts |= {each: FirstWord for each in components if each not in ghosts}
    controls = {
        "router": choice("router", [(name, each) for each, name in names.items()]),
        "read_share": slider("reads", 80, 0, 100, 5, "%"),
        "replicas": slider("replicas", 3, 0, MOST_REPLICAS, 1),
        "lag": slider("replication lag", 100, 0, 500, 20, "ms"),
        "arrival_rate": slider("asked for", 250, 50, 1050, 50, "1/s"),
        "dies": choice("dies at half time", [NOBODY, "replica-1", "primary"]),
    }
    return _explore(controls, run, ReplicationPicture())


@pictured
def explore_log(replica=None):
    """Return sliders over the log's way to two replicas of yours; AsItComes without one.

    replica: a class or an instance with `apply(entries)`, `lsn`, `data` and `lag(primary_lsn)`.
    """

    def run(write_rate, lag, repeated, cut_off):
        chosen = {
            "write_rate": write_rate,
            "lag": lag / 1000,
            "repeated": repeated / 100,
            "cut_off": cut_off,
        }
        ghost = simulate_log(seed=SEED, **chosen)
        shipped = ghost if replica is None else simulate_log(replica, seed=SEED, **chosen)
        return Applied(name, shipped, ghost, cut_off)

    name = "AsItComes" if replica is None else name_of(replica)
    controls = {
        "write_rate": slider("writes", 25, 5, 40, 5, "1/s"),
        "lag": slider("replication lag", 150, 0, 500, 25, "ms"),
        "repeated": slider("sent twice", 20, 0, 100, 10, "%"),
        "cut_off": slider("replica-2 cut off for", 1.0, 0.0, 3.0, 0.5, "s"),
    }
    return _explore(controls, run, LogPicture())


@pictured
def explore_sessions(read_your_writes=None):
    """Return sliders over what users see of their own writes, by a class with `wrote` and `pick`.

    Without one a random replica answers, whoever asks.
    """

    def run(read_share, replicas, lag, arrival_rate):
        chosen = {
            "read_share": read_share / 100,
            "replicas": replicas,
            "lag": lag / 1000,
            "arrival_rate": arrival_rate,
        }
        ghost = _ghost_run(RandomReplica, **chosen)
        mine = (
            ghost if read_your_writes is None else simulate(read_your_writes, seed=SEED, **chosen)
        )
        writes = arrival_rate * (1 - chosen["read_share"])
        if lag and replicas:
            stale = theory.stale_probability(AGES, chosen["lag"], writes)
        else:
            stale = np.zeros(AGES.size)
        return Sessions(name, mine, ghost, stale)

    name = "random replica" if read_your_writes is None else name_of(read_your_writes)
    controls = {
        "read_share": slider("reads", 80, 0, 100, 5, "%"),
        "replicas": slider("replicas", 3, 0, 6, 1),
        "lag": slider("replication lag", 100, 0, 500, 20, "ms"),
        "arrival_rate": slider("asked for", 200, 50, 300, 25, "1/s"),
    }
    return _explore(controls, run, SessionsPicture())


@pictured
def explore_failover(promote=None, lost_writes=None):
    """Return sliders over the death of a primary; without `promote` the first replica takes over.

    promote(replicas) → one of them; lost_writes(primary_lsn, promoted) → the lsns that are lost.
    """

    def run(replicas, write_rate, lag, detection, dies_at, synchronous, freshest_away):
        chosen = {
            "replicas": replicas,
            "write_rate": write_rate,
            "lag": lag / 1000,
            "detection": detection,
            "dies_at": dies_at,
            "synchronous": synchronous,
            "freshest_away": freshest_away,
        }
        ghost = simulate_failover(seed=SEED, **chosen)
        mine = ghost
        if promote is not None or lost_writes is not None:
            mine = simulate_failover(promote, lost_writes, seed=SEED, **chosen)
        return Incident(name, mine, ghost)

    name = "promoting the first in the list" if promote is None else name_of(promote)
    controls = {
        "replicas": slider("replicas", 3, 0, 5, 1),
        "write_rate": slider("writes", 40, 10, 60, 5, "1/s"),
        "lag": slider("replication lag", 150, 0, 300, 25, "ms"),
        "detection": slider("noticed after", 1.0, 0.0, 2.0, 0.25, "s"),
        "dies_at": slider("the primary dies at", 3.0, 2.0, 30.0, 0.5, "s"),
        "synchronous": tick("synchronous: a write waits for all replicas"),
        "freshest_away": tick("the freshest replica dies with it"),
    }
    return _explore(controls, run, FailoverPicture())


@pictured
def explore_real(router, replica=AsItComes):
    """Return sliders over a run on real databases, which takes two seconds a move.

    router: a class with `route(sql)`; replica: a class with `apply(entries)`, `lsn` and `data`.
    """

    def run(database, read_share, replicas, lag):
        chosen = {
            "read_share": read_share / 100,
            "replicas": replicas,
            "lag": lag / 1000,
            "arrival_rate": REAL_RATE,
            "requests": REAL_REQUESTS,
        }
        measured = measure(router, replica, seed=SEED, database=database, **chosen)
        simulated = simulate(router, seed=SEED, service_time=REAL_WORK, **chosen)
        writes = REAL_RATE * (1 - chosen["read_share"])
        lasted = REAL_REQUESTS / REAL_RATE
        stale = stale_share(REAL_LAGS / 1000, writes if replicas else 0, duration=lasted)
        return Compared(measured, simulated, stale, lag)

    controls = {
        "database": choice("databases", kinds()),
        "read_share": slider("reads", 80, 0, 100, 10, "%"),
        "replicas": slider("replicas", 2, 0, 4, 1),
        "lag": slider("replication lag", 100, 0, 300, 20, "ms"),
    }
    return _explore(controls, run, RealPicture(), seconds=REAL_SECONDS)


@lru_cache(maxsize=16)
def _ghost_run(router, **chosen):
    return simulate(router, seed=SEED, **chosen)


@lru_cache(maxsize=64)
def _most(read_share):
    """Return the throughput that 0 … MOST_REPLICAS replicas can keep up with."""
    return np.array([capacity(read_share, count) for count in range(MOST_REPLICAS + 1)])


@lru_cache(maxsize=64)
def _stale_curve(read_share, arrival_rate):
    """Return the share of stale reads in theory for each of LAGS, as long as no queue grows."""
    writes = min(arrival_rate, write_bound(read_share)) * (1 - read_share)
    return stale_share(LAGS / 1000, writes, duration=2000 / arrival_rate)
