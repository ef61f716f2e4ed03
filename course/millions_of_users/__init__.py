"""Notebook 10: every tier of the course under one budget, and the shards that were missing.

The names that the notebook needs: types, the data sheet, `simulate`, the pictures and `explore`s.
"""

from dataclasses import asdict, replace
from functools import lru_cache

from IPython.display import HTML, display

from course.engine import parameters
from course.engine.component import ComponentError, name_of
from course.millions_of_users import sheet, steps
from course.millions_of_users.baselines import (
    DOUBLED,
    LAST_YEAR,
    ONE_BIG,
    ONE_OF_EACH,
    TUNED,
    TWO_OF_EACH,
    random_points,
)
from course.millions_of_users.days import (
    PUBLISHED,
    PUBLISHED_INCIDENTS,
    budget,
    draw_days,
    draw_incidents,
    with_budget,
)
from course.millions_of_users.design import BALANCERS, Architecture, design_of
from course.millions_of_users.film import WHOLE_DAY, film
from course.millions_of_users.growth import Grown, grow, table
from course.millions_of_users.growth_picture import draw_way
from course.millions_of_users.hot_keys import heat
from course.millions_of_users.hot_keys_picture import HotKeysPicture
from course.millions_of_users.model import DayResult, simulate
from course.millions_of_users.picture import ScoreboardPicture, clock, first_to_refuse, most_refused
from course.millions_of_users.sharding import place, reshard
from course.millions_of_users.sharding_film import film as film_of_ring
from course.millions_of_users.sharding_picture import ReshardPicture, RingPicture
from course.millions_of_users.sheet_page import page
from course.millions_of_users.surprise import SurpriseDays
from course.millions_of_users.system import architecture
from course.millions_of_users.trace import Trace
from course.millions_of_users.traffic import (
    Incidents,
    Traffic,
    centers_of,
    hit_ratio,
    round_trip,
    shares,
)
from course.view import explore as view
from course.view.film import Film

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
    "data_sheet",
    "draw_days",
    "draw_incidents",
    "explore",
    "explore_design",
    "explore_hot_keys",
    "explore_ring",
    "explore_store",
    "goals_met",
    "grow",
    "heat",
    "hit_ratio",
    "look_back",
    "most_refused",
    "place",
    "refusals",
    "replay",
    "replay_ring",
    "reshard",
    "round_trip",
    "shares",
    "sheet",
    "simulate",
    "surprise_days",
    "table",
]

SEED = 1
MOMENTS = [  # of a bad day, and what `film` calls them
    ("the crowd", "crowd"),
    ("a data center dies", "data_center"),
    ("a primary dies", "primary"),
    ("a replica dies", "replica"),
    ("a cache node dies", "cache_node"),
    ("a web server dies", "web_server"),
    (WHOLE_DAY, WHOLE_DAY),
]
POINTS = (1, 2, 4, 8, 16, 32, 64, 128)


@view.pictured
def explore(*, prediction=None):
    """Return sliders over every number of an Architecture on the published day.

    prediction: your guess (dollars a month) at what it costs to meet all goals, drawn as a diamond.
    """

    def run(**numbers):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="dollars")
        result = simulate(Architecture(**numbers), seed=SEED)
        return {
            "name": "This design",
            "result": result,
            "beaten": _day(DOUBLED, SEED, PUBLISHED),
            "attempts": trace.add(result),
            "prediction": guess,
        }

    start, trace = LAST_YEAR, Trace()
    counts = (4, 8, 16, 30, 45, 60, 70, 80, 100, 120, 150, 200, 300, 400)
    sizes = (0, 2, 13, 26, 52, 104, 143, 208, 312, 500)
    workers = (0, 2, 4, 8, 12, 16, 20, 30, 50, 80)
    controls = {
        "web_servers": view.choice_slider(
            "web servers per center", (1, 2, *counts), start.web_servers
        ),
        "autoscale": view.tick("autoscale (up to 4 × as many)", start.autoscale),
        "balancer": view.choice("balancer", BALANCERS, start.balancer),
        "cache_gb": view.choice_slider("cache (GB per center)", sizes, start.cache_gb),
        "shards": view.slider("shards", start.shards, 1, 8, 1),
        "replicas": view.slider("replicas of each shard", start.replicas, 0, 8, 1),
        "queue_workers": view.choice_slider(
            "queue workers per center", workers, start.queue_workers
        ),
        "data_centers": view.slider("data centers", start.data_centers, 1, 4, 1),
        "cdn": view.tick("CDN", start.cdn),
    }
    picture = ScoreboardPicture(
        "last year's, doubled", attempts=True, prediction=prediction is not None
    )
    return view.explore(controls, run, picture, experiment=steps.DAY)


