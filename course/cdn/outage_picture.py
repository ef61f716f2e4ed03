"""An hour with outages: who answered, and how hard the origin had to work."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Polygon

from course.cdn.outage import FAILED, FRESH, ORIGIN, STALE
from course.view import style

WINDOWS = 60
MINUTES = np.arange(WINDOWS + 1)
LOOKS = (  # from below
    (FRESH, "CDN", {"facecolor": style.SKY, "edgecolor": style.SKY}),
    (STALE, "CDN, expired copy", {"facecolor": style.YELLOW, "hatch": "///"}),
    (ORIGIN, "origin, as fallback", {"facecolor": style.PURPLE, "hatch": "..."}),
    (FAILED, "nobody: an error", {"facecolor": style.VERMILION, "hatch": "xxx"}),
)


class OutagePicture:
    """Above: requests by who answered them. Below: requests that reach the origin."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (top, below) = style.figure(
            2, 1, width=8.4, height=5.0, height_ratios=(1.7, 1), sharex=True
        )
        top.set(xlim=(0, 60), ylim=(0, 112), ylabel="requests a minute")
        below.set(xlim=(0, 60), ylim=(0, 80), xlabel="time (min)")
        below.set_ylabel("at the origin,\na minute")
        below.set_xticks(range(0, 61, 5))
        top.set_yticks([0, 20, 40, 60])
        below.set_yticks([0, 20, 40, 60])
        self.bands = [
            top.add_patch(Polygon([(0, 0)], closed=True, linewidth=0, **look))
            for _, _, look in LOOKS
        ]
        self.errors = top.step([], [], where="post", **style.BASELINE | {"color": style.INK})[0]
        labels = [label for _, label, _ in LOOKS]
        top.legend(
            [*self.bands, self.errors],
            [*labels, "errors without fallback"],
            ncols=3,
            loc="upper left",
            borderaxespad=0.2,
        )
        self.down = []
        for height, label, colour in ((84, "CDN out", style.INK), (74, "origin out", style.GREY)):
            (bar,) = top.plot([], [], color=colour, linewidth=7, solid_capstyle="butt")
            self.down.append(bar)
            top.text(0.5, height, label, fontsize=9, va="center")
            bar.height = height
        (self.before,) = below.step(
            [], [], where="post", **style.BASELINE, label="without fallback"
        )
        (self.load,) = below.step([], [], where="post", **style.YOURS, label="with yours")
        below.legend(loc="upper right", ncols=2, borderaxespad=0.2)
        self.moving = (*self.bands, self.errors, *self.down, self.before, self.load)

    def show(self, *, result, without):
        """Draw the Outages with the student's fallback and `without`; return (finding, words)."""
        floor = np.zeros(WINDOWS)
        for band, (who, _, _) in zip(self.bands, LOOKS, strict=True):
            top = floor + _a_minute(result.times, result.who == who)
            band.set_xy(_outline(floor, top))
            floor = top
        self.errors.set_data(*_steps(_a_minute(without.times, without.who == FAILED)))
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
