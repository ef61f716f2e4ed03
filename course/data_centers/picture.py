"""A run as a picture: the maps, traffic over time, and who is still sent to the dead center."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Polygon, Rectangle

from course.data_centers.map_picture import COLOURS, MARKS, NO_CENTER, MapPanel, entries
from course.data_centers.theory import expected_after, expected_still_sent
from course.data_centers.world import LOCATIONS, WEIGHTS
from course.engine.record import milliseconds
from course.view import style

LENGTH, WINDOW = 600, 15  # s
EDGES = np.arange(0, LENGTH + 1, WINDOW)
MIDDLES = (EDGES[:-1] + WINDOW / 2) / 60  # minutes
LATER = 30.0  # s after its death: the moment of the second map
PLACES = (  # of the four axes in the figure: left, bottom, width, height
    *((0.012, 0.605, 0.48, 0.28), (0.508, 0.605, 0.48, 0.28)),
    *((0.062, 0.16, 0.42, 0.395), (0.59, 0.28, 0.394, 0.275)),
)
GAUGE = (0.59, 0.105, 0.394, 0.045)
MOST_WRITES, MEAN_ROW = 250, -18
SILENT = -2  # the place of a city that has not asked (again) yet
SECONDS = np.linspace(0, 300, 241)


class CentersPicture:
    """Above: the map before and after. Below: requests over time; users sent to the dead center."""

    @rc_context(style.LOOK)
    def __init__(self, centers, rate, *, name="", predicts=False):
        self.rate, self.name = rate, name
        self.figure, axes = style.figure(2, 2, width=8.4, height=5.5)
        self.figure.set_layout_engine("none")
        (left, right), (traffic, after) = axes
        for each, place in zip(axes.flat, PLACES, strict=True):
            each.set_position(place)
        self.before, self.later = MapPanel(left), MapPanel(right)
        left.set_title("before the outage (if there is none: after one minute)")
        right.set_title(f"{LATER:.0f} s after it began")
        handles, labels = entries(centers)
        self.figure.legend(handles, labels, loc="upper center", ncols=7, columnspacing=1.1)
        self._prepare_traffic(traffic, centers)
        self._prepare_after(after, predicts)
        self._prepare_gauge(self.figure.add_axes(GAUGE))
        self.moving = (
            *(*self.before.moving, *self.later.moving),
            *(self.outage, self.errors, self.alone, self.limit, *self.lines),
            *(self.theory, self.share, self.mean, *self.guess, self.lost),
        )

    def _prepare_traffic(self, axes, centers):
        top = 1.35 * self.rate
        axes.set(xlim=(0, LENGTH / 60), ylim=(0, top), xlabel="time (min)", ylabel="requests/s")
        axes.set_xticks(range(0, LENGTH // 60 + 1))
        self.outage = axes.add_patch(
            Rectangle((0, 0), 0, top, facecolor=style.PALE, hatch="//", edgecolor=style.PAPER)
        )
        look = {"facecolor": "#F2B79B", "edgecolor": style.VERMILION, "hatch": "xxx"}
        self.errors = axes.add_patch(Polygon([(0, 0)], closed=True, linewidth=1.0, **look))
        (self.alone,) = axes.plot([], [], **style.BASELINE)
        (self.limit,) = axes.plot([], [], color=style.INK, linewidth=1.2, linestyle=":")
        self.lines = [
            axes.plot([], [], color=colour, marker=mark, markersize=4.5, markevery=3, lw=1.5)[0]
            for mark, colour in list(zip(MARKS, COLOURS, strict=True))[:centers]
        ]
        style.legend_below(
            axes,
            left=-0.14,
            down=0.17,
            ncols=3,
            handles=[self.errors, self.alone, self.limit],
            labels=["errors", "errors with one center", "a center's limit"],
            columnspacing=1.0,
            handlelength=1.6,
        )

    def _prepare_after(self, axes, predicts):
        axes.set(xlim=(0, 300), ylim=(-32, 152), xlabel="seconds since the center died")
        axes.set_ylabel("users sent there (%)")
        axes.set_yticks([MEAN_ROW, 0, 50, 100], ["mean", "0", "50", "100"])
        axes.axhline(0, color=style.INK, linewidth=0.8)
        (self.theory,) = axes.plot([], [], **style.THEORY, label="expected")
        (self.share,) = axes.plot([], [], **style.YOURS, label="in this run")
        mean = {"color": style.BLUE, "marker": "o", "markersize": 9, "linestyle": "none"}
        (self.mean,) = axes.plot([], [], **mean, label="mean of this run", clip_on=False)
        self.guess = []
        if predicts:
            look = style.PREDICTION | {"clip_on": False}
            self.guess = axes.plot([], [], **look, label="your prediction")
        axes.legend(loc="upper right", ncols=2, borderaxespad=0.1, columnspacing=1.0)

    def _prepare_gauge(self, axes):
        axes.set(xlim=(0, MOST_WRITES), ylim=(0, 1), yticks=[])
        axes.set_xlabel("writes that no other center had yet")
        look = {"facecolor": style.PURPLE, "edgecolor": style.INK, "linewidth": 0.8}
        self.lost = axes.add_patch(Rectangle((0, 0.15), 0, 0.7, **look))

    def show(self, *, result, alone, plain=None, prediction=None):
        """Draw a CentersResult; return (finding, words).

        alone: that of a site with one center of the same size, which dies at the same time. plain:
        that of the built-in resolver on the same requests. prediction: a guess (s) at how
        long a user is still sent to the dead center, on average.
        """
        self._show_maps(result)
        self._show_traffic(result, alone)
        expected, mean = self._expected(result)
        self.theory.set_data(SECONDS, 100 * expected)
        self.share.set_data(SECONDS, 100 * result.still_sent(SECONDS))
        self.mean.set_data([min(result.mean_after, 300)], [MEAN_ROW])
        for mark in self.guess:
            mark.set_data([min(prediction, 300)], [MEAN_ROW])
        self.lost.set_width(min(result.writes_lost, MOST_WRITES))
        words = _words(result, mean)
        if plain is not None:
            same = np.array_equal(result.place, plain.place)
            same = same and np.array_equal(result.asked, plain.asked)
            words += f" {self.name} and the built-in one on the same requests: " + (
                "the same, request by request." if same else "not the same."
            )
        if prediction is not None:
            words += f" You predicted {prediction:g} s."
        return _finding(result, alone), words

    def _expected(self, result):
        """Return the expected share of users still sent to the dead center at SECONDS, and mean."""
        start, end = result.outage.start, result.outage.end
        if start >= LENGTH or not result.of_dead.any():
            return np.zeros(SECONDS.size), 0.0
        rates = WEIGHTS[result.of_dead] * self.rate
        world = {"ttl": result.ttl, "lasts": end - start, "rates": rates}
        return expected_still_sent(SECONDS, **world), expected_after(**world)

    def _show_maps(self, result):
        begins, names = result.outage.start, result.names[:-1]
        there = begins < LENGTH
        start = begins if there else 60.0
        healthy = [True] * len(names)
        self.before.show(_told(result, start), healthy)
        healthy = [not there or place != result.outage.center for place in range(len(names))]
        places = _told(result, start + LATER)
        failing = np.zeros(len(LOCATIONS), dtype=bool)
        if there:
            failing = (result.after_outage > LATER) & result.of_dead
            places[~failing & (places == result.outage.center)] = SILENT
        self.later.show(places, healthy, failing)

    def _show_traffic(self, result, alone):
        start, end = (min(at, LENGTH) / 60 for at in (result.outage.start, result.outage.end))
        self.outage.set_bounds(start, 0, end - start, 1.35 * self.rate)
        failing = _rates(alone.arrived_at[alone.failed])
        self.alone.set_data(MIDDLES, failing)
        self.alone.set_visible(bool(failing.any()))
        self.limit.set_data([0, LENGTH / 60], [result.capacity] * 2)
        for place, line in enumerate(self.lines):
            served = result.arrived_at[(result.place == place) & result.served]
            line.set_data(MIDDLES, _rates(served))
            line.set_visible(place < len(result.names) - 1)
        heights = _rates(result.arrived_at[result.failed])
        corners = np.column_stack([MIDDLES, heights])
        self.errors.set_xy([(MIDDLES[0], 0), *corners, (MIDDLES[-1], 0)])
        self.errors.set_visible(bool(heights.any()))


def _rates(times):
    return np.histogram(times, EDGES)[0] / WINDOW


def _told(result, moment):
    """Return for each city the center that its last request before `moment` (s) was sent to."""
    rows = np.flatnonzero(result.arrived_at < moment)
    places = np.full(len(LOCATIONS), SILENT)
    sent = np.where(result.place < len(result.names) - 1, result.place, NO_CENTER)
    places[result.traffic.cities[rows]] = sent[rows]
    return places


def _finding(result, single):
    if not result.outage.start < LENGTH:
        shares = ", ".join(
            f"{share:.0%} of the requests to {name}"
            for name, share in zip(result.names, result.shares, strict=False)
        )
        return f"No outage: {shares}"
    alone = f"with one center that can do as much {1 - single.availability:.0%}"
    return (
        f"{1 - result.availability:.1%} of the requests fail ({alone}): a user "
        f"of {result.names[result.outage.center]} is sent to the dead center for "
        f"{result.mean_after:.0f} s on average"
    )


def _words(result, expected_mean):
    questions = result.asked.sum() / result.duration
    words = (
        f"Of {len(result):,} requests {result.unreached.sum():,} were sent to a dead center and "
        f"{result.refused.sum():,} refused, as a center had too much to do. Half of the users have "
        f"an answer within {milliseconds(result.percentile(50))}. The DNS is asked "
        f"{questions:.1f} times a second."
    )
    if result.outage.start < LENGTH:
        words += (
            f" {result.writes_lost} writes that {result.names[result.outage.center]} had taken in "
            f"its last {result.lag:g} s had reached no other center. Expected: "
            f"{expected_mean:.0f} s on average with answers kept for {result.ttl:g} s."
        )
    return words
