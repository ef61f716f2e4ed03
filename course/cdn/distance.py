"""How far a student's functions say that each city's edge is, and how long a page takes from there.

distances(distance_km, nearest_edge, edges=5) → Distances
"""

from dataclasses import dataclass

import numpy as np

from course.cdn.world import BANDWIDTH, ORIGIN, PEOPLE, TO_ORIGIN, opened, round_trips, served_by
from course.engine import network, parameters
from course.engine.cities import CITIES
from course.engine.component import ComponentError, name_of, sentences, wrong_return


@dataclass(frozen=True)
class Distances:
    """By city: the edge that serves it (-1: the origin), and how far and how long that is.

    km, origin_km: the student's kilometers to what serves the city, and to the origin. times,
    origin_times: a page's load time (s) from there. longer_than_needed: the names of the cities
    that another online edge would serve faster.
    """

    edges: tuple
    served_by: np.ndarray
    km: np.ndarray
    times: np.ndarray
    origin_km: np.ndarray
    origin_times: np.ndarray
    page_kb: float
    longer_than_needed: tuple

    @property
    def mean_time(self):
        """Mean load time (s) of all people."""
        return float(np.average(self.times, weights=PEOPLE))

    @property
    def mean_origin_time(self):
        """Mean load time (s) of all people without a CDN."""
        return float(np.average(self.origin_times, weights=PEOPLE))


def distances(distance_km, nearest_edge, *, edges=5, offline=0, page_kb=500.0):
    """Return the Distances that two functions of a student's give.

    distance_km(a, b) is asked for the way from each city to its edge and to the origin,
    nearest_edge(user, edges) for each city's edge. edges: how many are open, of which the first
    `offline` do not answer. page_kb: size of a page in kilobytes. ValueError names a bad number;
    ComponentError says in one sentence what a function did wrong.
    """
    listed = opened(edges, offline)
    size = 1000 * parameters.number("page_kb", page_kb, above=0, unit="kB")
    chosen = served_by(listed, nearest_edge)
    near, possible = round_trips(chosen), round_trips(served_by(listed))
    origin_km = _measured(distance_km, [ORIGIN.location] * len(CITIES))
    targets = [listed[place].location if place >= 0 else ORIGIN.location for place in chosen]
    return Distances(
        tuple(listed),
        chosen,
        _measured(distance_km, targets),
        network.load_time(near, size, BANDWIDTH),
        origin_km,
        network.load_time(TO_ORIGIN, size, BANDWIDTH),
        float(page_kb),
        tuple(CITIES[place].name for place in np.flatnonzero(near > possible + 1e-9)),
    )


def _measured(distance_km, targets):
    """Return the student's kilometers from each city to its target."""
    found = []
    for each, target in zip(CITIES, targets, strict=True):
        call = f"{name_of(distance_km)}({each.location}, {target})"
        with sentences(call):
            km = distance_km(each.location, target)
        if isinstance(km, bool) or not isinstance(km, (int, float, np.number)):
            raise ComponentError(wrong_return(call, km, "a number of kilometers"))
        if not 0 <= km < 1e9:
            raise ComponentError(wrong_return(call, km, "a number of kilometers, at least 0"))
        found.append(float(km))
    return np.array(found)
