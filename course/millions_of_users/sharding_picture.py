"""Keys on shards: how even they lie, and how many move when their number changes."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MOST = 21  # shards


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
        axes.set(xlim=(0.3, MOST + 0.7), ylim=(0, 3.6), ylabel="keys on it over the mean")
        order = "the fullest first" if self.sort else "db-1, db-2, …"
        axes.set(xlabel=f"shards, {order}", xticks=range(1, MOST + 1, 4))
        axes.axhline(1, color=style.INK, linewidth=0.8)
        (self.ghost,) = axes.plot([], [], marker="s", markersize=5, label=ghost, **style.BASELINE)
        (self.loads,) = axes.plot([], [], marker="o", markersize=6, label=mine, **style.YOURS)
        axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(-0.1, -0.14))

    def _prepare_moves(self, axes):
        axes.set(xlim=(0.3, MOST + 0.7), ylim=(0, 1.02), xlabel="shards afterwards")
        axes.set_ylabel("share of the keys that moves")
        axes.set_xticks(range(1, MOST + 1, 4))
        axes.set_yticks(np.linspace(0, 1, 6), [f"{share} %" for share in range(0, 101, 20)])
        (self.curve,) = axes.plot([], [], label="fewest possible", **style.THEORY)
        (self.modulo,) = axes.plot([], [], label="by modulo", **style.BASELINE)
        mark = {"linestyle": "none", "markersize": 9}
        (self.asked,) = axes.plot([], [], marker="s", color=style.GREY, **mark)
        (self.moved,) = axes.plot([], [], marker="o", color=style.BLUE, label="this ring", **mark)
        axes.legend(loc="upper left", ncols=3, bbox_to_anchor=(-0.2, -0.14), columnspacing=1.0)

    def _show_moves(self, before, after, moved, modulo):
        shards = np.arange(1, MOST + 1)
        self.curve.set_data(shards, _fewest(before, shards))
        self.modulo.set_data(shards, [_by_modulo(before, then) for then in shards])
        self.moved.set_data([after], [moved])
        self.asked.set_data([after], [modulo])

    def _show_loads(self, line, keys):
        loads = keys * keys.size / max(1, keys.sum())
        line.set_data(np.arange(1, keys.size + 1), np.sort(loads)[::-1] if self.sort else loads)


class RingPicture(ShardsPicture):
    """A ring beside the same ring with one random point a node."""

    def __init__(self):
        super().__init__("one point a node", "this ring")

    def show(self, outcome):
        """Draw (Placed, Placed of the ghost); return (finding, words)."""
        placed, ghost = outcome
        self._show_loads(self.loads, placed.before)
        self._show_loads(self.ghost, ghost.before)
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
            f"With one point a node the fullest has {ghost.imbalance:.2f} × the mean."
        )


class ReshardPicture(ShardsPicture):
    """A store before and after it was rebalanced onto another number of shards."""

    def __init__(self):
        super().__init__("before", "after", sort=False)

    def show(self, reshard):
        """Draw a Resharded; return (finding, words)."""
        before, after, keys = reshard.before.size, reshard.after.size, reshard.keys
        self._show_loads(self.ghost, reshard.before)
        self._show_loads(self.loads, reshard.after)
        self._show_moves(before, after, reshard.moved / keys, _by_modulo(before, after))
        finding = (
            f"From {before} to {after} shards: {reshard.moved:,} of {keys:,} keys moved, "
            f"{reshard.missing:,} lost"
        )
        stale = f" {reshard.left_behind:,} were left behind." if reshard.left_behind else ""
        counted = ""
        if reshard.counted != reshard.moved:
            counted = f" rebalance said {reshard.counted:,}!"
        return finding, (
            f"At least {_fewest(before, after):.1%} had to move; modulo would move "
            f"{_by_modulo(before, after):.1%}.{counted}{stale}"
        )


def _fewest(before, after):
    """Return the share of the keys that must move so that all shards hold the same."""
    return np.maximum(1 - before / np.asarray(after, dtype=float), 0) + np.maximum(
        1 - np.asarray(after, dtype=float) / before, 0
    )


def _by_modulo(before, after):
    """Return the share of numbers whose remainder differs."""
    numbers = np.arange(before * int(after))
    return float(np.mean(numbers % before != numbers % int(after)))
