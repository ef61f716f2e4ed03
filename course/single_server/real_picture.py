"""A real server on Erlang's curve: the waits that this machine measured, load by load."""

import numpy as np
from matplotlib import rc_context

from course.engine import theory
from course.engine.record import milliseconds
from course.real import clocks
from course.view import style

WAIT_TOP = 12.0  # × the service time
BUSY_TOP = 0.95


class RealPicture:
    """Left: mean wait against load, formula, simulation and machine. Right: the three clocks."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(width=7.9, height=3.5)
        left.set(title="How long a request waits", xlabel="utilization")
        left.set(ylabel="mean wait (× service time)", xlim=(0.2, 1), ylim=(0, WAIT_TOP))
        left.set_xticks([0.2, 0.4, 0.6, 0.8, 1.0], ["20 %", "40 %", "60 %", "80 %", "100 %"])
        left.set_yticks([0, 3, 6, 9, 12], ["0", "3", "6", "9", "12+"])
        (self.curve,) = left.plot([], [], **style.THEORY, label="formula")
        (self.luck,) = left.plot([], [], color=style.PALE, linewidth=5, label="luck, 20 days")
        hollow = {"markerfacecolor": "none", "markeredgewidth": 1.8, "linestyle": "none"}
        (self.simulated,) = left.plot(
            [], [], "s", color=style.GREY, markersize=10, **hollow, label="simulation"
        )
        (self.machine,) = left.plot(
            [], [], "o", color=style.BLUE, markersize=7, label="this machine"
        )
        left.legend(loc="upper left", borderaxespad=0.1, labelspacing=0.3)
        self.clocks = clocks.ClocksPanel(right)
        lines = (self.luck, self.curve, self.simulated, self.machine)
        self.moving = (*lines, *self.clocks.moving)

    def show(self, *, name, workers, service_time, loads, expected, days, points):
        """Draw what is foreseen and the Points measured so far; return (finding, words).

        expected: the simulation's Result at each of `loads`; days: a list of Results of other days
        for each. points: of course.single_server.real, may be empty.
        """
        busy = np.linspace(0.2, BUSY_TOP, 60)
        waits = [theory.mean_wait(each * workers, 1.0, workers) for each in busy]
        self.curve.set_data(busy, np.minimum(waits, WAIT_TOP))
        self.simulated.set_data(loads, [_capped(run.mean_wait / service_time) for run in expected])
        self.luck.set_data(*_bars(loads, days, service_time))
        landed = [point.utilization for point in points]
        self.machine.set_data(landed, [_capped(each.mean_wait / service_time) for each in points])
        at = len(points) - 1 if points else loads.index(0.8) if 0.8 in loads else -1
        readings = self._readings(workers, service_time, loads[at], expected[at], days[at])
        if not points:
            self.clocks.show(readings)
            return "Nothing is measured yet", (
                f"{workers} workers, {milliseconds(service_time)} of work a request. The clocks "
                f"show what is expected at {loads[at]:.0%} busy. Press a button, and your {name} "
                "serves real requests on this machine."
            )
        point = points[at]
        readings.append(clocks.measured(point.run, point.calibration))
        self.clocks.show(readings)
        times, formula = (
            point.mean_wait / service_time,
            theory.mean_wait(point.utilization * workers, 1.0, workers),
        )
        state = "" if point.over else ", so far"
        finding = (
            f"{point.utilization:.0%} busy on this machine: requests wait {times:.1f} × their "
            f"service time{state}"
        )
        counted = sum(len(each.run) for each in points)
        said = f"{counted:,} real requests, {points[-1].run.errors} of the last load failed. "
        said += f"At {point.utilization:.0%} the formula says {formula:.1f} × for an endless run, "
        said += "the simulation of these very requests "
        said += f"{point.simulated.mean_wait / service_time:.1f} ×. "
        if point.over:
            said += f"{clocks.gap(readings[1], readings[2])} "
        return finding, f"{said}{point.calibration.words()}."

    def _readings(self, workers, service_time, load, result, others):
        rate = load * workers / service_time
        halves = [theory.latency_percentile(rate, service_time, workers, at) for at in (50, 95)]
        return [clocks.exact(*halves), clocks.simulated(result, others)]


def _capped(times):
    return min(times, WAIT_TOP - 0.1)


def _bars(loads, days, service_time):
    """Return a vertical line at each load: what luck does, from 5 to 95 % of the days."""
    across, up = [], []
    for load, runs in zip(loads, days, strict=True):
        low, high = np.percentile([run.mean_wait / service_time for run in runs], [5, 95])
        across += [load, load, np.nan]
        up += [min(low, WAIT_TOP), min(high, WAIT_TOP), np.nan]
    return across, up
