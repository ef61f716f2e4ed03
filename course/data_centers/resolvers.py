"""Where every request is sent by a student's DNS and resolver, one request after the other."""

import math

import numpy as np

from course.data_centers.baselines import ByTable, by_table
from course.data_centers.world import LOCATIONS, Answers, NoHealthyCenter, make_centers
from course.engine.cities import CITIES
from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return
from course.engine.parameters import NEVER

CLOCK = 3600.0  # s: what a component's clock says when the ten minutes begin


def by_component(traffic, ttl, centers, outage, dns=None, resolver=None):
    """Return the Answers of a student's GeoDNS `dns` and CachingResolver `resolver`, if any.

    Their clock says CLOCK when the ten minutes begin. Without a resolver the built-in cache says
    when the DNS is asked. ComponentError says what a component did wrong.
    """
    objects = make_centers(centers)
    front = _CheckedDNS(make(ByTable if dns is None else dns, centers=list(objects)), objects)
    if resolver is None:
        return _with_builtin_cache(traffic, ttl, front, outage)
    cache = make(resolver, dns=front, ttl=ttl)
    (ask,) = methods(cache, "resolve(location, now)")
    place, asked, before, now, city = [], [], 0, 0.0, 0
    changes = _Changes(objects, outage)

    def call():
        return f"{name_of(cache)}.resolve({LOCATIONS[city]}, {CLOCK + now:.6g})"

    with sentences(call):
        for now, city in zip(traffic.times.tolist(), traffic.cities.tolist(), strict=True):
            if now >= changes.next:
                changes.happen(now)
            try:
                center = ask(LOCATIONS[city], CLOCK + now)
            except NoHealthyCenter:
                place.append(-1)
            else:
                number = front.numbers.get(id(center))
                if number is None:
                    expected = "a center that the DNS returned"
                    raise ComponentError(wrong_return(call(), center, expected))
                place.append(number)
            asked.append(front.count > before)
            before = front.count
    place, asked = np.array(place, dtype=int), np.array(asked, dtype=bool)
    times, cities = traffic.times[asked], traffic.cities[asked]
    after = outage.still_named(times, cities, place[asked], ttl)
    again = np.full(len(CITIES), NEVER)  # when it was asked first after the outage's start
    late = times >= outage.start
    np.minimum.at(again, cities[late], times[late])
    if np.any(again < outage.start + after):  # it does not keep its answers for `ttl`
        after[:] = 0.0
    return Answers(place, asked, np.maximum(after, _last_sent(traffic, place, outage)))


def _with_builtin_cache(traffic, ttl, front, outage):
    """Return the Answers of a student's DNS that is asked when the built-in cache is empty."""
    table = by_table(traffic, ttl, len(front.centers), outage)
    rows, told, changes = np.flatnonzero(table.asked), [], _Changes(front.centers, outage)
    times, cities = traffic.times[rows].tolist(), traffic.cities[rows].tolist()
    for now, city in zip(times, cities, strict=True):
        if now >= changes.next:
            changes.happen(now)
        try:
            told.append(front.numbers[id(front.resolve(LOCATIONS[city]))])
        except NoHealthyCenter:
            told.append(-1)
    told = np.array(told, dtype=int)
    order = np.lexsort((traffic.times, traffic.cities))
    place, answer = np.zeros((2, order.size), dtype=int)
    answer[rows] = told
    fetched = np.maximum.accumulate(np.where(table.asked[order], np.arange(order.size), 0))
    place[order] = answer[order][fetched]
    after = outage.still_named(traffic.times[rows], traffic.cities[rows], told, ttl)
    return Answers(place, table.asked, after)


class _CheckedDNS:
    """Stands before a DNS: counts the questions and makes sure that each answer is a center.

    `numbers` has the place of each center by its id().
    """

    def __init__(self, dns, centers):
        (self.ask,) = methods(dns, "resolve(location)")
        self.name, self.centers, self.count, self.location = name_of(dns), centers, 0, None
        self.numbers = {id(center): place for place, center in enumerate(centers)}
        self.sentences = sentences(self._call, (NoHealthyCenter,))

    def resolve(self, location):
        self.count += 1
        self.location = location
        with self.sentences:
            center = self.ask(location)
        if id(center) not in self.numbers:
            expected = "one of the centers it was made with"
            raise ComponentError(wrong_return(self._call(), center, expected))
        return center

    def _call(self):
        return f"{self.name}.resolve({self.location})"


class _Changes:
    """Makes the centers as healthy as they are at a time; `next` is when something changes."""

    def __init__(self, centers, outage):
        self.centers, self.coming = centers, outage.health(len(centers))
        self.next = -math.inf

    def happen(self, now):
        while self.coming and self.coming[0][0] <= now:
            _, up = self.coming.pop(0)
            for center, healthy in zip(self.centers, up.tolist(), strict=True):
                center.healthy = healthy
        self.next = self.coming[0][0] if self.coming else NEVER


def _last_sent(traffic, place, outage):
    """Return by city how long after the outage's start a request last went to the dead center."""
    seconds = np.zeros(len(CITIES))
    wrong = outage.at(traffic.times) & (place == outage.center)
    np.maximum.at(seconds, traffic.cities[wrong], traffic.times[wrong] - outage.start)
    return seconds
