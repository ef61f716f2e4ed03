"""One count, three times: on paper, in the simulation, and on this machine.

class RealPicture(CountsPicture):   two counts, next to what happened to each request
"""

from matplotlib import rc_context

from course.real.clocks import LOOKS, ROWS
from course.view import style


class CountsPanel:
    """Draws a count into `axes`, a bar for each of clocks.ROWS. top: where its scale ends.

    moving: the artists that change.
    """

    def __init__(self, axes, title, top):
        self.top = top
        axes.set(title=title, xlim=(0, top * 1.3), ylim=(2.6, -0.6))
        axes.set_xticks([0, top / 3, 2 * top / 3, top])
        axes.set_yticks(range(3), ROWS)
        axes.grid(False, axis="y")
        self.bars = list(axes.barh(range(3), 0, height=0.55, color=LOOKS))
        self.texts = [axes.text(0, row, "", fontsize=9.5, va="center") for row in range(3)]
        self.moving = (*self.bars, *self.texts)

    def show(self, formula, simulation, machine):
        """Draw the three counts; None for one that is not known."""
        for row, count in enumerate((formula, simulation, machine)):
            width, text = min(count or 0, self.top), self.texts[row]
            self.bars[row].set_width(width)
            text.set_text("–" if count is None else f"{count:.0f}")
            text.set_position((width + self.top / 30, row))
            if width < (count or 0):  # next to a bar as long as that there is no room
                text.set_text(f"{count:.0f} (beyond the edge)")
                text.set_position((self.top / 30, row - 0.43))


class CountsPicture:
    """Left: axes of the lab's own, `left`, for each request. Right: two counts, three times each.

    A lab's picture adds what it draws on the left to `moving`. counts: the scale's end by the title
    of each count. left: properties of the axes.
    """

    @rc_context(style.LOOK)
    def __init__(self, counts, **left):
        self.figure, axes = style.figure(2, 2, width=7.9, height=4.3, width_ratios=(1.7, 1))
        grid = axes[0, 0].get_gridspec()
        for each in axes[:, 0]:
            each.remove()
        self.left = self.figure.add_subplot(grid[:, 0])
        self.left.set(**left)
        self.left.grid(False, axis="y")
        panels = zip(axes[:, 1], counts.items(), strict=True)
        self.counts = [CountsPanel(each, title, top) for each, (title, top) in panels]
        self.moving = (*self.counts[0].moving, *self.counts[1].moving)

    def show_counts(self, formula, simulation, machine):
        """Draw the two counts of each clock; None for a clock, or a count, that is not known."""
        for which, panel in enumerate(self.counts):
            panel.show(*(each and each[which] for each in (formula, simulation, machine)))


def so_far(share):
    """Return, in brackets, how much of a run is over: "" for all of it."""
    return "" if share == 1 else f" ({share:.0%} so far)"
