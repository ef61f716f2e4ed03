"""Notebook 07: several data centers, and what it takes to lose one of them."""

import numpy as np

from course.data_centers.deployment import (
    EVERYWHERE,
    NOWHERE,
    Rollout,
    simulate_deployment,
)
from course.data_centers.deployment_picture import Deployed, DeploymentPicture
from course.data_centers.dns import Resolved, resolutions
from course.data_centers.dns_picture import DnsPicture, Located
from course.data_centers.model import (
    CentersResult,
    expected_after,
    expected_still_sent,
    simulate,
)
from course.data_centers.picture import (
    LENGTH,
    SECONDS,
    CentersPicture,
    Comparison,
    architecture,
    expected_rates,
)
from course.data_centers.split import Moves, moves
from course.data_centers.split_picture import SplitPicture
from course.data_centers.sync import (
    SyncResult,
    expected_blind,
    expected_lost,
    simulate_sync,
)
from course.data_centers.sync_picture import Synced, SyncPicture
from course.data_centers.world import (
    OPENING_ORDER,
    Center,
    Deployment,
    NoHealthyCenter,
    distance_km,
    make_centers,
)
from course.engine import parameters
from course.engine.component import name_of
from course.view.explore import choice, pictured, slider, steps
from course.view.explore import explore as _explore

__all__ = [
    "Center",
    "CentersResult",
    "Deployment",
    "Moves",
    "NoHealthyCenter",
    "Resolved",
    "Rollout",
    "SyncResult",
    "architecture",
    "distance_km",
    "expected_after",
    "expected_blind",
    "expected_lost",
    "expected_still_sent",
    "explore",
    "explore_deployment",
    "explore_dns",
    "explore_outage",
    "explore_split",
    "explore_sync",
    "make_centers",
    "moves",
    "resolutions",
    "simulate",
    "simulate_deployment",
    "simulate_sync",
]

SEED = 1
NEVER = "never"
NEAREST = "nearest"
RATE, FEWER = 20.0, 8.0  # requests/s: with the built-in resolvers, and with a student's
TTLS = (0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0)
LAGS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
PLACES = ("1st", "2nd", "3rd", "4th")


@pictured
def explore(*, prediction=None):
    """Return sliders over `simulate` with the built-in DNS and resolvers, two centers.

    prediction: your guess (s) at how long a user is sent to the dead center, on average; a diamond.
    """

    def run(split, ttl, dies_at, lasts, lag, capacity):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="s")
        result = simulate(
            seed=SEED,
            split=None if split == NEAREST else float(split),
            ttl=ttl,
            dies_at=_seconds(dies_at),
            returns_after=60.0 * lasts,
            lag=lag,
            capacity=capacity / 100,
            arrival_rate=RATE,
        )
        return _compared(result, ttl, lag, RATE, prediction=guess)

    shares = [(f"{percent} %", percent) for percent in range(10, 101, 10)]
    controls = {
        "split": steps("split: to Washington", [(NEAREST, NEAREST), *shares]),
        "ttl": _durations("DNS TTL", TTLS, 120.0),
        "dies_at": _minutes("Washington dies at", 3),
        "lasts": slider("the outage lasts", 4, 1, 10, 1, "min"),
        "lag": _durations("replication lag", LAGS, 10.0),
        "capacity": slider("a center can do", 120, 40, 150, 5, "% of all"),
    }
    return _explore(controls, run, CentersPicture(2, RATE, prediction is not None))


@pictured
def explore_dns(geo_dns):
    """Return sliders over where your `geo_dns` (a class with `resolve`) sends the world's users."""

    def run(centers, dead, trips):
        return Located(resolutions(geo_dns, centers=centers, dead=dead), trips)

    controls = {
        "centers": slider("centers", 2, 1, len(OPENING_ORDER), 1),
        "dead": slider("of them dead", 0, 0, len(OPENING_ORDER), 1),
        "trips": slider("round trips a page", 5, 1, 8, 1),
    }
    return _explore(controls, run, DnsPicture())


@pictured
def explore_split(split):
    """Return sliders over whom your `split` sends where, and who moves when the percents change."""

    def run(before, after, centers, users):
        return moves(split, before=before, after=after, centers=centers, users=users)

    controls = {
        "before": slider("Washington before", 50, 0, 100, 5, "%"),
        "after": slider("Washington after", 90, 0, 100, 5, "%"),
        "centers": slider("centers", 2, 2, len(OPENING_ORDER), 1),
        "users": slider("users", 2000, 100, 3000, 100),
    }
    return _explore(controls, run, SplitPicture())


