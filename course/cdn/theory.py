"""What holds without a run: a page's time over the cable, and hit ratios in the long run."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.cdn.world import BANDWIDTH, PEOPLE, opened, served_by
from course.engine import network, parameters, theory, workload

MONTH = 30 * 86_400.0  # s
PAGE_GB = 0.0005
EDGES = 12


def load_time(kilometers, page_kb):
    """Return the seconds of a page of `page_kb` kB over a way of `kilometers`; arrays are welcome.

    The line that the cable allows: the way there and back through fibre, with detours.
    """
    trips = network.LAST_MILE + kilometers * 1000 * 2 * network.DETOUR / network.LIGHT_IN_FIBRE
    return network.load_time(trips, page_kb * 1000, BANDWIDTH)


@dataclass(frozen=True)
class Catalogue:
    """Hit ratios: of each photo, the most popular first, and of all requests together."""

    by_photo: np.ndarray
    overall: float


@lru_cache(maxsize=1)
def _shares():
    """Return the share of all requests that each edge gets."""
    counts = np.bincount(served_by(opened(EDGES)), weights=PEOPLE, minlength=EDGES)
    return counts / counts.sum()


@lru_cache(maxsize=64)
def hit_ratios(gigabytes, photos, max_age):
    """Return the Catalogue for `gigabytes` a month of `photos` photos kept for `max_age` s.

    A photo for which an edge gets `rate` requests/s has the hit ratio rate × max_age / (1 + rate ×
    max_age) there: popular photos are nearly always there, rarely wanted ones never.
    """
    gigabytes = parameters.number("gigabytes", gigabytes, above=0, unit="GB")
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    popularity = workload.zipf_popularity(photos, 0.9)
    rate = gigabytes / PAGE_GB / MONTH
    shares = _shares()
    ratios = sum(
        share * theory.ttl_hit_ratio(rate * share * popularity, max_age) for share in shares
    )
    return Catalogue(ratios, float(ratios @ popularity))
