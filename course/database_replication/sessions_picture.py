"""The picture of users' own edits: what is missed, who answers, how long it takes."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.picture import QUARTERS, bars, set_bars
from course.engine.record import milliseconds
from course.view import style

EDGES = np.linspace(0, 1, 11)  # s since one's own write was confirmed
AGES = np.linspace(0.0, 1.0, 101)
SLOWEST = 1.0  # s, the top of the axis of latencies


class SessionsPicture:
    """Left: how often an edit is missing, by its age. Then: who answered the reads, and the p99."""

    def __init__(self):
        self.figure, (ages, nodes, times) = style.figure(
            1, 3, width=8.2, height=4.2, width_ratios=(3, 2.4, 1)
        )
        with rc_context(style.LOOK):
            self._prepare_ages(ages)
            self._prepare_nodes(nodes)
            times.set(xlim=(-0.6, 0.6), ylim=(0, SLOWEST), ylabel="99 % of the reads within (s)")
            times.set_xticks([])
            self.times = bars(times)
        self.moving = (self.theory, self.ghost, self.yours, *self.bars, *self.times)

    def _prepare_ages(self, axes):
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.03))
        axes.set(xlabel="time since the user's own write (s)", ylabel="share that miss it")
        axes.set_yticks(**QUARTERS)
        (self.theory,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        ghost = style.BASELINE | {"marker": "s", "markersize": 6}
        (self.ghost,) = axes.plot([], [], label="ghost, hatched", **ghost)
        (self.yours,) = axes.plot([], [], label="yours", marker="o", **style.YOURS)
        self.figure.legend(
            handles=[self.theory, self.ghost, self.yours], ncols=3, loc="outside lower left"
        )

    def _prepare_nodes(self, axes):
        axes.set(xlim=(-0.6, 6.6), ylim=(0, 1.02), xlabel="the primary, and each replica")
        axes.set(ylabel="share of the reads it answered")
        axes.set_yticks(**QUARTERS)
        axes.set_xticks(range(7), ["p", *range(1, 7)])
        self.bars = bars(axes)

    def show(self, *, name, result, ghost_name, ghost, stale):
        """Draw a run and the rule `ghost_name` on the same traffic; return (finding, words).

        stale: by theory, the probability that a random replica misses a write, for each of AGES.
        """
        self.theory.set_data(AGES, stale)
        self.ghost.set_data(*_by_age(ghost))
        self.yours.set_data(*_by_age(result))
        set_bars(self.bars, _answered(ghost), _answered(result))
        p99, other = (_read_latency(run) for run in (result, ghost))
        shown = np.nan_to_num(np.minimum([other, p99], SLOWEST))
        set_bars(self.times, shown[:1], shown[1:])
        missed, before = int(result.own_stale.sum()), int(ghost.own_stale.sum())
        finding = f"{name}: {missed:,} reads miss the user's own write, "
        finding += f"99 % of the reads take at most {milliseconds(p99)}"
        edge = (
            f" Above {SLOWEST:g} s they are drawn at the edge." if max(p99, other) > SLOWEST else ""
        )
        failed = f" {result.errors:,} statements failed." if result.errors else ""
        return finding, (
            f"Of {int(result.reads.sum()):,} reads {result.primary_share:.0%} went to the primary, "
            f"{result.stale_share:.1%} missed somebody's write. With {ghost_name} (ghost): "
            f"{before:,} miss the user's own write, 99 % take at most {milliseconds(other)}, "
            f"{ghost.primary_share:.0%} went to the primary, {ghost.stale_share:.1%} missed "
            f"somebody's write.{edge} In theory a random replica misses a write of 0.2 s ago with "
            f"probability {np.interp(0.2, AGES, stale):.0%}.{failed}"
        )


def _by_age(result):
    """Return (middles, shares) of the reads that missed the own write, for ages between EDGES."""
    known = result.reads & (result.age < EDGES[-1])
    ages, missed = result.age[known], result.own_stale[known]
    reads = np.histogram(ages, EDGES)[0]
    stale = np.histogram(ages[missed], EDGES)[0]
    shares = np.divide(stale, reads, out=np.full(reads.size, np.nan), where=reads > 0)
    return (EDGES[:-1] + EDGES[1:]) / 2, shares


def _read_latency(result):
    """Return the latency (s) that 99 % of the answered reads did not exceed, nan without one."""
    taken = (result.finished_at - result.arrived_at)[result.reads]
    return float(np.percentile(taken, 99)) if taken.size else float("nan")


def _answered(result):
    """Return the share of the reads that each node answered."""
    answered = result.place[result.reads]
    return np.bincount(answered, minlength=len(result.names)) / max(1, answered.size)
