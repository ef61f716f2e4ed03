"""Where a student's GeoDNS sends every city, and how far away that is in round trips."""

from dataclasses import dataclass

import numpy as np

from course.data_centers.world import (
    LOCATIONS,
    ROUND_TRIPS,
    WEIGHTS,
    NoHealthyCenter,
    make_centers,
    nearest,
)
from course.engine import parameters
from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return


@dataclass(frozen=True)
class Resolved:
    """Where every city is sent.

    places: by city, the place of its center, -1 for none. round_trips: by city, the seconds there
    and back, inf for none. healthy: which centers were. nearer: how many cities have a nearer
    healthy center.
    """

    places: np.ndarray
    round_trips: np.ndarray
    healthy: tuple
    nearer: int

    @property
    def mean(self):
        """Mean round trip (s) of all people; inf if some reach no center."""
        return float(WEIGHTS @ self.round_trips)

    @property
    def shares(self):
        """Share of the people who are sent to each center."""
        return np.bincount(self.places + 1, WEIGHTS, minlength=len(self.healthy) + 1)[1:]


def resolutions(geo_dns, *, centers=2, dead=0):
    """Return the Resolved of `geo_dns`, a class or an instance with `resolve(location)`.

    It is made with the first `centers` centers, of which the first `dead` die afterwards.
    ValueError names a bad number; ComponentError says in one sentence what it did wrong.
    """
    objects = make_centers(centers)
    dead = parameters.count("dead", dead, at_least=0, at_most=4)
    dns = make(geo_dns, centers=list(objects))
    (ask,) = methods(dns, "resolve(location)")
    for center in objects[:dead]:
        center.healthy = False
    healthy = tuple(center.healthy for center in objects)
    expected = "one of the centers it was made with, and a healthy one"
    if not any(healthy):
        expected = "NoHealthyCenter to be raised, as no center is healthy"
    numbers, places = {id(center): place for place, center in enumerate(objects)}, []
    for location in LOCATIONS:
        call = f"{name_of(dns)}.resolve({location})"
        with sentences(call):
            try:
                center = ask(location)
            except NoHealthyCenter:
                if any(healthy):
                    raise
                places.append(-1)
                continue
        place = numbers.get(id(center))
        if place is None or not healthy[place]:
            raise ComponentError(wrong_return(call, center, expected))
        places.append(place)
    places = np.array(places)
    trips, best = _round_trips(places), _round_trips(nearest(healthy))
    return Resolved(places, trips, healthy, int((trips > best + 1e-9).sum()))


def _round_trips(places):
    trips = ROUND_TRIPS[np.arange(len(LOCATIONS)), places]
    return np.where(places < 0, np.inf, trips)
