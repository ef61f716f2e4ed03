"""The picture of a real run: how long real reads took, and what the simulation expected."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MICROSECONDS = np.geomspace(0.1, 10_000, 41)
MOST = 80  # %
WIDEST = 125  # %
ROWS = (3.2, 2.2, 0.8, -0.2)


class RealPicture:
    """Left: how long hits and misses took. Right: hit ratio and time, simulated and measured."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=3.9)
        left.set(xscale="log", xlim=(0.1, 10_000), ylim=(0, MOST))
        left.set(xlabel="measured time of a read", ylabel="share of the hits, of the misses (%)")
        left.set_title("How long does a hit take, and a miss?")
        ticks = [0.1, 1, 10, 100, 1000, 10_000]
        left.set_xticks(ticks, ["0.1 µs", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"])
        left.minorticks_off()
        zeros = np.zeros(len(MICROSECONDS) - 1)
        looks = (
            {"facecolor": style.SKY, "edgecolor": style.BLUE, "label": "hits: the cache"},
            {"facecolor": style.ORANGE, "hatch": "///", "label": "misses: the database"},
        )
        self.stairs = [left.stairs(zeros, MICROSECONDS, fill=True, **look) for look in looks]
        look = {"color": style.INK, "linewidth": 1.6, "label": "hits of your LRUCache"}
        self.own = left.stairs(zeros, MICROSECONDS, **look)
        style.legend_below(left, down=0.16)
        right.set(xlim=(0, WIDEST), ylim=(-0.8, 4.1), xlabel="%")
        right.set_title("Does the simulation say the same?")
        right.set_yticks(ROWS, ["simulated", "measured", "simulated", "measured"])
        right.set_xticks([0, 20, 40, 60, 80, 100])
        right.grid(False, axis="y")
        for height, text in (
            (3.62, "reads answered by the cache"),
            (1.22, "time, of that without a cache"),
        ):
            right.text(0, height, text, fontsize=9.5, weight="bold")
        fills = [style.PALE, style.BLUE] * 2
        self.bars = list(right.barh(ROWS, 0, height=0.6, color=fills, edgecolor=style.INK))
        for bar in self.bars[::2]:
            bar.set_hatch("..")
        self.moving = (*self.stairs, self.own, *self.bars)

    def show(self, *, name, run, own=None, missing=""):
        """Draw what was measured with the cache `name`; return (finding, words).

        own: (name, Measured) of the student's cache, if `name` is Redis; it also says what is
        simulated. missing: a sentence on what is not installed.
        """
        for stairs, rows in zip(self.stairs, (run.hit, ~run.hit), strict=True):
            stairs.set_data(_shares(run.latency[rows]))
        self.own.set_visible(own is not None)
        if own:
            self.own.set_data(_shares(own[1].latency[own[1].hit]))
        mean, plain = run.with_cache * 1e6, run.without_cache * 1e6
        ratios = [run.simulated.mean(), run.hit.mean(), run.expected_share, run.measured_share]
        for bar, ratio in zip(self.bars, ratios, strict=True):
            bar.set_width(min(100 * ratio, WIDEST))
        finding = f"A real database: {mean:,.0f} µs a read instead of {plain:,.0f} µs"
        same = np.array_equal(run.simulated, run.hit)
        agree = "read for read the same" if same else "not the same reads"
        hit, miss = (typical(run.latency[rows]) for rows in (run.hit, ~run.hit))
        label = f" with {own[0]}" if own else ""
        cut = f" (its bar ends at {WIDEST} %)" if 100 * ratios[3] > WIDEST else ""
        return finding, (
            f"{len(run):,} reads through your ReadThrough and {name}: {ratios[1]:.1%} from "
            f"the cache, simulated{label} {ratios[0]:.1%} ({agree}). "
            f"A hit takes {hit}, a miss {miss}. A read takes {ratios[3]:.0%} of its time without a "
            f"cache{cut}; the simulation expects {ratios[2]:.0%}. {int(run.stale.sum()):,} "
            f"answers were stale. A write takes {typical(run.saves)} "
            f"({len(run.saves):,} writes). {missing}"
        ).rstrip()


def _shares(latency):
    """Return the share (%) of the reads in each bin of the picture."""
    counts = np.histogram(np.clip(latency * 1e6, 0.1, 9999), MICROSECONDS)[0]
    return np.minimum(100 * counts / max(1, counts.sum()), MOST)


def typical(latency):
    """Return the median as people read it."""
    if not len(latency):
        return "– (there was none)"
    median = np.median(latency) * 1e6
    if median >= 1000:
        return f"{median / 1000:.2g} ms"
    return f"{median:.0f} µs" if median >= 10 else f"{median:.1f} µs"
