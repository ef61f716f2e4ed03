"""An hour with outages: who answered, without and with the student's functions, and the origin."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Polygon

from course.cdn.outage import FAILED, FRESH, ORIGIN, STALE
from course.view import style

WINDOWS = 60
MINUTES = np.arange(WINDOWS + 1)
LOOKS = (  # from below
    (FRESH, "the CDN", {"facecolor": style.SKY, "edgecolor": style.SKY}),
    (STALE, "the CDN, expired copy", {"facecolor": style.SKY, "hatch": "///"}),
    (ORIGIN, "the origin", {"facecolor": style.GREEN, "hatch": "..."}),
    (FAILED, "none: an error", {"facecolor": style.VERMILION, "hatch": "xxx"}),
)
MARK = {"marker": "x", "color": style.VERMILION, "markersize": 5, "mew": 1.5, "linestyle": "none"}
MARKED, TOP = 68, 74  # where a minute with errors is marked; the upper end


class OutagePicture:
    """Left: requests by who answered them, in two rows. Right: requests that reach the origin."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, axes = style.figure(2, 2, width=7.7, height=4.6, sharex=True)
        for each in axes[:, 1]:
            each.remove()
        right = self.figure.add_subplot(axes[0, 0].get_gridspec()[:, 1])
        self.bands, self.marks, self.down = [], [], []
        titles = "Who answers? Without your functions", "Who answers? With yours"
        for each, title in zip(axes[:, 0], titles, strict=True):
            each.set(xlim=(0, 60), ylim=(0, TOP), yticks=[0, 20, 40, 60], title=title)
            each.set_ylabel("requests a minute")
            self.bands.append(
                [
                    each.add_patch(Polygon([(0, 0)], closed=True, linewidth=0, label=label, **look))
                    for _, label, look in LOOKS
                ]
            )
            self.marks += each.plot([], [], **MARK, label="minute with errors")
        each.set(xlabel="time (min)", xticks=range(0, 61, 10))
        style.legend_below(each, down=0.34)
        right.set(xlim=(0, 60), ylim=(0, 96), xlabel="time (min)", xticks=range(0, 61, 10))
        right.set(ylabel="requests at the origin, a minute", yticks=range(0, 81, 20))
        right.set_title("What does the origin have to do?")
        for height, label, colour in ((91, "CDN out", style.INK), (84, "origin out", style.GREEN)):
            (bar,) = right.plot([], [], color=colour, linewidth=6, solid_capstyle="butt")
            self.down.append(bar)
            right.text(0.7, height, label, fontsize=9, va="center")
            bar.height = height
        (self.before,) = right.step([], [], where="post", **style.BASELINE, label="without yours")
        (self.load,) = right.step([], [], where="post", **style.YOURS, label="with yours")
        style.legend_below(right, down=0.13)
        bands = (band for row in self.bands for band in row)
        self.moving = (*bands, *self.marks, *self.down, self.before, self.load)

    def show(self, *, result, without):
        """Draw the Outages with the student's fallback and `without`; return (finding, words)."""
        for run, bands, mark in zip((without, result), self.bands, self.marks, strict=True):
            floor = np.zeros(WINDOWS)
            for band, (who, _, _) in zip(bands, LOOKS, strict=True):
                top = floor + _a_minute(run.times, run.who == who)
                band.set_xy(_outline(floor, top))
                floor = top
            failed = np.flatnonzero(_a_minute(run.times, run.who == FAILED))
            mark.set_data(failed + 0.5, np.full(len(failed), MARKED))
        self.before.set_data(*_steps(_a_minute(without.times, without.asked)))
        self.load.set_data(*_steps(_a_minute(result.times, result.asked)))
        for bar, (begin, end) in zip(self.down, (result.cdn_down, result.origin_down), strict=True):
            bar.set_data([begin / 60, min(end, 3600) / 60], [bar.height] * 2)
            bar.set_visible(end > begin)
        finding = (
            f"{result.availability:.1%} of the requests are answered, "
            f"without fallback {without.availability:.1%}"
        )
        return finding, (
            f"Of {len(result.times):,} requests {result.count(FRESH):,} were answered by the CDN, "
            f"{result.count(STALE):,} with an expired copy, {result.count(ORIGIN):,} by the "
            f"origin as fallback; {result.count(FAILED):,} failed. The origin was asked "
            f"{int(result.asked.sum()):,} times, without fallback {int(without.asked.sum()):,}."
        )


def _a_minute(times, weights):
    """Return the sums of `weights` in each minute."""
    minutes = np.minimum((times / 60).astype(int), WINDOWS - 1)
    return np.bincount(minutes, weights, minlength=WINDOWS)


def _steps(heights):
    return MINUTES, np.append(heights, heights[-1])


def _outline(floor, top):
    """Return the corners of the steps between two rows of heights."""
    there = np.repeat(MINUTES, 2)[1:-1]
    up = np.stack([there, np.repeat(top, 2)], axis=1)
    back = np.stack([there, np.repeat(floor, 2)], axis=1)[::-1]
    return np.concatenate([up, back])
