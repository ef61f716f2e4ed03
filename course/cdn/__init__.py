"""Notebook 05: a content delivery network in front of a site for the whole world.

The names that the notebook needs: types, errors, `simulate`, the pictures and the `explore`s.
"""

from functools import lru_cache

from course.cdn import bill as _bill
from course.cdn import deployment as _deployment
from course.cdn.bill_picture import BillPicture
from course.cdn.deployment_picture import Deployed, DeploymentPicture
from course.cdn.distance_picture import DistancePicture, distances
from course.cdn.model import CdnResult, simulate, trade_off
from course.cdn.outage import simulate_outages
from course.cdn.outage_picture import OutagePicture, Survived
from course.cdn.picture import CdnPicture, Comparison
from course.cdn.picture import architecture as _architecture
from course.cdn.world import (
    EDGES,
    ORIGIN,
    Edge,
    EdgeDown,
    NoEdgeOnline,
    OriginDown,
    Prices,
)
from course.engine import parameters
from course.engine.component import name_of
from course.view.explore import choice, pictured, slider, steps
from course.view.explore import explore as _explore

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
    "simulate",
    "simulate_outages",
]

SEED = 1
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
MAX_AGES = (
    ("0", 0.0),
    ("10 s", 10.0),
    ("30 s", 30.0),
    ("1 min", MINUTE),
    ("2 min", 2 * MINUTE),
    ("5 min", 5 * MINUTE),
    ("10 min", 10 * MINUTE),
    ("30 min", 30 * MINUTE),
    ("1 h", HOUR),
    ("1 day", DAY),
)
UPDATES = (
    ("5 min", 5 * MINUTE),
    ("15 min", 15 * MINUTE),
    ("30 min", 30 * MINUTE),
    ("1 h", HOUR),
    ("6 h", 6 * HOUR),
    ("1 day", DAY),
)


def architecture():
    """Return the picture of the system so far, three of its edges drawn."""
    return _architecture(EDGES)


@pictured
def explore(edge_cache=None, *, prediction=None):
    """Return sliders over `simulate`; with `edge_cache`, a class, its caches instead of plain ones.

    prediction: your guess (s) at how long half of the pages take without a CDN; a diamond.
    """

    def run(edges, max_age, update_every, page_kb):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="s")
        chosen = {"edges": edges, "update_every": update_every, "page_kb": page_kb, "seed": SEED}
        plain = simulate(max_age=max_age, **chosen)
        result = plain
        if edge_cache is not None:
            result = simulate(edge_cache, max_age=max_age, **chosen)
        without = _without_cdn(page_kb)
        return Comparison(
            name, result, without, _trade_off(edges, update_every), plain, max_age, guess
        )

    name = "" if edge_cache is None else f"your {name_of(edge_cache)}"
    controls = {
        "edges": slider("edges", 5, 0, len(EDGES), 1),
        "max_age": steps("max-age", MAX_AGES, 5 * MINUTE),
        "update_every": steps("photos change every", UPDATES, 30 * MINUTE),
        "page_kb": slider("page", 500, 100, 2000, 100, "kB"),
    }
    return _explore(controls, run, CdnPicture(name, prediction is not None))


@pictured
def explore_distance(distance_km, nearest_edge):
    """Return sliders over which edge a student's `nearest_edge` picks, and how far that is."""

    def run(edges, offline, page_kb):
        return distances(distance_km, nearest_edge, edges=edges, offline=offline, page_kb=page_kb)

    controls = {
        "edges": slider("edges", 5, 0, len(EDGES), 1),
        "offline": slider("of them offline", 0, 0, len(EDGES), 1),
        "page_kb": slider("page", 500, 100, 2000, 100, "kB"),
    }
    return _explore(controls, run, DistancePicture())


@pictured
def explore_deployment(fingerprint, edge_cache):
    """Return sliders over a deployment with a student's `invalidate` and `fingerprint`."""

    def run(changed, max_age, prefix):
        chosen = {"seed": SEED, "changed": changed, "max_age": max_age}
        purged, dropped = _deployment.invalidated(edge_cache, prefix=prefix, **chosen)
        return Deployed(
            _deployment.wait_for_expiry(**chosen),
            purged,
            _deployment.fingerprinted(fingerprint, edge_cache, seed=SEED, changed=changed),
            changed,
            prefix,
            dropped,
        )

    prefixes = [
        (f"{prefix}*" if prefix else "* (everything)", prefix) for prefix in _deployment.PREFIXES
    ]
    controls = {
        "changed": slider("files that change", 3, 0, len(_deployment.FILES), 1),
        "max_age": steps("max-age", MAX_AGES, 30 * MINUTE),
        "prefix": choice("invalidate", prefixes),
    }
    return _explore(controls, run, DeploymentPicture())


@pictured
def explore_outages(fetch_with_fallback, edge_cache):
    """Return sliders over an hour with outages, with a student's fallback and cache."""

    def run(cdn_for, origin_at, origin_for, max_age):
        chosen = {
            "cdn_for": cdn_for * MINUTE,
            "origin_at": origin_at * MINUTE,
            "origin_for": origin_for * MINUTE,
            "max_age": max_age,
        }
        return Survived(
            simulate_outages(fetch_with_fallback, edge_cache, seed=SEED, **chosen),
            simulate_outages(seed=SEED, **chosen),
        )

    controls = {
        "cdn_for": slider("CDN out for", 10, 0, 30, 1, "min"),
        "origin_at": slider("origin out from minute", 40, 0, 55, 1),
        "origin_for": slider("origin out for", 10, 0, 30, 1, "min"),
        "max_age": steps("max-age", MAX_AGES, 5 * MINUTE),
    }
    return _explore(controls, run, OutagePicture())


@pictured
def explore_bill(monthly_cost, break_even_hit_ratio):
    """Return sliders over a month's bill as a student's two functions reckon it."""

    def run(**chosen):
        return _bill.bill(monthly_cost, break_even_hit_ratio, **chosen)

    photos = [(f"{count:,}", count) for count in (100, 1000, 10_000, 100_000)]
    controls = {
        "gigabytes": slider("traffic", 10_000, 1000, 50_000, 1000, "GB/month"),
        "photos": steps("photos", photos, 10_000),
        "max_age": steps("max-age", MAX_AGES, HOUR),
        "cdn_per_gb": slider("CDN", 0.04, 0.0, 0.12, 0.01, "$/GB"),
        "origin_per_gb": slider("origin", 0.09, 0.0, 0.12, 0.01, "$/GB"),
    }
    return _explore(controls, run, BillPicture())


@lru_cache(maxsize=32)
def _without_cdn(page_kb):
    return simulate(seed=SEED, edges=0, page_kb=page_kb)


@lru_cache(maxsize=32)
def _trade_off(edges, update_every):
    """Return (origin load, share of stale bytes) for each of MAX_AGES."""
    ages = [max_age for _, max_age in MAX_AGES]
    return trade_off(ages, seed=SEED, edges=edges, update_every=update_every)
