"""What a run looks like: the map of load times, their distribution, staleness against load."""

import numpy as np
from matplotlib import rc_context

from course.cdn.map_picture import STAR, SYDNEY, MapPanel
from course.view import style

SHARES = np.linspace(0, 100, 201)
SLOWEST = 5.0  # s, the right edge


class CdnPicture:
    """The map; the distribution of load times; stale bytes and origin load."""

    @rc_context(style.LOOK)
    def __init__(self, name="", predicts=False):
        self.name = name
        self.figure, (left, middle, right) = style.figure(1, 3, width=10.8, height=3.3)
        self.map = MapPanel(left)
        self._prepare_times(middle, name, predicts)
        self._prepare_trade(right, name)
        self.moving = (
            *self.map.moving,
            *(self.before, self.after, *self.guess),
            *(self.curve, self.point, *self.mine),
        )

    def _prepare_times(self, axes, name, predicts):
        axes.set(xlim=(0, SLOWEST), ylim=(0, 100), yticks=[0, 25, 50, 75, 100])
        axes.set_xticks(range(6), [*range(5), f"{SLOWEST:g}+"])
        axes.set(xlabel="seconds since the click", ylabel="pages that are loaded (%)")
        axes.set_title("How long do half of the pages take?")
        axes.axhline(50, color=style.INK, linewidth=0.8)
        (self.before,) = axes.plot([], [], **style.BASELINE, label="without a CDN")
        label = f"with {name}" if name else "with these edges"
        (self.after,) = axes.plot([], [], **style.YOURS, label=label)
        self.guess = []
        if predicts:
            look = style.PREDICTION | {"clip_on": False, "in_layout": False}
            self.guess = axes.plot([], [], **look, label="your prediction")
        style.legend_below(axes, left=-0.2, down=0.21, ncols=1)

    def _prepare_trade(self, axes, name):
        axes.set(xlim=(-2, 104), ylim=(-4, 104), xticks=[0, 25, 50, 75, 100])
        axes.set(xlabel="requests that reach the origin (%)", ylabel="bytes out of date (%)")
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.set_title("Old copies, or work for the origin?")
        look = {"color": style.INK, "marker": "o"}
        (self.curve,) = axes.plot([], [], **look, linewidth=0.8, markersize=3)
        self.curve.set_label("other max-ages")
        (self.point,) = axes.plot([], [], **look, linestyle="none", markersize=9)
        self.point.set_label("this max-age")
        self.mine = []
        if name:
            ring = {"mfc": "none", "mec": style.BLUE, "mew": 2, "markersize": 14}
            self.mine = axes.plot([], [], "s", **ring, label=name)
        axes.plot(100, 0, **STAR, markersize=13, label="no CDN")
        style.legend_below(axes, left=-0.2, down=0.21, ncols=1)

    def show(self, *, result, plain, without, others, max_age, prediction):
        """Draw a run; return (finding, words).

        plain: the run of plain caches on the same requests; without: the one without a CDN.
        others: (origin load, share of stale bytes) at other max-ages. prediction: a guess (s) at
        the median without a CDN, or None.
        """
        self.map.show(result.by_city(), result.served_by, result.edges)
        for line, run in ((self.before, without), (self.after, result)):
            line.set_data(np.minimum(np.percentile(run.load_time, SHARES), 2 * SLOWEST), SHARES)
        for mark in self.guess:
            mark.set_data([min(prediction, SLOWEST)], [50])
        loads, stales = np.array(others).T * 100
        self.curve.set_data(loads, stales)
        self.point.set_data([100 * plain.origin_load], [100 * plain.stale_share])
        for mark in self.mine:
            mark.set_data([100 * result.origin_load], [100 * result.stale_share])
        half, before = result.percentile(50), without.percentile(50)
        finding = (
            f"{_edges(len(result.edges))}: half of the pages within {half:.2f} s; "
            f"{result.origin_load:.0%} of the requests reach the origin, "
            f"{result.stale_share:.1%} of the bytes are out of date"
        )
        words = (
            f"Without a CDN half of them take up to {before:.2f} s. 95 % are there within "
            f"{result.percentile(95):.2f} s, without a CDN {without.percentile(95):.2f} s. In "
            f"Sydney a page takes {result.by_city()[SYDNEY]:.1f} s on average, without a CDN "
            f"{without.by_city()[SYDNEY]:.1f} s. "
            f"{len(result):,} pages of {result.page_bytes / 1000:,.0f} kB in an hour; a copy may "
            f"be {_duration(max_age)} old."
        )
        if self.name:
            same = (result.asked == plain.asked).all() and (result.stale == plain.stale).all()
            name = self.name[0].upper() + self.name[1:]
            words += f" {name} and a plain cache on the same requests: " + (
                "the same, request by request." if same else "not the same."
            )
        if prediction is not None:
            words += f" You predicted {prediction:g} s for half without a CDN."
        return finding, words


def _edges(count):
    return "No CDN" if not count else f"{count} edge{'s' * (count > 1)}"


def _duration(seconds):
    """Return a duration as people say it."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds / size
            return f"{count:g} {unit}{'s' * (count != 1)}"
    return f"{seconds:g} s"
