"""Which checks of which notebooks pass: a row a notebook, a square a check."""

from matplotlib import rc_context

from course.start_here import notebooks
from course.view import style

LOOKS = {  # state → (mark, face, edge)
    notebooks.PASSED: ("✓", style.GREEN, style.GREEN),
    notebooks.FAILED: ("✗", style.PAPER, style.VERMILION),
    notebooks.UNWRITTEN: ("…", style.PAPER, style.GREY),
    notebooks.NOT_RUN: ("", style.PAPER, style.PALE),
    notebooks.ANSWERED: ("✎", style.SKY, style.SKY),
    notebooks.OPEN: ("", style.PAPER, style.PALE),
}
MOST = 13  # squares in a row


class ProgressPicture:
    """Checks are told apart by mark and by colour. Drawn once: there is nothing to move."""

    @rc_context(style.LOOK)
    def __init__(self, found):
        self.notebooks = found
        height = 0.9 + 0.34 * len(found)
        self.figure, axes = style.figure(1, 1, width=7.8, height=height)
        self.moving = ()
        axes.set(xlim=(-0.6, MOST), ylim=(len(found) - 0.4, -0.6), xticks=[])
        axes.set_yticks(range(len(found)), [each.title for each in found])
        axes.tick_params(length=0)
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for row, each in enumerate(found):
            self._row(axes, row, each)
        self._legend(axes)

    def _row(self, axes, row, notebook):
        if notebook.problem:
            axes.text(-0.4, row, notebook.problem, va="center", color=style.WARNING, fontsize=9)
        for column, check in enumerate(notebook.checks):
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
        style.legend_below(axes, left=-0.3, down=0, ncols=5, handles=handles, labels=labels)

    def show(self):
        """Return (finding, words): how many checks pass, by notebook."""
        states = [check.state for each in self.notebooks for check in each.checks]
        visible = sum(state not in (notebooks.ANSWERED, notebooks.OPEN) for state in states)
        passed = states.count(notebooks.PASSED)
        begun = [row for row in map(_in_words, self.notebooks) if row]
        words = "; ".join(begun) if begun else "Open notebook 01 and begin"
        return f"{passed} of {visible} checks that you can see pass", f"{words}."


def _in_words(notebook):
    """Return how a notebook's checks went, or "" if nothing has been done in it."""
    if notebook.problem:
        return f"{notebook.name} {notebook.problem}"
    states = [check.state for check in notebook.checks]
    counted = (notebooks.PASSED, notebooks.FAILED, notebooks.UNWRITTEN)
    said = [f"{states.count(state)} {state}" for state in counted if state in states]
    said += ["answer written"] if notebooks.ANSWERED in states else []
    return f"{notebook.title}: {', '.join(said)}" if said else ""
