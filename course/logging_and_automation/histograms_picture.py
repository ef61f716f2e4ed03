"""Each host's histogram, all of them merged, and the average of their quantiles."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

MOST_HOSTS = 6
LOWEST, HIGHEST = 4, 14_000  # ms; the first bound is 5 ms, the last 10 s
TICKS = {10: "10", 100: "100", 1000: "1,000", 10_000: "10,000"}
MOST_RATIO = 6
ALL = MOST_HOSTS  # the row of the merged histogram
ROWS = ("the average of the hosts'", "your merged histogram's")


class HistogramPicture:
    """Left: a histogram for each host, and the merged one. Right: their quantile, and its truth."""

    def __init__(self):
        self.figure, (left, right) = style.figure(
            1, 2, width=7.7, height=3.9, width_ratios=(1, 1.25)
        )
        with rc_context(style.LOOK):
            self._prepare_histograms(left)
            self._prepare_ratios(right)
        self.moving = (*self.shapes, self.quantiles, self.truth, *self.bars, self.level)

    def _prepare_histograms(self, axes):
        axes.set(xscale="log", xlim=(LOWEST, HIGHEST), ylim=(ALL + 0.4, -1.9))
        axes.set(xlabel="latency (ms)")
        axes.set_title("How many requests are in each bucket?")
        axes.set_xticks(list(TICKS), list(TICKS.values()))
        axes.minorticks_off()
        axes.set_yticks([MOST_HOSTS - 2, MOST_HOSTS - 1, ALL], ["healthy", "slow host", "all"])
        axes.grid(False, axis="y")
        self.shapes = [
            axes.fill_between([0, 1], [0, 0], [1, 1], color=colour, linewidth=0)
            for colour in (style.SKY, style.VERMILION, style.BLUE)
        ]
        look = {"color": style.INK, "linewidth": 1.8}
        (self.quantiles,) = axes.plot([], [], **look, label="its quantile")
        (self.truth,) = axes.plot([], [], **style.THEORY, label="true, of all")
        axes.legend(loc="upper left", ncols=2, borderaxespad=0, handlelength=1.2)

    def _prepare_ratios(self, axes):
        axes.set(xlim=(0, MOST_RATIO), ylim=(1.7, -1.0), yticks=[], xlabel="times the truth")
        axes.set_title("What is the site's quantile?")
        colours = (style.GREY, style.BLUE)
        self.bars = list(axes.barh(range(2), 0, height=0.45, color=colours))
        for row, name in enumerate(ROWS):
            axes.text(1.1, row - 0.3, name, fontsize=9, va="bottom")
        self.level = axes.axvline(1, **style.THEORY, label="the truth")
        axes.legend(handles=[self.level], loc="upper right", borderaxespad=0)

    def show(self, *, latencies, slow_share):
        """Draw Latencies; return (finding, words). slow_share: requests on the slow host."""
        bounds = np.array(latencies.bounds) * 1000
        edges = np.array([LOWEST, *bounds, HIGHEST])
        rows = [*range(MOST_HOSTS - len(latencies.hosts), MOST_HOSTS)]
        *healthy, slow = (
            _shape(each, edges, row) for each, row in zip(latencies.hosts, rows, strict=True)
        )
        merged = _shape(latencies.everything, edges, ALL)
        for shape, polygons in zip(self.shapes, (healthy, [slow], [merged]), strict=True):
            shape.set_verts(polygons)
        x, y = [], []
        for seconds, row in zip((*latencies.of_hosts, latencies.merged), (*rows, ALL), strict=True):
            x += [min(1000 * seconds, HIGHEST)] * 2 + [np.nan]
            y += [row + 0.1, row - 0.9, np.nan]
        self.quantiles.set_data(x, y)
        self.truth.set_data([1000 * latencies.true] * 2, [ALL + 0.1, ALL - 0.9])
        for bar, seconds in zip(self.bars, (latencies.average, latencies.merged), strict=True):
            bar.set_width(min(seconds / latencies.true, MOST_RATIO))
        return self._words(latencies, slow_share)

    def _words(self, latencies, slow_share):
        name = f"p{100 * latencies.quantile:g}"
        true, merged, average = map(_seconds, (latencies.true, latencies.merged, latencies.average))
        edge = ""
        if max(latencies.average, latencies.merged) > MOST_RATIO * latencies.true:
            edge = f" (More than {MOST_RATIO} times is drawn at the edge.)"
        return (
            f"{name} of all requests: {true}. Your merged histogram says {merged}, the average "
            f"of the hosts {average}"
        ), (
            f"{latencies.everything.size:,} requests on {len(latencies.hosts)} hosts, "
            f"{slow_share:.0%} of them on the slow one. The average is "
            f"{_times(latencies.average / latencies.true)} the truth, the merged histogram "
            f"{_times(latencies.merged / latencies.true)}, with {len(latencies.bounds)} bounds."
            f"{edge}"
        )


def _shape(latencies, edges, row):
    """Return the corners of a histogram that stands on `row`, its highest bucket 0.85 high."""
    counts = np.histogram(1000 * latencies, edges)[0]
    heights = row - 0.85 * counts / max(1, counts.max())
    x = np.repeat(edges, 2)
    y = np.concatenate([[row], np.repeat(heights, 2), [row]])
    return np.column_stack([x, y])


def _times(ratio):
    return "far above" if np.isinf(ratio) else f"{ratio:.2f} times"


def _seconds(seconds):
    return "over the last bound" if np.isinf(seconds) else milliseconds(seconds)
