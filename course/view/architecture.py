"""The picture of a system: tiers of boxes from left to right, and arrows between the boxes.

Where there is no room for that, as on a phone, the tiers stand below each other.

web = Tier("web tier", (Node("web-1", ("10.0.0.11", "4 workers")),), new=True)
architecture([users, web], [("users", "web-1", "HTTP")]) → a picture
"""

import textwrap
from dataclasses import dataclass
from itertools import groupby

from matplotlib.patches import FancyBboxPatch

from course.view import style
from course.view.explore import drawing
from course.view.picture import Picture

ARROW = {"arrowstyle": "-|>", "color": style.INK, "shrinkA": 0, "shrinkB": 0}
INSIDE = {"ha": "center", "va": "center", "fontsize": 9, "linespacing": 1.15, "zorder": 4}
ZONE = {"facecolor": "#F3F6F9", "edgecolor": "none"}

# of the tall picture, in inches
WIDTH, MARGIN = 2.85, 0.1  # MARGIN: at both sides, for arrows past a tier
APART, LINKED = 0.04, 0.4  # between the boxes of a tier, and if there are arrows between them
TITLE, LINE, GAP = 0.32, 0.17, 0.3  # heights: GAP below each tier, for arrows
WIDEST = 1.6  # of a box
LETTER = 0.075  # the width of one, on average


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
    drawn = Picture(_beside(tiers, links), tall=_below(tiers, links))
    return drawn.redraw(describe(tiers, links))


def describe(tiers, links):
    """Return the picture in words: its tiers with their nodes, and its arrows."""
    parts = [f"{tier.title}: {', '.join(node.name for node in tier.nodes)}" for tier in tiers]
    arrows = [f"{start} to {end}" + (f" ({label})" if label else "") for start, end, label in links]
    return f"{'; '.join(parts)}. Arrows: {', '.join(arrows)}."


def _beside(tiers, links):
    """Return the figure with the tiers next to each other."""
    rows = max(len(tier.nodes) for tier in tiers)
    figure, axes = style.figure(1, 1, width=9.2, height=max(3.2, 0.9 + 0.75 * rows))
    axes.set(xlim=(-0.15, len(tiers) + 0.15), ylim=(0, 1))
    axes.axis("off")
    figure.set_layout_engine("none")  # only boxes: drawing twice, as a layout does, is not needed
    axes.set_position(_inside(figure))
    places = {}
    _zones(axes, tiers)
    for column, tier in enumerate(tiers):
        axes.text(column + 0.5, 0.93, **_title(tier), ha="center")
        step = min(0.3, 0.8 / len(tier.nodes))
        for row, node in enumerate(tier.nodes):
            place = (column + 0.5, 0.48 + step * ((len(tier.nodes) - 1) / 2 - row))
            places[node.name] = place
            _box(axes, place, node, tier.new or node.new, step)
    for start, end, label in links:
        _arrow(axes, places[start], places[end], label)
    return figure


def _inside(figure, margin=3 / 72):
    """Return the figure's rectangle less a margin (inches), in shares of its width and height."""
    x, y = margin / figure.get_size_inches()
    return x, y, 1 - 2 * x, 1 - 2 * y


def _title(tier):
    words = f"{tier.title} (new)" if tier.new else tier.title
    return {"s": words, "fontsize": 10, "weight": "bold" if tier.new else "normal"}


def _zones(axes, tiers):
    """Shade the columns that share a network zone, and write its name below them."""
    for zone, run in groupby(enumerate(tiers), key=lambda pair: pair[1].zone):
        columns = [column for column, _ in run]
        if zone:
            left, width = columns[0] + 0.04, len(columns) - 0.08
            axes.add_patch(_rounded(left, 0.0, width, 0.9, **ZONE))
            axes.text(left + 0.04, 0.02, zone, fontsize=9, style="italic", color=style.INK)


def _box(axes, place, node, new, step):
    x, y = place
    height = step * 0.82
    axes.add_patch(_rounded(x - 0.39, y - height / 2, 0.78, height, **_frame(new)))
    axes.text(x, y, "\n".join((node.name, *node.lines)), **INSIDE)


def _frame(new):
    colour, width = (style.BLUE, 2.2) if new else (style.INK, 1.0)
    return {"facecolor": "white", "edgecolor": colour, "linewidth": width}


def _arrow(axes, start, end, label):
    (x, y), (to_x, to_y) = start, end
    way = {"xy": (to_x - 0.41, to_y), "xytext": (x + 0.41, y)}
    if x == to_x:  # from a box to the next one above or below it; back and forth side by side
        aside, gap = x + (0.06 if to_y > y else -0.06), 0.42 * (to_y - y)
        way = {"xy": (aside, to_y - gap), "xytext": (aside, y + gap)}
    axes.annotate("", **way, arrowprops=ARROW)
    if label:
        axes.text((x + to_x) / 2, (y + to_y) / 2 + 0.035, label, ha="center", fontsize=9)


