"""Notebook 10: every tier of the course under one budget, and the shards that were missing.

The names that the notebook needs: types, the data sheet, `simulate`, the pictures and `explore`s.
"""

from dataclasses import asdict, replace
from functools import lru_cache

from IPython.display import display

from course.engine import parameters
from course.engine.component import ComponentError, name_of
from course.millions_of_users import sheet
from course.millions_of_users.days import (
    PUBLISHED,
    PUBLISHED_INCIDENTS,
    budget,
    draw_days,
    draw_incidents,
)
from course.millions_of_users.design import (
    BALANCERS,
    DOUBLED,
    LAST_YEAR,
    ONE_BIG,
    ONE_OF_EACH,
    TUNED,
    TWO_OF_EACH,
    Architecture,
    design_of,
)
from course.millions_of_users.growth import Grown, grow, table
from course.millions_of_users.growth_picture import architecture, draw_way
from course.millions_of_users.hot_keys_picture import HotPicture
from course.millions_of_users.model import DayResult, simulate
from course.millions_of_users.picture import ScoreboardPicture, Scored, clock, first_broken
from course.millions_of_users.sharding import heat, place, reshard
from course.millions_of_users.sharding_picture import ReshardPicture, RingPicture
from course.millions_of_users.traffic import (
    Incidents,
    Traffic,
    centers_of,
    hit_ratio,
    round_trip,
    shares,
)
from course.view.explore import choice, drawing, pictured, slider, steps, tick
from course.view.explore import explore as _explore

__all__ = [
    "BALANCERS",
    "DOUBLED",
    "LAST_YEAR",
    "ONE_BIG",
    "ONE_OF_EACH",
    "PUBLISHED",
    "PUBLISHED_INCIDENTS",
    "TUNED",
    "TWO_OF_EACH",
    "Architecture",
    "DayResult",
    "Grown",
    "Incidents",
    "Traffic",
    "architecture",
    "budget",
    "centers_of",
    "chosen",
    "draw_days",
    "draw_incidents",
    "explore",
    "explore_design",
    "explore_hot_keys",
    "explore_ring",
    "explore_store",
    "first_broken",
    "goals_met",
    "grow",
    "heat",
    "hit_ratio",
    "look_back",
    "place",
    "refusals",
    "reshard",
    "round_trip",
    "shares",
    "sheet",
    "simulate",
    "table",
]

SEED = 1
USUAL = (
    3  # a seed at which ten nodes with one point each are about as uneven as they are on average
)
OTHERS = {
    "tuned to one day": TUNED,
    "two of each": TWO_OF_EACH,
    "last year's, doubled": DOUBLED,
    "one big server room": ONE_BIG,
}
FEW = ("tuned to one day", "two of each")


@pictured
def explore(*, prediction=None):
    """Return sliders over every number of an Architecture on the published day.

    prediction: your guess (dollars a month) at what it costs to meet all goals, a diamond.
    """

    def run(**knobs):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="dollars")
        result = simulate(Architecture(**knobs), seed=SEED)
        return Scored("This design", result, _others(tuple(OTHERS), PUBLISHED, 0), guess)

    start = LAST_YEAR
    counts = (4, 8, 16, 30, 45, 60, 70, 80, 100, 120, 150, 200, 300, 400)
    controls = {
        "web_servers": steps("web servers in each", (1, 2, *counts), start.web_servers),
        "autoscale": tick("autoscale (up to 4 × as many)", start.autoscale),
        "balancer": choice("balancer", BALANCERS, start.balancer),
        "cache_gb": steps("cache (GB in each)", (0, 2, 13, 26, 52, 104, 143, 208, 312, 500), 52),
        "shards": slider("shards", start.shards, 1, 8, 1),
        "replicas": slider("replicas of each shard", start.replicas, 0, 8, 1),
        "queue_workers": steps("queue workers in each", (0, 2, 4, 8, 12, 16, 20, 30, 50, 80), 8),
        "data_centers": slider("data centers", start.data_centers, 1, 4, 1),
        "cdn": tick("CDN", start.cdn),
    }
    return _explore(controls, run, ScoreboardPicture(OTHERS))


