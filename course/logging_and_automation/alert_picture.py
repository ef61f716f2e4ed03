"""An alert's two prices against its threshold, measured and by theory."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.picture import Incident, how_often
from course.view import style


class AlertPicture:
    """Left: the incident. Right: false alarms and delay against the threshold."""

    def __init__(self):
        ratios = {"width_ratios": (1.2, 1), "height_ratios": (1.4, 1)}
        self.figure, axes = style.figure(2, 2, width=8.2, height=4.7, **ratios)
        with rc_context(style.LOOK):
            self.incident = Incident(axes[0, 0], axes[1, 0], ghost=True)
            alarms, delays = axes[:, 1]
            alarms.set_yscale("symlog", linthresh=1)
            alarms.set(ylim=(-0.12, 5000), ylabel="false alarms a day")
            alarms.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1,000"])
            alarms.tick_params(axis="x", labelbottom=False)
            delays.set_yscale("log")
            delays.set(ylim=(7, 1700), ylabel="seconds to notice", xlabel="threshold (%)")
            delays.set_yticks([10, 60, 300, 1200], ["10", "60", "300", "1,200"])
            self.rows = [self._prepare(axes) for axes in (alarms, delays)]
            alarms.legend(loc="upper right", borderaxespad=0)
        self.moving = (*self.incident.moving, *(artist for row in self.rows for artist in row))

    def _prepare(self, axes):
        axes.set(xlim=(0, 20.5))
        axes.set_xticks([1, 5, 10, 15, 20])
        axes.minorticks_off()
        (theory,) = axes.plot([], [], label="theory", **style.THEORY)
        (built_in,) = axes.plot(
            [], [], "s", color=style.GREY, markersize=4, linestyle="none", label="built in"
        )
        (yours,) = axes.plot(
            [], [], "o", color=style.BLUE, markersize=9, linestyle="none", label="yours"
        )
        (two,) = axes.plot(
            [], [], "^", color=style.GREEN, markersize=4, linestyle="none", label="5 min and 1 min"
        )
        return theory, built_in, yours, two

    def show(self, *, watched, built_in, thresholds, measured, two_windows, theory):
        """Draw an alert; return (finding, words).

        watched: the Watched of the student's alert. built_in: that of the built-in one in the same
        world. measured, theory: (false alarms a day, delay in s) for each of `thresholds`;
        two_windows: the same of a burn-rate alert, measured.
        """
        self.incident.show(watched, built_in)
        percents = 100 * thresholds
        mine = (watched.false_alarms, watched.delay)
        for (line, dots, dot, two), exact, counted, value, of_two in zip(
            self.rows, theory, measured, mine, two_windows, strict=True
        ):
            line.set_data(percents, exact)
            two.set_data(percents, of_two)
            dots.set_data(percents, counted)
            dot.set_data([100 * watched.threshold], [value])
        chosen = int(np.argmin(abs(thresholds - watched.threshold)))
        alarms, delay = (float(each[chosen]) for each in theory)
        plural = "" if watched.false_alarms == 1 else "s"
        of_two, delay_of_two = (float(each[chosen]) for each in two_windows)
        return (
            f"Your alert: {watched.false_alarms:,} false alarm{plural} on this day, "
            f"{watched.delay:,.0f} s to notice"
        ), (
            f"The built-in one: {built_in.false_alarms:,} and {built_in.delay:,.0f} s; theory: "
            f"{how_often(alarms)} and {delay:,.0f} s. With five minutes and one, both above the "
            f"threshold: {of_two:,.0f} and {delay_of_two:,.0f} s. "
            f"{watched.missed} of {watched.noticed.size} "
            f"incidents were over before your alert fired. Each window counts "
            f"{watched.counts.requests:,} requests."
        )
