"""Notebook 05: a content delivery network in front of a site for the whole world.

The names that the notebook needs: types, errors, `simulate` and the explorers. An explorer shows a
sentence in place of the picture when a student's component fails, and each `explore…` returns None
while nbgrader executes the notebook.
"""

from functools import lru_cache, partial
from queue import SimpleQueue

from course.cdn import bill as _bill
from course.cdn import rehearsal, steps
from course.cdn.baselines import trade_off
from course.cdn.bill_picture import BillPicture
from course.cdn.deployment import FILES, PREFIXES, fingerprinted, invalidated, wait_for_expiry
from course.cdn.deployment_picture import DeploymentPicture
from course.cdn.distance import distances
from course.cdn.distance_picture import DistancePicture
from course.cdn.film import film
from course.cdn.model import CdnResult, simulate
from course.cdn.outage import simulate_outages
from course.cdn.outage_picture import OutagePicture
from course.cdn.pages import way
from course.cdn.picture import CdnPicture
from course.cdn.real_picture import RealPicture
from course.cdn.steps import DAY, HOUR, SEED
from course.cdn.system import architecture
from course.cdn.world import EDGES, ORIGIN, Edge, EdgeDown, NoEdgeOnline, OriginDown, Prices
from course.engine import parameters
from course.engine.component import name_of
from course.real.crowd import KILL, START
from course.view.explore import choice, choice_slider, pictured, slider
from course.view.explore import explore as _explore
from course.view.film import Action, Film
from course.view.live import explore_live, with_processes

__all__ = [
    "EDGES",
    "ORIGIN",
    "CdnResult",
    "Edge",
    "EdgeDown",
    "NoEdgeOnline",
    "OriginDown",
    "Prices",
    "architecture",
    "explore",
    "explore_bill",
    "explore_deployment",
    "explore_distance",
    "explore_outages",
    "explore_real",
    "replay",
    "simulate",
    "simulate_outages",
]

MINUTE = 60.0
MAX_AGES = (0.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, HOUR, DAY)  # s
IN_AN_HOUR = MAX_AGES[:-1]  # where the run lasts an hour, a day is the same as an hour
UPDATES = (300.0, 900.0, 1800.0, HOUR, 6 * HOUR, DAY)  # s


@pictured
def explore(edge_cache=None, *, prediction=None):
    """Return sliders over `simulate`, with plain caches or with those of `edge_cache`.

    edge_cache: your class with `fetch(url, now)`, made with `origin`. prediction: your guess (s) at
    how long half of the pages take without a CDN, drawn as a diamond.
    """

    def run(edges, max_age, update_every, page_kb):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="s")
        world = {"edges": edges, "max_age": max_age, "update_every": update_every}
        world |= {"page_kb": page_kb, "seed": SEED}
        plain = simulate(**world)
        return {
            "result": plain if edge_cache is None else simulate(edge_cache, **world),
            "plain": plain,
            "without": _without_cdn(page_kb),
            "others": _trade_off(edges, update_every),
            "max_age": max_age,
            "prediction": guess,
        }

    name = "" if edge_cache is None else f"your {name_of(edge_cache)}"
    controls = {
        "edges": slider("edges", 5, 0, len(EDGES), 1),
        "max_age": _durations("max-age", IN_AN_HOUR, 5 * MINUTE),
        "update_every": _durations("photos change every", UPDATES, 30 * MINUTE),
        "page_kb": slider("page", 500, 100, 2000, 100, "kB"),
    }
    picture = CdnPicture(name, prediction is not None)
    return _explore(controls, run, picture, experiment=() if edge_cache else steps.FIRST)


@pictured
def replay(edge_cache=None):
    """Return the film of a page that Sydney loads through your cache, and of one without a CDN.

    edge_cache: your class with `fetch(url, now)`, made with `origin`; a plain cache without one.
    """

    def make(**chosen):
        return film(edge_cache, **chosen)

    cities = [(way(edges).name, edges) for edges in (2, 5, 6, 7)]
    controls = {
        "edges": choice("edge in", cities, 5),
        "max_age": _durations("max-age", (0.0, 1.0, 2.0, MINUTE), 2.0),
    }
    return Film(make, controls, {"stops_at": Action("Stop the origin", "Let the origin run")})


@pictured
@with_processes
def explore_real(edge_cache):
    """Return controls over real caching proxies that your cache decides in, measured when you ask.

    edge_cache: your class with `fetch(url, now)`, made with `origin`.
    """
    from course.cdn import real  # the HTTP library takes a fifth of a second

    hands = SimpleQueue()

    def foresee(max_age, dies, outage=None):
        outage = outage or (rehearsal.OUTAGE if dies else None)
        return {
            "max_age": max_age,
            "foreseen": None if outage else rehearsal.formula(max_age),
            "expected": rehearsal.rehearse(edge_cache, max_age=max_age, outage=outage),
            "run": None,
        }

    def measure(max_age, dies):
        outage = rehearsal.OUTAGE if dies else None
        for run in real.measure(edge_cache, max_age=max_age, outage=outage, hands=hands):
            yield run.share, foresee(max_age, dies, run.outage) | {"run": run}

    controls = {
        "max_age": choice_slider("max-age", [(f"{age} s", age) for age in rehearsal.MAX_AGES], 2),
        "dies": choice("unplugged at 3 s", [("nothing", False), ("the origin", True)]),
    }
    actions = {
        "Unplug the origin": partial(hands.put, KILL),
        "Plug it in again": partial(hands.put, START),
    }
    experiment = steps.REAL
    return explore_live(
        controls, foresee, measure, RealPicture(), experiment=experiment, actions=actions
    )


