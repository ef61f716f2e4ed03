"""An outage as a picture: who is still sent to the dead center, and which requests fail."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Polygon, Rectangle

from course.data_centers.map_picture import COLOURS, MARKS, NO_CENTER, MapPanel, entries
from course.data_centers.theory import expected_after
from course.data_centers.world import LOCATIONS, WEIGHTS
from course.engine.record import milliseconds
from course.view import style

LENGTH, WINDOW = 600, 15  # s
EDGES = np.arange(0, LENGTH + 1, WINDOW)
MIDDLES = (EDGES[:-1] + WINDOW / 2) / 60  # minutes
LATER = 30.0  # s after the center's death: the moment of the map
TOP, MEAN_ROW = 1.45, 1.36  # of all requests/s: the upper edge, and where the means stand
SILENT = -2  # the place of a city that has not asked (again) yet


class CentersPicture:
    """Left: the map soon after the center died. Right: requests over time, and the errors."""

    @rc_context(style.LOOK)
    def __init__(self, centers, rate, *, name="", predicts=False):
        self.rate, self.name = rate, name
        self.figure, (left, traffic) = style.figure(1, 2, width=7.6, height=3.9)
        self.map = MapPanel(left, size=1.6)
        left.set_title(f"Who sees an error after {LATER:.0f} s?")
        handles, labels = entries(centers)
        style.legend_below(left, left=-0.02, down=0.05, handles=handles, labels=labels)
        self._prepare_traffic(traffic, centers, predicts)
        self.moving = (
            *(*self.map.moving, self.outage, self.errors, self.alone, self.limit, *self.lines),
            *(self.mean, *self.guess, self.lost),
        )

    def _prepare_traffic(self, axes, centers, predicts):
        top = TOP * self.rate
        axes.set(xlim=(0, LENGTH / 60), ylim=(0, top), xlabel="time (minutes)")
        axes.set(ylabel="requests/s", title="How many requests fail?")
        axes.set_xticks(range(0, LENGTH // 60 + 1, 2))
        self.outage = axes.add_patch(
            Rectangle((0, 0), 0, top, facecolor=style.PALE, hatch="//", edgecolor=style.PAPER)
        )
        look = {"facecolor": style.VERMILION, "edgecolor": style.PAPER, "hatch": "xxx"}
        self.errors = axes.add_patch(Polygon([(0, 0)], closed=True, linewidth=0, **look))
        (self.alone,) = axes.plot([], [], **style.BASELINE)
        (self.limit,) = axes.plot([], [], color=style.INK, linewidth=1.2, linestyle=":")
        self.lines = [
            axes.plot([], [], color=colour, marker=mark, markersize=4.5, markevery=3, lw=1.5)[0]
            for mark, colour in list(zip(MARKS, COLOURS, strict=True))[:centers]
        ]
        mean = {"color": style.VERMILION, "marker": "X", "markersize": 9, "linestyle": "none"}
        (self.mean,) = axes.plot([], [], mec=style.INK, **mean)
        place = {"y": MEAN_ROW * self.rate, "s": "", "ha": "right", "va": "center"}
        self.lost = axes.text(x=0, fontsize=9, **place)
        self.guess = axes.plot([], [], **style.PREDICTION) if predicts else []
        shown = {
            "errors": self.errors,
            "a center is dead": self.outage,
            "errors, one center": self.alone,
            "a center's limit": self.limit,
            "gone, on average": self.mean,
        }
        if predicts:
            shown["your prediction"] = self.guess[0]
        style.legend_below(axes, down=0.2, handles=shown.values(), labels=shown, columnspacing=0.8)

    def show(self, *, result, alone, plain=None, prediction=None):
        """Draw a CentersResult with an outage; return (finding, words).

        alone: that of a site with one center of the same size, which dies at the same time. plain:
        that of the built-in resolver on the same requests. prediction: a guess (s) at how
        long a user is still sent to the dead center, on average.
        """
        self._show_map(result)
        self._show_traffic(result, alone)
        died, row = result.outage.start / 60, MEAN_ROW * self.rate
        self.mean.set_data([min(died + result.mean_after / 60, LENGTH / 60)], [row])
        self.lost.set_x(died - 0.1)
        self.lost.set_text(f"{result.writes_lost} writes lost")
        for mark in self.guess:
            mark.set_data([min(died + prediction / 60, LENGTH / 60)], [row])
        words = _words(result, self.rate)
        if plain is not None:
            same = np.array_equal(result.place, plain.place)
            same = same and np.array_equal(result.asked, plain.asked)
            words += f" {self.name} and the built-in one on the same requests: " + (
                "the same, request by request." if same else "not the same."
            )
        if prediction is not None:
            words += f" You predicted {prediction:g} s."
        return (
            f"{1 - result.availability:.1%} of the requests fail (with one center that can do as "
            f"much {1 - alone.availability:.0%}): a user of {result.names[result.outage.center]} "
            f"is sent to the dead center for {result.mean_after:.0f} s on average"
        ), words

    def _show_map(self, result):
        places = _told(result, result.outage.start + LATER)
        failing = (result.after_outage > LATER) & result.of_dead
        places[~failing & (places == result.outage.center)] = SILENT
        healthy = [place != result.outage.center for place in range(len(result.names) - 1)]
        self.map.show(places, healthy, failing)

    def _show_traffic(self, result, alone):
        start, end = (min(at, LENGTH) / 60 for at in (result.outage.start, result.outage.end))
        self.outage.set_bounds(start, 0, end - start, TOP * self.rate)
        self.alone.set_data(MIDDLES, _rates(alone.arrived_at[alone.failed]))
        self.limit.set_data([0, LENGTH / 60], [result.capacity] * 2)
        self.limit.set_visible(result.capacity <= TOP * self.rate)
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


def _words(result, rate):
    lasts, expected = result.outage.end - result.outage.start, 0.0
    if result.of_dead.any():
        rates = WEIGHTS[result.of_dead] * rate
        expected = expected_after(ttl=result.ttl, lasts=lasts, rates=rates)
    return (
        f"Of {len(result):,} requests {result.unreached.sum():,} were sent to a dead center and "
        f"{result.refused.sum():,} refused, as a center had too much to do. Half of the users have "
        f"an answer within {milliseconds(result.percentile(50))}. The DNS is asked "
        f"{result.asked.sum() / result.duration:.1f} times a second. {result.writes_lost} writes "
        f"that {result.names[result.outage.center]} had taken in its last {result.lag:g} s had "
        f"reached no other center. Expected: {expected:.0f} s on average with answers kept for "
        f"{result.ttl:g} s."
    )
