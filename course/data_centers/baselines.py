"""The built-in DNS and resolvers: where every request is sent, for all cities at once.

A resolver's questions follow from the sorted times of its requests alone, so no object has to keep
an answer. There are two reasons: 0.8 ms a run instead of 4.4 ms, and objects would be the solutions
of exercises A and C in the package that students import.
"""

import numpy as np

from course.data_centers.world import LOCATIONS, Answers, NoHealthyCenter, nearest


def by_table(traffic, ttl, centers, outage):
    """Return the Answers of the built-in DNS through resolvers that keep an answer for `ttl` s."""
    order = np.lexsort((traffic.times, traffic.cities))
    times, cities = traffic.times[order], traffic.cities[order]
    since, tables = _tables(centers, outage)
    asked = np.ones(times.size, dtype=bool)
    if ttl > 0:
        asked = _renewals(times, cities, ttl, since, tables)
    fetched = np.maximum.accumulate(np.where(asked, np.arange(times.size), 0))
    state = np.searchsorted(since, times, side="right") - 1
    told = tables[state[fetched], cities] if times.size else np.zeros(0, dtype=int)
    place, was_asked = np.empty_like(told), np.empty_like(asked)
    place[order], was_asked[order] = told, asked
    after = outage.still_named(times[asked], cities[asked], told[asked], ttl)
    return Answers(place, was_asked, after)


def _tables(centers, outage):
    """Return (since when, for each of these times the center of each city)."""
    health = outage.health(centers)
    answers = [nearest(up) for _, up in health]
    return np.array([since for since, _ in health]), np.array(answers)


def _renewals(times, cities, ttl, since, tables):
    """Return which requests (by city, then time) find nothing in their resolver's cache.

    All cities go on together, each from one renewal to the first request that it no longer serves.
    """
    asked, count = np.zeros(times.size, dtype=bool), times.size
    span = np.ptp(times) + 1.0 if count else 1.0
    keys = cities * (3 * span) + times
    life = min(ttl, span)
    no_center = (tables < 0).all(axis=1)
    now = np.flatnonzero(np.diff(cities, prepend=-1))
    while now.size:
        asked[now] = True
        kept = np.where(no_center[np.searchsorted(since, times[now], side="right") - 1], 0.0, life)
        after = np.maximum(np.searchsorted(keys, keys[now] + kept, side="left"), now + 1)
        going_on = after < count
        now, after = now[going_on], after[going_on]
        now = after[cities[after] == cities[now]]
    return asked


class ByTable:
    """The built-in DNS for a student's resolver: it looks each city up in a table."""

    def __init__(self, centers):
        self.centers, self.row = centers, {place: row for row, place in enumerate(LOCATIONS)}
        self.tables = {}

    def resolve(self, location):
        """Return the center of the city at `location`."""
        up = tuple(center.healthy for center in self.centers)
        if up not in self.tables:
            self.tables[up] = nearest(up).tolist()
        place = self.tables[up][self.row[location]]
        if place < 0:
            raise NoHealthyCenter
        return self.centers[place]
