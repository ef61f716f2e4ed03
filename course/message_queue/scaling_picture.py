"""Workers that follow the queue: how many, what waits, and what that costs."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from course.engine.record import milliseconds
from course.message_queue.scaling import CROWD_AT, EVERY, LENGTH, WORKER_RATE
from course.view import style

MINUTE = 60.0
MOST_WORKERS, MOST_BACKLOG = 120, 100_000
SHORTEST, LONGEST = 1.0, 7200.0  # s of wait; shorter ones stand at the left edge
MOST_HOURS = 400.0


class ScalingPicture:
    """Left: workers and backlog over time. Right: longest wait against worker-hours."""

    def __init__(self, others):
        shape = {"width_ratios": (1.5, 1), "height_ratios": (1, 1)}
        with rc_context(style.LOOK):
            self.figure = Figure(figsize=(8.2, 4.6), dpi=72, layout="constrained")
            panels = self.figure.subplot_mosaic([["workers", "cost"], ["backlog", "cost"]], **shape)
            self._prepare_workers(panels["workers"])
            self._prepare_backlog(panels["backlog"])
            self._prepare_cost(panels["cost"], others)
        self.moving = (
            *(self.needed, self.ghost, self.paid, self.mine),
            *(self.ghost_backlog, self.backlog, self.promise, *self.points, self.point),
        )

    def _time(self, axes):
        axes.set(xlim=(45, 135))
        axes.set_xticks(range(45, 136, 15))

    def _prepare_workers(self, axes):
        self._time(axes)
        axes.set(ylim=(0, MOST_WORKERS), ylabel="workers")
        axes.tick_params(labelbottom=False)
        steps = {"drawstyle": "steps-post"}
        (self.needed,) = axes.plot([], [], color=style.ORANGE, linewidth=1.0)
        (self.ghost,) = axes.plot([], [], **style.BASELINE, **steps)
        (self.paid,) = axes.plot([], [], color=style.SKY, linewidth=1.2, **steps)
        (self.mine,) = axes.plot([], [], **style.YOURS, **steps)
        lines = (self.mine, self.paid, self.needed, self.ghost)
        names = ("yours, working", "with those starting", "kept busy by uploads")
        axes.legend(lines, (*names, "fixed, for the mean"), loc="upper right", borderpad=0)

    def _prepare_backlog(self, axes):
        self._time(axes)
        axes.set(ylim=(0, MOST_BACKLOG), xlabel="time (minutes)", ylabel="photos waiting")
        axes.set_yscale("symlog", linthresh=100)
        axes.set_yticks([0, 100, 1000, 10_000], ["0", "100", "1,000", "10,000"])
        axes.minorticks_off()
        (self.ghost_backlog,) = axes.plot([], [], **style.BASELINE)
        (self.backlog,) = axes.plot([], [], **style.YOURS)

    def _prepare_cost(self, axes, others):
        axes.set(xlim=(SHORTEST / 1.5, LONGEST), xscale="log", ylim=(20, MOST_HOURS), yscale="log")
        axes.set_yticks([20, 50, 100, 200, 400], ["20", "50", "100", "200", ""])
        axes.set_xticks([1, 10, 60, 600, 3600], ["≤ 1 s", "10 s", "1 min", "10 min", "1 h"])
        axes.minorticks_off()
        axes.set(xlabel="longest wait of a photo", ylabel="worker-hours paid")
        (self.promise,) = axes.plot([], [], color=style.PURPLE, linewidth=1.4, linestyle=":")
        self.promise.set_label("clear within")
        looks = zip(others, "sD^", (style.GREY, style.INK, style.GREEN), strict=True)
        self.points = [
            axes.plot([], [], linestyle="none", marker=marker, color=colour, label=name)[0]
            for name, marker, colour in looks
        ]
        ring = {"markersize": 12, "fillstyle": "none", "markeredgewidth": 2, "color": style.BLUE}
        (self.point,) = axes.plot([], [], linestyle="none", marker="o", label="yours", **ring)
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.13), ncols=2, columnspacing=0.8)

    def show(self, *, result, others, drain_seconds):
        """Draw a run; return (finding, words).

        result: the ScaledQueue of the student's rule, which promises `drain_seconds`. others: those
        of other rules on the same traffic, by their names; the first one is the ghost.
        """
        ghost = next(iter(others.values()))
        minutes = result.times / MINUTE
        for line, column in (
            (self.ghost, ghost.working),
            (self.paid, result.paid),
            (self.mine, result.working),
            (self.needed, result.published / (WORKER_RATE * EVERY)),
        ):
            line.set_data(minutes, np.minimum(column, 1.05 * MOST_WORKERS))
        self.ghost_backlog.set_data(minutes, ghost.backlog)
        self.backlog.set_data(minutes, result.backlog)
        self.promise.set_data([drain_seconds] * 2, [20, MOST_HOURS])
        for point, run in zip((*self.points, self.point), (*others.values(), result), strict=True):
            wait = min(max(SHORTEST, run.longest_wait), LONGEST)
            point.set_data([wait], [min(run.worker_hours, MOST_HOURS)])
        told = "; ".join(
            f"{name} {milliseconds(run.longest_wait)} and {run.worker_hours:.0f} h"
            for name, run in others.items()
        )
        return (
            f"The longest wait is {milliseconds(result.longest_wait)}, for "
            f"{result.worker_hours:.0f} worker-hours"
        ), (
            f"{result.published.sum():,.0f} photos came in {LENGTH / 3600:.0f} h, a crowd from "
            f"minute {CROWD_AT / MINUTE:.0f} on; {result.working.min():.0f} to "
            f"{result.working.max():.0f} workers did them, and at most "
            f"{result.backlog.max():,.0f} waited. {told[0].upper() + told[1:]}."
        )
