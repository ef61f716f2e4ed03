"""The picture of the log on its way: how far a replica is, and what the reads get."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.log import ANSWERS, CUT_AT, DURATION
from course.database_replication.picture import Rows, legend
from course.view import style

MOST_ENTRIES = 210


class LogPicture:
    """Left: log numbers over time, of the primary and of replica-2. Right: the answers of reads."""

    def __init__(self):
        self.figure, (log, answers) = style.figure(1, 2, width=7.0, height=3.9)
        with rc_context(style.LOOK):
            self._prepare_log(log)
            answers.set_title("What do the reads get?")
            self.answers = Rows(answers, ["as in the\nlog so far", "past a gap", "thrown back"])
            legend(answers, left=-0.3, down=0.04, other="applying as it comes")
        lines = (self.cut, self.primary, self.expected, self.mine)
        self.moving = (*lines, *self.answers.moving)

    def _prepare_log(self, axes):
        axes.set(xlim=(0, DURATION), ylim=(0, MOST_ENTRIES), xlabel="time (s)", ylabel="lsn")
        axes.set_title("How far is replica-2?")
        look = {"facecolor": style.PALE, "alpha": 0.6}
        self.cut = axes.axvspan(0, 1, label="replica-2 is cut off", **look)
        (self.primary,) = axes.plot([], [], color=style.INK, linewidth=1.6, label="the primary")
        look = {"color": style.ORANGE, "linewidth": 5, "alpha": 0.7}
        (self.expected,) = axes.plot([], [], label="the log without a gap", **look)
        (self.mine,) = axes.plot([], [], label="replica-2 says", **style.YOURS)
        shown = [self.primary, self.expected, self.mine, self.cut]
        style.legend_below(axes, left=-0.14, down=0.16, handles=shown)

    def show(self, *, name, shipped, other, cut_off):
        """Draw what a component and `other` made of the same log; return (finding, words)."""
        times = shipped.times
        self.cut.set_visible(cut_off > 0)
        self.cut.set_bounds(CUT_AT, 0, cut_off, 1)
        self.primary.set_data(times, shipped.primary)
        self.expected.set_data(times, shipped.in_order[-1])
        self.mine.set_data(times, np.clip(shipped.lsn[-1], -1, MOST_ENTRIES))
        self.answers.show(_shares(shipped), _shares(other))
        right = shipped.answers["in order"]
        past, back = (shipped.answers[kind] for kind in ANSWERS[1:])
        finding = f"{name}: {right / shipped.reads:.0%} of the reads are right for a replica; "
        finding += f"{past:,} see past a gap, {back:,} are thrown back"
        off = int((shipped.lsn != shipped.in_order).sum())
        wrong = "The lsn was right each time"
        if off:
            wrong = f"The lsn was not the last one without a gap {off:,} times"
        behind = np.maximum(shipped.behind, 0)
        return finding, (
            f"{wrong}, of {shipped.lsn.size:,}. By their own account the replicas were "
            f"{behind.mean():.1f} entries behind on average, at most {behind.max():,}. "
            f"Applying as it comes (gray): {other.answers['in order'] / other.reads:.0%} right, "
            f"{other.answers['past a gap']:,} past a gap, "
            f"{other.answers['thrown back']:,} thrown back."
        )


def _shares(shipped):
    """Return the share of the reads that got each of ANSWERS."""
    return [shipped.answers[kind] / max(1, shipped.reads) for kind in ANSWERS]