@pictured
def explore_distance(distance_km, nearest_edge):
    """Return sliders over which edge your `nearest_edge` picks for each city, and how far that is.

    distance_km: your function of two points, (latitude, longitude) in degrees. nearest_edge: your
    function of (user, edges), a point and a list of Edge.
    """

    def run(**chosen):
        return {"found": distances(distance_km, nearest_edge, **chosen)}

    controls = {
        "edges": slider("edges", 5, 0, len(EDGES), 1),
        "offline": slider("of them offline", 0, 0, len(EDGES), 1),
        "page_kb": slider("page", 500, 100, 2000, 100, "kB"),
    }
    return _explore(controls, run, DistancePicture(), experiment=steps.DISTANCE)


@pictured
def explore_deployment(fingerprint, edge_cache):
    """Return sliders over a deployment: wait, invalidate, or give new versions new names.

    fingerprint: your function of (path, content). edge_cache: your class with `fetch(url, now)` and
    `invalidate(prefix)`.
    """

    def run(changed, max_age, prefix):
        world = {"seed": SEED, "changed": changed, "max_age": max_age}
        purged, dropped = invalidated(edge_cache, prefix=prefix, **world)
        return {
            "waiting": wait_for_expiry(**world),
            "purged": purged,
            "named": fingerprinted(fingerprint, edge_cache, seed=SEED, changed=changed),
            "changed": changed,
            "prefix": prefix,
            "dropped": dropped,
        }

    prefixes = [(f"{prefix}*" if prefix else "* (everything)", prefix) for prefix in PREFIXES]
    controls = {
        "changed": slider("files that change", 3, 0, len(FILES), 1),
        "max_age": _durations("max-age", MAX_AGES, 30 * MINUTE),
        "prefix": choice("invalidate", prefixes),
    }
    return _explore(controls, run, DeploymentPicture(), experiment=steps.DEPLOYMENT)


@pictured
def explore_outages(fetch_with_fallback, edge_cache):
    """Return sliders over an hour with outages of the CDN and of the origin.

    fetch_with_fallback: your function of (url, now, edge, origin). edge_cache: your class with
    `fetch(url, now)`.
    """

    def run(cdn_for, origin_at, origin_for, max_age):
        world = {
            "seed": SEED,
            "cdn_for": cdn_for * MINUTE,
            "origin_at": origin_at * MINUTE,
            "origin_for": origin_for * MINUTE,
            "max_age": max_age,
        }
        return {
            "result": simulate_outages(fetch_with_fallback, edge_cache, **world),
            "without": simulate_outages(**world),
        }

    controls = {
        "cdn_for": slider("CDN out for", 10, 0, 30, 1, "min"),
        "origin_at": slider("origin out from minute", 40, 0, 55, 1),
        "origin_for": slider("origin out for", 10, 0, 30, 1, "min"),
        "max_age": _durations("max-age", IN_AN_HOUR, 5 * MINUTE),
    }
    return _explore(controls, run, OutagePicture(), experiment=steps.OUTAGES)


@pictured
def explore_bill(monthly_cost, break_even_hit_ratio):
    """Return sliders over a month's bill, in dollars.

    monthly_cost: your function of (gigabytes, hit_ratio, prices). break_even_hit_ratio: your
    function of prices.
    """

    def run(**chosen):
        return {"bill": _bill.bill(monthly_cost, break_even_hit_ratio, **chosen)}

    photos = [(f"{count:,}", count) for count in (100, 1000, 10_000, 100_000)]
    controls = {
        "gigabytes": slider("traffic", 10_000, 1000, 50_000, 1000, "GB/month"),
        "photos": choice_slider("photos", photos, 10_000),
        "max_age": _durations("max-age", MAX_AGES, HOUR),
        "cdn_per_gb": slider("CDN", 0.04, 0.0, 0.12, 0.01, "$/GB"),
        "origin_per_gb": slider("origin", 0.09, 0.0, 0.12, 0.01, "$/GB"),
    }
    return _explore(controls, run, BillPicture(), experiment=steps.BILL)


def _durations(label, seconds, value):
    return choice_slider(label, [(_named(each), each) for each in seconds], value)


def _named(seconds):
    for size, unit in ((DAY, "day"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s" if seconds else "0"


@lru_cache(maxsize=32)
def _without_cdn(page_kb):
    return simulate(seed=SEED, edges=0, page_kb=page_kb)


@lru_cache(maxsize=32)
def _trade_off(edges, update_every):
    """Return (origin load, share of stale bytes) for each of IN_AN_HOUR."""
    return trade_off(IN_AN_HOUR, seed=SEED, edges=edges, update_every=update_every)