@pictured
def explore_outage(geo_dns, caching_resolver):
    """Return sliders over an outage with your `geo_dns` and your `caching_resolver` (classes)."""

    def run(ttl, dies, dies_at, lasts, centers, capacity):
        world = {
            "seed": SEED,
            "centers": centers,
            "ttl": ttl,
            "dies": dies,
            "dies_at": _seconds(dies_at),
            "returns_after": 60.0 * lasts,
            "capacity": capacity / 100,
            "arrival_rate": FEWER,
        }
        result = simulate(geo_dns, resolver=caching_resolver, **world)
        return _compared(result, ttl, 10.0, FEWER, name=name, plain=simulate(**world))

    name = f"Your {name_of(caching_resolver)}"
    controls = {
        "ttl": _durations("DNS TTL", TTLS, 60.0),
        "dies": choice("who dies", OPENING_ORDER[:2], OPENING_ORDER[1]),
        "dies_at": _minutes("it dies at", 3),
        "lasts": slider("the outage lasts", 4, 1, 10, 1, "min"),
        "centers": slider("centers", 4, 2, len(OPENING_ORDER), 1),
        "capacity": slider("a center can do", 65, 40, 150, 5, "% of all"),
    }
    return _explore(controls, run, CentersPicture(len(OPENING_ORDER), FEWER))


@pictured
def explore_sync(last_writer_wins):
    """Return sliders over two centers that both write, with your `last_writer_wins` (a class)."""

    def run(lag, partition, write_rate, keys, clock_ahead):
        result = simulate_sync(
            last_writer_wins,
            seed=SEED,
            lag=lag,
            partition=partition,
            write_rate=write_rate,
            keys=keys,
            clock_ahead=clock_ahead,
        )
        return Synced(result, keys, lag, clock_ahead)

    controls = {
        "lag": _durations("replication lag", LAGS[:-1], 2.0),
        "partition": slider("the line is cut for", 60, 0, 120, 10, "s"),
        "write_rate": slider("writes", 8, 1, 12, 1, "1/s"),
        "keys": slider("keys", 80, 10, 120, 10),
        "clock_ahead": slider("Singapore ahead by", 0.0, 0.0, 30.0, 0.5, "s"),
    }
    return _explore(controls, run, SyncPicture())


@pictured
def explore_deployment(rolling_deploy):
    """Return sliders over a deployment by your `rolling_deploy`, and by all centers at once."""

    def run(fault_at, centers, bake, deploy, failing, order):
        world = {
            "fault_at": fault_at,
            "centers": centers,
            "bake_minutes": float(bake),
            "deploy_minutes": float(deploy),
            "failing": failing / 100,
            "smallest_first": order,
        }
        return Deployed(simulate_deployment(rolling_deploy, **world), simulate_deployment(**world))

    faults = [("none", NOWHERE), *((name, at) for at, name in enumerate(PLACES))]
    controls = {
        "fault_at": steps("bad in center", [*faults, ("all", EVERYWHERE)], EVERYWHERE),
        "centers": slider("centers", 4, 1, len(OPENING_ORDER), 1),
        "bake": slider("watch a center for", 10, 0, 20, 1, "min"),
        "deploy": slider("deploying takes", 2, 1, 5, 1, "min"),
        "failing": slider("requests that fail", 30, 5, 50, 5, "%"),
        "order": choice("order", [("as opened", False), ("smallest first", True)]),
    }
    return _explore(controls, run, DeploymentPicture())


def _compared(result, ttl, lag, rate, **more):
    start, end = result.outage.start, result.outage.end
    expected, mean = np.zeros(SECONDS.size), 0.0
    if start < LENGTH and result.of_dead.any():
        world = {"ttl": ttl, "lasts": end - start, "rates": expected_rates(result, rate)}
        expected, mean = expected_still_sent(SECONDS, **world), expected_after(**world)
    return Comparison(result, expected, mean, ttl, lag, **more)


def _durations(label, seconds, value):
    names = [f"{each / 60:g} min" if each >= 60 else f"{each:g} s" for each in seconds]
    return steps(label, list(zip(names, seconds, strict=True)), value)


def _minutes(label, value=NEVER):
    return steps(label, [(NEVER, NEVER), *((f"minute {at}", at) for at in range(1, 10))], value)


def _seconds(minutes):
    return None if minutes == NEVER else 60.0 * minutes
