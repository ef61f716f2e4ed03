"""A photo site for the whole world, with and without edges near its users.

    simulate(EdgeCache, edges=5, max_age=300, update_every=1800) → CdnResult

Each request goes to the edge that `nearest_edge` picks for its city; that edge's cache answers, or
asks the origin. Photos change every `update_every` seconds: a cached copy may be an old version.
"""

from dataclasses import dataclass

import numpy as np

from course.cdn.baselines import Streams
from course.cdn.world import (
    BANDWIDTH,
    BEHIND,
    HOUR,
    PHOTOS,
    REQUESTS,
    TO_EDGE,
    TO_ORIGIN,
    URLS,
    OriginDown,
    opened,
    served_by,
    traffic,
)
from course.engine import network, parameters
from course.engine.cities import CITIES
from course.engine.component import ComponentError, make, name_of, raised, wrong_return

STATUSES = ("HIT", "MISS", "STALE")


@dataclass(frozen=True)
class CdnResult:
    """One run: columns with a row a request, in order of time (s).

    `edge` is the place of the edge that served it in `edges`, -1 for the origin; `asked` whether
    the origin was asked; `stale` whether an older version than the origin's came; `load_time` the
    seconds until the page was there. `served_by` has the edge of each city, a row a city.
    """

    times: np.ndarray
    cities: np.ndarray
    edge: np.ndarray
    asked: np.ndarray
    stale: np.ndarray
    load_time: np.ndarray
    served_by: np.ndarray
    edges: tuple
    page_bytes: float

    def __len__(self):
        return len(self.times)

    @property
    def hit_ratio(self):
        """Share of the requests that did not need the origin."""
        return 1.0 - self.origin_load

    @property
    def origin_load(self):
        """Share of the requests that the origin had to answer."""
        return float(self.asked.mean())

    @property
    def stale_share(self):
        """Share of all bytes that were of an older version than the origin's."""
        return float(self.stale.mean())

    def percentile(self, percent):
        """Return the load time (s) that `percent` % of the requests did not exceed."""
        return float(np.percentile(self.load_time, percent))

    def by_city(self):
        """Return the mean load time (s) of each city, nan where nobody asked."""
        counts = np.bincount(self.cities, minlength=len(CITIES))
        sums = np.bincount(self.cities, self.load_time, minlength=len(CITIES))
        return np.divide(sums, counts, out=np.full(len(CITIES), np.nan), where=counts > 0)

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} pages: half within {self.percentile(50):.2f} s, 95 % within "
            f"{self.percentile(95):.2f} s; {self.hit_ratio:.0%} never reached the origin, "
            f"{self.stale_share:.1%} of the bytes were out of date."
        )


def simulate(
    component=None,
    *,
    seed=0,
    nearest_edge=None,
    edges=5,
    offline=0,
    max_age=300.0,
    update_every=1800.0,
    page_kb=500.0,
    requests=REQUESTS,
    duration=HOUR,
    photos=PHOTOS,
    skew=1.0,
):
    """Return the CdnResult of `requests` page loads in `duration` seconds.

    component: a class made with `origin`, with `fetch(url, now)`; one a site. By default a plain
    cache with a time to live. nearest_edge: a function of (user, edges). The first `edges` sites
    are open (0: no CDN), the first `offline` of them do not answer. The origin lets copies live
    `max_age` s, and photos change every `update_every` s; a page has `page_kb` kilobytes. `photos`
    of them are asked for by Zipf's law with `skew`. ValueError names a bad number, ComponentError
    says in one sentence what the component did wrong.
    """
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    update_every = parameters.number("update_every", update_every, above=0, unit="s")
    size = 1000 * parameters.number("page_kb", page_kb, above=0, unit="kB")
    photos = parameters.count("photos", photos, at_most=len(URLS) if component else 1_000_000)
    asking = traffic(seed, requests, duration, photos, skew)
    listed = opened(edges, offline)
    chosen = served_by(listed, nearest_edge)
    edge = chosen[asking.cities]
    asked, stale = np.ones(len(edge), dtype=bool), np.zeros(len(edge), dtype=bool)
    rows = np.flatnonzero(edge >= 0)
    if rows.size:
        through = _plain if component is None else _students
        world = {"max_age": max_age, "update_every": update_every}
        asked[rows], stale[rows] = through(component, asking, rows, edge[rows], **world)
    return CdnResult(
        times=asking.times,
        cities=asking.cities,
        edge=edge,
        asked=asked,
        stale=stale,
        load_time=load_times(asking.cities, edge, asked, chosen, size),
        served_by=chosen,
        edges=tuple(listed),
        page_bytes=size,
    )


