"""What health checks do: what was true, what was believed, and what that costs.

Vermilion is a dead server that is believed to be healthy, and the requests that fail there; orange
is a living one that was taken out; gray is the same traffic without health checks.
"""

import numpy as np
from matplotlib import rc_context

from course.load_balancer.network import web_server
from course.view import style

SERVERS = 4
SECONDS = np.arange(60)
MOST = 100  # errors per second, the upper edge: more is drawn at it
LONGEST, MOST_OUT = 8, 60  # s, edges of the bars


class HealthPicture:
    """Left: each server, and the requests that fail. Right: both prices of each value of fall."""

    @rc_context(style.LOOK)
    def __init__(self, falls):
        self.falls = np.arange(1, falls + 1)
        self.figure, axes = style.figure(2, 2, width=7.6, height=3.6)
        self.figure.set_layout_engine("none")
        axes[0, 0].set_position((0.075, 0.58, 0.395, 0.34))
        axes[1, 0].set_position((0.075, 0.13, 0.395, 0.24))
        axes[0, 1].set_position((0.555, 0.65, 0.43, 0.27))
        axes[1, 1].set_position((0.555, 0.13, 0.43, 0.36))
        self._prepare_timeline(axes[0, 0])
        self._prepare_errors(axes[1, 0])
        title = "Dead, but believed healthy (s)"
        self.unnoticed = self._prepare_price(axes[0, 1], title, LONGEST, style.VERMILION)
        title = "Alive, but taken out (s, all servers)"
        self.wrongly_out = self._prepare_price(axes[1, 1], title, MOST_OUT, style.ORANGE)
        axes[1, 1].set_xlabel("fall (failed probes in a row)")
        self.fall = [each.axvspan(0, 1, color=style.PALE, zorder=0) for each in axes[:, 1]]
        self.moving = (
            *(self.dead, self.unseen, self.out, self.errors, self.unchecked),
            *(*self.fall, *self.unnoticed, *self.wrongly_out),
        )

    def _prepare_timeline(self, axes):
        axes.set(xlim=(0, 60), ylim=(SERVERS - 0.5, -0.5), title="Which server is out, and when?")
        axes.set_yticks(range(SERVERS), [web_server(number + 1).name for number in range(SERVERS)])
        axes.tick_params(axis="x", labelbottom=False)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        looks: dict[str, dict] = {
            "dead": {"facecolor": style.PALE, "hatch": "//", "edgecolor": style.PAPER},
            "not noticed, failing": {"facecolor": style.VERMILION, "linewidth": 0},
            "taken out": {"facecolor": style.ORANGE, "linewidth": 0},
        }
        self.dead, self.unseen, self.out = (
            axes.broken_barh([(0, 1)], (0, 1), label=label, **look) for label, look in looks.items()
        )
        style.legend_below(axes, left=-0.19, down=0.02, ncols=3, columnspacing=1.2)

    def _prepare_errors(self, axes):
        axes.set(xlim=(0, 60), ylim=(0, MOST), xlabel="time (s)")
        axes.set_title("Failed requests per second")
        axes.set_yticks([0, 50, MOST], ["0", "50", f"{MOST}+"])
        self.errors = axes.fill_between([0, 1], [0, 1], facecolor=style.VERMILION, linewidth=0)
        (self.unchecked,) = axes.plot([], [], drawstyle="steps-mid", **style.BASELINE)
        where = {"loc": "lower right", "bbox_to_anchor": (1.02, 0.97), "borderpad": 0}
        axes.legend(handles=[self.unchecked], labels=["no checks"], **where)

    def _prepare_price(self, axes, title, edge, color):
        axes.set(xlim=(0.4, len(self.falls) + 0.6), ylim=(0, edge), title=title)
        axes.set_xticks(self.falls)
        axes.set_yticks([0, edge / 2, edge], ["0", f"{edge // 2}", f"{edge}+"])
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="x", visible=False)
        return [*axes.bar(self.falls, 0, width=0.6, color=color)]

    def show(self, *, result, unchecked, others, fall, rise):
        """Draw a run with the student's health checker; return (finding, words).

        unchecked: the same without checks; others: a Health for each of fall = 1, 2, 3, …;
        fall, rise: those of `result`.
        """
        health, errors = result.health, result.errors
        self.dead.set_verts(_bars(health.dead, -0.4, 0.0))
        self.unseen.set_verts(_bars(_without(health.dead, health.out), 0.0, 0.4))
        self.out.set_verts(_bars(health.out, 0.0, 0.4))
        seconds, failed = np.repeat([*SECONDS, 60], 2)[1:-1], np.repeat(_each_second(result), 2)
        self.errors.set_verts([[(0, 0), *zip(seconds, failed, strict=True), (60, 0)]])
        self.unchecked.set_data(SECONDS + 0.5, _each_second(unchecked))
        for bar, other in zip(self.unnoticed, others, strict=True):
            bar.set_height(min(other.unnoticed, LONGEST))
        for bar, other in zip(self.wrongly_out, others, strict=True):
            bar.set_height(min(other.wrongly_out, MOST_OUT))
        for span in self.fall:
            span.set_bounds(fall - 0.5, 0, 1, 1)
        alarms = f"{health.false_alarms} false alarm{'' if health.false_alarms == 1 else 's'}"
        return (
            f"fall = {fall}, rise = {rise}: {health.unnoticed:.1f} s dead and "
            f"unnoticed, {alarms}, {errors:,} requests failed"
        ), (
            f"Without checks {unchecked.errors:,} of {len(result):,} requests would have failed. "
            f"Living servers were out for {health.wrongly_out:.1f} s: the false alarms, and the "
            f"{rise} good {'probe' if rise == 1 else 'probes'} that a server needs when it is back."
        )


def _bars(intervals, top, bottom):
    """Return rectangles of (name, from, to), from `top` to `bottom` around a row's middle."""
    rows = [(int(name.rpartition("-")[2]) - 1, *times) for name, *times in intervals]
    return [
        [(start, row + top), (start, row + bottom), (end, row + bottom), (end, row + top)]
        for row, start, end in rows
    ]


def _without(dead, out):
    """Return the intervals of `dead` less those of `out`: what was not noticed."""
    left = []
    for name, start, end in dead:
        for other, begin, stop in sorted(out, key=lambda each: each[1]):
            if other == name and start < stop and begin < end:
                left += [(name, start, begin)] if start < begin else []
                start = stop
        left += [(name, start, end)] if start < end else []
    return left


def _each_second(result):
    """Return how many requests failed in each of the 60 seconds, at most MOST."""
    counts = np.histogram(result.finished_at[result.failed], bins=60, range=(0, 60))[0]
    return np.minimum(counts, MOST)
