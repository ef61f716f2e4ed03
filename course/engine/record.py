"""What happened: one row a request, in columns, and the figures that are read off them."""

from array import array
from dataclasses import dataclass

import numpy as np


class Recorder:
    """Keeps what happened to each of `count` requests, a row a request; `result()` → Result."""

    def __init__(self, count):
        blank = array("d", [float("nan")]) * count
        self.arrived, self.started, self.finished = blank[:], blank[:], blank[:]
        self.failed, self.place = array("b", bytes(count)), array("b", bytes(count))

    def add(self, request):
        """Write down a request that has left, served or failed."""
        row = request.number
        self.arrived[row] = request.arrived_at
        self.started[row] = request.started_at
        self.finished[row] = request.finished_at
        self.place[row] = request.place
        if request.failed:
            self.failed[row] = True

    def result(self, *, workers, names=("server",), duration=None):
        """Return the Result; `duration` (s) is how long it ran: by default till the last one left.

        `names` are those of the stations, by their `place`.
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
    """One run: columns with a row a request (times in seconds), in order of arrival.

    `place` is the index into `names` of the server a request went to; `workers` counts all workers
    of all servers; `duration` is the length of the run. Latencies are of the requests that were
    served; with none served they are nan.
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
        """Which rows were served (a column of bools)."""
        return ~self.failed

    @property
    def latency(self):
        """Seconds from arrival to answer of each served request."""
        return (self.finished_at - self.arrived_at)[self.served]

    @property
    def wait(self):
        """Seconds each served request waited for a worker."""
        return (self.started_at - self.arrived_at)[self.served]

    def percentile(self, percent):
        """Return the latency (s) that `percent` % of the served requests did not exceed."""
        latency = self.latency
        return float(np.percentile(latency, percent)) if latency.size else float("nan")

    @property
    def mean_latency(self):
        """Mean latency of served requests (s)."""
        return _mean(self.latency)

    @property
    def mean_wait(self):
        """Mean wait of served requests (s)."""
        return _mean(self.wait)

    @property
    def throughput(self):
        """Served requests per second."""
        return float(self.served.sum() / self.duration) if self.duration else 0.0

    @property
    def utilization(self):
        """Share of all workers' time that was spent on requests."""
        busy = np.nansum(self.finished_at - self.started_at)
        return float(busy / (self.workers * self.duration)) if self.duration else 0.0

    @property
    def availability(self):
        """Share of the requests that were served; 1 when there were none."""
        return float(self.served.mean()) if len(self) else 1.0

    @property
    def errors(self):
        """How many requests failed."""
        return int(self.failed.sum())

    def number_in_system(self, times, name=None):
        """Return how many requests were there (in service or waiting) at each of `times` (s).

        Of the server called `name`, or of all.
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
        """Return the run in words: what a picture of it shows, for a reader who cannot see it."""
        text = (
            f"{len(self):,} requests in {self.duration:.0f} s: mean latency "
            f"{milliseconds(self.mean_latency)}, 99 % within {milliseconds(self.percentile(99))}, "
            f"workers {self.utilization:.0%} busy"
        )
        failed = f", {self.errors:,} failed" if self.errors else ""
        return f"{text}{failed}."


def milliseconds(seconds):
    """Return a duration as people read it: `40 ms`, `1.3 s`, or `–` when there is none."""
    if seconds != seconds:
        return "–"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"


def _mean(column):
    return float(column.mean()) if column.size else float("nan")