def load_times(cities, edge, asked, chosen, size):
    """Return the seconds of each page: over the way to its edge, and behind it on a miss."""
    everyone = np.arange(len(CITIES))
    near = np.where(chosen >= 0, TO_EDGE[everyone, chosen], TO_ORIGIN)
    times = network.load_time(near, size, BANDWIDTH)[cities]
    return times + np.where(asked & (edge >= 0), BEHIND[edge], 0.0)


def trade_off(max_ages, *, seed=0, edges=5, update_every=1800.0):
    """Return (origin load, share of stale bytes) of plain caches for each of `max_ages` (s)."""
    asking, chosen = traffic(seed), served_by(opened(edges))
    edge = chosen[asking.cities]
    if edges == 0:
        return ((1.0, 0.0),) * len(max_ages)
    streams = _streams(asking, slice(None), edge)
    found = [_aged(asking, slice(None), streams.renewals(age), update_every) for age in max_ages]
    return tuple((float(asked.mean()), float(stale.mean())) for asked, stale in found)


def _plain(component, asking, rows, edge, *, max_age, update_every):
    """Return (asked, stale) of the rows behind plain caches, without any cache."""
    found = _streams(asking, rows, edge).renewals(max_age)
    return _aged(asking, rows, found, update_every)


def _streams(asking, rows, edge):
    return Streams(edge * len(asking.phases) + asking.photos[rows], asking.times[rows])


def _aged(asking, rows, found, update_every):
    photos, times = asking.photos[rows], asking.times[rows]
    newest = asking.version(photos, times, update_every)
    return found.asked, asking.version(photos, found.fetched_at, update_every) < newest


def _students(component, asking, rows, edge, *, max_age, update_every):
    """Return (asked, stale) of the rows through the student's caches, one an edge."""
    photos, times = asking.photos[rows], asking.times[rows]
    newest = asking.version(photos, times, update_every).astype(int).tolist()
    origin = Origin(max_age)
    caches = Caches(component, origin)
    asked, stale = [], []
    for place, photo, now, version in zip(
        edge.tolist(), photos.tolist(), times.tolist(), newest, strict=True
    ):
        origin.version = version
        served, status = caches.fetch(place, photo, now)
        asked.append(status == "MISS")
        stale.append(served < version)
    return asked, stale


class Origin:
    """What a cache asks: `origin(url)` → (body, max_age); the body tells photo and version."""

    def __init__(self, max_age):
        self.max_age, self.version, self.up = max_age, 0, True
        self.calls, self.numbers = 0, {url: number for number, url in enumerate(URLS)}
        self.given = {}

    def __call__(self, url):
        if url not in self.numbers:
            raise ComponentError(f"The origin was asked for {url!r}, which is none of its photos.")
        self.calls += 1
        if not self.up:
            raise OriginDown
        body = f"{url}, version {self.version}"
        self.given[body] = (self.numbers[url], self.version)
        return body, self.max_age


class Caches:
    """The student's caches, one an edge, made when first needed."""

    def __init__(self, component, origin):
        if not callable(component):
            name = name_of(component)
            raise ComponentError(f"{name} is given as an object: give the class {name} itself.")
        self.component, self.origin, self.name = component, origin, name_of(component)
        self.made = {}

    def fetch(self, edge, photo, now):
        """Return (version served, status); OriginDown passes on while the origin is down."""
        if edge not in self.made:
            self.made[edge] = self._new()
        url, before = URLS[photo], self.origin.calls
        try:
            answer = self.made[edge](url, now)
        except (NotImplementedError, ComponentError):
            raise
        except Exception as error:
            if isinstance(error, OriginDown) and not self.origin.up:
                raise
            raise ComponentError(raised(self._call(url, now), error)) from error
        return self._checked(answer, url, photo, now, self.origin.calls - before)

    def _new(self):
        cache = make(self.component, origin=self.origin)
        if not callable(getattr(cache, "fetch", None)):
            raise ComponentError(f"{self.name} has no method fetch(url, now).")
        return cache.fetch

    def _checked(self, answer, url, photo, now, calls):
        """Return (version, status) of an answer that a cache may give."""
        expected = "(body, status)"
        if isinstance(answer, tuple) and len(answer) == 2:
            body, status = answer
            known = self.origin.given.get(body) if isinstance(body, str) else None
            if known is None or known[0] != photo:
                expected = f"a body that the origin gave for {url}"
            elif status == self._status(calls):
                return known[1], status
            else:
                expected = f"the status {self._status(calls)!r} ({self._why(calls)})"
        raise ComponentError(wrong_return(self._call(url, now), answer, expected))

    def _status(self, calls):
        if not calls:
            return "HIT"
        return "MISS" if self.origin.up else "STALE"

    def _why(self, calls):
        if not calls:
            return "the origin was not asked"
        return "the origin was asked" if self.origin.up else "the origin is down"

    def _call(self, url, now):
        return f"{self.name}.fetch({url!r}, {now:.3f})"
