"""An hour in which CDN and origin are out for a while: who gets an answer, and whose?"""

from dataclasses import dataclass

import numpy as np

from course.cdn.baselines import Streams
from course.cdn.model import Caches, Origin
from course.cdn.world import (
    HOUR,
    PHOTOS,
    URLS,
    EdgeDown,
    OriginDown,
    opened,
    served_by,
    traffic,
)
from course.engine import parameters
from course.engine.component import ComponentError, name_of, raised, wrong_return

FRESH, STALE, ORIGIN, FAILED = range(4)  # who answered
REQUESTS = 2500
EDGES = 5


@dataclass(frozen=True)
class Outages:
    """When what is down, as (from, to) in seconds, and the requests of the hour (times in s).

    `who` answered each request: FRESH (the CDN), STALE (the CDN, an expired copy), ORIGIN or
    FAILED; `asked` says how often the origin was asked for it.
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
    """Return the Outages of an hour; the CDN is out from `cdn_at` for `cdn_for` s, and so on.

    fetch_with_fallback(url, now, edge, origin) and edge_cache: a student's; without both there is
    no fallback, and a cache that never serves what has expired.
    """
    away = _interval("cdn", cdn_at, cdn_for), _interval("origin", origin_at, origin_for)
    max_age = parameters.number("max_age", max_age, at_least=0, unit="s")
    asking = traffic(seed, REQUESTS, HOUR, PHOTOS)
    edge = served_by(opened(EDGES))[asking.cities]
    cdn_out, origin_out = ((begin <= asking.times) & (asking.times < end) for begin, end in away)
    if fetch_with_fallback is None:
        who, asked = _without(asking, edge, max_age, cdn_out, origin_out)
    else:
        who, asked = _with(
            fetch_with_fallback, edge_cache, asking, edge, max_age, cdn_out, origin_out
        )
    return Outages(*away, asking.times, who, asked)


def _interval(name, start, length):
    start = parameters.number(f"{name}_at", start, at_least=0, unit="s")
    return start, start + parameters.number(f"{name}_for", length, at_least=0, unit="s")


def _without(asking, edge, max_age, cdn_out, origin_out):
    """Return (who, asked) where nobody helps: the CDN's users wait for the CDN."""
    who, asked = np.full(len(edge), FAILED), np.zeros(len(edge))
    reach = ~cdn_out
    streams = edge[reach] * len(asking.phases) + asking.photos[reach]
    found = Streams(streams, asking.times[reach]).renewals(max_age, down=origin_out[reach])
    who[reach] = np.where(found.failed, FAILED, FRESH)
    asked[reach] = found.asked
    return who, asked


def _with(fallback, edge_cache, asking, edge, max_age, cdn_out, origin_out):
    origin = Origin(max_age)
    caches, who, asked = Caches(edge_cache, origin), [], []
    name = name_of(fallback)
    for number, (place, photo, now, no_cdn, no_origin) in enumerate(
        zip(
            edge.tolist(),
            asking.photos.tolist(),
            asking.times.tolist(),
            cdn_out.tolist(),
            origin_out.tolist(),
            strict=True,
        )
    ):
        site = _Site(caches, place, photo, no_cdn)
        origin.up, origin.version, before = not no_origin, number, origin.calls
        url = URLS[photo]
        call = f"{name}({url!r}, {now:.3f}, edge, origin)"
        try:
            answer = fallback(url, now, site, origin)
        except OriginDown:
            if origin.up:
                raise ComponentError(f"{call} raised OriginDown, but the origin is up.") from None
            who.append(FAILED)
        except (NotImplementedError, ComponentError):
            raise
        except Exception as error:
            raise ComponentError(raised(call, error)) from error
        else:
            who.append(_answered(call, answer, origin, photo, site))
        asked.append(origin.calls - before)
    return np.array(who), np.array(asked)


def _answered(call, answer, origin, photo, site):
    """Return who answered, after a look at what came."""
    pair = isinstance(answer, tuple) and len(answer) == 2 and answer[1] in ("cdn", "origin")
    if not pair:
        raise ComponentError(wrong_return(call, answer, "(body, 'cdn') or (body, 'origin')"))
    known = origin.given.get(answer[0]) if isinstance(answer[0], str) else None
    if known is None or known[0] != photo:
        raise ComponentError(wrong_return(call, answer, f"a body of {URLS[photo]}"))
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
        version, self.status = self.caches.fetch(self.place, self.photo, now)
        return f"{url}, version {version}", self.status
