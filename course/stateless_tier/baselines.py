"""What the course brings along: three ways to find a user's server, two that follow no autoscaler.

A way to find a server is a class with `places(traffic, tier)` → the number of the server that each
page goes to (the number of servers where none is up), for all pages of a run at once: none of them
looks at queues. They have no `pick(session_id, servers)`: that is faster, and such an object with
a memory for sessions would be the solution of the first exercise.
"""

import zlib
from dataclasses import dataclass

import numpy as np


class Drawn:
    """Sticky: a session is drawn a server at log-in, and another one when that has died."""

    name = "sticky, random at log-in"

    def __init__(self, rng):
        self.rng = rng

    def places(self, traffic, tier):
        """Return each page's server."""
        draws = self.rng.uniform(size=(2, len(traffic.leaves)))
        place = np.full(len(traffic.times), len(tier.names), dtype=np.int8)
        everybody = np.arange(len(traffic.times))
        _settle(place, everybody, traffic, tier, draws[0])
        orphans = np.flatnonzero((place == 0) & (traffic.times >= tier.dies_at))
        place[orphans] = len(tier.names)
        _settle(place, orphans, traffic, tier, draws[1])
        return place


class Hashed:
    """Sticky without a memory: the session's number, modulo the number of servers there now."""

    name = "by hash, modulo servers"

    def __init__(self, rng):
        pass

    def places(self, traffic, tier):
        """Return each page's server."""
        sessions = range(len(traffic.leaves))
        number = np.array([zlib.crc32(b"%d" % session) for session in sessions], dtype=np.int64)
        up = tier.up(traffic.times)
        remainder = number[traffic.session] % np.maximum(1, up.sum(axis=1))
        return _at(up, remainder)


class InTurn:
    """Any server will do: each of those that are up, in turn."""

    name = "any server, in turn"

    def __init__(self, rng):
        pass

    def places(self, traffic, tier):
        """Return each page's server."""
        up = tier.up(traffic.times)
        return _at(up, np.arange(len(up)) % np.maximum(1, up.sum(axis=1)))


BASELINES = (Drawn, Hashed, InTurn)


@dataclass(frozen=True)
class Fixed:
    """No autoscaler: always the same number of servers."""

    servers: int


class OneAtATime:
    """One server more above 1.1 × the target, one less below 0.7 × it, whatever the need."""

    def __init__(self, target, minimum, maximum):
        self.target, self.minimum, self.maximum = target, minimum, maximum

    def desired(self, now, utilization, running):
        """Return `running`, or one more or less."""
        step = (utilization > 1.1 * self.target) - (utilization < 0.7 * self.target)
        return min(self.maximum, max(self.minimum, running + step))


def _settle(place, rows, traffic, tier, draws):
    """Give the pages at `rows` the server that their session draws at the first of them.

    Where none is up then, the session draws at the first page at which one is.
    """
    up = tier.up(traffic.times[rows])
    some_up = up.any(axis=1)
    rows, up = rows[some_up], up[some_up]
    sessions, first, of_session = np.unique(
        traffic.session[rows], return_index=True, return_inverse=True
    )
    wanted = (draws[sessions] * up[first].sum(axis=1)).astype(np.int64)
    place[rows] = _at(up[first], wanted)[of_session]


def _at(up, wanted):
    """Return of each row of `up` the place of the `wanted`-th server that is up (0, 1, …)."""
    count = np.cumsum(up, axis=1)
    place = (count <= wanted[:, None]).sum(axis=1)
    return place.astype(np.int8)
