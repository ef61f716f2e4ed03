"""The picture of a cache tier that loses a node: what hits the database, and what reads feel."""

import numpy as np
from matplotlib import rc_context

from course.cache.nodes import DURATION
from course.cache.picture import CAPACITY, DEAD, LIMIT
from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.view import style

EDGES = np.arange(0, DURATION + 0.25, 0.5)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2
TOP, SLOWEST = 520.0, 5.0  # queries/s; s


class NodesPicture:
    """Left: queries/s at the database over time. Right: mean latency over time."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=3.8)
        left.set(ylim=(0, TOP), ylabel="queries/s at the database")
        left.set_title("Can the database take over?")
        right.set(ylim=(0, SLOWEST), ylabel="mean latency (s)")
        right.set_title("How long does a request take?")
        yours = f"your {name}" if name else "these nodes"
        self.outages, self.lines = [], []
        for axes in (left, right):
            axes.set(xlim=(0, DURATION), xlabel="time (s)")
            self.outages.append(axes.axvspan(0, 1, **DEAD, label="cache-1 is dead"))
            (one,) = axes.plot([], [], **style.BASELINE, label="one node in all")
            (tier,) = axes.plot([], [], **style.YOURS, label=yours)
            self.lines.append((one, tier))
        left.axhline(CAPACITY, **LIMIT, label="all that it can do")
        style.legend_below(left, down=0.16)
        self.over = left.fill_between([], [], **{"facecolor": style.VERMILION, "alpha": 0.45})
        self.moving = (*self.outages, self.over, *(line for pair in self.lines for line in pair))

    def show(self, *, tier, one):
        """Draw the runs of a tier of several nodes and of one node; return (finding, words)."""
        for column, curve in enumerate((_rate, _latency)):
            for line, run in zip(self.lines[column], (one, tier), strict=True):
                line.set_data(MIDDLES, curve(run))
        self.over.set_data(MIDDLES, CAPACITY, np.maximum(_rate(tier), CAPACITY))
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
        (rate, slow), (rate_of_one, slow_of_one) = while_dead(tier), while_dead(one)
        dead = "The only node dead" if tier.nodes == 1 else f"{many}, one dead"
        cut = ""
        if max(run.latency_over_time(EDGES).max() for run in (tier, one)) > SLOWEST:
            cut = f" What takes longer than {SLOWEST:g} s is drawn at the upper edge."
        return f"{dead}: {rate:.0f} queries/s for a database that can do 200", (
            f"While cache-1 is dead the database gets {rate:.0f} queries/s and a request takes "
            f"{milliseconds(slow)} on average; with one node in all {rate_of_one:.0f} queries/s "
            f"and {milliseconds(slow_of_one)}. {fresh}{cut}"
        )


def while_dead(run):
    """Return (queries/s at the database, mean latency in s) while cache-1 is dead."""
    since, until = run.dead
    span = [since, min(until, DURATION)]
    return run.database_rate(span)[0], run.latency_over_time(span)[0]


def _rate(run):
    return np.minimum(run.database_rate(EDGES), TOP)


def _latency(run):
    return np.minimum(run.latency_over_time(EDGES), SLOWEST)
