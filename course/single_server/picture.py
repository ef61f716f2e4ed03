"""Pictures of one server: waiting against load, the queue, requests one by one, and two formulas.

Gray is the built-in server, blue what the student wrote, orange theory, purple a prediction.
"""

from functools import cache

import numpy as np
from matplotlib import rc_context

from course.engine import theory
from course.engine.record import milliseconds
from course.view import style

WAIT_TOP, BUSY_END = 30.0, 1.3
QUEUE_TOP = 350  # requests
PREDICTED = 0.95  # the utilization that the prediction is for
SHARES = np.linspace(0, 1, 401)  # the moments of a run at which the number in system is drawn
ROWS, SECONDS = 15, 3.0  # of the requests that are drawn one by one
OVERLOAD = {"facecolor": style.GRID, "hatch": "//", "edgecolor": style.PALE, "linewidth": 0}


class ServerPicture:
    """Left: mean wait against load. Right: the queue, or with a `yours` its first requests.

    Theory is drawn up to where the slider stands: what is to be predicted is not shown before.
    """

    @rc_context(style.LOOK)
    def __init__(self, yours="", predicts=False):
        self.yours = yours
        self.figure, (left, right) = style.figure(width=7.7, height=3.3)
        left.set(
            title="How long a request waits",
            xlabel="utilization",
            ylabel="mean wait (× service time)",
            xlim=(0, BUSY_END),
            ylim=(0, WAIT_TOP),
        )
        left.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2], [f"{n * 20} %" for n in range(7)])
        left.set_yticks([0, 5, 10, 15, 20, 25, 30], ["0", "5", "10", "15", "20", "25", "30+"])
        left.axvspan(1, BUSY_END, **OVERLOAD)
        left.text(1.15, 15, "overload", rotation=90, ha="center", va="center", fontsize=9)
        (self.one,) = left.plot([], [], **style.BASELINE)
        (self.curve,) = left.plot([], [], **style.THEORY, label="theory")
        (self.days,) = left.plot([], [], "o", **_hollow(style.GREY, 6))
        (self.point,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="simulated")
        self.mine = self.mark = None
        if yours:
            (self.mine,) = left.plot([], [], "s", **_hollow(style.BLUE, 12), label=f"your {yours}")
        if predicts:
            (self.mark,) = left.plot([], [], **style.PREDICTION, label="your prediction")
        left.legend(loc="upper left", borderaxespad=0.2, labelspacing=0.6)
        self.notes = [left.text(0, 0, "", fontsize=9, ha=ha) for ha in ("center", "right")]
        self.right = _Requests(right, yours) if yours else _Queue(right)
        marks = [mark for mark in (self.mine, self.mark) if mark]
        drawn = (self.one, self.curve, self.days, self.point, *marks, *self.notes)
        self.moving = (*drawn, *self.right.moving)

    def show(self, *, utilization, service_time, baseline, yours, prediction, days):
        """Draw the `baseline` and `yours` (or None), Results of one traffic; return (title, words).

        utilization: what is asked of the workers, a share of their time; service_time in seconds;
        prediction: × the service time, or None. days: the mean waits of other days, as × too.
        """
        workers = baseline.workers
        self.curve.set_data(*_curve(workers, utilization))
        busy, waits = _curve(1, utilization)
        self.one.set_data(busy, waits if workers > 1 else [np.nan] * len(waits))
        times = seen = baseline.mean_wait / service_time
        _place(self.point, utilization, times)
        self.days.set_data(_within([utilization] * len(days), BUSY_END), _within(days, WAIT_TOP))
        over, one = self.notes
        over.set_text(f"{times:,.0f} ×" if times > WAIT_TOP else "")
        over.set_position((min(utilization, 1.2), WAIT_TOP - 2.6))
        one.set_text("1 worker" if workers > 1 else "")
        one.set_position((min(utilization, 0.94), min(waits[-1] + 0.8, WAIT_TOP - 2)))
        self.right.show(baseline, yours)
        if yours:
            seen = yours.mean_wait / service_time
            _place(self.mine, utilization, seen)
        who = f"With your {self.yours} requests wait" if yours else "Requests wait"
        wait = (
            f"{who} {milliseconds(seen * service_time)} on average, {seen:.1f} × the service time"
        )
        title, words = _against_theory(utilization, workers, seen, wait)
        if yours:
            same = np.isclose(yours.finished_at, baseline.finished_at, rtol=0, atol=1e-6).sum()
            words += (
                f" {same:,} of {len(yours):,} requests end when they do in the built-in server."
            )
        if len(days):
            places = 1 if max(days) < 2 else 0
            words += f" On 20 days: {min(days):.{places}f} to {max(days):.{places}f} ×."
        if self.mark:
            _place(self.mark, PREDICTED, prediction)
            words += f" You predicted {prediction:g} × at 95 %"
            at_last = workers == 1 and abs(utilization - PREDICTED) < 0.001
            words += "; theory says 19 ×." if at_last else " with 1 worker."
        return title, words


class _Queue:
    """The number of requests in the server, from the first to come to the last."""

    def __init__(self, axes):
        axes.set(title="Requests in the server", ylabel="requests waiting or served")
        axes.set(xlim=(0, 1), ylim=(0, QUEUE_TOP))
        axes.set_xticks([0, 1], ["first request", "last request"])
        for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
            label.set_ha(side)
        ticks = range(0, QUEUE_TOP, 50)
        axes.set_yticks([*ticks, QUEUE_TOP], [*map(str, ticks), f"{QUEUE_TOP}+"])
        (self.line,) = axes.plot([], [], color=style.GREY, linewidth=1.4)
        self.note = axes.text(0.98, QUEUE_TOP * 0.9, "", ha="right", fontsize=9)
        self.moving = (self.line, self.note)

    def show(self, baseline, _):
        number = baseline.number_in_system(SHARES * baseline.arrived_at[-1])
        self.line.set_data(SHARES, _within(number, QUEUE_TOP))
        over = number[-1] > QUEUE_TOP
        self.note.set_text(f"{number[-1]:,} at the last request" if over else "")


