"""Keys on shards: what moves when their number changes, and how full each of them is."""

import numpy as np
from matplotlib import rc_context

from course.millions_of_users.theory import fewest_moved, moved_by_modulo
from course.view import style

MOST = 21  # shards
HIGHEST = 4.0  # keys over the mean: what is above is drawn at the edge
KEYS_DRAWN = 120  # on the ring
FEW = 60  # points on the ring: with more, gaps between the arcs would hide them
MOVES = ("by modulo", "this ring", "fewest, if all\nare equally full")


class RingPicture:
    """Left: a ring of random places, and what one more node takes. Right: a student's ring."""

    def __init__(self):
        self.figure, axes = style.figure(
            2, 2, width=7.4, height=4.0, height_ratios=(1, 1.5), width_ratios=(1.2, 1)
        )
        for row in (0, 1):
            axes[row, 0].remove()
        with rc_context(style.LOOK):
            self._prepare_ring(self.figure.add_subplot(axes[0, 0].get_gridspec()[:, 0]))
            self.moves = Moves(axes[0, 1])
            self.loads = Loads(axes[1, 1], "node", "this ring")
        self.moving = (
            *(self.taken, self.gaps, self.moved, self.joining),
            *(*self.moves.moving, *self.loads.moving),
        )

    def _prepare_ring(self, axes):
        axes.set_title("What does one more node take?")
        axes.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal")
        axes.axis("off")
        wide = {"linewidth": 15, "solid_capstyle": "butt"}
        axes.plot(*_circle(np.linspace(0, 1, 361), 1), color=style.PALE, **wide)
        (self.taken,) = axes.plot([], [], color=style.BLUE, **wide)
        (self.gaps,) = axes.plot([], [], color=style.PAPER, linewidth=2)
        self.keys = np.random.default_rng(1).uniform(size=KEYS_DRAWN)
        dots = {"linestyle": "none", "marker": "o", "markersize": 4.5}
        axes.plot(*_circle(self.keys, 0.82), color=style.GREY, **dots)
        (self.moved,) = axes.plot([], [], color=style.BLUE, **dots | {"markersize": 6.5})
        self.joining = axes.text(0, 0, "", ha="center", va="center", fontsize=9.5)

    def show(self, *, placed, points):
        """Draw a Placed; return (finding, words).

        points: (places, nodes) of all points of a ring like this one, with one more node.
        """
        nodes = placed.before.size
        self._show_ring(points, nodes)
        self.moves.show(placed.moved, nodes, nodes + 1, placed.modulo_moved)
        cut = self.loads.show(np.sort(placed.before)[::-1])
        finding = (
            f"{placed.name}: the fullest of {nodes} nodes has {placed.imbalance:.2f} × the mean"
        )
        astray = "all of them to the new node"
        if placed.astray:
            astray = f"{placed.astray:,} of them from one old node to another"
        return finding, (
            f"One more node moves {placed.moved:.1%} of {placed.keys:,} keys, {astray}; the new "
            f"node's fair share is {1 / (nodes + 1):.1%}. Modulo moves {placed.modulo_moved:.1%}."
            f"{cut}"
        )

    def _show_ring(self, points, nodes):
        places, owner = points
        order = np.argsort(places)
        places, new = places[order], owner[order] == nodes
        ends = places[new]
        begins = np.roll(places, 1)[new]
        arcs = np.linspace(begins - (begins > ends), ends, 9)  # an arc may begin before the top
        gap = np.full((1, new.sum()), np.nan)
        self.taken.set_data(*_circle(np.vstack([arcs, gap]).T.ravel(), 1))
        gaps = np.repeat(places if places.size <= FEW else [], 3)
        self.gaps.set_data(*_circle(gaps, np.resize([0.9, 1.1, np.nan], gaps.size)))
        mine = new[np.searchsorted(places, self.keys) % places.size]
        self.moved.set_data(*_circle(self.keys[mine], 0.82))
        self.joining.set_text(f"db-{nodes + 1} joins:\nthe blue arcs,\nand the keys there")


