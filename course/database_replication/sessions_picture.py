"""The picture of users' own edits: what is missed, who answers, how long it takes."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.picture import QUARTERS, Rows, legend
from course.engine.record import milliseconds
from course.view import style

EDGES = np.linspace(0, 1, 11)  # s since one's own write was confirmed
AGES = np.linspace(0.0, 1.0, 101)
SLOWEST = 1.0  # s, the longest bar


class SessionsPicture:
    """Left: how often an edit is missing, by its age. Right: what that costs."""

    def __init__(self):
        self.figure, (ages, price) = style.figure(1, 2, width=7.0, height=3.9)
        grid = price.get_subplotspec().subgridspec(2, 1)
        price.remove()
        with rc_context(style.LOOK):
            self._prepare_ages(ages)
            primary, slowest = (self.figure.add_subplot(each) for each in grid)
            primary.set_title("How many reads go to the primary?")
            self.primary = Rows(primary, [""])
            slowest.set_title("How long do 99 % of the reads take?")
            self.slowest = Rows(slowest, [""], SLOWEST, milliseconds)
            legend(ages, left=-0.1, down=0.16, other="compared with", more=[self.theory])
        self.moving = (self.theory, self.other, self.mine)
        self.moving += (*self.primary.moving, *self.slowest.moving)

    def _prepare_ages(self, axes):
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.03), xlabel="time since the user's own edit (s)")
        axes.set_title("How many reads miss the user's own edit?")
        axes.set_yticks(**QUARTERS)
        (self.theory,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        (self.other,) = axes.plot([], [], marker="s", markersize=5, **style.BASELINE)
        (self.mine,) = axes.plot([], [], marker="o", **style.YOURS)

    def show(self, *, name, result, other_name, other, stale):
        """Draw a run and the rule `other_name` on the same traffic; return (finding, words).

        stale: by theory, the probability that a random replica misses a write, for each of AGES.
        """
        self.theory.set_data(AGES, stale)
        self.other.set_data(*_by_age(other))
        self.mine.set_data(*_by_age(result))
        self.primary.show([result.primary_share], [other.primary_share])
        p99, others = (slowest_reads(run) for run in (result, other))
        self.slowest.show([p99], [others])
        missed, before = int(result.own_stale.sum()), int(other.own_stale.sum())
        finding = f"{name}: {missed:,} reads miss the user's own edit, "
        finding += f"99 % of the reads take at most {milliseconds(p99)}"
        failed = f" {result.errors:,} statements failed." if result.errors else ""
        return finding, (
            f"Of {int(result.reads.sum()):,} reads {result.primary_share:.0%} went to the primary, "
            f"{result.stale_share:.1%} missed somebody's edit. With {other_name} (gray): "
            f"{before:,} miss the user's own edit, 99 % take at most {milliseconds(others)}, "
            f"{other.primary_share:.0%} went to the primary, {other.stale_share:.1%} missed "
            f"somebody's edit. In theory a random replica misses an edit of 0.2 s ago with "
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


def slowest_reads(result):
    """Return the latency (s) that 99 % of the answered reads did not exceed, nan without one."""
    taken = (result.finished_at - result.arrived_at)[result.reads]
    return float(np.percentile(taken, 99)) if taken.size else float("nan")
