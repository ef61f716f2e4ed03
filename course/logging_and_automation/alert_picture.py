"""An alert's two prices against its threshold, measured and by theory."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.picture import (
    DELAYS,
    LEAST_ALARMS,
    MOST_ALARMS,
    OFTEN,
    Incident,
    beyond,
    how_often,
)
from course.view import style


class AlertPicture:
    """Left: the incident. Right: false alarms and delay against the threshold."""

    def __init__(self):
        ratios = {"width_ratios": (1, 1), "height_ratios": (1.3, 1)}
        self.figure, axes = style.figure(2, 2, width=7.7, height=4.2, **ratios)
        with rc_context(style.LOOK):
            self.incident = Incident(axes[0, 0], axes[1, 0], ["yours", "built in"])
            alarms, delays = axes[:, 1]
            alarms.set(yscale="log", ylim=(LEAST_ALARMS / 1.5, MOST_ALARMS))
            alarms.set_title("How often for nothing? Once a …")
            alarms.set_yticks(list(OFTEN.values()), list(OFTEN))
            alarms.tick_params(axis="x", labelbottom=False)
            delays.set(yscale="log", ylim=(7, 1700), xlabel="threshold (%)")
            delays.set_title("How long until it notices?")
            delays.set_yticks(list(DELAYS.values()), list(DELAYS))
            self.rows = [self._prepare(axes) for axes in (alarms, delays)]
            alarms.legend(loc="upper right", borderaxespad=0)
        self.moving = (*self.incident.moving, *(artist for row in self.rows for artist in row))

    def _prepare(self, axes):
        axes.set(xlim=(0, 20.5))
        axes.set_xticks([1, 5, 10, 15, 20])
        axes.minorticks_off()
        (theory,) = axes.plot([], [], label="theory", **style.THEORY)
        none = {"linestyle": "none"}
        (two,) = axes.plot([], [], marker="^", color=style.GREEN, markersize=5, **none)
        (yours,) = axes.plot(
            [], [], marker="o", color=style.BLUE, markersize=9, label="yours", **none
        )
        return theory, yours, two

    def show(self, *, watched, built_in, thresholds, two_windows, theory, pair):
        """Draw an alert; return (finding, words).

        watched: the Watched of the student's alert. built_in: that of the built-in one in the same
        world. theory: (false alarms a day, delay in s) for each of `thresholds`; two_windows: the
        same of a burn-rate alert, measured, and drawn if `pair`.
        """
        self.incident.show(watched, built_in)
        percents = 100 * thresholds
        mine = (watched.false_alarms, watched.delay)
        for (line, dot, two), exact, value, of_two in zip(
            self.rows, theory, mine, two_windows, strict=True
        ):
            line.set_data(percents, np.maximum(exact, LEAST_ALARMS))
            two.set_data((percents, np.maximum(of_two, LEAST_ALARMS)) if pair else ([], []))
            dot.set_data([100 * watched.threshold], [max(value, LEAST_ALARMS)])
        chosen = at(thresholds, watched)
        alarms, delay = (float(each[chosen]) for each in theory)
        plural = "" if watched.false_alarms == 1 else "s"
        pairs = ""
        if pair:
            of_two, delay_of_two = (float(each[chosen]) for each in two_windows)
            pairs = (
                " With five minutes and one, both above the "
                f"threshold: {of_two:,.0f} and {delay_of_two:,.0f} s."
            )
        return (
            f"Your alert: {watched.false_alarms:,} false alarm{plural} on this day, "
            f"{watched.delay:,.0f} s to notice"
        ), (
            f"The built-in one: {built_in.false_alarms:,} and {built_in.delay:,.0f} s; theory: "
            f"{how_often(alarms)} and {delay:,.0f} s.{pairs} "
            f"{watched.missed} of {watched.noticed.size} "
            f"incidents were over before your alert fired. Each window counts "
            f"{watched.counts.requests:,} requests.{beyond(watched)}"
        )


def at(thresholds, watched):
    """Return which of `thresholds` is the alert's."""
    return int(np.argmin(abs(thresholds - watched.threshold)))
