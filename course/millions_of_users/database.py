"""The data tier over a day: how busy it is, what it refuses, and how many writes are lost for good.

Rates are per second, with a row for each step and a column for each data center.
"""

import numpy as np

from course.engine.parameters import NEVER
from course.millions_of_users import sheet
from course.millions_of_users.traffic import STEP, window


class Database:
    """How busy a shard's readers and its primary are, and what shares of the queries they refuse.

    misses (reads that the cache did not answer), writes: rates/s in each data center.
    """

    def __init__(self, design, incidents, misses, writes):
        self.shards, self.replicas = design.shards, design.replicas
        workers = sheet.DATABASE_WORKERS * design.shards
        self.queries = misses * sheet.QUERY_SECONDS / workers
        self.copying = writes.sum(axis=1, keepdims=True) * sheet.APPLY_SECONDS / workers
        own = writes * (sheet.WRITE_SECONDS - sheet.APPLY_SECONDS) / workers
        self.primary = self.copying + own
        self.reader_busy, self.reads_refused = self._read_by(self.replicas)
        self.primary_busy = self.reader_busy if not self.replicas else self.primary
        self.writes_refused = _beyond(self.primary_busy)
        center = incidents.center % design.data_centers
        self._lose_a_reader(window(incidents.replica, sheet.NODE_GONE), center)
        self._lose_a_primary(incidents.primary, center)

    def _read_by(self, readers):
        """Return (utilization, share of reads refused) with `readers` replicas of each shard."""
        if not readers:
            busy = self.primary + self.queries
            return busy, _beyond(busy)
        queries, room = self.queries / readers, np.maximum(sheet.MOST_BUSY - self.copying, 0)
        refused = 1 - np.minimum(1, room / np.maximum(queries, 1e-300))
        return self.copying + queries, refused

    def _lose_a_reader(self, rows, center):
        """Take a replica from one shard of one data center; the shard's share is 1 / shards."""
        if not self.replicas or rows.start == rows.stop:
            return
        busy, refused = self._read_by(self.replicas - 1)
        where = rows, center
        self.reader_busy[where] = np.maximum(self.reader_busy[where], busy[where])
        self.reads_refused[where] += (refused[where] - self.reads_refused[where]) / self.shards
        if self.replicas == 1:  # the primary reads too, and both are refused alike
            more = refused[where] - self.writes_refused[where]
            self.writes_refused[where] += more / self.shards

    def _lose_a_primary(self, start, center):
        """Refuse a shard's writes until a replica, which then reads no more, is promoted."""
        seconds = sheet.PROMOTION if self.replicas else sheet.NODE_GONE
        self._lose_a_reader(window(start, sheet.NODE_GONE), center)
        rows = window(start, seconds)
        hurt = [self.writes_refused] if self.replicas else [self.writes_refused, self.reads_refused]
        for refused in hurt:
            refused[rows, center] += (1 - refused[rows, center]) / self.shards


def _beyond(busy):
    """Return the share to refuse, so that a tier is not busier than MOST_BUSY."""
    return 1 - np.minimum(1, sheet.MOST_BUSY / np.maximum(busy, 1e-300))


def lost_writes(design, incidents, writes):
    """Return how many acknowledged writes no copy has any more; `writes`: rates/s.

    What the copies had not yet received is lost: the lag, however many copies there are. They are
    behind for the same reason, so the furthest of them is hardly ahead of the others.
    """
    lost = 0.0
    near, far = design.replicas, design.data_centers - 1
    center, dead = incidents.center % (far + 1), incidents.region % (far + 1)
    for start, column, copies, lag, parts in (
        (incidents.primary, center, near, sheet.LAG_NEAR, design.shards),
        (incidents.data_center, dead, far, sheet.LAG_FAR, 1),
    ):
        if start == NEVER:
            continue
        seconds = lag if copies else sheet.BACKUP_EVERY
        end = int(np.ceil(start / STEP))
        begin = max(0, min(end - 1, int((start - seconds) / STEP)))
        lost += writes[begin : max(end, 1), column].mean() * seconds / parts
    return lost