class _Requests:
    """The first requests of a run, one a row: when each waits, and when it is served."""

    def __init__(self, axes, yours):
        axes.set(title=f"The first {ROWS} requests, one a row", xlabel="time (s)")
        axes.set(xlim=(0, SECONDS), ylim=(ROWS + 3.2, -0.8), yticks=[])
        thin, thick = {"linewidth": 2, "color": style.BLUE}, {"linewidth": 6, "color": style.BLUE}
        behind = {"linewidth": 10, "color": style.PALE}
        flat = {"capstyle": "butt"}
        self.built_in = axes.hlines([], [], [], **behind, **flat, label="served, built-in server")
        self.waits = axes.hlines([], [], [], **thin, label="waits")
        self.served = axes.hlines([], [], [], **thick, **flat, label=f"served, your {yours}")
        handles = [self.waits, self.served, self.built_in]
        axes.legend(handles=handles, loc="lower left", ncols=2, borderaxespad=0, columnspacing=1)
        self.moving = (self.built_in, self.waits, self.served)

    def show(self, baseline, yours):
        begins, ends = yours.started_at, yours.finished_at
        self.built_in.set_segments(_rows(baseline.started_at, baseline.finished_at))
        self.waits.set_segments(_rows(yours.arrived_at, begins))
        self.served.set_segments(_rows(begins, ends))


def _rows(begins, ends):
    """Return a line from begin to end (s) for each of the first requests, one a row."""
    times = np.minimum(np.column_stack([begins[:ROWS], ends[:ROWS]]), SECONDS)
    return [[(a, row), (b, row)] for row, (a, b) in enumerate(times.tolist()) if a < b]


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
    """Left: the student's utilization against arrival rate. Right: Little's law as two bars."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(width=7.7, height=3.2)
        left.set(
            title="How busy the workers are",
            xlabel="arrival rate (requests/s)",
            ylabel="utilization",
            xlim=(0, 20.4),
            ylim=(0, 2),
        )
        left.set_yticks([0, 0.5, 1, 1.5, 2], ["0 %", "50 %", "100 %", "150 %", "200 %+"])
        left.axhspan(1, 2, **OVERLOAD)
        left.text(20, 1.05, "overload", ha="right", fontsize=9)
        (self.line,) = left.plot([], [], **style.YOURS, label="your utilization")
        (self.dot,) = left.plot([], [], "o", color=style.GREY, markersize=8, label="measured")
        left.legend(loc="upper left", borderaxespad=0.1)
        right.set(title="Requests in the server, on average", xlim=(0, 80), ylim=(1.6, -0.6))
        right.set_xticks([0, 20, 40, 60], ["0", "20", "40", "60+"])
        right.set_yticks([0, 1], ["counted", "your λ W"])
        right.grid(False, axis="y")
        self.bars = list(right.barh([0, 1], 0, height=0.5, color=[style.GREY, style.BLUE]))
        self.numbers = [right.text(0, row, "", va="center") for row in (0, 1)]
        self.moving = (self.line, self.dot, *self.bars, *self.numbers)

    def show(self, *, rates, busy, arrival_rate, your_busy, your_number, result):
        """Draw the student's formulas and the Result; return (title, words).

        `busy` is their utilization at each of `rates`, `your_busy` at `arrival_rate` (requests/s);
        `your_number` the requests in the system that they find.
        """
        number = counted(result)
        self.line.set_data(rates, np.clip(busy, 0, 2))
        self.dot.set_data([arrival_rate], [result.utilization])
        for bar, text, value in zip(self.bars, self.numbers, (number, your_number), strict=True):
            bar.set_width(np.clip(value, 0, 60))
            text.set(text=f"{value:,.2f}", x=np.clip(value, 0, 60) + 1)
        finding = f"Your λ W = {your_number:,.2f} is not the {number:,.2f} counted"
        if abs(your_number - number) < 1e-6 * max(1, number):
            finding = f"Little's law is exact: λ W = {your_number:,.2f}, and as many were counted"
        return finding, (
            f"Your utilization says {your_busy:.1%}, measured: {result.utilization:.1%}"
            f"{' (a worker cannot work more than all the time)' if your_busy > 1 else ''}. "
            f"λ = {result.throughput:.2f} requests/s over the whole run, which ends with the last "
            f"answer; W = {milliseconds(result.mean_latency)}, the mean time that a request stays."
        )


def counted(result):
    """Return how many requests were in the server, on average over the whole run."""
    return float((result.finished_at - result.arrived_at).sum() / result.duration)


def _hollow(colour, size):
    return {
        "markersize": size,
        "markerfacecolor": "none",
        "markeredgecolor": colour,
        "markeredgewidth": 1.8 if size > 8 else 1,
    }


@cache
def _curve(workers, up_to):
    """Return utilization and mean wait (× service time) of M/M/c below saturation, to `up_to`."""
    busy = np.concatenate([np.linspace(0, 0.9, 46), np.linspace(0.905, 0.995, 37)])
    busy = np.append(busy[busy < up_to], min(up_to, 0.995))
    return busy, [theory.mean_wait(load * workers, 1.0, workers) for load in busy]


def _within(values, top):
    return np.minimum(values, top)


def _place(mark, busy, times):
    """Set a mark at its place, or, when that is off the chart, at the edge of it."""
    mark.set_data([min(busy, BUSY_END - 0.05)], [min(times, WAIT_TOP - 0.7)])
