"""Who is told to go where, and until when: the resolvers of all cities, with their caches.

Two ways to the same answers: all resolvers at once by table, and one request after the other
through a student's classes.
"""

import math
from dataclasses import dataclass

import numpy as np

from course.data_centers.world import (
    LOCATIONS,
    NoHealthyCenter,
    by_lot,
    make_centers,
    nearest,
)
from course.engine.cities import CITIES
from course.engine.component import ComponentError, make, name_of, raised, wrong_return

CLOCK = 3600.0  # s: what a component's clock says when the ten minutes begin


@dataclass(frozen=True)
class Outage:
    """The center at place `center` is dead from `start` to `end` (s); never if they are inf."""

    center: int
    start: float
    end: float

    def health(self, centers):
        """Return (since when, who is healthy): before, during and after the outage."""
        up = np.ones(centers, dtype=bool)
        if not self.start < self.end:
            return [(-math.inf, up)]
        down = up.copy()
        down[self.center] = False
        return [(-math.inf, up), (self.start, down), (self.end, up)]

    def at(self, times):
        """Return at which of `times` the center is dead."""
        return (times >= self.start) & (times < self.end)


@dataclass(frozen=True)
class Answers:
    """By request, in order of time: `place` of the center it is sent to (-1: to none).

    `asked`: whether the DNS was asked for it. `after_outage` is, by city, for how many seconds
    after the start of the outage its resolver still names the dead center (0: not at all).
    """

    place: np.ndarray
    asked: np.ndarray
    after_outage: np.ndarray


def by_table(traffic, ttl, centers, outage, split=None):
    """Return the Answers of resolvers that keep each answer for `ttl` seconds."""
    order = np.lexsort((traffic.times, traffic.cities))
    times, cities = traffic.times[order], traffic.cities[order]
    since, tables = _tables(centers, outage, split)
    asked = np.ones(times.size, dtype=bool)
    if ttl > 0:
        asked = _renewals(times, cities, ttl, since, tables)
    fetched = np.maximum.accumulate(np.where(asked, np.arange(times.size), 0))
    state = np.searchsorted(since, times, side="right") - 1
    told = tables[state[fetched], cities] if times.size else np.zeros(0, dtype=int)
    place, was_asked = np.empty_like(told), np.empty_like(asked)
    place[order], was_asked[order] = told, asked
    return Answers(place, was_asked, _after(times[asked], cities[asked], told[asked], ttl, outage))


def _tables(centers, outage, split):
    """Return (since when, for each of these times the center of each city)."""
    health = outage.health(centers)
    answers = [nearest(up) if split is None else by_lot(split, up) for _, up in health]
    return np.array([since for since, _ in health]), np.array(answers)


def _renewals(times, cities, ttl, since, tables):
    """Return which requests (by city, then time) find nothing in their resolver's cache.

    All cities go on together, each from one renewal to the first request that it no longer serves.
    """
    asked, count = np.zeros(times.size, dtype=bool), times.size
    span = np.ptp(times) + 1.0 if count else 1.0
    keys = cities * (3 * span) + times
    life = min(ttl, span)
    nobody = (tables < 0).all(axis=1)
    now = np.flatnonzero(np.diff(cities, prepend=-1))
    while now.size:
        asked[now] = True
        kept = np.where(nobody[np.searchsorted(since, times[now], side="right") - 1], 0.0, life)
        after = np.maximum(np.searchsorted(keys, keys[now] + kept, side="left"), now + 1)
        going_on = after < count
        now, after = now[going_on], after[going_on]
        now = after[cities[after] == cities[now]]
    return asked


def _after(times, cities, told, ttl, outage):
    """Return for how long after the outage's start each city's resolver keeps the dead center."""
    seconds = np.zeros(len(CITIES))
    wrong = (times < outage.start) & (times + ttl > outage.start) & (told == outage.center)
    left = np.minimum(times[wrong] + ttl, outage.end) - outage.start
    np.maximum.at(seconds, cities[wrong], left)
    return seconds


class ByTable:
    """The built-in DNS for a student's resolver: looks each city up in a table."""

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


