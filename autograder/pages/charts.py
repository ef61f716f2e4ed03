"""The report's pictures: figures as SVG data, each with a text that says what it shows.

Colours: Okabe and Ito, "Color Universal Design" (2008); colour alone never carries a meaning.
Every picture is 3.6 inches wide at most, which a narrow screen shows without shrinking it.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograder.gradebook.read import Check

BLUE, ORANGE, INK = "#0072B2", "#E69F00", "#222222"
WIDTH = 3.6  # inches
LOOK: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E5E5E5",
    "text.parse_math": False,  # dollar signs in a name are not math
    "svg.hashsalt": "report",  # the same figures give the same bytes
}


@dataclass(frozen=True)
class Picture:
    """An image for a page: where its data are, and what it shows in words."""

    source: str
    words: str


def histogram(edges: Sequence[float], counts: Sequence[int], words: str) -> Picture:
    """Draw how many submissions have a score from each edge to the next."""
    with rc_context(LOOK):
        figure = _figure(2.4)
        axes = figure.subplots()
        widths = [right - left for left, right in pairwise(edges)]
        bars = axes.bar(
            edges[:-1], counts, width=widths, align="edge", color=BLUE, edgecolor="white"
        )
        axes.bar_label(bars, labels=[str(count) if count else "" for count in counts], fontsize=9)
        axes.set(
            xlabel="points", ylabel="submissions", xticks=edges[::2] if len(edges) > 6 else edges
        )
        axes.margins(y=0.15)
        axes.grid(axis="x", visible=False)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        return _picture(figure, words)


def pass_rates(checks: Sequence[Check], words: str) -> Picture:
    """Draw the share that passed each check, in the order given, from the top."""
    with rc_context(LOOK):
        figure = _figure(0.7 + 0.24 * len(checks))
        axes = figure.subplots()
        names = [_short(check.name) for check in checks]
        bars = axes.barh(range(len(checks)), [100 * check.rate for check in checks], color=BLUE)
        axes.bar_label(bars, labels=[f"{100 * c.rate:.0f}" for c in checks], padding=2, fontsize=9)
        axes.set(xlim=(0, 112), xticks=(0, 50, 100), xlabel="% of submissions passed")
        axes.set_yticks(range(len(checks)), names)
        axes.set_ylim(len(checks) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        return _picture(figure, words)


def boxes(names: Sequence[str], shares: Sequence[Sequence[float]], words: str) -> Picture:
    """Draw the middle half, the median and the range of the scores (in %), a row an assignment."""
    with rc_context(LOOK):
        figure = _figure(0.8 + 0.32 * len(names))
        axes = figure.subplots()
        axes.boxplot(
            [list(share) for share in shares],
            orientation="horizontal",
            whis=(0, 100),
            widths=0.55,
            patch_artist=True,
            boxprops={"facecolor": "#9CCBE8", "edgecolor": INK},
            medianprops={"color": INK, "linewidth": 2.2},
        )
        axes.set(xlim=(-3, 103), xlabel="score, % of the points")
        axes.set_yticks(range(1, len(names) + 1), [_short(name) for name in names])
        axes.set_ylim(len(names) + 0.6, 0.4)
        axes.grid(axis="y", visible=False)
        return _picture(figure, words)


def _figure(height: float) -> Figure:
    return Figure(figsize=(WIDTH, height), layout="constrained")


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"


def _picture(figure: Figure, words: str) -> Picture:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{data}", words)
