"""Plain caches with a time to live, computed without a cache: which requests reach the origin.

A copy of a photo at an edge is renewed by the first request after it has expired, so the renewals
follow from the sorted times alone. There are two reasons for not making these caches of objects:
1 ms a move of a slider instead of 4.6 ms, and an object would be the solution of exercise B in the
package that students import.
"""

import numpy as np

from course.cdn.world import opened, served_by, traffic


class Streams:
    """Requests at `times` (s, ascending); those with the same integer in `streams` share a copy."""

    def __init__(self, streams, times):
        self.count = len(times)
        self.order = np.lexsort((times, streams))
        self.times = times[self.order]
        self.span = (times[-1] if self.count else 0.0) + 1.0
        self.place = streams[self.order] * (2 * self.span) + self.times

    def renewals(self, max_age, down=None):
        """Return by request: was the origin asked, did that fail, when was the copy fetched (s)?

        max_age: the copies' time to live (s). down: whether the origin is down at each request; one
        that needs it then fails and stores nothing: its copy was fetched at nan.
        """
        lifetime = min(max_age, self.span)
        after = np.searchsorted(self.place, self.place + lifetime, "left")
        after = np.maximum(after, np.arange(1, self.count + 1))
        down = None if down is None else down[self.order].tolist()
        asked, failed = _walk(after.tolist(), down)
        fetched = np.maximum.accumulate(np.where(asked & ~failed, np.arange(self.count), 0))
        copies = np.where(failed, np.nan, self.times[fetched])
        return tuple(self._as_they_came(column) for column in (asked, failed, copies))

    def _as_they_came(self, column):
        original = np.empty_like(column)
        original[self.order] = column
        return original


def _walk(after, down):
    """Go from each renewal to the first request that it no longer serves."""
    count = len(after)
    asked, failed = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    renewed, lost, number = [], [], 0
    while number < count:
        renewed.append(number)
        if down is not None and down[number]:
            lost.append(number)
            number += 1
        else:
            number = after[number]
    asked[renewed] = True
    failed[lost] = True
    return asked, failed


def plain_caches(asking, edge, max_ages, update_every):
    """Yield for each of `max_ages` (s) which requests asked the origin, and which got an old copy.

    asking: the Traffic. edge: the place of the edge that serves each request.
    """
    photos, version = asking.photos, asking.version
    streams = Streams(edge * len(asking.phases) + photos, asking.times)
    newest = version(photos, asking.times, update_every)
    for max_age in max_ages:
        asked, _, fetched_at = streams.renewals(max_age)
        yield asked, version(photos, fetched_at, update_every) < newest


def trade_off(max_ages, *, seed=0, edges=5, update_every=1800.0):
    """Return (origin load, share of stale bytes) of plain caches for each of `max_ages` (s)."""
    if edges == 0:
        return ((1.0, 0.0),) * len(max_ages)
    asking = traffic(seed)
    found = plain_caches(asking, served_by(opened(edges))[asking.cities], max_ages, update_every)
    return tuple((float(asked.mean()), float(stale.mean())) for asked, stale in found)
