"""Real logs: the errors of each second with the alert's answers, and the p99 of a histogram."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

SECONDS, MOST = 13, 60  # s and %, the ends of the scales
FASTEST, SLOWEST = 0.005, 10.0  # s


class RealPicture:
    """Left: errors of each second, and what the alert says. Right: latencies and the two p99."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(width=7.8, height=3.7)
        left.set(xlim=(0, SECONDS), ylim=(0, MOST), xlabel="seconds of the proxy's log")
        left.set(title="What fails, and does the alert fire?", ylabel="errors (%)")
        self.dead = left.axvspan(0, 0, color=style.PALE, label="web-1 is dead")
        self.bars = left.bar(
            range(SECONDS), 0, 0.9, align="edge", color=style.ORANGE, label="errors of a second"
        )
        (self.limit,) = left.plot([], [], color=style.INK, linestyle="--", label="threshold")
        mark = {"linestyle": "none", "markersize": 9}
        (self.pending,) = left.plot([], [], "^", color=style.YELLOW, label="pending", **mark)
        (self.firing,) = left.plot([], [], "X", color=style.VERMILION, label="firing", **mark)
        for marks in (self.pending, self.firing):
            marks.set_markeredgecolor(style.INK)
        style.legend_below(left, left=-0.12, down=0.17, columnspacing=1.0)
        right.set(title="How long do requests take?", xlabel="latency", xscale="log")
        right.set(xlim=(FASTEST, SLOWEST), ylim=(0, 104), ylabel="requests up to here (%)")
        right.set_xticks([0.01, 0.1, 1, 10], ["10 ms", "100 ms", "1 s", "10 s"])
        right.minorticks_off()
        (self.exact,) = right.plot([], [], color=style.GREY, linewidth=1.8, label="all requests")
        look = {"color": style.GREY, "linestyle": "--", "linewidth": 1.6}
        (self.true,) = right.plot([], [], **look, label="true p99")
        look = {"color": style.BLUE, "linewidth": 2.2}
        (self.merged,) = right.plot([], [], **look, label="p99 of your histograms")
        style.legend_below(right, left=-0.12, down=0.17, ncols=2, columnspacing=1.0)
        self.moving = (self.dead, *self.bars, self.limit, self.pending, self.firing)
        self.moving += (self.exact, self.true, self.merged)

    def show(self, *, report, logs, threshold, for_seconds):
        """Draw a Report; return (finding, words). logs: the Logs it was made of, None before."""
        shares = 100 * report.shares[:SECONDS]
        for bar, share in zip(self.bars, [*shares, *[0] * SECONDS], strict=False):
            bar.set_height(min(share, MOST))
        self.limit.set_data([0, SECONDS], [100 * threshold] * 2)
        for marks, state in ((self.pending, "pending"), (self.firing, "firing")):
            seconds = [n + 0.45 for n, each in enumerate(report.states[:SECONDS]) if each == state]
            marks.set_data(seconds, [MOST - 4] * len(seconds))
        start, end = logs.dead if logs and logs.dead else (report.first, report.first)
        start -= report.first
        end = len(report.requests) if end is None else end - report.first
        self.dead.set_x(start)
        self.dead.set_width(max(0, end - start))
        values = np.sort(np.concatenate(list(report.latencies.values())))
        ranks = 100 * np.arange(1, values.size + 1) / max(1, values.size)
        self.exact.set_data(np.clip(values, FASTEST, SLOWEST), ranks)
        for line, quantile in ((self.true, report.true), (self.merged, report.merged)):
            drawn = np.isfinite(quantile) and logs is not None
            line.set_data([min(quantile, SLOWEST)] * 2 if drawn else [], [0, 100] if drawn else [])
        if logs is None:
            return "Nothing is measured yet", (
                "Press a button: four web servers and a proxy, each a process of this computer, "
                "serve requests and write logs. Your parser, histogram and alert read them."
            )
        state = "" if logs.share == 1 else f" ({logs.share:.0%} of the requests so far)"
        fired = report.fired_at
        alarm = "the alert did not fire" if fired is None else f"the alert fired in second {fired}"
        finding = f"{report.errors.sum():,} of {report.requests.sum():,} requests failed, {alarm}"
        killed = "No server was killed. "
        if logs.dead:
            back = "" if logs.dead[1] is None else f" and started again at {end:.1f} s"
            killed = f"web-1 was killed at {start:.1f} s{back}. "
        p99 = "above the last bound" if np.isinf(report.merged) else milliseconds(report.merged)
        return f"{finding}{state}", (
            f"{report.lines:,} lines of {len(report.latencies) + 1} logs, {report.entries:,} "
            f"entries. {killed}The p99 of your merged histograms: {p99}; the true one: "
            f"{milliseconds(report.true)}. The alert: above {threshold:.0%} for {for_seconds} s."
        )
