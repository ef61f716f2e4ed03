"""A page with four photos that two people in Sydney open, with every wave of packets.

    list(photo_loads(EdgeCache, edges=5, max_age=2.0, stops_at=None)) → [Load, …]

Each photo has a connection of its own, and takes as long as `simulate` says of a page of its size:
here it is taken apart into its round trips. Unlike there, a cache is asked when the request has
reached the edge, and the origin may stop. Each photo has the whole bandwidth for itself, as if the
four did not share a line: that is far off only if an edge is so near that bytes take the time.
"""

from dataclasses import dataclass
from functools import partial
from itertools import islice
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
SIZE = 100_000  # bytes of a photo
FAILED = "OriginDown"
PHOTOS = 4
CLICKS = (2.1, 4.0)  # s: when each of the two opens the page
EARLIER = ((0.1, 1), (1.2, 0))  # (s, photo): others have asked the same edge for these before


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
    """How one photo (0, 1, …) is loaded; times in seconds.

    clicked; requested: when the request reaches the machine that answers. status: what the cache
    said, FAILED if it had nothing to serve, "" without a cache. asked: whether it asked the origin.
    packets: of Packets; ended: when the photo was there, or when the user heard that it failed.
    """

    photo: int
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


def waves(round_trip, size=SIZE, bandwidth=BANDWIDTH):
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


def photo_loads(component=None, *, edges=5, max_age=2.0, stops_at=None):
    """Yield the Load of each photo for each of CLICKS.

    component: as of `simulate`, a plain cache by default; it is asked for EARLIER too. edges: how
    many are open, 0 for no CDN. max_age: how long (s) the origin lets a copy live. stops_at: when
    the origin stops for good. ComponentError says what the component did wrong.
    """
    path, stops_at = way(edges), NEVER if stops_at is None else stops_at
    if path.behind is None:
        for click, request, photo in _requests(path):
            yield _from_origin(photo, click, request, path, stops_at)
        return
    asked_for = [*EARLIER, *((request, photo) for _, request, photo in _requests(path))]
    up = [request + path.behind / 2 < stops_at for request, _ in asked_for]
    answering = _plain if component is None else partial(_through, component)
    answers = islice(answering(asked_for, up, max_age), len(EARLIER), None)
    for (click, request, photo), (status, asked) in zip(_requests(path), answers, strict=True):
        answered = request + (path.behind if asked else 0.0)
        if status == FAILED:
            ended, packets = answered + path.round_trip / 2, ()
        else:
            packets = _packets(answered, path.round_trip)
            ended = packets[-1].arrived
        yield Load(photo, click, request, status, asked, packets, ended, failed=not packets)


def _requests(path):
    """Return (when clicked, when the request is there, photo) of all loads, in their order."""
    opening = (network.OPENING_ROUNDS + 0.5) * path.round_trip
    return [(click, click + opening, photo) for click in CLICKS for photo in range(PHOTOS)]


def unanswered(number, edges):
    """Return Load `number`, whose request reaches a machine and gets no answer."""
    click, request, photo = _requests(way(edges))[number]
    return Load(photo, click, request, "", False, (), NEVER, failed=False)


def _from_origin(photo, click, request, path, stops_at):
    """Return the Load of a photo from the origin: what it has not sent when it stops is lost."""
    packets, half = _packets(request, path.round_trip), path.round_trip / 2
    if packets[-1].arrived - half <= stops_at:
        return Load(photo, click, request, "", True, packets, packets[-1].arrived, failed=False)
    sent = tuple(each for each in packets if each.arrived - half <= stops_at)
    heard = max(stops_at, click + half) + half
    return Load(photo, click, request, "", request < stops_at, sent, heard, failed=True)


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


def _plain(asked_for, up, max_age):
    """Return (status, asked) of each request to a cache that keeps a copy until it expires."""
    times, photos = (np.array(column) for column in zip(*asked_for, strict=True))
    asked, failed, _ = Streams(photos, times).renewals(max_age, down=~np.array(up))
    return [
        (FAILED if lost else "MISS" if renewed else "HIT", renewed)
        for renewed, lost in zip(asked.tolist(), failed.tolist(), strict=True)
    ]


def _through(component, asked_for, up, max_age):
    """Yield (status, asked) of each request to a student's cache."""
    origin = Origin(max_age)
    caches = Caches(component, origin)
    for (now, photo), there in zip(asked_for, up, strict=True):
        origin.up, before = there, origin.calls
        passing = () if there else (OriginDown,)
        try:
            with sentences(caches.latest_call, passing):
                _, status = caches.fetch(0, photo, now)
        except OriginDown:
            status = FAILED
        yield status, origin.calls > before
