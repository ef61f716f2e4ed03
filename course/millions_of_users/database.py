"""The data tier over a day: how busy, what it refuses, and which writes are lost for good.

Rates are per second, with a row a step and a column a data center.
"""

import numpy as np

from course.millions_of_users import sheet
from course.millions_of_users.steps import STEP, window


class Database:
    """The database: how busy a shard's readers and its primary are, and what they refuse.

    `misses` and `writes` are rates/s in each data center.
    """

    def __init__(self, design, incidents, misses, writes):
        self.shards, self.replicas = design.shards, design.replicas
        workers = sheet.DATABASE_WORKERS * design.shards
        everybodys = writes.sum(axis=1, keepdims=True)
        self.queries = misses * sheet.QUERY_SECONDS / workers
        self.copying = everybodys * sheet.APPLY_SECONDS / workers
        own = writes * (sheet.WRITE_SECONDS - sheet.APPLY_SECONDS) / workers
        self.primary = self.copying + own
        self.reader_busy, self.reads_refused = self._read_by(self.replicas)
        self.primary_busy = self.reader_busy if not self.replicas else self.primary
        self.writes_refused = _beyond(self.primary_busy)
        center = incidents.center % design.data_centers
        self._lose_a_reader(window(incidents.replica, sheet.NODE_GONE), center)
        self._lose_a_primary(incidents.primary, center)

    def _read_by(self, readers):
        """Return (utilization, share of reads refused) with so many replicas to a shard."""
        if not readers:
            busy = self.primary + self.queries
            return busy, _beyond(busy)
        queries, room = self.queries / readers, np.maximum(sheet.MOST_BUSY - self.copying, 0)
        refused = 1 - np.minimum(1, room / np.maximum(queries, 1e-300))
        return self.copying + queries, refused

    def _lose_a_reader(self, rows, center):
        """One shard of one data center has a replica less; its share is 1 / shards."""
        if not self.replicas or rows.start == rows.stop:
            return
        busy, refused = self._read_by(self.replicas - 1)
        for mine, less in ((self.reader_busy, busy), (self.reads_refused, refused)):
            usual = mine[rows, center]
            if mine is self.reader_busy:
                mine[rows, center] = np.maximum(usual, less[rows, center])
            else:
                mine[rows, center] = usual + (less[rows, center] - usual) / self.shards
        if self.replicas == 1:  # the primary reads too, and both are refused alike
            usual = self.writes_refused[rows, center]
            self.writes_refused[rows, center] += (refused[rows, center] - usual) / self.shards

    def _lose_a_primary(self, start, center):
        """A replica is promoted after a while, and then reads no more; or there is none."""
        seconds = sheet.PROMOTION if self.replicas else sheet.NODE_GONE
        self._lose_a_reader(window(start, sheet.NODE_GONE), center)
        rows = window(start, seconds)
        hurt = [self.writes_refused] if self.replicas else [self.writes_refused, self.reads_refused]
        for refused in hurt:
            refused[rows, center] += (1 - refused[rows, center]) / self.shards


def _beyond(busy):
    """Return the share that is refused of what would keep them so busy."""
    return 1 - np.minimum(1, sheet.MOST_BUSY / np.maximum(busy, 1e-300))


def lost_writes(design, incidents, writes):
    """Return how many acknowledged writes are on no copy any more; `writes`: rates/s."""
    lost = 0.0
    near, far = design.replicas, design.data_centers - 1
    center, dead = incidents.center % (far + 1), incidents.region % (far + 1)
    for start, column, copies, lag, parts in (
        (incidents.primary, center, near, sheet.LAG_NEAR, design.shards),
        (incidents.data_center, dead, far, sheet.LAG_FAR, 1),
    ):
        if start is None:
            continue
        seconds = lag / copies if copies else sheet.BACKUP_EVERY
        end = int(np.ceil(start / STEP))
        begin = max(0, min(end - 1, int((start - seconds) / STEP)))
        lost += writes[begin : max(end, 1), column].mean() * seconds / parts
    return lost