class ReshardPicture:
    """A store before and after it is rebalanced onto another number of shards."""

    def __init__(self):
        self.figure, (moves, loads) = style.figure(
            1, 2, width=7.6, height=3.0, width_ratios=(1, 1.15)
        )
        with rc_context(style.LOOK):
            self.moves, self.loads = Moves(moves), Loads(loads, "shard", "after", ghost="before")
        self.moving = (*self.moves.moving, *self.loads.moving)

    def show(self, *, resharded):
        """Draw a Resharded; return (finding, words)."""
        before, after, keys = resharded.before.size, resharded.after.size, resharded.keys
        self.moves.show(resharded.moved / keys, before, after)
        cut = self.loads.show(resharded.after, resharded.before)
        finding = (
            f"From {before} to {after} shards: {resharded.moved:,} of {keys:,} keys moved, "
            f"{resharded.missing:,} lost"
        )
        stale = f" {resharded.left_behind:,} were left behind." if resharded.left_behind else ""
        counted = ""
        if resharded.counted != resharded.moved:
            counted = f" rebalance said {resharded.counted:,}!"
        return finding, (
            f"Between shards that are all equally full {fewest_moved(before, after):.1%} would "
            f"have to move; modulo would move {moved_by_modulo(before, after):.1%}."
            f"{counted}{stale}{cut}"
        )


class Moves:
    """Three bars: the share of the keys that moves by modulo, on this ring, and at least."""

    def __init__(self, axes):
        axes.set_title("How many keys move?")
        axes.set(xlim=(0, 1.12), ylim=(2.6, -0.6), yticks=range(3), yticklabels=MOVES)
        axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        axes.grid(axis="y", visible=False)
        colours = (style.GREY, style.BLUE, style.ORANGE)
        self.bars = axes.barh(range(3), [1] * 3, height=0.62, color=colours).patches
        self.shares = [axes.text(0, row, "", va="center", fontsize=9) for row in range(3)]
        self.moving = (*self.bars, *self.shares)

    def show(self, moved, before, after, modulo=None):
        """Draw the share that moved; modulo: of these keys, instead of all integers."""
        modulo = moved_by_modulo(before, after) if modulo is None else modulo
        values = (modulo, moved, float(fewest_moved(before, after)))
        for bar, text, share in zip(self.bars, self.shares, values, strict=True):
            bar.set_width(share)
            text.set(x=share + 0.015, text=f"{100 * share:.0f} %")


class Loads:
    """A bar for each shard: its keys over the mean; gray: before."""

    def __init__(self, axes, what, mine, ghost=None):
        axes.set_title(f"How full is each {what}?")
        axes.set(xlim=(0.3, MOST + 0.7), ylim=(0, HIGHEST), xticks=range(1, MOST + 1, 4))
        axes.set_xlabel(f"{what}s, {'db-1, db-2, …' if ghost else 'the fullest first'}")
        axes.set_yticks([0, 1, 2, 3, 4], ["0", "mean", "2 ×", "3 ×", "4 ×"])
        axes.axhline(1, color=style.INK, linewidth=0.8)
        width = 4.5 if ghost else 8
        self.mine = axes.vlines([], 0, [], color=style.BLUE, linewidth=width, label=mine)
        self.ghost = axes.vlines([], 0, [], color=style.GREY, linewidth=width, label=ghost)
        self.aside = 0.22 if ghost else 0.0
        if ghost:
            axes.legend(handles=[self.ghost, self.mine], loc="upper right", ncols=2)
        self.moving = (self.ghost, self.mine)

    def show(self, keys, before=()):
        """Draw how many keys each shard has; return a sentence about what does not fit, or ""."""
        fullest = max(self._show(self.mine, keys, self.aside), self._show(self.ghost, before))
        if fullest <= HIGHEST:
            return ""
        return f" The fullest, {fullest:.1f} × the mean, is drawn at the upper edge."

    def _show(self, lines, keys, aside=None):
        aside = -self.aside if aside is None else aside
        loads = np.asarray(keys) * len(keys) / max(1, np.sum(keys))
        tops = np.minimum(loads, HIGHEST).tolist()
        lines.set_segments([[(x + aside, 0), (x + aside, y)] for x, y in enumerate(tops, start=1)])
        return max(loads, default=0)


def _circle(turns, radius):
    """Return (x, y) of places on a circle, clockwise from the top; turns: 1 is all around."""
    angle = 2 * np.pi * np.asarray(turns, dtype=float)
    return radius * np.sin(angle), radius * np.cos(angle)
