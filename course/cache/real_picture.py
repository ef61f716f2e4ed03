"""The picture of a real run: how long real reads took, and what the simulation expected."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MICROSECONDS = np.geomspace(0.1, 10_000, 61)
MOST = 4000
WIDEST = 125  # %
ROWS = (3.2, 2.2, 0.8, -0.2)


class RealPicture:
    """Left: how many reads took how long. Right: hit ratio and time, simulated and measured."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.1)
        left.set(xscale="log", xlim=(0.1, 10_000), yscale="symlog", ylim=(0, MOST))
        left.set(xlabel="measured latency of a read", ylabel="reads")
        left.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1,000"])
        ticks = [0.1, 1, 10, 100, 1000, 10_000]
        left.set_xticks(ticks, ["0.1 µs", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"])
        left.minorticks_off()
        zeros = np.zeros(len(MICROSECONDS) - 1)
        look = {"fill": True, "linewidth": 1.2}
        self.hits = left.stairs(
            zeros, MICROSECONDS, facecolor="#CFE3F1", edgecolor=style.BLUE, label="hits", **look
        )
        self.misses = left.stairs(
            zeros,
            MICROSECONDS,
            facecolor="#F8E0D0",
            edgecolor=style.VERMILION,
            hatch="///",
            label="misses",
            **look,
        )
        (self.mean,) = left.plot(
            [], [], color=style.BLUE, linewidth=2, label="mean of all reads, outliers cut"
        )
        (self.plain,) = left.plot([], [], **style.BASELINE, label="mean without a cache")
        style.legend_below(left)
        right.set(xlim=(0, WIDEST), ylim=(-0.8, 4.1), xlabel="%")
        right.set_yticks(ROWS, ["simulated", "measured", "simulated", "measured"])
        right.set_xticks([0, 20, 40, 60, 80, 100])
        right.grid(False, axis="y")
        right.text(0, 3.62, "reads answered by the cache", fontsize=9.5, weight="bold")
        right.text(
            0, 1.22, "time a read takes, of that without a cache", fontsize=9.5, weight="bold"
        )
        fills = [style.PALE, "#CFE3F1", style.PALE, "#CFE3F1"]
        self.bars = list(right.barh(ROWS, 0, height=0.6, color=fills, edgecolor=style.INK))
        for bar in self.bars[::2]:
            bar.set_hatch("..")
        self.moving = (self.hits, self.misses, self.plain, self.mean, *self.bars)

    def show(self, *, name, run):
        """Draw what was measured with the cache `name`; return (finding, words)."""
        latency = np.clip(run.latency * 1e6, 0.1, 9999)
        for stairs, rows in ((self.hits, run.hit), (self.misses, ~run.hit)):
            stairs.set_data(np.histogram(latency[rows], MICROSECONDS)[0])
        mean, plain = run.with_cache * 1e6, run.without_cache * 1e6
        for line, at in ((self.mean, mean), (self.plain, plain)):
            line.set_data([min(at, 9999)] * 2, [0, MOST])
        ratios = [run.simulated.mean(), run.hit.mean(), run.expected_share, run.measured_share]
        for bar, ratio in zip(self.bars, ratios, strict=True):
            bar.set_width(min(100 * ratio, WIDEST))
        finding = f"A real database: {mean:,.0f} µs a read instead of {plain:,.0f} µs"
        same = np.array_equal(run.simulated, run.hit)
        agree = "read for read the same" if same else "not the same reads"
        hit, miss = (_typical(run.latency[rows]) for rows in (run.hit, ~run.hit))
        cut = f" (its bar ends at {WIDEST} %)" if 100 * ratios[3] > WIDEST else ""
        return finding, (
            f"{len(run):,} reads through your ReadThrough and {name}: {ratios[1]:.1%} from "
            f"the cache, simulated {ratios[0]:.1%} ({agree}). A hit takes {hit}, a miss {miss}. A "
            f"read takes {ratios[3]:.0%} of its time without a cache{cut}; the simulation expects "
            f"{ratios[2]:.0%}. {int(run.stale.sum()):,} answers were stale. A write takes "
            f"{_typical(run.saves)} ({len(run.saves):,} writes)."
        )


def _typical(latency):
    """Return the median as people read it."""
    if not len(latency):
        return "– (there was none)"
    typical = np.median(latency) * 1e6
    if typical >= 1000:
        return f"{typical / 1000:.2g} ms"
    return f"{typical:.0f} µs" if typical >= 10 else f"{typical:.1f} µs"