@pictured
def explore_design(design):
    """Return sliders over the traffic for which your function `design(traffic)` makes a design."""

    def run(peak, crowd, crowd_rise, uploads, writes, europe, data_gb, incidents):
        shifted = dict(PUBLISHED.regions)
        shifted["Asia"] = round(shifted["Asia"] + shifted["Europe"] - europe / 100, 3)
        shifted["Europe"] = europe / 100
        traffic = replace(
            PUBLISHED,
            name="slider",
            peak=float(peak),
            crowd=float(crowd),
            crowd_rise=60.0 * crowd_rise,
            upload_share=uploads / 100,
            write_share=writes / 100,
            regions=shifted,
            data_gb=float(data_gb),
        )
        traffic = replace(traffic, budget=budget(traffic))
        result = simulate(design, seed=SEED, traffic=traffic, incidents=_incidents(incidents))
        return Scored(name_of(design), result, _others(FEW, traffic, incidents))

    peaks = (1_500, 2_500, 4_000, 6_000, 8_000, 12_000, 18_000, 25_000, 40_000)
    controls = {
        "peak": steps("peak (requests/s)", [(f"{peak:,}", peak) for peak in peaks], 8_000),
        "crowd": slider("a crowd multiplies it by", 3.0, 2.0, 4.0, 0.1),
        "crowd_rise": steps("the crowd comes within", [("1 min", 1), ("30 min", 30)], 1),
        "uploads": slider("uploads", 2, 1, 4, 1, "% of pages"),
        "writes": slider("writes", 8, 4, 12, 1, "% of pages"),
        "europe": slider("users in Europe", 33, 12, 43, 1, "%"),
        "data_gb": slider("data", 500, 200, 1_000, 50, "GB"),
        "incidents": steps(
            "incidents", [("published", 0), *((f"day {n}", n) for n in range(1, 10))]
        ),
    }
    return _explore(controls, run, ScoreboardPicture(FEW))


@pictured
def explore_ring(ring=None):
    """Return sliders over a hash ring: a class made with (nodes, replicas), or random points."""

    def run(nodes, points, keys):
        placed = place(ring, seed=SEED, nodes=nodes, points=points, keys=keys)
        return placed, _one_point(nodes, keys)

    controls = {
        "nodes": slider("nodes", 10, 1, 20, 1),
        "points": steps("points a node (replicas)", (1, 2, 4, 8, 16, 32, 64, 128), 128),
        "keys": slider("keys", 1_500, 500, 4_000, 500),
    }
    return _explore(controls, run, RingPicture())


@pictured
def explore_store(store, ring):
    """Return sliders over your sharded store on your ring, before and after a rebalance."""

    def run(shards, then, points, keys):
        return reshard(store, ring, seed=SEED, shards=shards, then=then, points=points, keys=keys)

    controls = {
        "shards": slider("shards before", 4, 1, 16, 1),
        "then": slider("shards after", 5, 1, 20, 1),
        "points": steps("points a shard (replicas)", (1, 2, 4, 8, 16, 32, 64, 128), 64),
        "keys": slider("keys", 1_000, 500, 2_000, 250),
    }
    return _explore(controls, run, ReshardPicture())


@pictured
def explore_hot_keys(hot_keys=None):
    """Return sliders over the load of shards with a celebrity, and what your hot_keys finds."""

    def run(celebrity, shards, factor, skew):
        world = {"celebrity": celebrity / 100, "shards": shards, "factor": factor, "skew": skew}
        return heat(hot_keys, seed=SEED, **world)

    controls = {
        "celebrity": slider("the celebrity gets", 20, 0, 60, 2, "%"),
        "shards": slider("shards", 8, 1, 16, 1),
        "factor": slider("factor", 0.5, 0.1, 2.0, 0.1),
        "skew": slider("skew of the others (Zipf)", 0.6, 0.0, 1.4, 0.1),
    }
    return _explore(controls, run, HotPicture())


def look_back():
    """Draw the whole way, tier by tier, and print it as a table (not while nbgrader executes)."""
    if drawing():
        way = grow()
        display(draw_way(way))
        print(table(way))


def refusals(design, traffic=PUBLISHED):
    """Print which tiers refused requests, the first first: since when, and the day's share."""
    try:
        broke = simulate(design, traffic=traffic).broke(0.0001)
    except (NotImplementedError, ComponentError, ValueError) as error:
        return print(
            f"Not written yet. {error}" if isinstance(error, NotImplementedError) else error
        )
    print(f"{'tier':18}{'since':>8}{'of all requests':>18}")
    for tier, when, lost in broke:
        if lost > 1e-6:
            print(f"{tier:18}{clock(when):>8}{lost:18.4%}")


def chosen(design, traffic):
    """Return what a function `design(traffic)` builds, as a dict of plain numbers and words."""
    kinds = {"autoscale": bool, "cdn": bool, "cache_gb": float, "balancer": str}
    plan = asdict(design_of(design, traffic))
    return {name: kinds.get(name, int)(value) for name, value in plan.items()}


def goals_met(plan, *, seed=0, traffic=PUBLISHED):
    """Return (goals met by name, what happened in words) of a plan as `chosen` gives it."""
    result = simulate(Architecture(**plan), seed=seed, traffic=traffic)
    why = f". No goal counts, as {result.nothing_counts}" if result.nothing_counts else ""
    return result.goals, f"{traffic.name} day: {result.summary()}{why}"


@lru_cache(maxsize=64)
def _others(labels, traffic, incidents):
    day = _incidents(incidents)
    return {
        label: simulate(OTHERS[label], seed=SEED, traffic=traffic, incidents=day)
        for label in labels
    }


def _incidents(day):
    return draw_incidents(day) if day else PUBLISHED_INCIDENTS


@lru_cache(maxsize=64)
def _one_point(nodes, keys):
    return place(seed=USUAL, nodes=nodes, points=1, keys=keys)
