"""One palette and one look for every picture of the course.

Colours: Okabe and Ito, "Color Universal Design" (2008), which colour-blind readers can tell apart.
Even so, a picture never says a thing by colour alone.
"""

from matplotlib import rc_context
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, PAPER, INK = "#8C8C8C", "#D9D9D9", "#FFFFFF", "#222222"
WARNING = "#A33B00"  # dark orange, for text: contrast 6.6 on white

COLOURS = (ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE, GREY, INK, BLACK)

YOURS = {"color": BLUE, "linewidth": 1.8}
BASELINE = {"color": GREY, "linewidth": 1.6, "linestyle": (0, (4, 2))}  # the ghost
THEORY = {"color": ORANGE, "linewidth": 1.6}
PREDICTION = {"color": PURPLE, "marker": "D", "markersize": 9, "linestyle": "none"}
SERVERS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK, YELLOW)
MARKERS = "os^Dv<>P"

LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "grid.color": "#EBEBEB",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
}


def figure(rows=1, columns=2, *, width=7.6, height=3.5, **grid):
    """Return (figure, axes) in the course's look, made without pyplot and its global state.

    axes: one, or an array of them, as matplotlib's `Figure.subplots` returns them; `grid` are its
    options. width, height: inches, at 100 pixels each.
    """
    with rc_context(LOOK):
        fig = Figure(figsize=(width, height), dpi=100, layout="constrained", facecolor=PAPER)
        return fig, fig.subplots(rows, columns, **grid)


def legend_below(axes, *, left=-0.16, down=0.14, ncols=2, **options):
    """Put the legend below the axes and return it. Call this within `rc_context(LOOK)`.

    left, down: where its upper left corner is, from the lower left corner of the axes, in shares of
    their width (negative: further left) and height. options: those of matplotlib's `Axes.legend`.
    """
    return axes.legend(ncols=ncols, loc="upper left", bbox_to_anchor=(left, -down), **options)
