"""Where every city is sent by a student's GeoDNS, and what its users wait for the network."""

import numpy as np
from matplotlib import rc_context

from course.data_centers.map_picture import MapPanel, entries
from course.data_centers.world import OPENING_ORDER, ROUND_TRIPS, WEIGHTS
from course.engine.record import milliseconds
from course.view import style

SLOWEST = 2500  # ms, the right edge
ALONE = ROUND_TRIPS[:, 0]  # s, with the first center alone


class DnsPicture:
    """Above: the map of who goes where. Below: how many people wait for less than x."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (top, axes) = style.figure(2, 1, width=8.2, height=5.7)
        self.figure.set_layout_engine("none")
        top.set_position((0.012, 0.42, 0.976, 0.51))
        axes.set_position((0.08, 0.1, 0.9, 0.28))
        self.map = MapPanel(top, size=3.2)
        handles, labels = entries(len(OPENING_ORDER), "no center")
        self.figure.legend(
            handles, labels, loc="upper center", ncols=7, columnspacing=1.1, handletextpad=0.3
        )
        axes.set(xlim=(0, SLOWEST), ylim=(0, 104), ylabel="people (%)", yticks=[0, 50, 100])
        axes.set_xlabel("a page's round trips take at most (ms)")
        (self.before,) = axes.plot([], [], **style.BASELINE, label="Washington alone, never dead")
        (self.after,) = axes.plot([], [], **style.YOURS, label="with your GeoDNS")
        axes.legend(loc="lower right", borderaxespad=0.3)
        self.moving = (*self.map.moving, self.before, self.after)

    def show(self, *, resolved, trips):
        """Draw a Resolved; return (finding, words). trips: how often a page goes there and back."""
        self.map.show(resolved.places, resolved.healthy)
        for line, times in ((self.before, ALONE), (self.after, resolved.round_trips)):
            line.set_data(*_cumulative(1000 * trips * times))
        alone = trips * float(WEIGHTS @ ALONE)
        shares = ", ".join(
            f"{name} {share:.0%}"
            for name, share, up in zip(
                OPENING_ORDER, resolved.shares, resolved.healthy, strict=False
            )
            if up
        )
        if not shares:
            return "No center is healthy: nobody is served", "Every city shows an error."
        finding = (
            f"{sum(resolved.healthy)} healthy of {len(resolved.healthy)}: a page's {trips} round "
            f"trips take {milliseconds(trips * resolved.mean)} on average, with Washington alone "
            f"{milliseconds(alone)}"
        )
        wrong = resolved.nearer
        verdict = f"{wrong} cities have" if wrong else "No city has"
        return finding, f"People by center: {shares}. {verdict} a nearer healthy center."


def _cumulative(times):
    """Return (times, % of the people that wait for at most that), as steps."""
    order = np.argsort(times)
    reached = np.isfinite(times[order])
    steps = np.repeat(times[order][reached], 2)
    shares = np.repeat(100 * np.cumsum(WEIGHTS[order])[reached], 2)
    ends = [SLOWEST] if steps.size else []
    return np.append(steps, ends), np.concatenate([[0.0], shares])[: steps.size + len(ends)]
