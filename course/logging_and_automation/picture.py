"""An alert and a canary at work: error rate and alert states, the trade-off, and who was hurt."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.model import AFTER, BEFORE, LASTS, STATES, WINDOW
from course.view import style

MINUTES = (np.arange(BEFORE + LASTS + AFTER) + 1 - BEFORE) * WINDOW / 60
HIGHEST = 45  # % of the requests
LEAST_ALARMS, MOST_ALARMS = 0.001, 5000  # a day
OFTEN = {"year": 1 / 365, "month": 1 / 30, "day": 1, "hour": 24, "minute": 1440}
MOST_HURT = 30_000
WAYS = ("nobody watches", "the alert ends it", "canary first")


def how_often(alarms):
    """Return an expected number of alarms a day as people say it."""
    if alarms >= 1:
        return f"{alarms:,.0f} a day"
    if alarms >= 1 / 7:
        return f"{7 * alarms:.0f} a week"
    if alarms >= 1 / 365:
        return f"one in {1 / alarms:.0f} days"
    return "less than one a year"


class Incident:
    """Two axes with the forty minutes around an incident: error rates, and the alert's states.

    `.moving` are the artists that change, and `.show` sets them. `ghost`: draw another alert, too.
    """

    def __init__(self, rates, states, *, ghost=False):
        rates.set(xlim=(-10, 30), ylim=(0, HIGHEST), ylabel="failed requests (%)")
        rates.tick_params(axis="x", labelbottom=False)
        for axes in (rates, states):
            axes.axvspan(0, 20, color="#F6F0EA", linewidth=0)
        rates.text(10, HIGHEST - 1.2, "bad version", ha="center", va="top", fontsize=9)
        (self.rate,) = rates.plot([], [], color=style.INK, linewidth=1.0, label="each 10 s")
        (self.above,) = rates.plot(
            [], [], ".", color=style.VERMILION, markersize=5, linestyle="none", label="above it"
        )
        (self.threshold,) = rates.plot(
            [], [], color=style.VERMILION, linewidth=1.5, linestyle="--", label="threshold"
        )
        rates.legend(loc="upper left", borderaxespad=0.1, ncols=3, bbox_to_anchor=(0, 1.14))
        states.set(xlim=(-10, 30), ylim=(-0.4, 2.4), xlabel="minutes since the release")
        states.set_yticks(range(3), STATES)
        self.lines = []
        if ghost:
            (line,) = states.plot([], [], drawstyle="steps-pre", label="built in", **style.BASELINE)
            self.lines.append(line)
            states.legend(loc="upper right", borderaxespad=0)
        (self.state,) = states.plot(
            [], [], drawstyle="steps-pre", color=style.BLUE, linewidth=1.2, zorder=3
        )
        looks = (("s", style.ORANGE, 4), ("D", style.VERMILION, 5))
        self.marks = [
            states.plot([], [], marker, color=colour, markersize=size, linestyle="none", zorder=4)[
                0
            ]
            for marker, colour, size in looks
        ]
        self.moving = (self.rate, self.above, self.threshold, *self.lines, self.state, *self.marks)

    def show(self, watched, ghost=None):
        """Draw a Watched, and the states of another one as the ghost."""
        rates = 100 * watched.counts.shown / watched.counts.requests
        self.rate.set_data(MINUTES, np.minimum(rates, HIGHEST))
        above = rates > 100 * watched.threshold
        self.above.set_data(MINUTES[above], np.minimum(rates, HIGHEST)[above])
        self.threshold.set_data([-10, 30], [100 * watched.threshold] * 2)
        self.state.set_data(MINUTES, watched.states)
        for state, mark in zip((1, 2), self.marks, strict=True):
            here = watched.states == state
            mark.set_data(MINUTES[here], watched.states[here])
        for line in self.lines:
            line.set_data(MINUTES, ghost.states)


class ExperimentPicture:
    """Left: the incident as the alert sees it. Right: the alert's two prices, and users hurt."""

    def __init__(self):
        ratios = {"width_ratios": (1.2, 1), "height_ratios": (1.75, 1)}
        self.figure, axes = style.figure(2, 2, width=8.2, height=4.9, **ratios)
        with rc_context(style.LOOK):
            self.incident = Incident(axes[0, 0], axes[1, 0])
            self._prepare_prices(axes[0, 1])
            self._prepare_hurt(axes[1, 1])
        self.moving = (
            *self.incident.moving,
            *(self.at_once, self.curve, self.chosen, self.prediction),
            *self.bars,
        )

    def _prepare_prices(self, axes):
        axes.set(xscale="log", yscale="log", xlim=(LEAST_ALARMS, MOST_ALARMS), ylim=(7, 1700))
        axes.set(xlabel="one false alarm a …", ylabel="seconds to notice (mean)")
        axes.set_xticks(list(OFTEN.values()), list(OFTEN))
        axes.set_yticks([10, 60, 300, 1200], ["10", "60", "300", "1,200"])
        axes.minorticks_off()
        look = {"markersize": 3.5}
        (self.at_once,) = axes.plot(
            [], [], marker="s", label="thresholds 1–20 %, at once", **style.BASELINE, **look
        )
        (self.curve,) = axes.plot(
            [], [], marker="o", label="for your duration", **style.YOURS, **look
        )
        (self.chosen,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=13, markerfacecolor="none",
            markeredgewidth=2, label="your threshold",
        )  # fmt: skip
        (self.prediction,) = axes.plot([], [], label="your prediction", **style.PREDICTION)
        axes.legend(loc="upper right", borderaxespad=0, handlelength=1.6)

    def _prepare_hurt(self, axes):
        axes.set_xscale("log")
        axes.set(xlim=(1, MOST_HURT), ylim=(2.6, -0.6), xlabel="failed requests per bad release")
        axes.set_xticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
        axes.minorticks_off()
        axes.set_yticks(range(3), WAYS)
        axes.grid(axis="y", visible=False)
        colours, hatches = (style.GREY, style.ORANGE, style.BLUE), ("", "//", "..")
        self.bars = list(axes.barh(range(3), 1, left=1e-3, height=0.62, color=colours))
        for bar, hatch in zip(self.bars, hatches, strict=True):
            bar.set(hatch=hatch, edgecolor="white", linewidth=0)

    def show(self, *, watched, thresholds, curve, at_once, hurt, share, prediction):
        """Draw an experiment; return (finding, words).

        watched: the alert's Watched. curve: (expected false alarms a day, mean delay in s) for each
        of `thresholds`; at_once: the same for an alert that fires at once. hurt: failed requests of
        a bad release, by WAYS. share: of the canary. prediction: false alarms a day, or None.
        """
        self.incident.show(watched)
        for line, (alarms, delays) in ((self.at_once, at_once), (self.curve, curve)):
            line.set_data(np.maximum(alarms, LEAST_ALARMS), delays)
        chosen = int(np.argmin(abs(thresholds - watched.threshold)))
        alarms, delays = curve
        self.chosen.set_data([max(alarms[chosen], LEAST_ALARMS)], [delays[chosen]])
        shown = [] if prediction is None else [min(max(prediction, LEAST_ALARMS), MOST_ALARMS)]
        self.prediction.set_data(shown, [10] * len(shown))
        for bar, failed in zip(self.bars, hurt, strict=True):
            bar.set_width(max(failed, 1e-3))
        return self._words(watched, float(alarms[chosen]), hurt, share, prediction)

    def _words(self, watched, expected, hurt, share, prediction):
        unwatched, alert, canary = hurt
        missed = f" ({watched.missed} of {watched.noticed.size} never)" if watched.missed else ""
        told = "" if prediction is None else f" You predicted {prediction:,.0f} false alarms."
        return (
            f"Above {watched.threshold:.0%} for {watched.for_seconds:.0f} s: false alarms "
            f"{how_often(expected)} ({watched.false_alarms:,} on this one), a bad version noticed "
            f"after {watched.delay:,.0f} s"
        ), (
            f"Averages over {watched.noticed.size} bad releases{missed}. Failed requests of each: "
            f"{unwatched:,.0f} if a person notices after 20 minutes, {alert:,.0f} if the alert "
            f"takes it back, {canary:,.0f} with a canary of {share:.0%} that a person looks "
            f"at after 10 minutes.{told}"
        )
