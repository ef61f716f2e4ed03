"""The picture of a cache tier that loses a node: what hits the database, and what reads feel."""

import numpy as np
from matplotlib import rc_context

from course.cache.model import WORKERS
from course.cache.nodes import DURATION
from course.cache.picture import HATCH
from course.cache.traffic import LOAD_TIME
from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.view import style

EDGES = np.arange(0, DURATION + 0.25, 0.5)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2
CAPACITY = WORKERS / LOAD_TIME
TOP, SLOWEST = 520.0, 10_000.0


class NodesPicture:
    """Left: queries/s at the database over time. Right: mean latency over time."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.0)
        left.set(xlim=(0, DURATION), ylim=(0, TOP))
        left.set(xlabel="time (s)", ylabel="queries/s at the database")
        limit = left.axhline(CAPACITY, color=style.INK, linewidth=1.0, linestyle=":")
        right.set(xlim=(0, DURATION), ylim=(1, SLOWEST), yscale="log")
        right.set(xlabel="time (s)", ylabel="mean latency")
        right.set_yticks([1, 10, 100, 1000, 10_000], ["1 ms", "10 ms", "100 ms", "1 s", "10 s"])
        right.minorticks_off()
        self.outages = [axes.axvspan(0, 1, **HATCH) for axes in (left, right)]
        yours = f"{name}, these nodes" if name else "these nodes"
        self.lines = []
        for axes in (left, right):
            (one,) = axes.plot([], [], **style.BASELINE, label="one node")
            (tier,) = axes.plot([], [], **style.YOURS, marker="o", markevery=4, markersize=4)
            tier.set_label(yours)
            self.lines.append((one, tier))
        style.legend_below(
            left,
            down=0.15,
            handles=[*reversed(self.lines[0]), limit, self.outages[0]],
            labels=[yours, "one node", "all that it can do", "cache-1 is dead"],
        )
        self.moving = (*self.outages, *(line for pair in self.lines for line in pair))

    def show(self, *, tier, one):
        """Draw the runs of a tier of several nodes and of one node; return (finding, words)."""
        for column, curve in enumerate((_rate, _latency)):
            for line, run in zip(self.lines[column], (one, tier), strict=True):
                line.set_data(MIDDLES, curve(run))
        since, until = (min(time, DURATION + 1) for time in tier.dead)
        for outage in self.outages:
            outage.set_visible(tier.dead[0] < NEVER)
            outage.set_x(since)
            outage.set_width(until - since)
        many = f"{tier.nodes} node{'s' * (tier.nodes > 1)}"
        stale = int(tier.stale.sum())
        fresh = f"{stale:,} answers were stale." if stale else "No answer was stale."
        if tier.dead[0] == NEVER:
            rate = tier.database_rate([0, DURATION])[0]
            return f"With {many} up the database gets {rate:.0f} of 200 queries/s", (
                f"{len(tier):,} requests; all photos are cached, so the database gets writes and "
                f"the reads after them, {rate:.0f} queries/s. {fresh}"
            )
        span = [since, min(until, DURATION)]
        rates = [run.database_rate(span)[0] for run in (tier, one)]
        slow = [run.latency_over_time(span)[0] for run in (tier, one)]
        dead = "The only node dead" if tier.nodes == 1 else f"{many}, one dead"
        return f"{dead}: {rates[0]:.0f} queries/s for a database that can do 200", (
            f"While cache-1 is dead the database gets {rates[0]:.0f} queries/s and a request takes "
            f"{milliseconds(slow[0])} on average; with one node in all {rates[1]:.0f} queries/s "
            f"and {milliseconds(slow[1])}. {fresh}"
        )


def _rate(run):
    return np.minimum(run.database_rate(EDGES), TOP)


def _latency(run):
    return np.clip(run.latency_over_time(EDGES) * 1000, 1.0, SLOWEST)
