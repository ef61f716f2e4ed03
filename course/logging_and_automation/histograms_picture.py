"""The 99th percentile of all requests, of each host, and the average that is neither."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

MOST_HOSTS = 8
LOWEST, HIGHEST = 10, 12_000  # ms
SHARES = np.geomspace(1, 4e-4, 120)


class HistogramPicture:
    """Left: the quantile of each host and of all. Right: the share slower than x."""

    def __init__(self):
        ratios = {"width_ratios": (1, 1.05)}
        self.figure, (hosts, tail) = style.figure(1, 2, width=8.2, height=4.2, **ratios)
        self.true, self.merged, self.average = [], [], []
        with rc_context(style.LOOK):
            self._prepare_hosts(hosts)
            self._prepare_tail(tail)
        self.moving = (
            *(self.dots, self.slow, self.healthy_tail, self.tail, self.slow_tail, self.level),
            *(*self.average, *self.true, *self.merged),
        )

    def _prepare_hosts(self, axes):
        axes.set(yscale="log", xlim=(0.4, MOST_HOSTS + 0.6), ylim=(30, HIGHEST))
        axes.set(xlabel="host (the last one is slow)", ylabel="quantile of the latency (ms)")
        axes.set_yticks(
            [30, 100, 300, 1000, 3000, 10_000], ["30", "100", "300", "1,000", "3,000", "10,000"]
        )
        axes.set_xticks(range(1, MOST_HOSTS + 1))
        axes.minorticks_off()
        (self.dots,) = axes.plot(
            [], [], "o", color=style.SKY, markersize=8, linestyle="none", label="a host"
        )
        (self.slow,) = axes.plot(
            [],
            [],
            "v",
            color=style.VERMILION,
            markersize=9,
            linestyle="none",
            label="the slow host",
        )
        self.average += axes.plot([], [], **style.BASELINE, label="average of the hosts'")
        self.true += axes.plot([], [], **style.THEORY, label="all requests: true")
        self.merged += axes.plot(
            [],
            [],
            **(style.YOURS | {"linestyle": ":", "linewidth": 2.4}),
            label="all: your merged one",
        )
        style.legend_below(axes, left=-0.1, columnspacing=1, handlelength=1.6)

    def _prepare_tail(self, axes):
        axes.set(xscale="log", yscale="log", xlim=(LOWEST, HIGHEST), ylim=(7e-4, 1.15))
        axes.set(xlabel="latency x (ms)", ylabel="share of requests slower than x")
        axes.set_xticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
        axes.set_yticks([1, 0.1, 0.01, 0.001], ["100 %", "10 %", "1 %", "0.1 %"])
        axes.minorticks_off()
        (self.healthy_tail,) = axes.plot(
            [], [], color=style.SKY, linewidth=1.2, label="other hosts"
        )
        (self.slow_tail,) = axes.plot(
            [],
            [],
            color=style.VERMILION,
            linewidth=1.2,
            linestyle="-.",
            zorder=3,
            label="the slow host",
        )
        (self.tail,) = axes.plot([], [], color=style.INK, linewidth=2, label="all requests")
        (self.level,) = axes.plot([], [], color=style.GREY, linewidth=0.8)
        self.average += axes.plot([], [], "s", color=style.GREY, markersize=8)
        self.true += axes.plot([], [], "^", color=style.ORANGE, markersize=9)
        self.merged += axes.plot([], [], "o", color=style.BLUE, markersize=7)
        axes.legend(loc="lower left", borderaxespad=0.2)

    def show(self, *, latencies, slow_share):
        """Draw Latencies; return (finding, words). slow_share: requests on the slow host."""
        of_hosts = 1000 * np.array(latencies.of_hosts)
        places = np.arange(1, len(of_hosts) + 1)
        self.dots.set_data(places[:-1], np.minimum(of_hosts[:-1], HIGHEST))
        self.slow.set_data(places[-1:], np.minimum(of_hosts[-1:], HIGHEST))
        share = max(1 - latencies.quantile, 7e-4)
        self.level.set_data([LOWEST, HIGHEST], [share, share])
        for (line, mark), seconds in (
            (self.average, latencies.average),
            (self.true, latencies.true),
            (self.merged, latencies.merged),
        ):
            shown = min(1000 * seconds, HIGHEST)
            line.set_data([0.4, MOST_HOSTS + 0.6], [shown, shown])
            mark.set_data([shown], [share])
        everything = latencies.everything
        for line, some in (
            (self.tail, everything),
            (self.slow_tail, latencies.hosts[-1]),
            (self.healthy_tail, np.concatenate(latencies.hosts[:-1])),
        ):
            line.set_data(*_tail(some, everything.size))
        return self._words(latencies, slow_share)

    def _words(self, latencies, slow_share):
        name = f"p{100 * latencies.quantile:g}"
        true, merged, average = map(_seconds, (latencies.true, latencies.merged, latencies.average))
        return (
            f"{name} of all requests: {true}. Your merged histogram says {merged}, the average "
            f"of the hosts {average}"
        ), (
            f"{latencies.everything.size:,} requests on {len(latencies.hosts)} hosts, "
            f"{slow_share:.0%} of them on the slow one. The average is "
            f"{latencies.average / latencies.true:.2f} times the truth, the merged histogram "
            f"{latencies.merged / latencies.true:.2f} times, with {len(latencies.bounds)} bounds."
        )


def _tail(latencies, total):
    """Return (latency in ms, share of all `total` requests that are these and slower) to draw."""
    if not latencies.size:
        return [], []
    ordered = np.sort(latencies)[::-1] * 1000
    rows = np.unique((SHARES * (latencies.size - 1)).astype(int))
    return ordered[rows], (rows + 1) / total


def _seconds(seconds):
    return "over the last bound" if np.isinf(seconds) else milliseconds(seconds)