def _rounded(x, y, width, height, **look):
    shape = "round,pad=0,rounding_size=0.03"
    return FancyBboxPatch((x, y), width, height, boxstyle=shape, mutation_aspect=2.5, **look)


def _below(tiers, links):
    """Return the figure with the tiers below each other, as wide as there is room on a phone."""
    pairs = [{start, end} for start, end, _ in links]
    wide = [_width(tier, pairs) for tier in tiers]
    texts = [
        {node.name: _wrapped((node.name, *node.lines), width) for node in tier.nodes}
        for tier, width in zip(tiers, wide, strict=True)
    ]
    high = [0.12 + LINE * max(text.count("\n") + 1 for text in each.values()) for each in texts]
    zones = [zone for zone, _ in groupby(tier.zone for tier in tiers) if zone]
    height = sum(high) + (TITLE + GAP) * len(tiers) - GAP + LINE * len(zones) + 0.2
    figure, axes = style.figure(1, 1, width=WIDTH, height=height)
    figure.set_layout_engine("none")
    axes.set(position=(0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
    axes.axis("off")
    places, top, shaded = {}, 0.08, {}
    for row, tier in enumerate(tiers):
        if tier.zone and tier.zone not in shaded:
            shaded[tier.zone] = top, 0.0
            look = {"style": "italic", "color": style.INK, "zorder": 4, "bbox": _paper(tier.zone)}
            axes.text(0.1, top + 0.13, tier.zone, fontsize=9, **look)
            top += LINE
        axes.text(MARGIN, top + 0.15, **_title(tier), zorder=4, bbox=_paper(tier.zone))
        bottom = top + TITLE + high[row]
        if tier.zone:
            shaded[tier.zone] = shaded[tier.zone][0], bottom
        for column, node in enumerate(tier.nodes):
            middle = MARGIN + (column + 0.5) * (WIDTH - 2 * MARGIN) / len(tier.nodes)
            left, look = middle - wide[row] / 2, _frame(tier.new or node.new)
            axes.add_patch(_round(left, top + TITLE, wide[row], high[row], zorder=3, **look))
            axes.text(middle, top + TITLE + high[row] / 2, texts[row][node.name], **INSIDE)
            places[node.name] = row, middle, top + TITLE, bottom
        top = bottom + GAP
    for first, last in shaded.values():
        axes.add_patch(_round(0.03, first - 0.03, WIDTH - 0.06, last - first + 0.11, **ZONE))
    for start, end, label in links:
        zone = tiers[places[start][0]].zone
        _arrow_down(axes, places[start], places[end], wide, label, zone)
    return figure


def _width(tier, pairs):
    """Return how wide the boxes of a tier are; pairs: the names at the ends of each arrow."""
    names = {node.name for node in tier.nodes}
    apart = LINKED if any(pair <= names for pair in pairs) else APART
    return min(WIDEST, (WIDTH - 2 * MARGIN + APART) / len(tier.nodes) - apart)


def _wrapped(lines, width):
    """Return the lines as one text, none of them wider than a box of `width` inches if possible."""
    letters = int((width - 0.04) / LETTER)
    return "\n".join(textwrap.fill(line, letters, break_long_words=False) for line in lines)


def _paper(zone):
    return {"facecolor": ZONE["facecolor"] if zone else "white", "edgecolor": "none", "pad": 1}


def _arrow_down(axes, start, end, wide, label, zone):
    """Draw an arrow to a box of the next tier, of the same one, or past a tier, along a side."""
    (row, x, _, bottom), (to_row, to_x, top, _) = start, end
    side = -1 if x < WIDTH / 2 else 1
    place = {"x": (x + to_x) / 2, "y": bottom + 0.22, "ha": "center"}
    if row == to_row:  # back and forth, one above the other
        side = 1 if to_x > x else -1
        y = (top + bottom) / 2 + 0.08 * side
        way = {"xy": (to_x - side * wide[row] / 2, y), "xytext": (x + side * wide[row] / 2, y)}
    elif to_row == row + 1:
        way = {"xy": (to_x, top), "xytext": (x, bottom)}
    else:
        edge = WIDTH / 2 + side * (WIDTH / 2 - MARGIN / 2)
        y, to_y = bottom - 0.12, top + 0.12
        begin, stop = x + side * wide[row] / 2, to_x + side * wide[to_row] / 2
        axes.plot([begin, edge, edge], [y, y, to_y], color=style.INK, linewidth=1)
        way = {"xy": (stop, to_y), "xytext": (edge, to_y)}
        place = {"x": edge - 0.06 * side, "y": bottom + 0.22, "ha": "left" if side < 0 else "right"}
    axes.annotate("", **way, arrowprops=ARROW)
    if label:
        axes.text(**place, s=label, fontsize=9, zorder=4, bbox=_paper(zone))


def _round(x, y, width, height, **look):
    return FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=0.05", **look)
