"""Celebrities: what one key does to its shard, and what spreading the hot keys does about it."""

import numpy as np
from matplotlib import rc_context

from course.millions_of_users.hot_keys import TOP
from course.view import style

SHARDS = 16
LOADS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)  # × the fair share: the sliders give 0.07 to 12


class HotKeysPicture:
    """Left: accesses of each shard over the fair share. Right: the busiest keys; those found."""

    def __init__(self):
        self.figure, (loads, keys) = style.figure(1, 2, width=8.2, height=3.9)
        with rc_context(style.LOOK):
            self._prepare_loads(loads)
            self._prepare_keys(keys)
        self.moving = (self.before, self.after, self.limit, self.top, self.found)

    def _prepare_loads(self, axes):
        axes.set(xlim=(0.3, SHARDS + 0.7), xlabel="shards, the busiest first")
        axes.set(yscale="log", ylim=(0.045, 16), ylabel="accesses over the fair share")
        axes.set(xticks=range(1, SHARDS + 1, 3))
        axes.set_yticks(LOADS, [f"{load:g} ×" for load in LOADS])
        axes.minorticks_off()
        axes.axhline(1, color=style.INK, linewidth=0.8)
        (self.before,) = axes.plot(
            [], [], marker="s", markersize=5, label="as they are", **style.BASELINE
        )
        (self.after,) = axes.plot(
            [], [], marker="o", markersize=6, label="found keys on all shards", **style.YOURS
        )
        axes.legend(loc="upper right")

    def _prepare_keys(self, axes):
        axes.set(yscale="log", xlim=(0.3, TOP + 0.7), ylim=(100, 100_000))
        axes.set(xlabel="keys, the busiest first", ylabel="accesses of the key")
        axes.set_xticks(range(1, TOP + 1, 3))
        axes.set_yticks([100, 1_000, 10_000, 100_000], ["100", "1,000", "10,000", "100,000"])
        axes.minorticks_off()
        (self.limit,) = axes.plot([], [], label="factor × fair share", **style.THEORY)
        (self.top,) = axes.plot([], [], "s", color=style.GREY, markersize=6, label="a key")
        (self.found,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=8, label="found by hot_keys"
        )
        axes.legend(loc="upper right")

    def show(self, *, heated):
        """Draw a Heated; return (finding, words)."""
        fair = heated.accesses / heated.shards
        places = np.arange(1, heated.shards + 1)
        self.before.set_data(places, np.sort(heated.before)[::-1] / fair)
        self.after.set_data(places, np.sort(heated.after)[::-1] / fair)
        self.limit.set_data([0.3, TOP + 0.7], [heated.factor * fair] * 2)
        ranks, top = np.arange(1, heated.top.size + 1), np.maximum(heated.top, 100)
        self.top.set_data(ranks[~heated.found], top[~heated.found])
        self.found.set_data(ranks[heated.found], top[heated.found])
        worst, then = heated.before.max() / fair, heated.after.max() / fair
        finding = (
            f"The busiest shard: {worst:.1f} × its fair share; {then:.1f} × with {heated.hot} hot "
            f"key{'' if heated.hot == 1 else 's'} spread"
        )
        wrong = f" For {heated.wrong} keys hot_keys is wrong." if heated.wrong else ""
        return finding, (
            f"A shard's fair share is {fair:,.0f} of {heated.accesses:,} accesses; the busiest key "
            f"alone brings {heated.top[0]:,}.{wrong}"
        )
