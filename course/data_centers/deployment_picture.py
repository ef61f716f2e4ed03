"""Which center ran which version when, and the users that a bad one hurt."""

import numpy as np
from matplotlib import rc_context

from course.data_centers.deployment import NEW, OLD
from course.view import style

LENGTH = 120.0  # minutes
MINUTES = np.linspace(0, LENGTH, 961)
PLACES = ("1st", "2nd", "3rd", "4th")  # to get the version, and in this order the lanes
LANES = len(PLACES)
VERSIONS = (
    ("old version", {"facecolor": style.PALE, "edgecolor": style.PAPER}),
    ("new version", {"facecolor": style.INK, "edgecolor": style.PAPER}),
    ("new, bad here", {"facecolor": style.VERMILION, "hatch": "xxx", "edgecolor": style.PAPER}),
)


class DeploymentPicture:
    """Left: a lane for each center, in their order. Right: the share of requests that fail."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (lanes, failing) = style.figure(1, 2, width=7.4, height=3.7)
        for axes in (lanes, failing):
            axes.set(xlim=(0, LENGTH), xlabel="minutes since it began")
            axes.set_xticks(range(0, 121, 20))
        lanes.set(ylim=(LANES - 0.5, -0.7), title="Which center runs what?")
        lanes.set_yticks(range(LANES), PLACES)
        lanes.grid(axis="y", visible=False)
        self.bars = [
            lanes.broken_barh([(0, 1)], (0, 1), linewidth=0.6, **look) for _, look in VERSIONS
        ]
        above = {"x": 1, "ha": "left", "va": "bottom", "fontsize": 9}
        self.names = [lanes.text(y=place - 0.27, s="", **above) for place in range(LANES)]
        names = [name for name, _ in VERSIONS]
        style.legend_below(lanes, down=0.2, handles=self.bars, labels=names, columnspacing=0.8)
        failing.set(ylim=(0, 52), ylabel="requests (%)", title="How many requests fail?")
        (self.ghost,) = failing.plot([], [], **style.BASELINE, label="all centers at once")
        mine = {"color": style.VERMILION, "linewidth": 1.8}
        (self.mine,) = failing.plot([], [], **mine, label="your rolling_deploy")
        self.area = failing.fill_between(
            MINUTES, 0, MINUTES, color=style.VERMILION, alpha=0.3, linewidth=0
        )
        style.legend_below(failing, down=0.2, columnspacing=0.8)
        self.moving = (*self.bars, *self.names, self.area, self.ghost, self.mine)

    def show(self, *, rollout, at_once):
        """Draw a Rollout, and that of all centers `at_once`; return (finding, words)."""
        old, new = (
            [_boxes(place, spans) for place, spans in enumerate(rollout.spans(version))]
            for version in (OLD, NEW)
        )
        good = [boxes for place, boxes in enumerate(new) if place not in rollout.faulty]
        bad = [new[place] for place in rollout.faulty]
        for bars, boxes in zip(self.bars, (old, good, bad), strict=True):
            bars.set_verts([box for lane in boxes for box in lane])
        for place, text in enumerate(self.names):
            text.set_text("".join(rollout.names[place : place + 1]))
        for line, run in ((self.ghost, at_once), (self.mine, rollout)):
            line.set_data(MINUTES, 100 * run.failing_share(MINUTES))
        shares = 100 * rollout.failing_share(MINUTES)
        corners = np.column_stack([MINUTES, shares])
        self.area.set_verts([np.vstack([[(0, 0)], corners, [(LENGTH, 0)]])])
        end = "succeeded" if rollout.succeeded else "rolled back"
        finding = (
            f"The deployment {end} after {rollout.minutes:g} minutes: it costs as much as the "
            f"whole site down for {rollout.failed():.1f} minutes (all at once: "
            f"{at_once.failed():.1f})"
        )
        order = ", ".join(
            f"{name} ({share:.0%} of the users)"
            for name, share in zip(rollout.names, rollout.shares, strict=True)
        )
        return finding, (
            f"In this order: {order}. For {rollout.mixed:g} minutes not all centers ran the same "
            f"version; all at once takes {at_once.minutes:g} minutes in all."
        )


def _boxes(place, spans):
    top, bottom = place - 0.2, place + 0.36
    ends = [(start, min(end, LENGTH)) for start, end in spans if start < LENGTH]
    return [
        [(start, top), (start, bottom), (end, bottom), (end, top)]
        for start, end in ends
        if end > start
    ]
