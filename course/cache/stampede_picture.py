"""The picture of a stampede: the database's queue around the expiry, and the latencies."""

import numpy as np
from matplotlib import rc_context

from course.cache.stampede import DURATION, OTHER
from course.engine.record import milliseconds
from course.view import style

TIMES = np.linspace(0, DURATION, 361)
SHARES = np.geomspace(1, 3e-4, 120)
MOST, SLOWEST = 3000, 100_000.0


class StampedePicture:
    """Left: queries in the database over time. Right: share of requests slower than x."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.0)
        left.set(xlim=(0, DURATION), xlabel="time (s)", ylabel="queries in the database")
        left.set_yscale("symlog", linthresh=10, linscale=0.9)
        left.set_ylim(0, MOST)
        left.set_yticks([0, 5, 10, 100, 1000], ["0", "5", "10", "100", "1,000"])
        right.set(xscale="log", yscale="log", xlim=(1, SLOWEST), ylim=(5e-4, 1.15))
        right.set(xlabel="latency x", ylabel="share of requests slower than x")
        right.set_xticks([1, 10, 100, 1000, 10_000], ["1 ms", "10 ms", "100 ms", "1 s", "10 s"])
        right.set_yticks([1, 0.1, 0.01, 0.001], ["100 %", "10 %", "1 %", "0.1 %"])
        right.minorticks_off()
        self.lines = []
        for axes in (left, right):
            (everybody,) = axes.plot([], [], **style.BASELINE, label="each miss loads")
            pair = [everybody]
            if name:
                pair += axes.plot([], [], **style.YOURS, label=f"your {name}")
                pair[1].set(marker="o", markevery=30, markersize=4)
            self.lines.append(pair)
        style.legend_below(left, down=0.15)
        self.moving = tuple(line for pair in self.lines for line in pair)
        self.name = name

    def show(self, *, runs):
        """Draw a move's runs, the baseline's and maybe the student's; return (finding, words)."""
        queues = [run.at_the_database(TIMES) for run in runs]
        for run, queue, line, tail in zip(runs, queues, *self.lines, strict=True):
            line.set_data(TIMES, np.minimum(queue, MOST))
            latency = np.sort(run.finished_at - run.arrived_at) * 1000
            rows = np.minimum((len(latency) * (1 - SHARES)).astype(int), len(latency) - 1)
            tail.set_data(np.minimum(latency[rows], SLOWEST), SHARES)
        told = [_told(run, queue) for run, queue in zip(runs, queues, strict=True)]
        first = f"Of {len(runs[0]):,} requests"
        if len(runs) == 1:
            finding = f"Up to {queues[0].max()} queries at once, {runs[0].loads} loads of one page"
            return finding, f"{first}, where each miss loads: {told[0]}."
        finding = f"At most {queues[1].max()} queries at once instead of {queues[0].max()}"
        finding += f", {runs[1].loads} loads of the page instead of {runs[0].loads}"
        return (
            finding,
            f"{first}, with your {self.name}: {told[1]}. Where each miss loads: {told[0]}.",
        )


def _told(run, queue):
    other = run.place == OTHER
    latency = (run.finished_at - run.arrived_at)[other]
    worst = milliseconds(latency.max()) if latency.size else "–"
    return (
        f"{run.loads} loads, at most {queue.max()} queries at once, 99 % of the requests within "
        f"{milliseconds(run.percentile(99))}, other queries at most {worst}"
    )