@view.pictured
def explore_design(design):
    """Return sliders over a day's traffic, for which your `design` makes a design at each move.

    design: a function of a Traffic that returns an Architecture (or an Architecture, for all days).
    """

    def run(europe, incidents, **numbers):
        regions = dict(PUBLISHED.regions)
        regions["Asia"] = round(regions["Asia"] + regions["Europe"] - europe, 3)
        regions["Europe"] = europe
        numbers = {name: float(number) for name, number in numbers.items()}
        traffic = with_budget(replace(PUBLISHED, name="slider", regions=regions, **numbers))
        result = simulate(design, seed=SEED, traffic=traffic, incidents=_incidents(incidents))
        beaten = _tuned(traffic, incidents)
        return {"name": name_of(design), "result": result, "beaten": beaten}

    peaks = (1_500, 2_500, 4_000, 6_000, 8_000, 12_000, 16_000, 25_000, 40_000)
    days = [("published", 0), *((f"day {number}", number) for number in range(1, 10))]
    controls = {
        "peak": view.choice_slider(
            "peak (requests/s)", [(f"{peak:,}", peak) for peak in peaks], 8_000
        ),
        "crowd": view.slider("a crowd multiplies it by", 3.0, 2.0, 4.0, 0.1),
        "crowd_rise": view.moments(
            "the crowd comes within", (1, 30), 1, unit="{} min", seconds=60, never=None
        ),
        "upload_share": view.in_percent("uploads", 2, 1, 4, 1, "% of pages"),
        "write_share": view.in_percent("writes", 8, 4, 12, 1, "% of pages"),
        "europe": view.in_percent("users in Europe", 33, 12, 43, 1),
        "data_gb": view.slider("data", 500, 200, 1_000, 50, "GB"),
        "incidents": view.choice_slider("incidents", days),
    }
    return view.explore(
        controls, run, ScoreboardPicture("tuned to one day"), experiment=steps.TRAFFIC
    )


@view.pictured
def replay(design=None):
    """Return the film of a bad day on your design, next to last year's; without one, of the latter.

    design: a function of a Traffic that returns an Architecture (or an Architecture).
    """
    if design is None:
        return Film(film)

    def make(watch, incidents):
        return film(design, watch=watch, incidents=_incidents(incidents))

    days = [("published", 0), *((f"day {number}", number) for number in range(1, 10))]
    controls = {
        "watch": view.choice("watch", MOMENTS),
        "incidents": view.choice_slider("incidents", days),
    }
    return Film(make, controls)


@view.pictured
def explore_ring(ring=None):
    """Return sliders over a hash ring and what one more node moves.

    ring: a class made with (nodes, replicas), as `place` takes it; without one, random points.
    """

    def run(nodes, points, keys):
        placed = place(ring, seed=SEED, nodes=nodes, points=points, keys=keys)
        return {"placed": placed, "points": random_points(SEED, nodes + 1, points)}

    controls = {
        "nodes": view.slider("nodes", 10, 1, 20, 1),
        "points": view.choice_slider("points per node", POINTS, 128),
        "keys": view.slider("keys", 1_500, 500, 4_000, 500),
    }
    return view.explore(controls, run, RingPicture(), experiment=steps.RING)


@view.pictured
def replay_ring(ring=None):
    """Return the film of one more shard on your ring, next to the rule number % shards.

    ring: a class as `place` takes it; without one, the rule alone.
    """
    controls = {"nodes": view.slider("shards before", 4, 1, 8, 1)}
    if ring is not None:
        controls["points"] = view.choice_slider("points per shard", POINTS, 64)
    return Film(lambda **chosen: film_of_ring(ring, **chosen), controls)


