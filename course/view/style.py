"""One palette and one look for every picture of the course.

Colours: Okabe and Ito, "Color Universal Design" (2008), which colour-blind readers can tell apart.
Even so, a picture never says a thing by colour alone.

In the page each colour is a CSS variable with a light and a dark value. The light one is the colour
that matplotlib draws with; the dark one of lines and text is in DARK, the one of areas follows from
it: dark enough for light text on it.
"""

import colorsys
import re
from functools import cache
from importlib.resources import files

from matplotlib import rc_context
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, PAPER, INK = "#8C8C8C", "#D9D9D9", "#FFFFFF", "#222222"
WARNING = "#A33B00"  # dark orange, for text: contrast 6.6 on white

GRID = "#EBEBEB"
DARK = {
    BLACK: "#F2F2F2",
    INK: "#E6E6E6",
    GREY: "#9A9A9A",
    PALE: "#4A4A4A",
    GRID: "#2E2E2E",
    PAPER: "#111111",
    ORANGE: "#F0B13A",
    SKY: "#8FD3F4",
    GREEN: "#2BC79B",
    YELLOW: "#F0E442",
    BLUE: "#57A5EA",
    VERMILION: "#FF6A45",
    PURPLE: "#E09BC2",
    WARNING: "#FFA070",
}

YOURS = {"color": BLUE, "linewidth": 1.8}
BASELINE = {"color": GREY, "linewidth": 1.6, "linestyle": (0, (4, 2))}  # the ghost
THEORY = {"color": ORANGE, "linewidth": 1.6}
PREDICTION = {"color": PURPLE, "marker": "D", "markersize": 9, "linestyle": "none"}
SERVERS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK, YELLOW)
MARKERS = "os^Dv<>P"

PERCENT = re.compile(r"(?<=\d)%")
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
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
}


def figure(rows=1, columns=2, *, width=7.6, height=3.5, **grid):
    """Return (figure, axes) in the course's look, made without pyplot and its global state.

    axes: one, or an array of them, as matplotlib's `Figure.subplots` returns them; `grid` are its
    options. width, height: inches, at 100 CSS pixels each.
    """
    with rc_context(LOOK):
        fig = Figure(figsize=(width, height), dpi=72, layout="constrained", facecolor=PAPER)
        return fig, fig.subplots(rows, columns, **grid)


def legend_below(axes, *, left=-0.16, down=0.14, ncols=2, **options):
    """Put the legend below the axes and return it. Call this within `rc_context(LOOK)`.

    left, down: where its upper left corner is, from the lower left corner of the axes, in shares of
    their width (negative: further left) and height. options: those of matplotlib's `Axes.legend`.
    """
    return axes.legend(ncols=ncols, loc="upper left", bbox_to_anchor=(left, -down), **options)


@cache
def variable(colour, kind):
    """Return the CSS of a colour "0072b2"; kind: "c" of lines and text, "f" of areas."""
    name = f"--{kind}-{colour}"
    if f"#{colour.upper()}" in DARK:
        return f"var({name})"
    return f"var({name}, {_pair(f'#{colour}', kind)})"


@cache
def css():
    """Return the style sheet of pictures, wherever they stand."""
    names = [
        f"--{kind}{colour.lower().replace('#', '-')}:{_pair(colour, kind)}"
        for colour in DARK
        for kind in "cf"
    ]
    sheet = (files("course.view") / "picture.css").read_text(encoding="utf-8")
    return f".explore, .explore-picture, .explore-still, .film {{{';'.join(names)}}}\n{sheet}"


def _pair(colour, kind):
    return f"light-dark({colour.lower()},{_dark(colour.upper(), kind)})"


def _dark(colour, kind):
    """Return what a colour is in a dark page.

    Colours that are not in DARK keep their hue and turn from light to dark. Areas of a strong
    colour are as light as they may be: light text on them has a contrast of 4.5, and they have one
    of 3 with the page.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    if colour not in DARK:
        return to_hex(colorsys.hls_to_rgb(hue, 0.07 + 0.8 * (1 - lightness), 0.6 * saturation))
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(DARK[colour]))
    if kind == "c" or saturation < 0.3:
        return DARK[colour].lower()
    while True:
        shares = colorsys.hls_to_rgb(hue, lightness, 0.8 * saturation)
        luminance = sum(w * s**2.2 for w, s in zip((0.2126, 0.7152, 0.0722), shares, strict=True))
        if luminance < 0.13:
            return to_hex(shares)
        lightness *= 0.98


def spaced(words):
    """Return words in which 80% is written as 80 %, like the text around them."""
    return PERCENT.sub("\u202f%", words) if "%" in words else words
