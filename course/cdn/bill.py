"""A month's bill with a CDN, by two functions of a student's.

bill(monthly_cost, break_even_hit_ratio, photos=10_000) → Bill
"""

from dataclasses import dataclass

import numpy as np

from course.cdn.theory import Catalogue, hit_ratios
from course.cdn.world import Prices
from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences, wrong_return

RATIOS = np.linspace(0, 1, 21)


@dataclass(frozen=True)
class Bill:
    """A month's bill, in dollars.

    gigabytes: delivered to users. costs: the bill at each hit ratio of RATIOS; here: at that of the
    catalogue. break_even: the hit ratio above which the CDN is cheaper, by the student's function.
    """

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
    """Return the Bill for `gigabytes` of a month, by a student's two functions.

    monthly_cost(gigabytes, hit_ratio, prices) → dollars; break_even_hit_ratio(prices) → 0 … 1.
    photos: how many there are, each of which an edge keeps for `max_age` s. Prices in dollars per
    GB. ValueError names a bad number; ComponentError says what a function did wrong.
    """
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
