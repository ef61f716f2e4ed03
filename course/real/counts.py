"""One count, three times: on paper, in the simulation, and on this machine."""

from course.real.clocks import LOOKS, ROWS


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
        for bar, text, count in zip(
            self.bars, self.texts, (formula, simulation, machine), strict=True
        ):
            bar.set_width(0 if count is None else min(count, self.top))
            text.set_x(bar.get_width() + self.top / 30)
            more = "" if count is None or count <= self.top else " (beyond the edge)"
            text.set_text("–" if count is None else f"{count:.0f}{more}")
