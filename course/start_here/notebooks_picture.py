"""Which exercises of which notebooks are done: a row a notebook, a square an exercise."""

from textwrap import fill

from matplotlib import rc_context

from course.verdicts import FAILED, PASSED, UNWRITTEN
from course.view import style

LOOKS = {  # mark → (face, edge, what it says); the marks are those of a check
    PASSED: (style.GREEN, style.GREEN, "done"),
    FAILED: (style.PAPER, style.VERMILION, "fails"),
    UNWRITTEN: (style.PAPER, style.GREY, "not written yet"),
    "": (style.PAPER, style.PALE, "not run"),
}
COLUMNS = [*"ABCDE", "in words"]
POINTS = len(COLUMNS) + 1.2  # where they stand


class ProgressPicture:
    """Exercises are told apart by mark and by color. Drawn once: there is nothing to move."""

    @rc_context(style.LOOK)
    def __init__(self, found):
        self.notebooks = found
        height = 1.1 + 0.34 * len(found)
        self.figure, axes = style.figure(1, 1, width=3.7, height=height)
        self.moving = ()
        axes.set(xlim=(-0.6, POINTS + 0.7), ylim=(len(found) - 0.4, -0.6))
        axes.xaxis.tick_top()
        *letters, words = range(len(COLUMNS))
        labelled = [*letters, words + 0.25, POINTS]  # clear of the E
        axes.set_xticks(labelled, [*COLUMNS[:-1], "words", "points"])
        axes.set_yticks(range(len(found)), [fill(each.title, 18) for each in found])
        axes.tick_params(length=0)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        for row, each in enumerate(found):
            self._row(axes, row, each)
        square = {"marker": "s", "linestyle": "none", "markersize": 9}
        handles = [
            axes.plot([], [], color=face, markeredgecolor=edge, label=f"{says} {mark}", **square)[0]
            for mark, (face, edge, says) in LOOKS.items()
        ]
        style.legend_below(axes, left=-0.5, down=0, ncols=2, handles=handles)

    def _row(self, axes, row, notebook):
        if notebook.problem:
            axes.text(-0.4, row, "cannot be read", va="center", color=style.WARNING, fontsize=9)
        text = {"va": "center", "ha": "center", "color": style.INK}
        for column, one in places(notebook):
            face, edge, _ = LOOKS[one.mark]
            square = {"marker": "s", "markersize": 13, "markeredgewidth": 1.4}
            axes.plot([column], [row], color=face, markeredgecolor=edge, **square)
            axes.text(column, row, one.mark, fontsize=10, **text)
        if points := sum(one.points for one in notebook.exercises):
            earned = sum(one.earned for one in notebook.exercises)
            axes.text(POINTS, row, f"{earned:g} of {points:g}", fontsize=9, **text)

    def show(self):
        """Return (finding, words): how many checks pass, and the marks by notebook."""
        verdicts = [
            verdict
            for each in self.notebooks
            for column, one in places(each)
            if column < len(COLUMNS) - 1
            for verdict in one.verdicts
        ]
        passed = sum(verdict.mark == PASSED for verdict in verdicts)
        begun = [row for row in map(_in_words, self.notebooks) if row]
        words = "; ".join(begun) if begun else "Open notebook 01 and begin"
        return f"{passed} of {len(verdicts)} checks that you can see pass", f"{words}."


def places(notebook):
    """Return (column, Exercise) for each exercise; the answer in words has the last column."""
    last = len(COLUMNS) - 1
    return [
        (last if one.title == "Explain" else column, one)
        for column, one in enumerate(notebook.exercises)
    ]


def _in_words(notebook):
    """Return the marks of a notebook's exercises, or "" if nothing has been done in it."""
    if notebook.problem:
        return f"{notebook.name} {notebook.problem}"
    marks = {COLUMNS[column]: one.mark for column, one in places(notebook) if one.mark}
    if not set(marks.items()) - {("in words", UNWRITTEN)}:
        return ""
    return f"{notebook.title}: " + ", ".join(f"{name} {mark}" for name, mark in marks.items())
