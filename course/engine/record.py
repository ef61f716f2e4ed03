"""The record of a run: columns with one row per request, and the figures computed from them.

A request's `place` says where it was handled, as an index into the names of the places. What a
place is depends on the lab: a web server, the cache or the database, a node, a data center, a kind
of request.
"""

from array import array
from dataclasses import dataclass

import numpy as np


class Recorder:
    """Records what happens to each of `count` requests; `result()` returns it as a Result.

    A request has a row of its own, by its number. Until it is written by `add`, its times are nan,
    it has not failed, and its place is 0. Places are small numbers: −128 to 127.
    """

    def __init__(self, count):
        blank = array("d", [float("nan")]) * count
        self.arrived, self.started, self.finished = blank[:], blank[:], blank[:]
        self.failed, self.place = array("b", bytes(count)), array("b", bytes(count))

    def add(self, request):
        """Write the row of a `stations.Request` that has left, served or failed."""
        row = request.number
        self.arrived[row] = request.arrived_at
        self.started[row] = request.started_at
        self.finished[row] = request.finished_at
        self.place[row] = request.place
        if request.failed:
            self.failed[row] = True

    def result(self, *, workers, names=("server",), duration=None):
        """Return the Result of the requests recorded so far.

        workers: how many all stations have together. names: those of the places, in their order.
        duration: the length of the run (s); by default until the last request left.
        """
        finished = np.array(self.finished)
        return Result(
            arrived_at=np.array(self.arrived),
            started_at=np.array(self.started),
            finished_at=finished,
            failed=np.array(self.failed, dtype=bool),
            place=np.array(self.place),
            names=tuple(names),
            workers=workers,
            duration=float(finished.max(initial=0.0) if duration is None else duration),
        )


@dataclass(frozen=True)
class Result:
    """One run: columns (NumPy arrays) with one row per request, in order of arrival.

    arrived_at, started_at, finished_at: when the request came, when a worker began with it, and
    when it left, in seconds since the start of the run; nan for what did not happen.
    failed: whether it left without being served.
    place: where it was handled, as an index into `names`, the names of the places: mostly the
    server it went to, in some labs the cache or the database, a node, or a data center.
    workers: how many all servers have together. duration: the length of the run (s).

    Latencies and waits are seconds, of the served requests only. If none was served, their means
    and percentiles are nan.
    """

    arrived_at: np.ndarray
    started_at: np.ndarray
    finished_at: np.ndarray
    failed: np.ndarray
    place: np.ndarray
    names: tuple
    workers: int
    duration: float

    def __len__(self):
        return len(self.arrived_at)

    @property
    def served(self):
        """Column of bools: which requests were served."""
        return ~self.failed

    @property
    def latency(self):
        """Seconds from arrival to answer, of each served request."""
        return (self.finished_at - self.arrived_at)[self.served]

    @property
    def wait(self):
        """Seconds from arrival until a worker began, of each served request."""
        return (self.started_at - self.arrived_at)[self.served]

    def percentile(self, percent):
        """Return the latency (s) that `percent` % of the served requests did not exceed."""
        latency = self.latency
        return float(np.percentile(latency, percent)) if latency.size else float("nan")

    @property
    def mean_latency(self):
        """Mean latency of the served requests (s)."""
        return _mean(self.latency)

    @property
    def mean_wait(self):
        """Mean wait of the served requests (s)."""
        return _mean(self.wait)

    @property
    def throughput(self):
        """Served requests per second of the run."""
        return float(self.served.sum() / self.duration) if self.duration else 0.0

    @property
    def utilization(self):
        """Share (0 to 1) of all workers' time that was spent on requests."""
        busy = np.nansum(self.finished_at - self.started_at)
        return float(busy / (self.workers * self.duration)) if self.duration else 0.0

    @property
    def availability(self):
        """Share (0 to 1) of the requests that were served; 1 if there were no requests."""
        return float(self.served.mean()) if len(self) else 1.0

    @property
    def errors(self):
        """How many requests failed."""
        return int(self.failed.sum())

    def number_in_system(self, times, name=None):
        """Return how many requests were in service or waiting at each of `times` (s), as an array.

        name: count only those of the place with this name; 0 for an unknown one.
        """
        rows = slice(None) if name is None else self._rows_of(name)
        arrived = np.sort(self.arrived_at[rows])
        left = np.sort(self.finished_at[rows])
        return np.searchsorted(arrived, times, "right") - np.searchsorted(left, times, "right")

    def _rows_of(self, name):
        if name not in self.names:
            return np.zeros(len(self), dtype=bool)
        return self.place == self.names.index(name)

    def summary(self):
        """Return the run in words, for a reader who cannot see its picture."""
        text = (
            f"{len(self):,} requests in {self.duration:.0f} s: mean latency "
            f"{milliseconds(self.mean_latency)}, 99 % within {milliseconds(self.percentile(99))}, "
            f"workers {self.utilization:.0%} busy"
        )
        failed = f", {self.errors:,} failed" if self.errors else ""
        return f"{text}{failed}."


def milliseconds(seconds):
    """Return a duration as text: "40 ms", "1.3 s", or "–" for nan."""
    if seconds != seconds:
        return "–"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"


def _mean(column):
    return float(column.mean()) if column.size else float("nan")
