"""Pictures of one server: waiting against utilization, and Little's law."""

from functools import cache

import numpy as np
from matplotlib import rc_context

from course.engine import theory
from course.engine.record import milliseconds
from course.view import style

WAIT_TOP, BUSY_END = 25.0, 1.3
STEADY, NUMBER_TOP = 60, 30_000  # requests: up to STEADY the axis is linear
PREDICTED = 0.95  # the utilization that the prediction is for
SHARES = np.linspace(0, 1, 401)  # the moments of a run at which the number in system is drawn
OVERLOAD = {"facecolor": "#F6F0EA", "hatch": "//", "edgecolor": "#E5D9CC", "linewidth": 0}


class ServerPicture:
    """Left: mean wait against utilization. Right: the number in the system while requests come.

    Theory is drawn up to where the slider stands: what is to be predicted is not shown before.
    """

    @rc_context(style.LOOK)
    def __init__(self, yours="", predicts=False):
        self.yours = yours
        self.figure, (left, right) = style.figure()
        left.set(
            title="Waiting against load",
            xlabel="utilization asked of the workers",
            ylabel="mean wait (× service time)",
            xlim=(0, BUSY_END),
            ylim=(0, WAIT_TOP),
        )
        left.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2], [f"{n * 20} %" for n in range(7)])
        left.axvspan(1, BUSY_END, **OVERLOAD)
        left.text(1.15, 12.5, "overload", rotation=90, ha="center", va="center", fontsize=9)
        (self.one,) = left.plot([], [], color=style.GREY, linewidth=1, label="theory, 1 worker")
        (self.curve,) = left.plot([], [], **style.THEORY, label="theory, your workers")
        (self.point,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="simulated")
        self.mine = self.mark = None
        if yours:
            (self.mine,) = left.plot([], [], "s", **_OPEN, label=f"{yours}, simulated")
        if predicts:
            (self.mark,) = left.plot([], [], **style.PREDICTION, label="your prediction")
        left.legend(loc="upper left", borderaxespad=0.1, labelspacing=0.3)
        self.note = left.text(0, 0, "", fontsize=9, ha="center")
        _prepare_numbers(right, "time (% of the time in which requests come)")
        look = style.BASELINE if yours else {"color": style.GREY, "linewidth": 1.1}
        (self.ghost,) = right.plot([], [], **look, label="simulated")
        lines = [self.ghost]
        if yours:
            (self.line,) = right.plot([], [], **style.YOURS, label=yours)
            right.legend(loc="upper left", ncols=2, borderaxespad=0.1)
            lines.append(self.line)
        marks = [mark for mark in (self.mine, self.mark) if mark]
        self.moving = (self.one, self.curve, self.point, *marks, self.note, *lines)

    def show(self, *, utilization, service_time, baseline, yours, prediction):
        """Draw the `baseline` and `yours` (or None), Results of one traffic; return (title, words).

        utilization: what is asked of the workers, a share of their time; service_time in seconds;
        prediction: × the service time, or None.
        """
        self.one.set_data(*_curve(1, utilization))
        self.curve.set_data(*_curve(baseline.workers, utilization))
        times = seen = baseline.mean_wait / service_time
        _place(self.point, utilization, times)
        self.ghost.set_data(SHARES * 100, _while_they_come(baseline))
        if yours:
            seen = yours.mean_wait / service_time
            _place(self.mine, utilization, seen)
            self.line.set_data(SHARES * 100, _while_they_come(yours))
        self.note.set_text("")
        if times > WAIT_TOP:
            self.note.set_text(f"{times:,.0f} ×")
            self.note.set_position((min(utilization, 1.2), WAIT_TOP - 2.6))
        who = f"With your {self.yours} requests wait" if yours else "Requests wait"
        wait = (
            f"{who} {milliseconds(seen * service_time)} on average, {seen:.1f} × the service time"
        )
        title, words = _against_theory(utilization, baseline.workers, seen, wait)
        if yours:
            same = abs(seen - times) < 1e-6 * max(1.0, times)
            built_in = "exactly the same" if same else f"{times:.1f} ×: yours differs"
            words += f" The built-in server on the same requests: {built_in}."
        if self.mark:
            _place(self.mark, PREDICTED, prediction)
            words += f" You predicted {prediction:g} × at 95 %"
            at_last = baseline.workers == 1 and abs(utilization - PREDICTED) < 0.001
            words += "; theory says 19 ×." if at_last else " with 1 worker."
        return title, words