@view.pictured
def explore_store(store, ring):
    """Return sliders over your sharded store on your ring, before and after a rebalance.

    store, ring: classes as `reshard` takes them.
    """

    def run(**numbers):
        return {"resharded": reshard(store, ring, seed=SEED, **numbers)}

    controls = {
        "shards": view.slider("shards before", 4, 1, 16, 1),
        "then": view.slider("shards after", 5, 1, 20, 1),
        "points": view.choice_slider("points per shard", POINTS, 64),
        "keys": view.slider("keys", 1_000, 500, 2_000, 250),
    }
    return view.explore(controls, run, ReshardPicture(), experiment=steps.STORE)


@view.pictured
def explore_hot_keys(hot_keys=None):
    """Return sliders over the load of shards with a celebrity, and what your `hot_keys` finds.

    hot_keys: a function of (accesses, shards, factor), as `heat` takes it; without one, no key is
    spread.
    """

    def run(**numbers):
        return {"heated": heat(hot_keys, seed=SEED, **numbers)}

    controls = {
        "celebrity": view.in_percent("the celebrity gets", 20, 0, 60, 2),
        "shards": view.slider("shards", 8, 1, 16, 1),
        "factor": view.slider("factor", 0.5, 0.05, 2.0, 0.05),
        "skew": view.slider("skew of the others (Zipf)", 0.6, 0.0, 1.4, 0.1),
    }
    return view.explore(controls, run, HotKeysPicture(), experiment=steps.HOT_KEYS)


@view.pictured
def surprise_days(design):
    """Return a button that tries `design` on eight days like the graded ones, new ones each time.

    design: a function of a Traffic that returns an Architecture.
    """
    return SurpriseDays(design)


@view.pictured
def data_sheet():
    """Return the data sheet, `sheet`, as folds to open: what a name means, and its value."""
    return HTML(page())


def look_back():
    """Draw the whole way, tier by tier, and print it as a table (not while nbgrader executes)."""
    if view.drawing():
        way = grow()
        display(draw_way(way))
        print(table(way))


def refusals(design, traffic=PUBLISHED):
    """Print which tiers refused requests, the greatest loss first: since when, and how many.

    design: an Architecture or a function of `traffic`; what is wrong with it is printed instead.
    """
    try:
        broke = simulate(design, traffic=traffic).broke(0.0001)
        broke.sort(key=lambda row: -row[2])
    except NotImplementedError as error:
        return print(f"Not written yet. {error}")
    except (ComponentError, ValueError) as error:
        return print(error)
    print(f"{'tier':18}{'since':>8}{'of all requests':>18}")
    for tier, when, lost in broke:
        if lost > 1e-6:
            print(f"{tier:18}{clock(when):>8}{lost:18.4%}")


def chosen(design, traffic):
    """Return what `design` (a function of `traffic`) builds, as a dict of plain numbers and words.

    For the observing half of a check. ComponentError says what the function did wrong.
    """
    kinds = {"autoscale": bool, "cdn": bool, "cache_gb": float, "balancer": str}
    plan = asdict(design_of(design, traffic))
    return {name: kinds.get(name, int)(value) for name, value in plan.items()}


def goals_met(plan, *, seed=0, traffic=PUBLISHED):
    """Return (dict of goal → whether it is met, the day in words) of a dict that `chosen` gave.

    For the judging half of a check. seed: draws the incidents of a day that is not PUBLISHED.
    """
    result = _day(Architecture(**plan), seed, traffic)
    first = "" if result.goals["availability"] else first_to_refuse(result)
    why = f". No goal counts, as {result.nothing_counts}" if result.nothing_counts else ""
    missed = ", ".join(name for name, met in result.goals.items() if not met)
    tiers = f". Missed: {missed}. {first}{most_refused(result)}" if missed and not why else ""
    return result.goals, f"{traffic.name} day: {result.summary()}{why}{tiers}"


@lru_cache(maxsize=16)  # four checks ask for the same eight days
def _day(architecture, seed, traffic):
    return simulate(architecture, seed=seed, traffic=traffic)


@lru_cache(maxsize=64)
def _tuned(traffic, day):
    return simulate(TUNED, seed=SEED, traffic=traffic, incidents=_incidents(day))


def _incidents(day):
    return draw_incidents(day) if day else PUBLISHED_INCIDENTS
