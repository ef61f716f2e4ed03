"""Celebrities: what one key does to its shard, and what spreading the hot keys does about it."""

import numpy as np
from matplotlib import rc_context

from course.millions_of_users.hot_keys import TOP
from course.view import style

SHARDS = 16
HIGHEST = 12.5  # × the fair share: the sliders give up to 12
MOST = 75  # % of the accesses: the sliders give one key up to 73


class HotKeysPicture:
    """Left: accesses of each shard over the fair share. Right: the busiest keys; those found."""

    def __init__(self):
        self.figure, (loads, keys) = style.figure(1, 2, width=7.7, height=3.6)
        with rc_context(style.LOOK):
            self._prepare_loads(loads)
            self._prepare_keys(keys)
        self.moving = (self.before, self.after, self.top, self.found, self.limit)

    def _prepare_loads(self, axes):
        axes.set_title("How hot is each shard?")
        axes.set(xlim=(0.3, SHARDS + 0.7), xlabel="shards, the busiest first")
        axes.set(ylim=(0, HIGHEST), xticks=range(1, SHARDS + 1, 3))
        axes.set_yticks([1, 3, 6, 9, 12], ["fair share", "3 ×", "6 ×", "9 ×", "12 ×"])
        axes.axhline(1, color=style.INK, linewidth=0.8)
        self.before = axes.vlines([], 0, [], color=style.GREY, linewidth=5, label="as they are")
        self.after = axes.vlines(
            [], 0, [], color=style.BLUE, linewidth=5, label="with the found keys on all shards"
        )
        axes.legend(loc="upper right", handlelength=1)

    def _prepare_keys(self, axes):
        axes.set_title("Which keys are hot?")
        axes.set(xlim=(0.3, TOP + 0.7), ylim=(0, MOST), xlabel="keys, the busiest first")
        axes.set_xticks(range(1, TOP + 1, 3))
        axes.set_yticks([0, 20, 40, 60], ["0", "20 %", "40 %", "60 % of\naccesses"])
        self.top = axes.vlines([], 0, [], color=style.GREY, linewidth=8, label="a key")
        self.found = axes.vlines(
            [], 0, [], color=style.BLUE, linewidth=8, label="found by hot_keys"
        )
        (self.limit,) = axes.plot([], [], label="factor × fair share", **style.THEORY)
        axes.legend(loc="upper right", handlelength=1)

    def show(self, *, heated):
        """Draw a Heated; return (finding, words)."""
        fair = heated.accesses / heated.shards
        places = np.arange(1, heated.shards + 1)
        _stand(self.before, places - 0.2, np.sort(heated.before)[::-1] / fair)
        _stand(self.after, places + 0.2, np.sort(heated.after)[::-1] / fair)
        ranks, top = np.arange(1, heated.top.size + 1), 100 * heated.top / heated.accesses
        _stand(self.top, ranks[~heated.found], top[~heated.found])
        _stand(self.found, ranks[heated.found], top[heated.found])
        self.limit.set_data([0.3, TOP + 0.7], [100 * heated.factor / heated.shards] * 2)
        worst, then = heated.before.max() / fair, heated.after.max() / fair
        finding = (
            f"The busiest shard: {worst:.1f} × its fair share; {then:.1f} × with {heated.hot} hot "
            f"key{'' if heated.hot == 1 else 's'} spread"
        )
        wrong = f" For {heated.wrong} keys hot_keys is wrong." if heated.wrong else ""
        return finding, (
            f"A shard's fair share is {fair:,.0f} of {heated.accesses:,} accesses; the busiest key "
            f"alone brings {heated.top[0]:,}.{wrong}{_beyond(heated)}"
        )


def _stand(lines, places, heights):
    """Draw a bar at each place."""
    lines.set_segments([[(x, 0), (x, y)] for x, y in zip(places, heights, strict=True)])


def _beyond(heated):
    """Return a sentence if the limit is above the picture, or ""."""
    limit = 100 * heated.factor / heated.shards
    return f" A key would be hot above {limit:.0f} %, off the picture." if limit > MOST else ""
