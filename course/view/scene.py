"""The still scene that a film plays in: boxes, lines and words, drawn once as SVG.

    scene = Scene(480, 260)
    scene.box(180, 20, 60, 30, "web-1")

Places are CSS pixels from the upper left corner, as in film.js, at the size of a laptop's screen.
"""

from functools import cached_property

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from course.view import style, world
from course.view.canvas import SCALE, Canvas

TEXT = 9.5  # points


class Scene:
    """What does not move. `width`, `height`: CSS pixels; `axes`: matplotlib's, for more."""

    def __init__(self, width=480, height=260):
        self.width, self.height = width, height
        with rc_context(style.LOOK):
            self.figure = Figure((width / 100, height / 100), dpi=72, facecolor=style.PAPER)
            self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(height, 0))
        self.axes.axis("off")

    def box(self, x, y, width, height, words="", *, colour=style.PALE, filled=False):
        """Draw a box, from its upper left corner, with words in its upper left corner."""
        shape = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=4",
            edgecolor=colour,
            facecolor=colour if filled else "none",
            linewidth=1.2,
        )
        self.axes.add_patch(shape)
        if words:
            self.text(x + 5, y + 9, words)

    def circle(self, x, y, radius, *, colour=style.PALE, filled=False):
        """Draw a circle around a point."""
        look = {"edgecolor": colour, "facecolor": colour if filled else "none", "linewidth": 1.2}
        self.axes.add_patch(Circle((x, y), radius, **look))

    def line(self, *points, colour=style.PALE, dashed=False, width=1.2):
        """Draw a line through `points` (x, y)."""
        dashes = (0, (4, 3)) if dashed else "-"
        self.axes.plot(*zip(*points, strict=True), color=colour, linewidth=width, linestyle=dashes)

    def arrow(self, start, end, *, colour=style.GREY):
        """Draw an arrow from one point (x, y) to another."""
        look = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", end, start, arrowprops=look)

    def text(self, x, y, words, *, at="left", size=TEXT, bold=False):
        """Write words; at: which end of them is at x ("left", "center" or "right")."""
        look = {"fontsize": size, "fontweight": "bold" if bold else "normal", "color": style.INK}
        self.axes.text(x, y, words, ha=at, va="center", **look)

    def world(self, *, south=-56, north=74):
        """Fill the scene with a map; return a function of (latitude, longitude) to its (x, y)."""
        inset = self.axes.inset_axes((0, 0, 1, 1), zorder=0)
        world.draw_world(inset, south=south, north=north)
        inset.set_aspect("auto")

        def place(point):
            latitude, longitude = point
            across, down = (longitude + 180) / 360, (north - latitude) / (north - south)
            return across * self.width, down * self.height

        return place

    @cached_property
    def svg(self):
        """What is inside the <svg>; its coordinates are points, 72 for 100 pixels."""
        return "".join(Canvas(self.figure).background)

    @property
    def view_box(self):
        """The viewBox of `svg`."""
        return f"0 0 {self.width / SCALE:g} {self.height / SCALE:g}"
