"""Keys on shards: how evenly they are spread, and how many move when the shards change."""

import numpy as np
from matplotlib import rc_context

from course.millions_of_users.theory import fewest_moved, moved_by_modulo
from course.view import style

MOST = 21  # shards
HIGHEST = 4.0  # keys over the mean: what is above is drawn at the edge


class ShardsPicture:
    """Left: keys on each shard over the mean. Right: share of the keys that move, over shards."""

    def __init__(self, ghost, mine, *, sort=True):
        self.sort = sort
        self.figure, (loads, moves) = style.figure(1, 2, width=8.2, height=3.9)
        with rc_context(style.LOOK):
            self._prepare_loads(loads, ghost, mine)
            self._prepare_moves(moves)
        self.moving = (self.ghost, self.loads, self.curve, self.modulo, self.asked, self.moved)

    def _prepare_loads(self, axes, ghost, mine):
        axes.set(xlim=(0.3, MOST + 0.7), ylim=(0, HIGHEST), ylabel="keys on it over the mean")
        order = "the fullest first" if self.sort else "db-1, db-2, …"
        axes.set(xlabel=f"shards, {order}", xticks=range(1, MOST + 1, 4))
        axes.axhline(1, color=style.INK, linewidth=0.8)
        (self.ghost,) = axes.plot([], [], marker="s", markersize=5, label=ghost, **style.BASELINE)
        (self.loads,) = axes.plot([], [], marker="o", markersize=6, label=mine, **style.YOURS)
        style.legend_below(axes, left=-0.1)

    def _prepare_moves(self, axes):
        axes.set(xlim=(0.3, MOST + 0.7), ylim=(0, 1.02), xlabel="shards afterwards")
        axes.set_ylabel("share of the keys that moves")
        axes.set_xticks(range(1, MOST + 1, 4))
        axes.set_yticks(np.linspace(0, 1, 6), [f"{share} %" for share in range(0, 101, 20)])
        (self.curve,) = axes.plot([], [], label="fewest, if all are equally full", **style.THEORY)
        (self.modulo,) = axes.plot([], [], label="by modulo", **style.BASELINE)
        mark = {"linestyle": "none", "markersize": 9}
        (self.asked,) = axes.plot([], [], marker="s", color=style.GREY, **mark)
        (self.moved,) = axes.plot([], [], marker="o", color=style.BLUE, label="this ring", **mark)
        style.legend_below(axes, left=-0.3, ncols=3, columnspacing=0.8, handlelength=1.4)

    def _show_moves(self, before, after, moved, modulo):
        shards = np.arange(1, MOST + 1)
        self.curve.set_data(shards, fewest_moved(before, shards))
        self.modulo.set_data(shards, [moved_by_modulo(before, then) for then in shards])
        self.moved.set_data([after], [moved])
        self.asked.set_data([after], [modulo])

    def _show_loads(self, line, keys):
        loads = keys * keys.size / max(1, keys.sum())
        loads = np.sort(loads)[::-1] if self.sort else loads
        line.set_data(np.arange(1, keys.size + 1), np.minimum(loads, HIGHEST))


class RingPicture(ShardsPicture):
    """A ring next to one with a single random point for each node."""

    def __init__(self):
        super().__init__("one point a node", "this ring")

    def show(self, *, placed, one_point):
        """Draw a Placed and that of a ring with one point a node; return (finding, words)."""
        self._show_loads(self.loads, placed.before)
        self._show_loads(self.ghost, one_point.before)
        nodes = placed.before.size
        self._show_moves(nodes, nodes + 1, placed.moved, placed.modulo_moved)
        finding = (
            f"{placed.name}: the fullest of {nodes} nodes has {placed.imbalance:.2f} × the mean"
        )
        astray = "all of them to the new node"
        if placed.astray:
            astray = f"{placed.astray:,} of them from one old node to another"
        return finding, (
            f"One more node moves {placed.moved:.1%} of {placed.keys:,} keys, {astray}; the new "
            f"node's fair share is {1 / (nodes + 1):.1%}. Modulo moves {placed.modulo_moved:.1%}. "
            f"In a ring of random places with one point per node (grey) the fullest has "
            f"{one_point.imbalance:.2f} × the mean.{_cut(placed.imbalance, one_point.imbalance)}"
        )


class ReshardPicture(ShardsPicture):
    """A store before and after it is rebalanced onto another number of shards."""

    def __init__(self):
        super().__init__("before", "after", sort=False)

    def show(self, *, resharded):
        """Draw a Resharded; return (finding, words)."""
        before, after, keys = resharded.before.size, resharded.after.size, resharded.keys
        self._show_loads(self.ghost, resharded.before)
        self._show_loads(self.loads, resharded.after)
        self._show_moves(before, after, resharded.moved / keys, moved_by_modulo(before, after))
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
            f"{counted}{stale}{_cut(*map(_fullest, (resharded.before, resharded.after)))}"
        )


def _fullest(keys):
    return keys.max() * keys.size / max(1, keys.sum())


def _cut(*loads):
    """Return a sentence about loads that are drawn at the edge, or ""."""
    if max(loads) <= HIGHEST:
        return ""
    return f" The fullest, {max(loads):.1f} × the mean, is drawn at the upper edge."
