"""An alert at work: when the phone rings, and the two prices of an alert."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from course.logging_and_automation.model import AFTER, BEFORE, FIRING, LASTS, WINDOW
from course.view import style

MINUTES = (np.arange(BEFORE + LASTS + AFTER) + 1 - BEFORE) * WINDOW / 60
HIGHEST = 25  # % of the requests; more is drawn at the edge
LEAST_ALARMS, MOST_ALARMS = 0.001, 5000  # a day
OFTEN = {"year": 1 / 365, "month": 1 / 30, "day": 1, "hour": 24, "minute": 1440}
DELAYS = {"10 s": 10, "1 min": 60, "5 min": 300, "20 min": 1200}
OTHER = "2 %, at once"  # the colleague's alert
ALERTS = ("this alert", OTHER)
PENDING = 1


def how_often(alarms):
    """Return an expected number of alarms a day as people say it."""
    if alarms >= 1:
        return f"{alarms:,.0f} a day"
    if alarms >= 1 / 7:
        return f"{7 * alarms:.0f} a week"
    if alarms >= 1 / 365:
        return f"one in {1 / alarms:.0f} days"
    return "less than one a year"


def how_long(seconds):
    """Return a delay as people say it."""
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


class Incident:
    """Two axes with the forty minutes around an incident: error rates, and when alerts fire.

    `.moving` are the artists that change, and `.show` sets them. alerts: a name for each row.
    """

    def __init__(self, rates, states, alerts):
        rates.set(xlim=(-10, 30), ylim=(0, HIGHEST), ylabel="failed requests (%)")
        rates.set_title("When does the phone ring?")
        rates.tick_params(axis="x", labelbottom=False)
        for axes in (rates, states):
            axes.axvspan(0, 20, color=style.GRID, linewidth=0)
        rates.text(10, HIGHEST - 0.7, "bad version", ha="center", va="top", fontsize=9)
        (self.rate,) = rates.plot([], [], color=style.INK, linewidth=1.0, label="in 10 s")
        (self.threshold,) = rates.plot(
            [], [], color=style.VERMILION, linewidth=1.5, linestyle="--", label="threshold"
        )
        rates.legend(loc="upper right", borderaxespad=0.1, handlelength=1.6)
        states.set(xlim=(-10, 30), ylim=(len(alerts) - 0.4, -0.6), xlabel="minutes since release")
        states.set_yticks(range(len(alerts)), alerts)
        states.grid(False, axis="y")
        thick = {"solid_capstyle": "butt", "linewidth": 9}
        self.pending = [states.plot([], [], color=style.YELLOW, **thick)[0] for _ in alerts]
        self.firing = [states.plot([], [], color=style.VERMILION, **thick)[0] for _ in alerts]
        self.moving = (self.rate, self.threshold, *self.pending, *self.firing)

    def show(self, *alerts):
        """Draw a Watched in each row; the error rates are those of the first."""
        watched = alerts[0]
        rates = 100 * watched.counts.shown / watched.counts.requests
        self.rate.set_data(MINUTES, np.minimum(rates, HIGHEST))
        self.threshold.set_data([-10, 30], [100 * watched.threshold] * 2)
        for row, each in enumerate(alerts):
            self.pending[row].set_data(*_segments(each.states == PENDING, row))
            self.firing[row].set_data(*_segments(each.states == FIRING, row))


def _segments(windows, row):
    """Return the line over all windows that are true, with gaps."""
    ends = MINUTES[windows]
    x = np.column_stack([ends - WINDOW / 60, ends, np.full(ends.size, np.nan)]).ravel()
    return x, np.full(x.size, float(row))


class ExperimentPicture:
    """Left: the incident as the alert sees it. Right: false alarms and delay, the two prices."""

    def __init__(self, *, guess=True):
        """guess: whether there will be a prediction."""
        rows = [["rates", "alarms"], ["rates", "delay"], ["states", "delay"]]
        shape = {"width_ratios": (1.12, 1), "height_ratios": (2, 1, 1)}
        with rc_context(style.LOOK):
            self.figure = Figure(figsize=(7.7, 3.8), dpi=72, layout="constrained")
            panels = self.figure.subplot_mosaic(rows, **shape)
            self.incident = Incident(panels["rates"], panels["states"], ["rings"])
            alarms, delay = panels["alarms"], panels["delay"]
            alarms.set(xlim=(LEAST_ALARMS, MOST_ALARMS))
            alarms.set_title("How often for nothing? Once a …")
            delay.set(xlim=(7, 1500))
            delay.set_title("How long until it notices?")
            self.alarms = self._prepare(alarms, OFTEN, guess)
            self.delays = self._prepare(delay, DELAYS)
            (self.prediction,) = alarms.plot([], [], **style.PREDICTION)
        self.moving = (*self.incident.moving, *self.alarms, *self.delays, self.prediction)

    def _prepare(self, axes, ticks, guess=False):
        axes.set(xscale="log", ylim=(1.5, -1.6 if guess else -0.5))
        axes.set_xticks(list(ticks.values()), list(ticks))
        axes.minorticks_off()
        rows = {"your guess": -1} if guess else {}
        rows |= {name: row for row, name in enumerate(ALERTS)}
        axes.set_yticks(list(rows.values()), list(rows))
        axes.grid(False, axis="y")
        return list(axes.barh(range(2), 1, height=0.62, color=(style.BLUE, style.GREY)))

    def show(self, *, watched, alarms, delays, prediction, **_):
        """Draw an experiment; return (finding, words).

        watched: the alert's Watched. alarms (expected, a day) and delays (mean, s): of each of
        ALERTS. prediction: false alarms a day, or None.
        """
        self.incident.show(watched)
        for bar, each in zip(self.alarms, alarms, strict=True):
            bar.set_width(max(each, LEAST_ALARMS))
        for bar, each in zip(self.delays, delays, strict=True):
            bar.set_width(each)
        shown = [] if prediction is None else [min(max(prediction, LEAST_ALARMS), MOST_ALARMS)]
        self.prediction.set_data(shown, [-1] * len(shown))
        missed = f" {watched.missed} of them are never noticed." if watched.missed else ""
        told = "" if prediction is None else f" You predicted {prediction:,.0f} false alarms."
        return (
            f"Above {watched.threshold:.0%} for {watched.for_seconds:.0f} s: false alarms "
            f"{how_often(alarms[0])} ({watched.false_alarms:,} on this one), a bad version noticed "
            f"after {watched.delay:,.0f} s"
        ), (
            f"The delay is the average over {watched.noticed.size} bad releases of 20 minutes."
            f"{missed} Each window of 10 s counts {watched.counts.requests:,} requests.{told}"
            f"{beyond(watched)}"
        )


def beyond(watched):
    """Return a sentence if a share of failed requests does not fit."""
    if 100 * watched.counts.shown.max() <= HIGHEST * watched.counts.requests:
        return ""
    return f" (Shares above {HIGHEST}% are drawn at the edge.)"
