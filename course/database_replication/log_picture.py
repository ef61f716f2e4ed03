"""The picture of the log on its way: how far each replica is, and what its reads get."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.log import ANSWERS, CUT_AT, DURATION
from course.database_replication.picture import QUARTERS, bars, set_bars
from course.view import style

MOST_ENTRIES = 210


class LogPicture:
    """Left: log numbers over time. Right: the answers of reads."""

    def __init__(self):
        self.figure, (log, answers) = style.figure(
            1, 2, width=8.2, height=4.2, width_ratios=(1.6, 1)
        )
        with rc_context(style.LOOK):
            self._prepare_log(log)
            self._prepare_answers(answers)
        self.moving = (
            *(self.cut, self.ghost, self.primary, *self.expected, *self.lines),
            *self.bars,
        )

    def _prepare_log(self, axes):
        axes.set(xlim=(0, DURATION), ylim=(0, MOST_ENTRIES))
        axes.set(xlabel="time (s)", ylabel="log number (lsn)")
        look = {"facecolor": style.PALE, "hatch": "//", "edgecolor": "white"}
        self.cut = axes.axvspan(0, 1, label="replica-2 is cut off", **look)
        (self.primary,) = axes.plot([], [], color=style.INK, linewidth=1.6, label="primary")
        (self.ghost,) = axes.plot([], [], label="replica-2, ghost", **style.BASELINE)
        self.expected = [
            axes.plot([], [], color=style.ORANGE, linewidth=3.2, alpha=0.6, label=label)[0]
            for label in ("in order, no gaps", "_")
        ]
        self.lines = [
            axes.plot(
                [],
                [],
                color=colour,
                marker=marker,
                markevery=12,
                markersize=5,
                linewidth=1.3,
                label=f"replica-{number + 1}",
            )[0]
            for number, (colour, marker) in enumerate(((style.BLUE, "o"), (style.GREEN, "^")))
        ]
        shown = [self.primary, *self.lines, self.expected[0], self.ghost, self.cut]
        self.figure.legend(handles=shown, ncols=3, loc="outside lower left")

    def _prepare_answers(self, axes):
        axes.set(xlim=(-0.6, 2.6), ylim=(0, 1.02), ylabel="share of the reads")
        axes.set_yticks(**QUARTERS)
        axes.set_xticks(range(3), ["as in the\nlog so far", "past\na gap", "thrown\nback"])
        self.bars = bars(axes)

    def show(self, *, name, shipped, ghost, cut_off):
        """Draw what a component and the ghost made of the same log; return (finding, words)."""
        times = shipped.times
        self.cut.set_visible(cut_off > 0)
        self.cut.set_bounds(CUT_AT, 0, cut_off, 1)
        self.primary.set_data(times, shipped.primary)
        self.ghost.set_data(times, ghost.lsn[-1])
        for line, lsn in zip(self.lines, shipped.lsn, strict=True):
            line.set_data(times, np.clip(lsn, -1, MOST_ENTRIES))
        for line, lsn in zip(self.expected, shipped.in_order, strict=True):
            line.set_data(times, lsn)
        set_bars(self.bars, _shares(ghost), _shares(shipped))
        right = shipped.answers["in order"]
        past, back = (shipped.answers[kind] for kind in ANSWERS[1:])
        off = int((shipped.lsn != shipped.in_order).sum())
        finding = f"{name}: {right / shipped.reads:.0%} of the reads are right for a replica; "
        finding += f"{past:,} see past a gap, {back:,} are thrown back"
        behind = np.maximum(shipped.behind, 0)
        wrong = "its lsn was right at each of them"
        if off:
            wrong = f"the lsn was not the last one without a gap at {off:,} of them"
        return finding, (
            f"{shipped.reads:,} reads, {shipped.lsn.size:,} looks at the replicas; {wrong}. "
            f"By their own account they were {behind.mean():.1f} entries behind on average, "
            f"at most {behind.max():,}. Applying as it comes (ghost, hatched): "
            f"{ghost.answers['in order'] / ghost.reads:.0%} right, "
            f"{ghost.answers['past a gap']:,} past a gap, "
            f"{ghost.answers['thrown back']:,} thrown back."
        )


def _shares(shipped):
    """Return the share of the reads that got each of ANSWERS."""
    return [shipped.answers[kind] / max(1, shipped.reads) for kind in ANSWERS]
