"""The world of notebook 07: cities full of users, a resolver in each, and up to four data centers.

Plain types, distances and the traffic; model.py sends the traffic to the centers.
"""

import math
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
    """A data center. Two centers are equal only if they are the same object.

    name: its city. location: (latitude, longitude) in degrees. healthy: whether it is up now.
    version: the version of the software that it runs now.
    """

    name: str
    location: tuple
    healthy: bool = True
    version: str = "v1"


@dataclass
class Deployment:
    """How a deployment went.

    succeeded: True or False. deployed: list of the centers that got the new version, in this order.
    rolled_back: list of those from which it was taken again, in this order.
    """

    succeeded: bool
    deployed: list
    rolled_back: list


def distance_km(a, b):
    """Return the kilometres between two points over the great circle.

    Points are (latitude, longitude) in degrees; ValueError names one that is not.
    """
    return _distance_km(tuple(a), tuple(b))


@lru_cache(maxsize=65_536)
def _distance_km(a, b):
    seconds = float(network.backbone_times([a], [b])[0, 0])
    return seconds * METRES_PER_SECOND / 1000


def make_centers(count=2):
    """Return a new list of the first `count` centers (1 to 4), in OPENING_ORDER."""
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


@dataclass(frozen=True)
class Outage:
    """The center at place `center` is dead from `start` to `end` (s); both NEVER: no outage."""

    center: int
    start: float
    end: float

    def health(self, centers):
        """Return (since when, which centers are healthy): before, during and after the outage."""
        up = np.ones(centers, dtype=bool)
        if not self.start < self.end:
            return [(-math.inf, up)]
        down = up.copy()
        down[self.center] = False
        return [(-math.inf, up), (self.start, down), (self.end, up)]

    def at(self, times):
        """Return at which of `times` the center is dead."""
        return (times >= self.start) & (times < self.end)

    def still_named(self, times, cities, told, ttl):
        """Return by city how long after the start its resolver still names the dead center (s).

        times, cities, told: of each question to the DNS, when it was asked (s), by which city, and
        the place of the center in the answer.
        """
        seconds = np.zeros(len(CITIES))
        wrong = (times < self.start) & (times + ttl > self.start) & (told == self.center)
        left = np.minimum(times[wrong] + ttl, self.end) - self.start
        np.maximum.at(seconds, cities[wrong], left)
        return seconds


@dataclass(frozen=True)
class Answers:
    """What the resolvers say, by request in order of time.

    place: of the center that the request is sent to, -1 for none. asked: whether the DNS was asked
    for it. after_outage: by city, how many seconds after the start of the outage its resolver still
    names the dead center (0: not at all).
    """

    place: np.ndarray
    asked: np.ndarray
    after_outage: np.ndarray
