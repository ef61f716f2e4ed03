"""Servers that follow a day: needed and serving, turned away, and what it cost."""

import numpy as np
from matplotlib import rc_context

from course.stateless_tier.scaling import HOUR
from course.view import style

FEWEST = 1e-5  # share turned away, the lower edge: none is drawn there
PRICE = 0.10  # dollars a server-hour, made up for this course


class ScalingPicture:
    """Left: servers needed and serving over the hours, pages turned away. Right: cost and loss."""

    @rc_context(style.LOOK)
    def __init__(self, start, hours, others, most=30, hours_paid=500):
        widths = {"width_ratios": (1.75, 1), "height_ratios": (2.2, 1)}
        self.figure, axes = style.figure(2, 2, width=8.6, height=4.7, **widths)
        grid = axes[0, 1].get_gridspec()
        axes[0, 1].remove()
        axes[1, 1].remove()
        self.start, self.end, self.most = start, start + hours, most
        self._prepare_servers(axes[0, 0])
        self._prepare_lost(axes[1, 0])
        self._prepare_cost(self.figure.add_subplot(grid[:, 1]), others, hours_paid)
        self.moving = (
            *(self.needed, self.ghost, self.paid, self.serving),
            *(self.ghost_lost, self.lost, *self.points, self.mine),
        )

    def _hours(self, axes):
        step = 4 if self.end - self.start > 12 else 0.5
        ticks = np.arange(self.start, self.end + step / 2, step)
        axes.set(xlim=(self.start, self.end))
        axes.set_xticks(ticks, [f"{int(tick)}:{round(tick % 1 * 60):02d}" for tick in ticks])

    def _prepare_servers(self, axes):
        self._hours(axes)
        axes.set(ylim=(0, self.most), ylabel="servers")
        axes.tick_params(axis="x", labelbottom=False)
        (self.needed,) = axes.plot([], [], color=style.ORANGE, linewidth=1.0)
        steps = {"drawstyle": "steps-post"}
        (self.ghost,) = axes.plot([], [], **steps, **style.BASELINE)
        (self.paid,) = axes.plot([], [], color=style.SKY, linewidth=1.2, **steps)
        (self.serving,) = axes.plot([], [], **steps, **style.YOURS)
        names = ["needed if 100 % busy", "ghost: one at a time", "yours, with those starting"]
        lines = (self.needed, self.ghost, self.paid, self.serving)
        axes.legend(
            handles=lines,
            labels=[*names, "yours, serving"],
            ncols=2,
            loc="upper left",
            borderpad=0,
        )

    def _prepare_lost(self, axes):
        self._hours(axes)
        axes.set(ylim=(0, 119), yticks=[0, 50, 100], ylabel="% turned away", xlabel="time of day")
        (self.ghost_lost,) = axes.plot([], [], **style.BASELINE)
        (self.lost,) = axes.plot([], [], color=style.VERMILION, linewidth=1.6)
        self.ghost_lost.set_label("ghost")
        self.lost.set_label("yours")
        axes.legend(loc="upper left", ncols=2, borderpad=0)

    def _prepare_cost(self, axes, others, hours_paid):
        axes.set(xlim=(0, hours_paid), ylim=(FEWEST / 1.6, 1), yscale="log")
        axes.set(xlabel="server-hours paid", ylabel="share of pages turned away")
        ticks = [FEWEST, 1e-4, 1e-3, 1e-2, 0.1, 1]
        axes.set_yticks(ticks, ["none", "0.01 %", "0.1 %", "1 %", "10 %", "100 %"])
        axes.minorticks_off()
        looks = zip(others, "s^v", (style.GREY, style.GREEN, style.INK), strict=True)
        self.points = [
            axes.plot([], [], linestyle="none", marker=marker, color=colour, label=name)[0]
            for name, marker, colour in looks
        ]
        ring = {"markersize": 12, "fillstyle": "none", "markeredgewidth": 2}
        (self.mine,) = axes.plot(
            [], [], linestyle="none", marker="o", color=style.BLUE, label="yours", **ring
        )
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.13), ncols=2, columnspacing=1)

    def show(self, *, result, others):
        """Draw the student's `result`, a Scaled; return (finding, words).

        others: Scaled ones of the same traffic by their names; the first is the ghost.
        """
        ghost = next(iter(others.values()))
        hours = result.times / HOUR
        window = max(1, round(len(hours) / 240))
        self.needed.set_data(hours, np.minimum(result.needed, self.most * 1.05))
        for line, column in (
            (self.ghost, ghost.serving),
            (self.paid, result.paid),
            (self.serving, result.serving),
        ):
            line.set_data(hours, np.minimum(column, self.most * 1.05))
        for line, run in ((self.ghost_lost, ghost), (self.lost, result)):
            line.set_data(*_lost(run, hours, window))
        for point, run in zip(self.points, others.values(), strict=True):
            point.set_data(*_place(run))
        self.mine.set_data(*_place(result))
        told = "; ".join(
            f"{name} {run.server_hours:.0f} h and {_percent(run)}" for name, run in others.items()
        )
        return (
            f"{result.server_hours:.0f} server-hours ({result.server_hours * PRICE:.0f} dollars), "
            f"{_percent(result)} of the pages turned away"
        ), (
            f"{result.pages.sum() / 1e6:.1f} million pages came; {result.serving.min():.0f} to "
            f"{result.serving.max():.0f} servers served them, and their number changed "
            f"{result.changes} times. {told[0].upper() + told[1:]}."
        )


def _lost(run, hours, window):
    """Return (hours, % of the pages turned away) in windows of some steps."""
    rows = len(hours) // window * window
    pages = run.pages[:rows].reshape(-1, window).sum(axis=1)
    lost = run.turned_away[:rows].reshape(-1, window).sum(axis=1)
    return hours[:rows:window], 100 * lost / np.maximum(1, pages)


def _place(run):
    return [run.server_hours], [max(FEWEST, 1 - run.availability)]


def _percent(run):
    lost = 100 * (1 - run.availability)
    if lost == 0:
        return "none"
    return f"{lost:.1f} %" if lost >= 0.1 else f"{lost:.2g} %"
