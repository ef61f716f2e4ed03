"""The world of notebook 05: users in cities, an origin in Frankfurt, edges that open in turn.

Plain types, distances and the traffic; model.py sends the traffic through the caches.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.engine import network, parameters, workload
from course.engine.cities import CITIES, city
from course.engine.component import ComponentError, name_of, sentences, wrong_return

BANDWIDTH = 2.5e6  # bytes/s: 20 Mbit/s to the user
PHOTOS = 40
REQUESTS = 5000
HOUR = 3600.0


class NoEdgeOnline(Exception):
    """No edge is online: the request has to go to the origin."""


class EdgeDown(Exception):
    """The edge does not answer."""


class OriginDown(Exception):
    """The origin does not answer."""


@dataclass(frozen=True)
class Edge:
    """A site of the CDN.

    name: its city. location: (latitude, longitude) in degrees. online: whether it answers.
    """

    name: str
    location: tuple
    online: bool = True


@dataclass(frozen=True)
class Prices:
    """What one gigabyte costs in dollars when it leaves the CDN, and when it leaves the origin."""

    cdn_per_gb: float
    origin_per_gb: float


ORIGIN = city("Frankfurt")
EDGES = tuple(
    Edge(name, city(name).location)
    for name in (
        *("Frankfurt", "Mumbai", "Tokyo", "New York", "São Paulo", "Singapore"),
        *("Sydney", "Lagos", "Los Angeles", "Hong Kong", "Dubai", "Johannesburg"),
    )
)
URLS = tuple(f"/photos/{number}.jpg" for number in range(1, PHOTOS + 1))

_LOCATIONS = [each.location for each in CITIES]
_SITES = [edge.location for edge in EDGES]
TO_ORIGIN = network.round_trip_times(_LOCATIONS, [ORIGIN.location])[:, 0]  # s, by city
TO_EDGE = network.round_trip_times(_LOCATIONS, _SITES)  # s, a row each city, a column each edge
BEHIND = network.backbone_times(_SITES, [ORIGIN.location])[:, 0]  # s, edge to origin and back
PEOPLE = np.array([each.population for each in CITIES])


def opened(edges, offline=0):
    """Return the list of the first `edges` edges, of which the first `offline` do not answer."""
    edges = parameters.count("edges", edges, at_least=0, at_most=len(EDGES))
    offline = parameters.count("offline", offline, at_least=0, at_most=len(EDGES))
    return [
        Edge(edge.name, edge.location, online=place >= offline)
        for place, edge in enumerate(EDGES[:edges])
    ]


def served_by(listed, nearest_edge=None):
    """Return for each city the place in `listed` of the edge that serves it; -1: the origin.

    nearest_edge: a student's function of (user, edges); by default the edge with the shortest round
    trip is chosen. ComponentError says in one sentence what the function did wrong.
    """
    if nearest_edge is None:
        online = [place for place, edge in enumerate(listed) if edge.online]
        if not online:
            return np.full(len(CITIES), -1)
        return np.array(online)[TO_EDGE[:, online].argmin(axis=1)]
    return np.array([_asked(nearest_edge, each.location, listed) for each in CITIES])


def round_trips(chosen):
    """Return the seconds of a round trip from each city to the edge `chosen` for it, or origin."""
    return np.where(chosen >= 0, TO_EDGE[np.arange(len(CITIES)), chosen], TO_ORIGIN)


def _asked(nearest_edge, user, listed):
    call = f"{name_of(nearest_edge)}({user}, edges)"
    with sentences(call):
        try:
            edge = nearest_edge(user, list(listed))
        except NoEdgeOnline:
            if any(each.online for each in listed):
                raise
            return -1
    for place, each in enumerate(listed):
        if edge is each and each.online:
            return place
    raise ComponentError(wrong_return(call, edge, "one of the edges given, and one that is online"))


@dataclass(frozen=True)
class Traffic:
    """Requests in order of time: when (s), from which city, for which photo (by number)."""

    times: np.ndarray
    cities: np.ndarray
    photos: np.ndarray
    phases: np.ndarray  # by photo: how far into its first update interval it is, 0 … 1

    def version(self, photos, times, update_every):
        """Return the number of the newest version of `photos` at `times`."""
        return np.floor((times + self.phases[photos] * update_every) / update_every)


@lru_cache(maxsize=8)
def traffic(seed=0, requests=REQUESTS, duration=HOUR, photos=PHOTOS, skew=1.0):
    """Return the Traffic of `requests` requests in `duration` seconds.

    Poisson in time, cities in proportion to their people, `photos` photos by Zipf's law with
    exponent `skew`. ValueError names a bad number.
    """
    requests = parameters.count("requests", requests, at_most=1_000_000)
    duration = parameters.number("duration", duration, above=0, unit="s")
    where = np.cumsum(PEOPLE) / PEOPLE.sum()
    draws = workload.stream(seed, "cities").uniform(size=requests)
    return Traffic(
        times=np.sort(workload.stream(seed, "arrivals").uniform(0, duration, requests)),
        cities=np.minimum(np.searchsorted(where, draws, side="right"), len(CITIES) - 1),
        photos=workload.zipf_keys(workload.stream(seed, "photos"), photos, skew, requests),
        phases=workload.stream(seed, "updates").uniform(size=photos),
    )
