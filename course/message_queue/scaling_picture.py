"""Workers that follow the queue: how many, how long photos wait, and what that costs."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.message_queue.scaling import CROWD_AT, EVERY, LENGTH, WORKER_RATE
from course.view import style

MINUTE = 60.0
MOST_WORKERS, LONGEST, MOST_HOURS = 80, 18, 160  # LONGEST: minutes; more is drawn at the edge


class ScalingPicture:
    """Left: workers and waits over time. Right: each rule's worker-hours and longest wait."""

    def __init__(self, others):
        self.figure, axes = style.figure(2, 2, width=7.7, height=4.2, width_ratios=(1.2, 1))
        with rc_context(style.LOOK):
            self._prepare_workers(axes[0, 0])
            self._prepare_waits(axes[1, 0])
            self.bars = [
                self._prepare_bars(panel, title, ["your rule", *others], most)
                for panel, title, most in (
                    (axes[0, 1], "What is paid? (worker-hours)", MOST_HOURS),
                    (axes[1, 1], "The longest wait? (minutes)", LONGEST),
                )
            ]
            self.promises = [
                draw(0, color=style.PURPLE, linewidth=1.6, linestyle=":")
                for draw in (axes[1, 0].axhline, axes[1, 1].axvline)
            ]
            lines = [self.needed, self.mine, self.ghost, self.promises[0]]
            labels = ["enough for the uploads", "your rule", others[0], "promised"]
            style.legend_below(axes[1, 0], down=0.3, handles=lines, labels=labels)
        self.moving = (
            *(self.needed, self.ghost, self.mine, self.ghost_wait, self.wait),
            *(*self.promises, *self.bars[0], *self.bars[1]),
        )

    def _prepare_workers(self, axes):
        axes.set(xlim=(45, 135), ylim=(0, MOST_WORKERS))
        axes.set_xticks(range(45, 136, 15))
        axes.tick_params(labelbottom=False)
        axes.set_title("How many workers are there?")
        steps = {"drawstyle": "steps-post"}
        look = {"color": style.INK, "linewidth": 1.1}
        (self.needed,) = axes.plot([], [], **look)
        (self.ghost,) = axes.plot([], [], **style.BASELINE, **steps)
        (self.mine,) = axes.plot([], [], **style.YOURS, **steps)

    def _prepare_waits(self, axes):
        axes.set(xlim=(45, 135), ylim=(0, LONGEST), xlabel="time of the upload (minutes)")
        axes.set_xticks(range(45, 136, 15))
        axes.set_yticks(range(0, LONGEST + 1, 5))
        axes.set_title("How long does a photo wait? (minutes)")
        (self.ghost_wait,) = axes.plot([], [], **style.BASELINE)
        (self.wait,) = axes.plot([], [], **style.YOURS)

    def _prepare_bars(self, axes, title, names, most):
        axes.set(xlim=(0, most), ylim=(len(names) - 0.4, -0.6))
        axes.set_title(title)
        axes.set_xticks(range(0, most, most // 4 if most > 20 else 5))
        axes.set_yticks(range(len(names)), names)
        axes.grid(False, axis="y")
        colours = [style.BLUE, *[style.GREY] * (len(names) - 1)]
        return list(axes.barh(range(len(names)), 0, height=0.6, color=colours))

    def show(self, *, result, others, drain_seconds):
        """Draw a run; return (finding, words).

        result: the ScaledQueue of the student's rule, which promises `drain_seconds`. others: those
        of other rules on the same traffic, by their names; the first one is the ghost.
        """
        ghost = next(iter(others.values()))
        minutes = result.times / MINUTE
        for line, column, most in (
            (self.ghost, ghost.working, MOST_WORKERS),
            (self.mine, result.working, MOST_WORKERS),
            (self.needed, result.published / (WORKER_RATE * EVERY), MOST_WORKERS),
            (self.ghost_wait, ghost.wait / MINUTE, LONGEST),
            (self.wait, result.wait / MINUTE, LONGEST),
        ):
            line.set_data(minutes, np.minimum(column, most))
        self.promises[0].set_ydata([drain_seconds / MINUTE] * 2)
        self.promises[1].set_xdata([drain_seconds / MINUTE] * 2)
        runs = (result, *others.values())
        for bar, run in zip(self.bars[0], runs, strict=True):
            bar.set_width(min(run.worker_hours, MOST_HOURS))
        for bar, run in zip(self.bars[1], runs, strict=True):
            bar.set_width(min(run.longest_wait / MINUTE, LONGEST))
        told = "; ".join(
            f"{name} {milliseconds(run.longest_wait)} and {run.worker_hours:.0f} h"
            for name, run in others.items()
        )
        beyond = any(
            run.worker_hours > MOST_HOURS
            or run.longest_wait / MINUTE > LONGEST
            or run.working.max() > MOST_WORKERS
            for run in (result, *others.values())
        )
        edge = " (What does not fit is drawn at the edge.)" if beyond else ""
        return (
            f"The longest wait is {milliseconds(result.longest_wait)}, for "
            f"{result.worker_hours:.0f} worker-hours"
        ), (
            f"{result.published.sum():,.0f} photos came in {LENGTH / 3600:.0f} h, a crowd from "
            f"minute {CROWD_AT / MINUTE:.0f} on; {result.working.min():.0f} to "
            f"{result.working.max():.0f} workers did them, and at most "
            f"{result.backlog.max():,.0f} waited. {told[0].upper() + told[1:]}.{edge}"
        )
