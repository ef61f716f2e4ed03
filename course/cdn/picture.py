"""What a run looks like: the map of load times, their distribution, staleness against load."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.cdn.map_picture import MapPanel
from course.cdn.model import CdnResult
from course.cdn.world import ORIGIN
from course.view import style
from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw_architecture

SHARES = np.linspace(0, 100, 201)
SLOWEST = 5.0  # s, the right edge


@dataclass(frozen=True)
class Comparison:
    """A run, the same users without a CDN, and (origin load, stale share) for other max-ages.

    `name` is the student's cache or empty; `prediction` (s) is a guess at the median without a CDN.
    """

    name: str
    result: CdnResult
    without: CdnResult
    others: tuple
    plain: CdnResult
    max_age: float
    prediction: float | None = None


class CdnPicture:
    """Above: the map. Left: the distribution of load times. Right: stale bytes and origin load."""

    @rc_context(style.LOOK)
    def __init__(self, name="", predicts=False):
        self.figure, axes = style.figure(2, 2, width=8.6, height=5.9, height_ratios=(1.5, 1))
        grid = axes[0, 0].get_gridspec()
        axes[0, 0].remove()
        axes[0, 1].remove()
        self.map = MapPanel(self.figure.add_subplot(grid[0, :]))
        self._prepare_times(axes[1, 0], name, predicts)
        self._prepare_trade(axes[1, 1], name)
        self.moving = (
            *self.map.moving,
            *(self.before, self.after, *self.guess),
            *(self.curve, self.point, *self.mine),
        )

    def _prepare_times(self, axes, name, predicts):
        axes.set(xlim=(0, SLOWEST), ylim=(0, 100), xlabel="load time x (s)")
        axes.set(ylabel="pages within x (%)", yticks=[0, 25, 50, 75, 100])
        axes.axhline(50, color=style.INK, linewidth=0.8)
        (self.before,) = axes.plot([], [], **style.BASELINE, label="without CDN")
        label = f"with {name}" if name else "with these edges"
        (self.after,) = axes.plot([], [], **style.YOURS, label=label)
        self.guess = []
        if predicts:
            self.guess = axes.plot([], [], **style.PREDICTION, label="your prediction")
        axes.legend(loc="lower right", borderaxespad=0.2)

    def _prepare_trade(self, axes, name):
        axes.set(xlim=(-2, 104), ylim=(-4, 104), xticks=[0, 25, 50, 75, 100])
        axes.set(xlabel="requests that reach the origin (%)", ylabel="bytes out of date (%)")
        axes.set_yticks([0, 25, 50, 75, 100])
        ghost = style.BASELINE | {"marker": "o", "markersize": 3.5}
        (self.curve,) = axes.plot([], [], **ghost, label="other max-ages")
        (self.point,) = axes.plot(
            [], [], "o", color=style.ORANGE, mec=style.INK, markersize=10, label="this max-age"
        )
        self.mine = []
        if name:
            ring = {"mfc": "none", "mec": style.BLUE, "mew": 2, "markersize": 14}
            self.mine = axes.plot([], [], "s", **ring, label=name)
        axes.plot(100, 0, "*", color=style.PURPLE, mec=style.INK, markersize=13, label="no CDN")
        axes.legend(loc="upper right", borderaxespad=0.2)

    def show(self, comparison):
        """Draw a Comparison; return (finding, words)."""
        result, without, plain = comparison.result, comparison.without, comparison.plain
        self.map.show(result.by_city(), result.served_by, result.edges)
        for line, run in ((self.before, without), (self.after, result)):
            line.set_data(np.minimum(np.percentile(run.load_time, SHARES), 2 * SLOWEST), SHARES)
        for mark in self.guess:
            mark.set_data([min(comparison.prediction, SLOWEST - 0.05)], [50])
        loads, stales = np.array(comparison.others).T * 100
        self.curve.set_data(loads, stales)
        self.point.set_data([100 * plain.origin_load], [100 * plain.stale_share])
        for mark in self.mine:
            mark.set_data([100 * result.origin_load], [100 * result.stale_share])
        return self._words(comparison)

    def _words(self, comparison):
        result, without = comparison.result, comparison.without
        half, before = result.percentile(50), without.percentile(50)
        finding = (
            f"{_edges(len(result.edges))}: half of the pages within {half:.2f} s; "
            f"{result.origin_load:.0%} of the requests reach the origin, "
            f"{result.stale_share:.1%} of the bytes are out of date"
        )
        words = (
            f"Without a CDN half of them take up to {before:.2f} s. 95 % are there within "
            f"{result.percentile(95):.2f} s, without a CDN {without.percentile(95):.2f} s. "
            f"{len(result):,} pages of {result.page_bytes / 1000:,.0f} kB in an hour; a copy may "
            f"be {_duration(comparison.max_age)} old."
        )
        if comparison.name:
            same = (result.asked == comparison.plain.asked).all() and (
                result.stale == comparison.plain.stale
            ).all()
            name = comparison.name[0].upper() + comparison.name[1:]
            words += f" {name} and a plain cache on the same requests: " + (
                "the same, request by request." if same else "not the same."
            )
        if comparison.prediction is not None:
            words += f" You predicted {comparison.prediction:g} s for half without a CDN."
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


def architecture(edges):
    """Return the picture of the system so far: the edges are new."""
    users = ("Sydney", "Mumbai", "New York")
    sites = {edge.name: edge for edge in edges}
    tiers = (
        Tier("users", tuple(Node(f"users, {name}", ("browser",)) for name in users)),
        Tier("CDN", tuple(Node(f"edge {sites[n].name}", ("cache",)) for n in users), new=True),
        Tier("origin", (Node("balancer", (f"in {ORIGIN.name}",)),), zone="your site"),
        Tier("web tier", (Node("web-1"), Node("web-2")), zone="your site"),
        Tier("data tier", (Node("cache"), Node("database")), zone="your site"),
    )
    links = [(f"users, {name}", f"edge {name}", "") for name in users]
    links += [(f"edge {name}", "balancer", "") for name in users]
    links += [("balancer", web, "") for web in ("web-1", "web-2")]
    links += [(web, data, "") for web in ("web-1", "web-2") for data in ("cache", "database")]
    return draw_architecture(tiers, links)
