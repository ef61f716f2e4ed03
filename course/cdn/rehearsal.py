"""Eight seconds of a CDN with four edges: who asks when, and what is then expected.

    rehearse(EdgeCache, max_age=2, outage=OUTAGE) → Run

`real` has the same requests answered by processes.
"""

import math
from dataclasses import dataclass

import numpy as np

from course.cdn.model import Caches, Origin
from course.cdn.world import (
    BANDWIDTH,
    BEHIND,
    EDGES,
    PEOPLE,
    OriginDown,
    opened,
    round_trips,
    served_by,
    traffic,
)
from course.engine import network, workload
from course.engine.component import sentences

AT = tuple(edge.name for edge in EDGES[:4])
SEED, REQUESTS, DURATION, PHOTOS, SKEW = 1, 240, 8.0, 10, 1.0
PAGE = 100_000.0  # bytes
OUTAGE = (3.0, 6.0)  # s, from and to
MAX_AGES = (0, 1, 2, 4)  # s: HTTP counts whole ones
HIT, MISS, STALE, NO_PAGE = "HIT", "MISS", "STALE", "no page"
SERVED_BY = served_by(opened(len(AT)))  # by city
NEAR = network.load_time(round_trips(SERVED_BY), PAGE, BANDWIDTH)  # s by city, from its edge


@dataclass(frozen=True)
class Run:
    """What users saw, by request in order of time.

    times: when each came (s); edges, photos: numbers. status: HIT, MISS, STALE or NO_PAGE. took: s
    until the page was there. headers: of the newest answer, as text. outage: (from, to) in seconds
    in which the origin was unplugged, or None. share: of the run that is over.
    """

    times: np.ndarray
    edges: np.ndarray
    photos: np.ndarray
    status: np.ndarray
    took: np.ndarray
    headers: str = ""
    outage: tuple | None = None
    share: float = 1.0

    def count(self, status):
        """Return how many requests ended so."""
        return int((self.status == status).sum())

    @property
    def mean_time(self):
        """Mean time (s) of the pages; nan without one."""
        served = self.took[self.status != NO_PAGE]
        return float(served.mean()) if len(served) else math.nan


def users(*, requests=REQUESTS, duration=DURATION):
    """Return the Traffic: who asks when, and for what."""
    return traffic(SEED, requests, duration, PHOTOS, SKEW)


def formula(max_age):
    """Return (requests that reach the origin, mean load time in s) that are expected.

    The caches begin empty. A photo that an edge is asked for at rate r is missed at an exponential
    time, and then a lifetime and an exponential time later, again and again: for the n-th time
    within t with the probability that n Poisson requests come in t - (n - 1) × max_age (a renewal
    process with dead time; Cox, Renewal Theory, 1962).
    """
    people = np.bincount(SERVED_BY, weights=PEOPLE, minlength=len(AT)) / PEOPLE.sum()
    rates = REQUESTS / DURATION * np.outer(people, workload.zipf_popularity(PHOTOS, SKEW))
    misses = rates * DURATION
    if max_age:
        misses = np.zeros_like(rates)
        for number in range(1, math.ceil(DURATION / max_age) + 1):
            asked = rates * (DURATION - (number - 1) * max_age)
            terms = [asked**k / math.factorial(k) for k in range(number)]
            misses += 1 - np.exp(-asked) * sum(terms)
    behind = float(misses.sum(axis=1) @ BEHIND[: len(AT)]) / REQUESTS
    return float(misses.sum()), float(NEAR @ PEOPLE / PEOPLE.sum()) + behind


def rehearse(edge_cache, *, max_age, outage=None, **chosen):
    """Return the Run of the simulation. chosen: requests, duration of `users`.

    ComponentError says in one sentence what a component did wrong.
    """
    asking, origin, status = users(**chosen), Origin(max_age), []
    edges, (start, end) = SERVED_BY[asking.cities], outage or (math.inf, math.inf)
    caches = Caches(edge_cache, origin)
    rows = zip(edges.tolist(), asking.photos.tolist(), asking.times.tolist(), strict=True)
    with sentences(caches.latest_call, (OriginDown,)):
        for edge, photo, now in rows:
            origin.up = not start <= now < end
            try:
                status.append(caches.fetch(edge, photo, now)[1])
            except OriginDown:
                status.append(NO_PAGE)
    status = np.array(status)
    asked = np.isin(status, (MISS, STALE))  # an origin that is down is asked as well
    took = NEAR[asking.cities] + np.where(asked, BEHIND[edges], 0.0)
    return Run(asking.times, edges, asking.photos, status, took, outage=outage)