def _against_theory(utilization, workers, seen, wait):
    """Return (title, words) of a wait of `seen` × the service time, `wait` in words."""
    number, whose, their = f"{workers} workers", "the workers'", "their"
    if workers == 1:
        number, whose, their = "1 worker", "the worker's", "its"
    if utilization >= 1:
        title = f"Overload: {utilization:.0%} of {whose} time is asked for"
        title += "; the queue grows as long as requests come"
        formula = "in overload it grows for as long as the run lasts"
    else:
        title = f"{utilization:.0%} busy: a request waits {seen:.1f} × its service time"
        times = theory.mean_wait(utilization * workers, 1.0, workers)
        formula = f"theory says {times:.1f} × for an endless run"
    return title, f"{number}, {utilization:.0%} of {their} time asked for. {wait}; {formula}."


class FormulaPicture:
    """Left: the student's utilization against the arrival rate. Right: the student's L = λW."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure()
        left.set(
            title="How busy the workers are",
            xlabel="arrival rate (requests/s)",
            ylabel="utilization",
            xlim=(0, 20),
            ylim=(0, 2),
        )
        left.set_yticks([0, 0.5, 1, 1.5, 2], ["0 %", "50 %", "100 %", "150 %", "200 %+"])
        left.axhspan(1, 2, **OVERLOAD)
        left.text(0.3, 1.05, "overload", fontsize=9)
        (self.line,) = left.plot([], [], **style.YOURS, label="your utilization")
        (self.dot,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="measured")
        left.legend(loc="upper left", borderaxespad=0.1)
        _prepare_numbers(right, "time (% of the run, to the last answer)")
        (self.number,) = right.plot([], [], color=style.GREY, linewidth=0.8, label="measured")
        (self.average,) = right.plot([], [], **style.BASELINE, label="average")
        (self.law,) = right.plot(
            [], [], color=style.BLUE, linestyle=":", linewidth=2.6, label="your L = λ W"
        )
        right.legend(loc="upper left", ncols=2, borderaxespad=0.1, columnspacing=1.0)
        self.moving = (self.line, self.dot, self.number, self.average, self.law)

    def show(self, *, rates, busy, arrival_rate, your_busy, your_number, result):
        """Draw the student's formulas and the Result; return (title, words).

        `busy` is their utilization at each of `rates`, `your_busy` at `arrival_rate` (requests/s);
        `your_number` the requests in the system that they find.
        """
        number = float((result.finished_at - result.arrived_at).sum() / result.duration)
        self.line.set_data(rates, np.clip(busy, 0, 2))
        self.dot.set_data([arrival_rate], [result.utilization])
        self.number.set_data(SHARES * 100, result.number_in_system(SHARES * result.duration))
        self.average.set_data([0, 100], [number] * 2)
        self.law.set_data([0, 100], [np.clip(your_number, 0, NUMBER_TOP)] * 2)
        yours, counted = f"λ W = {your_number:,.2f}", f"{number:,.2f}"
        finding = f"Your {yours} is not the {counted} counted"
        if abs(your_number - number) < 1e-6 * max(1, number):
            finding = f"Little's law is exact: {yours}, counted {counted}"
        return finding, (
            f"Your utilization says {your_busy:.1%}, measured: {result.utilization:.1%}"
            f"{' (nobody works more than all the time)' if your_busy > 1 else ''}. "
            f"On average {counted} requests were in the system; your formula says "
            f"{your_number:,.2f} from λ = {result.throughput:.2f} requests/s (over the whole run, "
            f"which ends with the last answer) × W = {milliseconds(result.mean_latency)}."
        )


_OPEN = {
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 1.8,
}


def _prepare_numbers(axes, xlabel):
    axes.set(
        title="Requests waiting or in service",
        xlabel=xlabel,
        ylabel="requests",
        xlim=(0, 100),
    )
    axes.set_yscale("symlog", linthresh=STEADY, linscale=1.6)
    axes.set_ylim(0, NUMBER_TOP)
    axes.set_yticks([0, 20, 40, 60, 600, 6000], ["0", "20", "40", "60", "600", "6,000"])
    axes.minorticks_off()


@cache
def _curve(workers, up_to):
    """Return utilization and mean wait (× service time) of M/M/c below saturation, to `up_to`."""
    busy = np.concatenate([np.linspace(0, 0.9, 46), np.linspace(0.905, 0.995, 37)])
    busy = np.append(busy[busy < up_to], min(up_to, 0.995))
    return busy, [theory.mean_wait(load * workers, 1.0, workers) for load in busy]


def _while_they_come(result):
    return result.number_in_system(SHARES * result.arrived_at[-1])


def _place(mark, busy, times):
    """Set a mark at its place, or, when that is off the chart, at the edge of it."""
    mark.set_data([min(busy, BUSY_END - 0.05)], [min(times, WAIT_TOP - 0.7)])
