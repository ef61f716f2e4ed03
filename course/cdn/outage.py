"""An hour in which CDN and origin are out for a while: which requests get an answer, and from whom.

simulate_outages(fetch_with_fallback, EdgeCache, max_age=300) → Outages
"""

from dataclasses import dataclass

import numpy as np

from course.cdn.baselines import Streams
from course.cdn.model import Caches, Origin
from course.cdn.world import URLS, EdgeDown, OriginDown, opened, served_by, traffic
from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences, wrong_return

FRESH, STALE, ORIGIN, FAILED = range(4)  # who answered
REQUESTS = 2500
EDGES = 5


@dataclass(frozen=True)
class Outages:
    """An hour with outages: a row a request.

    cdn_down, origin_down: (from, to) in seconds. times: when each request came (s). who: FRESH (the
    CDN), STALE (the CDN, with an expired copy), ORIGIN or FAILED. asked: how often the origin was
    asked for it.
    """

    cdn_down: tuple
    origin_down: tuple
    times: np.ndarray
    who: np.ndarray
    asked: np.ndarray

    @property
    def availability(self):
        """Share of the requests that got an answer."""
        return float((self.who != FAILED).mean())

    def count(self, who):
        """Return how many requests were answered by `who`."""
        return int((self.who == who).sum())


def simulate_outages(
    fetch_with_fallback=None,
    edge_cache=None,
    *,
    seed=0,
    cdn_at=900.0,
    cdn_for=600.0,
    origin_at=2400.0,
    origin_for=600.0,
    max_age=300.0,
):
    """Return the Outages of an hour with five edges.

    fetch_with_fallback: a function of (url, now, edge, origin); edge_cache: a class as `simulate`
    takes it. Without them there is no fallback, and a cache that never serves an expired copy. The
    CDN is out from `cdn_at` on for `cdn_for` s, the origin from `origin_at` on for `origin_for` s.
    max_age: how long (s) the origin lets a copy live.

    ValueError names a bad number; ComponentError says in one sentence what a component did wrong.
    """
    away = _interval("cdn", cdn_at, cdn_for), _interval("origin", origin_at, origin_for)
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    asking = traffic(seed, REQUESTS)
    edge = served_by(opened(EDGES))[asking.cities]
    out = [(begin <= asking.times) & (asking.times < end) for begin, end in away]
    if fetch_with_fallback is None:
        who, asked = _without_fallback(asking, edge, max_age, *out)
    else:
        who, asked = _through(fetch_with_fallback, edge_cache, asking, edge, max_age, *out)
    return Outages(*away, asking.times, who, asked)


def _interval(name, start, length):
    start = parameters.number(f"{name}_at", start, at_least=0, unit="s")
    return start, start + parameters.number(f"{name}_for", length, at_least=0, unit="s")


def _without_fallback(asking, edge, max_age, cdn_out, origin_out):
    """Return (who, asked) of plain caches: while the CDN is out, all requests fail."""
    who, asked = np.full(len(edge), FAILED), np.zeros(len(edge))
    reach = ~cdn_out
    streams = edge[reach] * len(asking.phases) + asking.photos[reach]
    asked[reach], failed, _ = Streams(streams, asking.times[reach]).renewals(
        max_age, down=origin_out[reach]
    )
    who[reach] = np.where(failed, FAILED, FRESH)
    return who, asked


def _through(fallback, edge_cache, asking, edge, max_age, cdn_out, origin_out):
    """Return (who, asked) of the requests through the student's fallback and caches."""
    columns = (edge, asking.photos, asking.times, cdn_out, origin_out)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    origin = Origin(max_age)
    caches, who, asked, url, now = Caches(edge_cache, origin), [], [], "", 0.0

    def call():
        return f"{name_of(fallback)}({url!r}, {now:.3f}, edge, origin)"

    with sentences(call):
        for number, (place, photo, now, no_cdn, no_origin) in enumerate(rows):
            site, url = _Site(caches, place, photo, no_cdn), URLS[photo]
            origin.up, origin.version, before = not no_origin, number, origin.calls
            try:
                answer = fallback(url, now, site, origin)
            except OriginDown:
                if origin.up:
                    wrong = f"{call()} raised OriginDown, but the origin is up."
                    raise ComponentError(wrong) from None
                who.append(FAILED)
            else:
                who.append(_answered(call, answer, origin, photo, site))
            asked.append(origin.calls - before)
    return np.array(who), np.array(asked)


def _answered(call, answer, origin, photo, site):
    """Return who gave an answer, after a check of what came."""
    pair = isinstance(answer, tuple) and len(answer) == 2 and answer[1] in ("cdn", "origin")
    if not pair:
        raise ComponentError(wrong_return(call(), answer, "(body, 'cdn') or (body, 'origin')"))
    known = origin.given.get(answer[0]) if isinstance(answer[0], str) else None
    if known is None or known[0] != photo:
        raise ComponentError(wrong_return(call(), answer, f"a body of {URLS[photo]}"))
    if answer[1] == "origin":
        return ORIGIN
    return STALE if site.status == "STALE" else FRESH


class _Site:
    """The edge that a fallback is given: its `fetch(url, now)`, or EdgeDown."""

    def __init__(self, caches, place, photo, down):
        self.caches, self.place, self.photo, self.down = caches, place, photo, down
        self.status = None

    def fetch(self, url, now):
        if self.down:
            raise EdgeDown
        if url != URLS[self.photo]:
            raise ComponentError(f"The edge was asked for {url!r} instead of {URLS[self.photo]!r}.")
        while_down = () if self.caches.origin.up else (OriginDown,)
        with sentences(self.caches.latest_call, while_down):
            version, self.status = self.caches.fetch(self.place, self.photo, now)
        return f"{url}, version {version}", self.status
