"""The world of notebook 07: cities full of users, a resolver in each, and up to four data centers.

Plain types, distances and the traffic; model.py sends the traffic to the centers.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.engine import network, parameters, theory, workload
from course.engine.cities import CITIES, city

OPENING_ORDER = ("Washington", "Singapore", "Frankfurt", "São Paulo")
METRES_PER_SECOND = network.LIGHT_IN_FIBRE / (2 * network.DETOUR)  # of a round trip
LOCATIONS = tuple(each.location for each in CITIES)
PEOPLE = np.array([each.population for each in CITIES])
WEIGHTS = PEOPLE / PEOPLE.sum()


class NoHealthyCenter(Exception):
    """Raised by `resolve` when no data center is healthy: there is nowhere to send the user."""


@dataclass(eq=False)
class Center:
    """A data center: where it is (degrees), whether it is healthy now, which version it runs.

    Two centers are equal only if they are the same object.
    """

    name: str
    location: tuple
    healthy: bool = True
    version: str = "v1"


@dataclass
class Deployment:
    """How a deployment went: lists of the centers that got the new version, and that lost it again.

    Both in the order in which it happened.
    """

    succeeded: bool
    deployed: list
    rolled_back: list


def distance_km(a, b):
    """Return the kilometres between two points (latitude, longitude), over the great circle."""
    return _distance_km(tuple(a), tuple(b))


@lru_cache(maxsize=65_536)
def _distance_km(a, b):
    seconds = float(network.backbone_times([a], [b])[0, 0])
    return seconds * METRES_PER_SECOND / 1000


def make_centers(count=2):
    """Return a new list of the first `count` centers, in OPENING_ORDER."""
    count = parameters.count("centers", count, at_most=len(OPENING_ORDER))
    return [Center(name, city(name).location) for name in OPENING_ORDER[:count]]


ROUND_TRIPS = network.round_trip_times(  # s, a row each city, a column each center
    LOCATIONS, [center.location for center in make_centers(len(OPENING_ORDER))]
)


def nearest(healthy):
    """Return for each city the place of the nearest center; -1 if there is none.

    healthy: a bool for each center, in opening order.
    """
    places = np.flatnonzero(healthy)
    if not places.size:
        return np.full(len(CITIES), -1)
    return places[ROUND_TRIPS[:, places].argmin(axis=1)]


def by_lot(percent, healthy):
    """Return the same for a split: cities with `percent` % of the people go to the first center.

    Which ones is drawn once; the others go to the nearest of the other centers. Who would go to a
    dead center goes to the nearest one that is healthy.
    """
    first, others = np.array(healthy), np.array(healthy)
    first[1:], others[0] = False, False
    chosen = np.where(_lots() < percent / 100, nearest(first), nearest(others))
    return np.where(chosen < 0, nearest(healthy), chosen)


@lru_cache(maxsize=1)
def _lots():
    """Return for each city the share of the people whose lot comes before its own, in 0 … 1."""
    order = workload.stream(7, "split").permutation(len(CITIES))
    lots = np.empty(len(CITIES))
    lots[order] = np.cumsum(WEIGHTS[order]) - WEIGHTS[order] / 2
    return lots


@dataclass(frozen=True)
class Traffic:
    """Requests in order of time: when (s), from which city (its place), and which ones write.

    Those before time 0 only fill the resolvers' caches.
    """

    times: np.ndarray
    cities: np.ndarray
    writes: np.ndarray

    def since_start(self):
        """Return the same without what came before time 0."""
        first = int(np.searchsorted(self.times, 0.0))
        return Traffic(self.times[first:], self.cities[first:], self.writes[first:])


@lru_cache(maxsize=8)
def traffic(seed, arrival_rate, duration, write_share, ttl):
    """Return the Traffic: Poisson in time, each city as often as people live there.

    Before time 0 comes what makes the caches as full, and as old, as they are at any moment: a city
    with rate r has an answer with probability r·ttl / (1 + r·ttl), asked for up to `ttl` s ago.
    """
    times = workload.poisson_arrivals_until(
        workload.stream(seed, "arrivals"), arrival_rate, duration
    )
    where = np.cumsum(WEIGHTS)
    draws = workload.stream(seed, "cities").uniform(size=times.size)
    cities = np.minimum(np.searchsorted(where, draws, side="right"), len(CITIES) - 1)
    held, age = workload.stream(seed, "caches").uniform(size=(2, len(CITIES)))
    early = np.flatnonzero(held < theory.ttl_hit_ratio(WEIGHTS * arrival_rate, ttl))
    early = early[np.argsort(-age[early])]
    writes = workload.stream(seed, "writes").uniform(size=times.size) < write_share
    return Traffic(
        np.concatenate([-ttl * age[early], times]),
        np.concatenate([early, cities]),
        np.concatenate([np.zeros(early.size, dtype=bool), writes]),
    )
