"""A hundred large cities of the world: where the users of the course's simulations live.

They are the rows of cities.csv. Source: United Nations, World Urbanization Prospects: The 2018
Revision, file 22 (urban agglomerations, year 2020, a projection then). Latitude and longitude in
degrees, rounded to 0.01; population in millions, rounded to 0.1. It has nearly all agglomerations
of more than six million people (but for four in the clusters of Shanghai and Guangzhou), and
smaller ones so that no region is empty. People are not users: the share of them that is online
differs a lot between regions.
"""

import csv
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class City:
    """A city: its latitude and longitude (degrees; north and east are positive) and its population.

    population: of the agglomeration, in millions.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    population: float

    @property
    def location(self):
        """The point (latitude, longitude), as course.engine.network takes it."""
        return self.latitude, self.longitude


def _read():
    text = (files("course.engine") / "cities.csv").read_text(encoding="utf-8")
    for name, country, *numbers in list(csv.reader(text.splitlines()))[1:]:
        yield City(name, country, *map(float, numbers))


CITIES = tuple(_read())
_BY_NAME = {city.name: city for city in CITIES}


def city(name):
    """Return the City called `name`; LookupError if it is not in the table."""
    if name not in _BY_NAME:
        raise LookupError(f"no city {name!r} in the table of course.engine.cities")
    return _BY_NAME[name]
