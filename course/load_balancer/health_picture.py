"""What health checks do: what was true, what was believed, and what that costs."""

import numpy as np
from matplotlib import rc_context

from course.view import style

SERVERS = 4
SECONDS = np.arange(60)
MOST = 150  # errors per second, the upper edge: more is drawn at it


class HealthPicture:
    """Left: truth and belief of each server, errors below. Right: what each value of fall costs."""

    @rc_context(style.LOOK)
    def __init__(self, falls):
        self.falls = np.arange(1, falls + 1)
        ratios = {"width_ratios": (1.35, 1), "height_ratios": (1.5, 1)}
        self.figure, axes = style.figure(2, 2, width=8.4, height=4.6, **ratios)
        grid = axes[0, 1].get_gridspec()
        axes[0, 1].remove()
        axes[1, 1].remove()
        self._prepare_timeline(axes[0, 0])
        self._prepare_errors(axes[1, 0])
        self._prepare_cost(self.figure.add_subplot(grid[:, 1]))
        self.moving = (
            *(self.dead, self.out),
            *(self.errors, self.unchecked),
            *(self.fall, self.unnoticed, self.wrongly_out, *self.now),
        )

    def _prepare_timeline(self, axes):
        axes.set(xlim=(0, 60), ylim=(2 * SERVERS - 0.4, -0.6))
        names = [f"web-{number + 1}" for number in range(SERVERS)]
        labels = [text for name in names for text in (f"{name} is", "believed")]
        axes.set_yticks(range(2 * SERVERS), labels)
        axes.tick_params(axis="x", labelbottom=False)
        for row in range(SERVERS - 1):
            axes.axhline(2 * row + 1.5, color=style.PALE, linewidth=0.8)
        axes.grid(axis="y", visible=False)
        self.dead = axes.broken_barh(
            [(0, 1)], (0, 1), facecolor=style.INK, edgecolor="white", label="dead"
        )
        self.out = axes.broken_barh(
            [(0, 1)], (0, 1), facecolor=style.ORANGE, hatch="////", edgecolor="white"
        )
        axes.legend(
            handles=[self.dead, self.out],
            labels=["dead", "believed unhealthy"],
            ncols=2,
            loc="lower right",
            bbox_to_anchor=(1.02, -0.2),
            borderpad=0,
        )

    def _prepare_errors(self, axes):
        axes.set(xlim=(0, 60), ylim=(0, MOST), xlabel="time (s)", ylabel="errors per second")
        axes.set_yticks([0, 50, 100, MOST], ["0", "50", "100", "150+"])
        (self.unchecked,) = axes.plot(
            [], [], drawstyle="steps-mid", label="without checks", **style.BASELINE
        )
        (self.errors,) = axes.plot([], [], drawstyle="steps-mid", label="with yours", **style.YOURS)
        axes.legend(loc="upper right", ncols=2)

    def _prepare_cost(self, axes):
        axes.set(xlim=(0.5, len(self.falls) + 0.5), xlabel="fall (failed probes in a row)")
        axes.set(ylabel="server-seconds")
        axes.set_yscale("symlog", linthresh=10)
        axes.set_ylim(-0.4, 240)
        axes.set_yticks([0, 5, 10, 100], ["0", "5", "10", "100"])
        axes.set_xticks(self.falls)
        axes.minorticks_off()
        self.fall = axes.axvline(1, color=style.PALE, linewidth=9, zorder=0)
        dead = {"color": style.BLUE, "marker": "o"}
        out = {"color": style.VERMILION, "marker": "s"}
        (self.unnoticed,) = axes.plot([], [], **dead, label="dead, believed healthy")
        (self.wrongly_out,) = axes.plot([], [], **out, label="alive, believed unhealthy")
        self.now = [
            axes.plot([], [], **look, markersize=11, markerfacecolor="none", linestyle="none")[0]
            for look in (dead, out)
        ]
        style.legend_below(axes, left=-0.05, down=0.13, ncols=1)

    def show(self, *, result, unchecked, others, fall, rise):
        """Draw a run with the student's health checker; return (finding, words).

        unchecked: the same without checks; others: a Health for each of fall = 1, 2, 3, …;
        fall, rise: those of `result`.
        """
        health, errors = result.health, result.errors
        self.dead.set_verts(_bars(health.dead, 0))
        self.out.set_verts(_bars(health.out, 1))
        self.errors.set_data(SECONDS + 0.5, _errors_a_second(result))
        self.unchecked.set_data(SECONDS + 0.5, _errors_a_second(unchecked))
        self.unnoticed.set_data(self.falls, [other.unnoticed for other in others])
        self.wrongly_out.set_data(self.falls, [other.wrongly_out for other in others])
        self.fall.set_xdata([fall, fall])
        for mark, seconds in zip(self.now, (health.unnoticed, health.wrongly_out), strict=True):
            mark.set_data([fall], [seconds])
        alarms = f"{health.false_alarms} false alarm{'' if health.false_alarms == 1 else 's'}"
        return (
            f"fall = {fall}, rise = {rise}: {health.unnoticed:.1f} s dead and "
            f"unnoticed, {alarms}, {errors:,} requests failed"
        ), (
            f"A dead server was believed healthy for {health.unnoticed:.1f} server-seconds, living "
            f"ones unhealthy for {health.wrongly_out:.1f} (false alarms, and the {rise} good "
            f"{'probe' if rise == 1 else 'probes'} that a server needs when it is back). "
            f"{errors:,} of {len(result):,} requests failed, without checks {unchecked.errors:,}."
        )


def _bars(intervals, track):
    """Return the rectangles of intervals (name, from, to); `track` 0 is the truth, 1 the belief."""
    rows = [(int(name.rpartition("-")[2]) * 2 - 2 + track, *times) for name, *times in intervals]
    return [
        [(start, row - 0.38), (start, row + 0.38), (end, row + 0.38), (end, row - 0.38)]
        for row, start, end in rows
    ]


def _errors_a_second(result):
    """Return how many requests failed in each of the 60 seconds, at most MOST."""
    counts = np.histogram(result.finished_at[result.failed], bins=60, range=(0, 60))[0]
    return np.minimum(counts, MOST)
