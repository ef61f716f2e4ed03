"""Which checks of which notebooks pass: a row a notebook, a square a check."""

from matplotlib import rc_context

from course.start_here import notebooks as work
from course.view import style

LOOKS = {  # state → (mark, face, edge)
    work.PASSED: ("✓", style.GREEN, style.GREEN),
    work.FAILED: ("✗", style.PAPER, style.VERMILION),
    work.UNWRITTEN: ("…", style.PAPER, style.GREY),
    work.NOT_RUN: ("", style.PAPER, style.PALE),
    work.ANSWERED: ("✎", style.SKY, style.SKY),
    work.OPEN: ("", style.PAPER, style.PALE),
}
MOST = 13  # squares in a row


class ProgressPicture:
    """Told apart by mark and by colour; drawn once."""

    def __init__(self, saved):
        height = 0.9 + 0.34 * len(saved)
        self.figure, axes = style.figure(1, 1, width=7.8, height=height)
        self.moving = ()
        with rc_context(style.LOOK):
            axes.set(xlim=(-0.6, MOST), ylim=(len(saved) - 0.4, -0.6), xticks=[])
            axes.set_yticks(range(len(saved)), [each.title for each in saved])
            axes.tick_params(length=0)
            axes.grid(False)
            for spine in axes.spines.values():
                spine.set_visible(False)
            for row, each in enumerate(saved):
                self._row(axes, row, each)
            self._legend(axes)

    def _row(self, axes, row, saved):
        if saved.problem:
            axes.text(-0.4, row, saved.problem, va="center", color=style.WARNING, fontsize=9)
        for column, check in enumerate(saved.checks):
            mark, face, edge = LOOKS[check.state]
            square = {"marker": "s", "markersize": 14, "markeredgewidth": 1.4}
            axes.plot([column], [row], color=face, markeredgecolor=edge, **square)
            axes.text(column, row, mark, ha="center", va="center", color=style.INK, fontsize=10)

    def _legend(self, axes):
        square = {"marker": "s", "linestyle": "none", "markersize": 9}
        handles = [
            axes.plot([], [], color=face, markeredgecolor=edge, **square)[0]
            for _, face, edge in list(LOOKS.values())[:5]
        ]
        labels = ["passes ✓", "fails ✗", "not written yet …", "not run", "answer written ✎"]
        axes.legend(handles, labels, ncols=5, loc="upper left", bbox_to_anchor=(-0.3, 0.0))

    def show(self, saved):
        """Return (finding, words): how many checks pass, by notebook."""
        states = [check.state for each in saved for check in each.checks]
        visible = sum(state not in (work.ANSWERED, work.OPEN) for state in states)
        passed = states.count(work.PASSED)
        rows = [_in_words(each) for each in saved]
        begun = [row for row in rows if row]
        words = "; ".join(begun) if begun else "Open notebook 01 and begin"
        return f"{passed} of {visible} checks that you can see pass", f"{words}."


def _in_words(saved):
    """Return what is to be said of a notebook, or "" if nothing has been done in it."""
    if saved.problem:
        return f"{saved.name} {saved.problem}"
    states = [check.state for check in saved.checks]
    counts = {
        state: states.count(state)
        for state in (work.PASSED, work.FAILED, work.UNWRITTEN)
        if state in states
    }
    said = [f"{count} {state}" for state, count in counts.items()]
    said += ["answer written"] if work.ANSWERED in states else []
    return f"{saved.title}: {', '.join(said)}" if said else ""
