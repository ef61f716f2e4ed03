"""The picture of a system: tiers of boxes from left to right, and arrows between the boxes.

web = Tier("web tier", (Node("web-1", ("10.0.0.11", "4 workers")),), new=True)
architecture([users, web], [("users", "web-1", "HTTP")]) → a picture
"""

from dataclasses import dataclass
from itertools import groupby

from matplotlib.patches import FancyBboxPatch

from course.view import style
from course.view.explore import drawing
from course.view.picture import Picture


@dataclass(frozen=True)
class Node:
    """One box of a picture.

    name: written in it, and unique in the picture: arrows name their ends by it. lines: a tuple of
    up to two short texts, written below the name. new: as in Tier, for this box alone.
    """

    name: str
    lines: tuple = ()
    new: bool = False


@dataclass(frozen=True)
class Tier:
    """One column of boxes.

    title: written above it. nodes: a tuple of Nodes, from top to bottom. new: whether the notebook
    adds it, in bold with blue boxes. zone: the network it is in, such as "private network"; tiers
    next to each other in the same zone are shaded together.
    """

    title: str
    nodes: tuple
    new: bool = False
    zone: str = ""


def architecture(tiers, links):
    """Return a Picture of the system, or None while nbgrader executes the notebook.

    tiers: a sequence of Tiers, from left to right. links: triples (name, name, label), each an
    arrow from the first node to the second; the label may be "". KeyError for an unknown name.
    A screen reader says `describe(tiers, links)`.
    """
    if not drawing():
        return None
    rows = max(len(tier.nodes) for tier in tiers)
    figure, axes = style.figure(1, 1, width=9.2, height=max(3.2, 0.9 + 0.75 * rows))
    axes.set(xlim=(-0.15, len(tiers) + 0.15), ylim=(0, 1))
    axes.axis("off")
    figure.set_layout_engine("none")  # only boxes: drawing twice, as a layout does, is not needed
    axes.set_position(_inside(figure))
    places = {}
    _zones(axes, tiers)
    for column, tier in enumerate(tiers):
        title = f"{tier.title} (new)" if tier.new else tier.title
        weight = "bold" if tier.new else "normal"
        axes.text(column + 0.5, 0.93, title, ha="center", fontsize=10, weight=weight)
        step = min(0.3, 0.8 / len(tier.nodes))
        for row, node in enumerate(tier.nodes):
            place = (column + 0.5, 0.48 + step * ((len(tier.nodes) - 1) / 2 - row))
            places[node.name] = place
            _box(axes, place, node, tier.new or node.new, step)
    for start, end, label in links:
        _arrow(axes, places[start], places[end], label)
    return Picture(figure).redraw(describe(tiers, links))


def describe(tiers, links):
    """Return the picture in words: its tiers with their nodes, and its arrows."""
    parts = [f"{tier.title}: {', '.join(node.name for node in tier.nodes)}" for tier in tiers]
    arrows = [f"{start} to {end}" + (f" ({label})" if label else "") for start, end, label in links]
    return f"{'; '.join(parts)}. Arrows: {', '.join(arrows)}."


def _inside(figure, margin=3 / 72):
    """Return the figure's rectangle less a margin (inches), in shares of its width and height."""
    x, y = margin / figure.get_size_inches()
    return x, y, 1 - 2 * x, 1 - 2 * y


def _zones(axes, tiers):
    """Shade the columns that share a network zone, and write its name below them."""
    for zone, run in groupby(enumerate(tiers), key=lambda pair: pair[1].zone):
        columns = [column for column, _ in run]
        if zone:
            left, width = columns[0] + 0.04, len(columns) - 0.08
            axes.add_patch(_rounded(left, 0.0, width, 0.9, facecolor="#F3F6F9", edgecolor="none"))
            axes.text(left + 0.04, 0.02, zone, fontsize=9, style="italic", color=style.INK)


def _box(axes, place, node, new, step):
    x, y = place
    height = step * 0.82
    colour, width = (style.BLUE, 2.2) if new else (style.INK, 1.0)
    box = _rounded(x - 0.39, y - height / 2, 0.78, height, facecolor="white", edgecolor=colour)
    box.set_linewidth(width)
    axes.add_patch(box)
    text = "\n".join((node.name, *node.lines))
    axes.text(x, y, text, ha="center", va="center", fontsize=9, linespacing=1.15, zorder=4)


def _arrow(axes, start, end, label):
    (x, y), (to_x, to_y) = start, end
    way = {"xy": (to_x - 0.41, to_y), "xytext": (x + 0.41, y)}
    if x == to_x:  # from a box to the next one above or below it; back and forth side by side
        aside, gap = x + (0.06 if to_y > y else -0.06), 0.42 * (to_y - y)
        way = {"xy": (aside, to_y - gap), "xytext": (aside, y + gap)}
    look = {"arrowstyle": "-|>", "color": style.INK, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", **way, arrowprops=look)
    if label:
        axes.text((x + to_x) / 2, (y + to_y) / 2 + 0.035, label, ha="center", fontsize=9)


def _rounded(x, y, width, height, **look):
    shape = "round,pad=0,rounding_size=0.03"
    return FancyBboxPatch((x, y), width, height, boxstyle=shape, mutation_aspect=2.5, **look)
