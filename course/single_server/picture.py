"""Pictures of one server: waiting against utilization, and Little's law."""

from functools import cache

import numpy as np
from matplotlib import rc_context

from course.engine import theory
from course.engine.record import milliseconds
from course.view import style

WAIT_TOP, BUSY_END, NUMBER_TOP = 25.0, 1.3, 60
SHARES = np.linspace(0, 1, 401)  # the moments of a run at which the number in system is drawn


class ServerPicture:
    """Left: mean wait against utilization. Right: the number in the system over the run."""

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
        left.axvspan(1, BUSY_END, facecolor="#F6F0EA", hatch="//", edgecolor="#E5D9CC", linewidth=0)
        left.text(1.15, 12.5, "overload", rotation=90, ha="center", va="center", fontsize=9)
        left.plot(*_curve(1), color=style.GREY, linewidth=1, label="theory, 1 worker")
        (self.curve,) = left.plot([], [], **style.THEORY, label="theory, your workers")
        (self.point,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="simulated")
        self.mine = self.mark = None
        if yours:
            (self.mine,) = left.plot([], [], "s", **_OPEN, label=f"{yours}, simulated")
        if predicts:
            (self.mark,) = left.plot([], [], **style.PREDICTION, label="your prediction")
        left.legend(loc="upper left", borderaxespad=0.1, labelspacing=0.3)
        self.note = left.text(0, 0, "", fontsize=9, ha="center")
        right.set(
            title="Requests in the system, waiting or in service",
            xlabel="time (% of the run)",
            ylabel="requests",
            xlim=(0, 100),
            ylim=(0, NUMBER_TOP + 16),  # room for the legend
        )
        right.set_yticks([0, 20, 40, NUMBER_TOP], ["0", "20", "40", "60+"])
        look = style.BASELINE if yours else {"color": style.GREY, "linewidth": 1.1}
        (self.ghost,) = right.plot([], [], **look, label="simulated")
        lines = [self.ghost]
        if yours:
            (self.line,) = right.plot([], [], **style.YOURS, label=yours)
            right.legend(loc="upper left", ncols=2, borderaxespad=0.1)
            lines.append(self.line)
        marks = [mark for mark in (self.mine, self.mark) if mark]
        self.moving = (self.curve, self.point, *marks, self.note, *lines)

    def show(self, run):
        """Show what `explore` ran; return its title and it in words."""
        self.curve.set_data(*_curve(run.workers))
        times = run.baseline.mean_wait / run.service_time
        _place(self.point, run.utilization, times)
        self.ghost.set_data(SHARES * 100, _numbers(run.baseline))
        if run.yours:
            mine = run.yours.mean_wait / run.service_time
            _place(self.mine, run.utilization, mine)
            self.line.set_data(SHARES * 100, _numbers(run.yours))
        if self.mark:
            _place(self.mark, 0.95, run.prediction)
        self.note.set_text("")
        if times > WAIT_TOP:
            self.note.set_text(f"{times:,.0f} ×")
            self.note.set_position((min(run.utilization, 1.2), WAIT_TOP - 2.6))
        return self._words(run, times)

    def _words(self, run, times):
        who, seen = "Requests wait", times
        if run.yours:
            who, seen = f"With your {self.yours} requests wait", run.yours.mean_wait
            seen /= run.service_time
        theory_says = theory.mean_wait(run.utilization * run.workers, 1.0, run.workers)
        workers, whose, their = f"{run.workers} workers", "the workers'", "their"
        if run.workers == 1:
            workers, whose, their = "1 worker", "the worker's", "its"
        if run.utilization >= 1:
            title = f"Overload: {run.utilization:.0%} of {whose} time is asked for"
            title += "; the queue grows as long as it lasts"
            formula = "in overload it grows for as long as the run lasts"
        else:
            title = f"{run.utilization:.0%} busy: a request waits {seen:.1f} × its service time"
            formula = f"theory says {theory_says:.1f} × for an endless run"
        words = (
            f"{workers}, {run.utilization:.0%} of {their} time asked for. {who} "
            f"{milliseconds(seen * run.service_time)} on average, {seen:.1f} × the service time; "
            f"{formula}."
        )
        if run.yours:
            same = abs(seen - times) < 1e-6 * max(1.0, times)
            baseline = "exactly the same" if same else f"{times:.1f} ×: yours differs"
            words += f" The built-in server on the same requests: {baseline}."
        if self.mark:
            words += f" You predicted {run.prediction:g} × at 95 %; theory says 19 ×."
        return title, words


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
        left.set_yticks([0, 0.5, 1, 1.5, 2], ["0 %", "50 %", "100 %", "150 %", "200 %"])
        left.axhspan(1, 2, facecolor="#F6F0EA", hatch="//", edgecolor="#E5D9CC", linewidth=0)
        left.text(0.3, 1.05, "overload", fontsize=9)
        (self.line,) = left.plot([], [], **style.YOURS, label="your utilization")
        (self.dot,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="measured")
        left.legend(loc="upper left", borderaxespad=0.1)
        right.set(
            title="Requests in the system, waiting or in service",
            xlabel="time (% of the run)",
            ylabel="requests",
            xlim=(0, 100),
            ylim=(0, NUMBER_TOP + 16),  # room for the legend
        )
        right.set_yticks([0, 20, 40, NUMBER_TOP], ["0", "20", "40", "60+"])
        (self.number,) = right.plot([], [], color=style.GREY, linewidth=0.8, label="measured")
        (self.average,) = right.plot([], [], **style.BASELINE, label="average")
        (self.law,) = right.plot(
            [], [], color=style.BLUE, linestyle=":", linewidth=2.6, label="your L = λ W"
        )
        right.legend(loc="upper left", ncols=2, borderaxespad=0.1, columnspacing=1.0)
        lines = (self.line, self.dot, self.number, self.average, self.law)
        self.moving = lines

    def show(self, run):
        """Show what `explore_formulas` ran; return its title and it in words."""
        self.line.set_data(run.rates, run.busy)
        self.dot.set_data([run.arrival_rate], [run.measured_busy])
        self.number.set_data(SHARES * 100, _numbers(run.result))
        self.average.set_data([0, 100], [_inside(run.measured_number)] * 2)
        self.law.set_data([0, 100], [_inside(run.your_number)] * 2)
        meets = abs(run.your_number - run.measured_number) < 1e-6 * max(1, run.measured_number)
        yours, counted = f"λ W = {run.your_number:,.2f}", f"{run.measured_number:,.2f}"
        finding = f"Little's law is exact: {yours}, counted {counted}"
        if not meets:
            finding = f"Your {yours} is not the {counted} counted"
        words = (
            f"Your utilization says {run.your_busy:.1%}, measured: {run.measured_busy:.1%}"
            f"{' (nobody works more than all the time)' if run.your_busy > 1 else ''}. "
            f"On average {run.measured_number:,.2f} requests were in the system; your formula says "
            f"{run.your_number:,.2f} from {run.result.throughput:.2f} requests/s × "
            f"{milliseconds(run.result.mean_latency)}."
        )
        return finding, words


_OPEN = {
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 1.8,
}


@cache
def _curve(workers):
    """Return utilization and mean wait (× service time) of M/M/c below saturation."""
    busy = np.concatenate([np.linspace(0, 0.9, 46), np.linspace(0.905, 0.995, 37)])
    return busy, [theory.mean_wait(load * workers, 1.0, workers) for load in busy]


def _numbers(result):
    return _inside(result.number_in_system(SHARES * result.duration))


def _place(mark, busy, times):
    """Set a mark at its place, or, when that is off the chart, at the edge of it."""
    mark.set_data([min(busy, BUSY_END - 0.05)], [min(times, WAIT_TOP - 0.7)])


def _inside(number):
    return np.minimum(number, NUMBER_TOP)
