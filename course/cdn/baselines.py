"""A cache with a time to live without a cache: which requests must go to the origin.

The copies of one photo at one edge are renewed by the first request after they have expired, so the
renewals follow from the sorted times alone: no object stores anything.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Renewals:
    """By request: whether it went to the origin, failed there, and when its copy was fetched (s).

    A request that failed has no copy: its `fetched_at` is nan.
    """

    asked: np.ndarray
    failed: np.ndarray
    fetched_at: np.ndarray


class Streams:
    """Requests at `times` (s, ascending), of which those with the same integer share a copy."""

    def __init__(self, streams, times):
        self.count = len(times)
        self.order = np.lexsort((times, streams))
        self.times = times[self.order]
        self.span = (times[-1] if self.count else 0.0) + 1.0
        self.place = streams[self.order] * (2 * self.span) + self.times

    def renewals(self, max_age, down=None):
        """Return the Renewals with a time to live of `max_age` s.

        down: whether the origin is down at each request; then one that needs it fails, and stores
        nothing.
        """
        lifetime = min(max_age, self.span)
        after = np.searchsorted(self.place, self.place + lifetime, "left")
        after = np.maximum(after, np.arange(1, self.count + 1))
        down = None if down is None else down[self.order].tolist()
        asked, failed = _walk(after.tolist(), down)
        fetched = np.maximum.accumulate(np.where(asked & ~failed, np.arange(self.count), 0))
        copies = np.where(failed, np.nan, self.times[fetched])
        return Renewals(*(self._as_they_came(column) for column in (asked, failed, copies)))

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
