"""The bill: which share of the bytes a CDN can keep from the origin, and what that saves.

In the long run a photo at an edge that gets `rate` requests/s has a hit ratio of rate × max_age /
(1 + rate × max_age): popular photos are nearly always there, rarely wanted ones never.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.cdn.world import PEOPLE, Prices, opened, served_by
from course.engine import parameters, theory, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return

MONTH = 30 * 86_400.0
PAGE_GB = 0.0005
EDGES = 12
RATIOS = np.linspace(0, 1, 21)


@dataclass(frozen=True)
class Catalogue:
    """Hit ratios: of each photo, the most popular first, and of all requests together."""

    by_photo: np.ndarray
    overall: float


@lru_cache(maxsize=1)
def _shares():
    """Return the share of the requests that each edge gets."""
    counts = np.bincount(served_by(opened(EDGES)), weights=PEOPLE, minlength=EDGES)
    return counts / counts.sum()


@lru_cache(maxsize=64)
def hit_ratios(gigabytes, photos, max_age):
    """Return the Catalogue for `gigabytes` a month of `photos` photos that live `max_age` s."""
    gigabytes = parameters.number("gigabytes", gigabytes, above=0, unit="GB")
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    popularity = workload.zipf_popularity(photos, 0.9)
    rate = gigabytes / PAGE_GB / MONTH
    shares = _shares()
    ratios = sum(
        share * theory.ttl_hit_ratio(rate * share * popularity, max_age) for share in shares
    )
    return Catalogue(ratios, float(ratios @ popularity))


@dataclass(frozen=True)
class Bill:
    """What a month costs by hit ratio (`RATIOS`), and at the hit ratio of the catalogue."""

    gigabytes: float
    prices: Prices
    costs: np.ndarray
    here: float
    break_even: float
    catalogue: Catalogue

    @property
    def without(self):
        """What the month costs without a CDN."""
        return self.gigabytes * self.prices.origin_per_gb


def bill(
    monthly_cost,
    break_even_hit_ratio,
    *,
    gigabytes=10_000.0,
    photos=10_000,
    max_age=3600.0,
    cdn_per_gb=0.04,
    origin_per_gb=0.09,
):
    """Return the Bill that the student's two functions make of it."""
    prices = Prices(
        parameters.number("cdn_per_gb", cdn_per_gb, at_least=0, unit="dollars"),
        parameters.number("origin_per_gb", origin_per_gb, at_least=0, unit="dollars"),
    )
    catalogue = hit_ratios(gigabytes, photos, max_age)
    gigabytes = float(gigabytes)
    costs = [_cost(monthly_cost, gigabytes, ratio, prices) for ratio in RATIOS.tolist()]
    call = f"{name_of(break_even_hit_ratio)}({prices})"
    with sentences(call):
        even = break_even_hit_ratio(prices)
    even = _number(call, even)
    if not 0 <= even <= 1:
        raise ComponentError(wrong_return(call, even, "a hit ratio between 0 and 1"))
    return Bill(
        gigabytes,
        prices,
        np.array(costs),
        _cost(monthly_cost, gigabytes, catalogue.overall, prices),
        even,
        catalogue,
    )


def _cost(monthly_cost, gigabytes, ratio, prices):
    call = f"{name_of(monthly_cost)}({gigabytes:g}, {ratio:.4g}, {prices})"
    with sentences(call):
        cost = monthly_cost(gigabytes, ratio, prices)
    return _number(call, cost)


def _number(call, value):
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise ComponentError(wrong_return(call, value, "a number"))
    if not np.isfinite(value):
        raise ComponentError(wrong_return(call, value, "a finite number"))
    return float(value)
