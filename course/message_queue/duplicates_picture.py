"""Every photo is a dot: done once, more than once, or never."""

import numpy as np
from matplotlib import rc_context

from course.view import style

ACROSS, DOWN = 60, 36  # dots
PLACES = ACROSS * DOWN
PANELS = ("Applied at every delivery", "Your consumer, the same deliveries")


class DuplicatesPicture:
    """Left: applied at every delivery. Right: the student's consumer on the same traffic."""

    def __init__(self):
        self.figure, axes = style.figure(1, 2, width=7.7, height=3.8)
        self.marks = []
        with rc_context(style.LOOK):
            for panel, title in zip(axes, PANELS, strict=True):
                self._prepare(panel, title)
        self.figure.legend(
            handles=self.handles,
            loc="outside lower center",
            ncols=3,
            columnspacing=1.0,
            handletextpad=0.3,
            frameon=False,
        )
        self.moving = tuple(mark for marks in self.marks for mark in marks.values())

    def _prepare(self, axes, title):
        axes.set(xlim=(-1.5, ACROSS + 0.5), ylim=(DOWN + 0.5, -1.5), xticks=[], yticks=[])
        axes.set_title(title)
        axes.spines[:].set_visible(False)
        axes.set_xlabel("each dot is a photo, row by row")
        x, y = np.arange(PLACES) % ACROSS, np.arange(PLACES) // ACROSS
        none = {"linestyle": "none"}
        (once,) = axes.plot(
            x, y, marker=".", markersize=3.2, color=style.GREY, label="done once", **none
        )
        looks = {
            "waiting": ("s", 4, style.PAPER, style.GREY, "not done yet"),
            "twice": ("o", 5, style.ORANGE, style.ORANGE, "done twice"),
            "more": ("^", 6.4, style.ORANGE, style.INK, "three times or more"),
            "lost": ("X", 6.4, style.VERMILION, style.VERMILION, "lost"),
        }
        self.marks.append(
            {
                key: axes.plot(
                    [], [], marker, markersize=size, markerfacecolor=face, markeredgecolor=edge,
                    markeredgewidth=0.6, label=label,
                )[0]
                for key, (marker, size, face, edge, label) in looks.items()
            }
        )  # fmt: skip
        self.handles = [once, *self.marks[-1].values()]

    def show(self, *, name, mine, every_time):
        """Draw two runs; return (finding, words).

        mine: the QueueResult with the student's consumer, called `name`. every_time: that of the
        same deliveries, applied at each of them.
        """
        for marks, run in zip(self.marks, (every_time, mine), strict=True):
            blank = np.ones(PLACES, dtype=bool)
            rows = min(PLACES, len(run))
            blank[:rows] = ((run.applied == 0) & ~run.lost)[:rows]
            for key, which in (
                ("waiting", blank),
                ("twice", run.applied == 2),
                ("more", run.applied > 2),
                ("lost", run.lost),
            ):
                places = np.flatnonzero(which[:PLACES])
                marks[key].set_data(places % ACROSS, places // ACROSS)
        once = int((mine.applied == 1).sum())
        twice, lost = int(mine.twice.sum()), int(mine.lost.sum())
        return f"{name}: {once:,} photos done once, {twice:,} more often, {lost:,} lost", (
            f"{len(mine):,} photos were uploaded and delivered {int(mine.deliveries.sum()):,} "
            f"times; {mine.redelivered:,} of these were redeliveries. Applied at every delivery, "
            f"{int(every_time.twice.sum()):,} photos are done more than once and "
            f"{int(every_time.lost.sum()):,} are lost."
        )
