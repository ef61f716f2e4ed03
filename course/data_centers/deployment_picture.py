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
    ("new version", {"facecolor": style.GREEN, "edgecolor": style.PAPER}),
    ("new version, bad here", {"facecolor": style.VERMILION, "hatch": "xxx"}),
)


class DeploymentPicture:
    """Above: a lane for each center, in their order. Below: the share of requests that fail."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (lanes, failing) = style.figure(
            2, 1, width=8.2, height=4.9, height_ratios=(1.25, 1), sharex=True
        )
        lanes.set(xlim=(0, LENGTH), ylim=(LANES - 0.45, -0.55))
        lanes.set_yticks(range(LANES), PLACES)
        lanes.grid(axis="y", visible=False)
        self.bars = [
            lanes.broken_barh([(0, 1)], (0, 1), linewidth=0.6, **look) for _, look in VERSIONS
        ]
        end = {"x": LENGTH - 1, "ha": "right", "va": "center", "fontsize": 9}
        self.names = [lanes.text(y=place, s="", **end) for place in range(LANES)]
        names = [name for name, _ in VERSIONS]
        lanes.legend(self.bars, names, loc="lower center", ncols=3, bbox_to_anchor=(0.5, 1.0))
        failing.set(xlim=(0, LENGTH), ylim=(0, 52), xlabel="minutes since the deployment began")
        failing.set_ylabel("failing requests (%)")
        failing.set_xticks(range(0, 121, 10))
        (self.ghost,) = failing.plot([], [], **style.BASELINE, label="all centers at once")
        (self.mine,) = failing.plot([], [], **style.YOURS, label="your rolling_deploy")
        self.area = failing.fill_between(MINUTES, 0, MINUTES, color=style.SKY, alpha=0.35, lw=0)
        failing.legend(loc="upper right", borderaxespad=0.2)
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
    top, bottom = place - 0.36, place + 0.36
    ends = [(start, min(end, LENGTH)) for start, end in spans if start < LENGTH]
    return [
        [(start, top), (start, bottom), (end, bottom), (end, top)]
        for start, end in ends
        if end > start
    ]