class _Asked:
    """Stands before a DNS: counts the questions and sees to it that the answer is a center."""

    def __init__(self, dns, centers):
        self.name, self.centers, self.count = name_of(dns), centers, 0
        self.ask = getattr(dns, "resolve", None)
        if not callable(self.ask):
            raise ComponentError(f"{self.name} has no method resolve(location).")

    def resolve(self, location):
        self.count += 1
        try:
            center = self.ask(location)
        except (NoHealthyCenter, NotImplementedError, ComponentError):
            raise
        except Exception as error:
            raise ComponentError(raised(f"{self.name}.resolve({location})", error)) from error
        if not any(center is each for each in self.centers):
            call = f"{self.name}.resolve({location})"
            raise ComponentError(wrong_return(call, center, "one of the centers it was made with"))
        return center


def by_component(traffic, ttl, centers, outage, dns=None, resolver=None):
    """Return the Answers of a student's GeoDNS `dns` and CachingResolver `resolver`, if any.

    Their clock says CLOCK when the ten minutes begin. Without a resolver the built-in cache says
    when the DNS is asked.
    """
    objects = make_centers(centers)
    front = _Asked(make(ByTable if dns is None else dns, centers=list(objects)), objects)
    if resolver is None:
        return _with_builtin_cache(traffic, ttl, front, outage)
    cache = make(resolver, dns=front, ttl=ttl)
    ask, name = getattr(cache, "resolve", None), name_of(cache)
    if not callable(ask):
        raise ComponentError(f"{name} has no method resolve(location, now).")
    numbers = {id(center): place for place, center in enumerate(objects)}
    place, asked, before, changes = [], [], 0, _Changes(objects, outage)
    for now, city in zip(traffic.times.tolist(), traffic.cities.tolist(), strict=True):
        if now >= changes.next:
            changes.happen(now)
        try:
            center = ask(LOCATIONS[city], CLOCK + now)
        except NoHealthyCenter:
            place.append(-1)
        except (NotImplementedError, ComponentError):
            raise
        except Exception as error:
            call = f"{name}.resolve({LOCATIONS[city]}, {CLOCK + now:.6g})"
            raise ComponentError(raised(call, error)) from error
        else:
            number = numbers.get(id(center))
            if number is None:
                call = f"{name}.resolve({LOCATIONS[city]}, {CLOCK + now:.6g})"
                raise ComponentError(wrong_return(call, center, "a center that the DNS returned"))
            place.append(number)
        asked.append(front.count > before)
        before = front.count
    place, asked = np.array(place, dtype=int), np.array(asked, dtype=bool)
    after = _after(traffic.times[asked], traffic.cities[asked], place[asked], ttl, outage)
    return Answers(place, asked, np.maximum(after, _last_sent(traffic, place, outage)))


def _with_builtin_cache(traffic, ttl, front, outage):
    """Return the Answers of a student's DNS that is asked when the built-in cache is empty."""
    table = by_table(traffic, ttl, len(front.centers), outage)
    numbers = {id(center): place for place, center in enumerate(front.centers)}
    rows, told, changes = np.flatnonzero(table.asked), [], _Changes(front.centers, outage)
    times, cities = traffic.times[rows].tolist(), traffic.cities[rows].tolist()
    for now, city in zip(times, cities, strict=True):
        if now >= changes.next:
            changes.happen(now)
        try:
            told.append(numbers[id(front.resolve(LOCATIONS[city]))])
        except NoHealthyCenter:
            told.append(-1)
    told = np.array(told, dtype=int)
    place = np.empty(traffic.times.size, dtype=int)
    order = np.lexsort((traffic.times, traffic.cities))
    answer = np.zeros(traffic.times.size, dtype=int)
    answer[rows] = told
    fetched = np.maximum.accumulate(np.where(table.asked[order], np.arange(order.size), 0))
    place[order] = answer[order][fetched]
    after = _after(traffic.times[rows], traffic.cities[rows], told, ttl, outage)
    return Answers(place, table.asked, after)


class _Changes:
    """Lets the centers be as healthy as they are at a time; `next` is when something changes."""

    def __init__(self, centers, outage):
        self.centers, self.coming = centers, outage.health(len(centers))
        self.next = -math.inf

    def happen(self, now):
        while self.coming and self.coming[0][0] <= now:
            _, up = self.coming.pop(0)
            for center, healthy in zip(self.centers, up.tolist(), strict=True):
                center.healthy = healthy
        self.next = self.coming[0][0] if self.coming else math.inf


def _last_sent(traffic, place, outage):
    """Return by city how long after the outage's start a request last went to the dead center."""
    seconds = np.zeros(len(CITIES))
    wrong = outage.at(traffic.times) & (place == outage.center)
    np.maximum.at(seconds, traffic.cities[wrong], traffic.times[wrong] - outage.start)
    return seconds
