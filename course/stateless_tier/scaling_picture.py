"""Servers that follow a day: needed and serving, and what it cost."""

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import PolyCollection
from matplotlib.patches import Polygon, Rectangle

from course.stateless_tier.scaling import HOUR
from course.view import style

PRICE = 0.10  # dollars a server-hour, made up for this course


class ScalingPicture:
    """Left: servers needed and serving over the hours. Right: the bill, and who was turned away."""

    @rc_context(style.LOOK)
    def __init__(self, start, hours, others, most=30, hours_paid=500):
        self.figure, (servers, bills) = style.figure(1, 2, width=7.2, height=3.7)
        self.start, self.end = start, start + hours
        self.most, self.hours_paid = most, hours_paid
        self._prepare_servers(servers)
        self._prepare_bills(bills, ("yours", *others))
        self.moving = (
            *(self.needed, self.lost, self.paid, self.serving),
            *(*self.bars, *self.texts),
        )

    def _prepare_servers(self, axes):
        ticks = np.linspace(self.start, self.end, 7 if self.end - self.start > 12 else 6)
        axes.set(xlim=(self.start, self.end), xlabel="time of day")
        axes.set_xticks(ticks, [f"{int(tick)}:{round(tick % 1 * 60):02d}" for tick in ticks])
        axes.set(ylim=(0, self.most), ylabel="servers", title="Are there enough servers?")
        self.needed = axes.add_patch(Polygon([(0, 0)], facecolor=style.PALE, linewidth=0))
        self.lost = axes.add_collection(PolyCollection([], color=style.VERMILION, linewidth=1.2))
        steps = {"drawstyle": "steps-post"}
        (self.paid,) = axes.plot([], [], color=style.ORANGE, linewidth=1.2, **steps)
        (self.serving,) = axes.plot([], [], **steps, **style.YOURS)
        shown = {
            "needed if 100 % busy": self.needed,
            "too few: turned away": self.lost,
            "yours, serving": self.serving,
            "yours, starting too": self.paid,
        }
        style.legend_below(axes, down=0.2, handles=shown.values(), labels=shown, columnspacing=0.8)

    def _prepare_bills(self, axes, names):
        axes.set(xlim=(0, self.hours_paid), ylim=(len(names) - 0.5, -0.75), yticks=[])
        axes.set(xlabel="server-hours paid", title="What does it cost?")
        looks = ({"color": style.BLUE}, *[{"color": style.GREY}] * (len(names) - 1))
        self.names = names
        self.bars = [
            axes.add_patch(Rectangle((0, row), 0, 0.32, **look)) for row, look in enumerate(looks)
        ]
        place = {"x": 0.01 * self.hours_paid, "s": "", "va": "bottom", "fontsize": 9}
        self.texts = [axes.text(y=row - 0.05, **place) for row in range(len(names))]

    def show(self, *, result, others):
        """Draw the student's `result`, a Scaled; return (finding, words).

        others: Scaled ones of the same traffic by their names.
        """
        hours = np.append(result.times, result.times[-1] + result.every) / HOUR
        needed, serving, paid = (
            np.minimum(np.append(column, column[-1]), self.most * 1.05)
            for column in (result.needed, result.serving, result.paid)
        )
        corners = np.stack([hours, needed], 1)  # not its stairs: half the bytes
        self.needed.set_xy([(hours[0], 0), *corners, (hours[-1], 0)])
        too_few = np.flatnonzero(needed[:-1] > serving[:-1])
        runs = np.split(too_few, np.flatnonzero(np.diff(too_few) > 1) + 1)
        parts = [slice(run[0], run[-1] + 2) for run in runs if run.size]
        self.lost.set_verts([_area(hours[at], serving[at], needed[at]) for at in parts])
        for line, column in ((self.paid, paid), (self.serving, serving)):
            line.set_data(hours, column)
        runs = (result, *others.values())
        for bar, text, name, run in zip(self.bars, self.texts, self.names, runs, strict=True):
            bar.set_width(min(run.server_hours, self.hours_paid))
            text.set_text(f"{name}: {run.server_hours:.0f} h, {turned_away(run)} turned away")
        told = "; ".join(
            f"{name} {run.server_hours:.0f} h and {turned_away(run)}"
            for name, run in others.items()
        )
        return (
            f"{result.server_hours:.0f} server-hours ({result.server_hours * PRICE:.0f} dollars), "
            f"{turned_away(result)} of the pages turned away"
        ), (
            f"{result.pages.sum() / 1e6:.1f} million pages came; {result.serving.min():.0f} to "
            f"{result.serving.max():.0f} servers served them, and their number changed "
            f"{result.changes} times. {told[0].upper() + told[1:]}."
        )


def _area(hours, low, high):
    """Return the corners of the area between two stairs; the last step ends at the last hour."""
    x = np.repeat(hours, 2)[1:-1]
    low, high = (np.repeat(column[:-1], 2) for column in (low, high))
    return np.concatenate([np.stack([x, high], 1), np.stack([x, low], 1)[::-1]])


def turned_away(run):
    """Return the share of a Scaled's pages that were turned away, in words."""
    lost = 100 * (1 - run.availability)
    if lost == 0:
        return "none"
    return f"{lost:.1f} %" if lost >= 0.1 else f"{lost:.2g} %"
