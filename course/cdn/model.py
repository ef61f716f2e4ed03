"""A photo site for the whole world, with and without edges near its users.

    simulate(EdgeCache, edges=5, max_age=300, update_every=1800) → CdnResult

Each request goes to the edge that `nearest_edge` picks for its city; that edge's cache answers, or
asks the origin. Photos change every `update_every` seconds: a cached copy may be an old version.

There is no SimPy clock: no request waits for another one, so its load time follows from distances
and from whether its edge asked the origin.
"""

from dataclasses import dataclass

import numpy as np

from course.cdn.baselines import plain_caches
from course.cdn.world import (
    BANDWIDTH,
    BEHIND,
    HOUR,
    PHOTOS,
    REQUESTS,
    URLS,
    OriginDown,
    opened,
    round_trips,
    served_by,
    traffic,
)
from course.engine import network, parameters
from course.engine.cities import CITIES
from course.engine.component import ComponentError, make, methods, name_of, sentences, wrong_return

WHY = {  # of the status that a fetch must have
    "HIT": "the origin was not asked",
    "MISS": "the origin was asked",
    "STALE": "the origin is down",
}


@dataclass(frozen=True)
class CdnResult:
    """One run: columns with a row a request, in order of time.

    times: when each request came (s). cities: its place in the list of cities. edge: the place in
    `edges` of the edge that served it, -1 for the origin. asked: whether the origin was asked.
    stale: whether an older version than the origin's was served. load_time: seconds until the page
    was there. served_by: the edge of each city, a row a city. page_bytes: the size of a page.
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
        """Return the mean load time (s) of each city, nan for one without a request."""
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

    component: a class with `fetch(url, now)`, made with `origin` once for each edge; by default a
    plain cache with a time to live. nearest_edge: a function of (user, edges); by default the
    quickest edge. edges: how many are open (0: no CDN), of which the first `offline` do not answer.
    max_age: how long (s) the origin lets a copy live. update_every: how often (s) a photo changes.
    page_kb: size of a page in kilobytes. photos: how many there are, asked for by Zipf's law with
    exponent `skew`.

    ValueError names a bad number; ComponentError says in one sentence what the component did wrong.
    """
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    update_every = parameters.number("update_every", update_every, above=0, unit="s")
    size = 1000 * parameters.number("page_kb", page_kb, above=0, unit="kB")
    photos = parameters.count("photos", photos, at_most=len(URLS) if component else 1_000_000)
    asking = traffic(seed, requests, duration, photos, skew)
    listed = opened(edges, offline)
    chosen = served_by(listed, nearest_edge)
    edge = chosen[asking.cities]
    if (chosen < 0).any():  # no edge is online: all go to the origin
        asked, stale = np.ones(len(edge), dtype=bool), np.zeros(len(edge), dtype=bool)
    elif component is None:
        [(asked, stale)] = plain_caches(asking, edge, [max_age], update_every)
    else:
        asked, stale = _through(component, asking, edge, max_age, update_every)
    near = network.load_time(round_trips(chosen), size, BANDWIDTH)[asking.cities]
    return CdnResult(
        times=asking.times,
        cities=asking.cities,
        edge=edge,
        asked=asked,
        stale=stale,
        load_time=near + np.where(asked & (edge >= 0), BEHIND[edge], 0.0),
        served_by=chosen,
        edges=tuple(listed),
        page_bytes=size,
    )


def _through(component, asking, edge, max_age, update_every):
    """Return (asked, stale) of the requests through the student's caches, one an edge."""
    newest = asking.version(asking.photos, asking.times, update_every).astype(int)
    columns = (edge, asking.photos, asking.times, newest)
    origin = Origin(max_age)
    caches, asked, stale = Caches(component, origin), [], []
    with sentences(caches.latest_call):
        for place, photo, now, version in zip(*(each.tolist() for each in columns), strict=True):
            origin.version = version
            served, status = caches.fetch(place, photo, now)
            asked.append(status == "MISS")
            stale.append(served < version)
    return np.array(asked), np.array(stale)


class Origin:
    """What a cache asks: `origin(url)` → (body, max_age); the body tells photo and version.

    Set `up` and `version` before each request; `calls` counts the questions.
    """

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
    """The student's caches, one an edge, made when first needed.

    Call `fetch` within `sentences(caches.latest_call)`.
    """

    def __init__(self, component, origin):
        self.name = name_of(component)
        if not callable(component):
            name = self.name
            raise ComponentError(f"{name} is given as an object: give the class {name} itself.")
        self.component, self.origin, self.made = component, origin, {}
        self.url, self.now = "", 0.0  # of the latest call

    def fetch(self, edge, photo, now):
        """Return (version served, status); ComponentError says what is wrong with the answer."""
        if edge not in self.made:
            cache = make(self.component, origin=self.origin)
            (self.made[edge],) = methods(cache, "fetch(url, now)")
        self.url, self.now, before = URLS[photo], now, self.origin.calls
        answer = self.made[edge](self.url, now)
        asked, up = self.origin.calls > before, self.origin.up
        due = "HIT" if not asked else "MISS" if up else "STALE"
        expected = "(body, status)"
        if isinstance(answer, tuple) and len(answer) == 2:
            body, status = answer
            known = self.origin.given.get(body) if isinstance(body, str) else None
            if known is None or known[0] != photo:
                expected = f"a body that the origin gave for {self.url}"
            elif status == due:
                return known[1], status
            else:
                expected = f"the status {due!r} ({WHY[due]})"
        raise ComponentError(wrong_return(self.latest_call(), answer, expected))

    def latest_call(self):
        """Return the text of the latest call of `fetch`."""
        return f"{self.name}.fetch({self.url!r}, {self.now:.3f})"
