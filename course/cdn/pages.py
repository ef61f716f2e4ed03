"""Pages that people in Sydney load one after another, with every wave of packets.

    list(page_loads(EdgeCache, edges=5, max_age=1.0, stops_at=None)) → [Load, …]

A page takes as long as `simulate` says: here it is taken apart into its round trips. Unlike there,
a cache is asked when the request has reached the edge, and the origin may stop.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from course.cdn.baselines import Streams
from course.cdn.model import Caches, Origin
from course.cdn.world import (
    BANDWIDTH,
    BEHIND,
    ORIGIN,
    TO_EDGE,
    TO_ORIGIN,
    OriginDown,
    opened,
    served_by,
)
from course.engine import network
from course.engine.cities import CITIES
from course.engine.component import sentences
from course.engine.parameters import NEVER

SYDNEY = [each.name for each in CITIES].index("Sydney")
PAGE = 500_000  # bytes
FAILED = "OriginDown"
CLICKS = (0.1, 0.9, 1.7, 2.5, 3.3)  # s


@dataclass(frozen=True)
class Way:
    """A user's way to the `name`d machine that answers, and from there `behind` to the origin.

    round_trip, behind: seconds there and back; behind is None where the origin itself answers.
    """

    name: str
    round_trip: float
    behind: float | None = None


class Packets(NamedTuple):
    """Up to ten packets, `size` bytes, of a wave (0, 1, …): when sent and arrived (s).

    first: whether their acknowledgment is what the next wave waits for.
    """

    wave: int
    sent: float
    arrived: float
    size: float
    first: bool


@dataclass(frozen=True)
class Load:
    """One page load; times in seconds.

    clicked; requested: when the request reaches the machine that answers. status: what the cache
    said, FAILED if it had nothing to serve, "" without a cache. asked: whether it asked the origin.
    packets: of Packets; ended: when the page was there, or when the user heard that it failed.
    """

    clicked: float
    requested: float
    status: str
    asked: bool
    packets: tuple
    ended: float
    failed: bool


def way(edges):
    """Return the Way of a user in Sydney when `edges` edges are open."""
    listed = opened(edges)
    place = served_by(listed)[SYDNEY]
    if place < 0:
        return Way(ORIGIN.name, float(TO_ORIGIN[SYDNEY]))
    return Way(listed[place].name, float(TO_EDGE[SYDNEY, place]), float(BEHIND[place]))


def waves(round_trip, size=PAGE, bandwidth=BANDWIDTH):
    """Return [(start, bytes), …]: what a server sends, and when, from the request on (s).

    The terms of `network.load_time`: twice the bytes each time, and never before the first ten
    packets of the wave before are acknowledged.
    """
    start, window, found = 0.0, network.WINDOW, []
    while size > window:
        found.append((start, window))
        start += max(window / bandwidth, round_trip + network.WINDOW / bandwidth)
        size, window = size - window, 2 * window
    return [*found, (start, size)]


def page_loads(component=None, *, edges=5, max_age=1.0, stops_at=None):
    """Yield the Load of each of CLICKS, all of one photo.

    component: as of `simulate`, a plain cache by default. edges: how many are open, 0 for no CDN.
    max_age: how long (s) the origin lets a copy live. stops_at: when the origin stops for good.
    ComponentError says what the component did wrong.
    """
    path, stops_at = way(edges), NEVER if stops_at is None else stops_at
    requests = [click + (network.OPENING_ROUNDS + 0.5) * path.round_trip for click in CLICKS]
    if path.behind is None:
        for click, request in zip(CLICKS, requests, strict=True):
            yield _from_origin(click, request, path, stops_at)
        return
    up = [request + path.behind / 2 < stops_at for request in requests]
    if component is None:
        answers = _plain(requests, up, max_age)
    else:
        answers = _through(component, requests, up, max_age)
    for click, request, (status, asked) in zip(CLICKS, requests, answers, strict=True):
        answered = request + (path.behind if asked else 0.0)
        if status == FAILED:
            ended = answered + path.round_trip / 2
            yield Load(click, request, status, asked, (), ended, failed=True)
        else:
            packets = _packets(answered, path.round_trip)
            yield Load(click, request, status, asked, packets, packets[-1].arrived, failed=False)


def unanswered(number, edges):
    """Return the Load of click `number` whose request reaches a machine and gets no answer."""
    request = CLICKS[number] + (network.OPENING_ROUNDS + 0.5) * way(edges).round_trip
    return Load(CLICKS[number], request, "", False, (), NEVER, failed=False)


def _from_origin(click, request, path, stops_at):
    """Return the Load of a page from the origin: what it has not sent when it stops is lost."""
    packets, half = _packets(request, path.round_trip), path.round_trip / 2
    if packets[-1].arrived - half <= stops_at:
        return Load(click, request, "", True, packets, packets[-1].arrived, failed=False)
    sent = tuple(each for each in packets if each.arrived - half <= stops_at)
    heard = max(stops_at, click + half) + half
    return Load(click, request, "", request < stops_at, sent, heard, failed=True)


def _packets(answered, round_trip):
    found, all_waves = [], waves(round_trip)
    for number, (start, size) in enumerate(all_waves):
        sent, first = answered + start, number + 1 < len(all_waves)
        while size > 0:
            some = min(size, network.WINDOW)
            gone = sent + some / BANDWIDTH
            found.append(Packets(number, sent, gone + round_trip / 2, some, first))
            sent, size, first = gone, size - some, False
    return tuple(found)


def _plain(requests, up, max_age):
    """Return (status, asked) of each request to a cache that keeps a copy until it expires."""
    streams = Streams(np.zeros(len(requests), dtype=int), np.array(requests))
    asked, failed, _ = streams.renewals(max_age, down=~np.array(up))
    return [
        (FAILED if lost else "MISS" if renewed else "HIT", renewed)
        for renewed, lost in zip(asked.tolist(), failed.tolist(), strict=True)
    ]


def _through(component, requests, up, max_age):
    """Yield (status, asked) of each request to a student's cache."""
    origin = Origin(max_age)
    caches = Caches(component, origin)
    for now, there in zip(requests, up, strict=True):
        origin.up, before = there, origin.calls
        passing = () if there else (OriginDown,)
        try:
            with sentences(caches.latest_call, passing):
                _, status = caches.fetch(0, 0, now)
        except OriginDown:
            status = FAILED
        yield status, origin.calls > before
