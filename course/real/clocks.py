"""Three clocks: what a formula says, what the simulation says, and what this machine measured.

panel = ClocksPanel(axes)
panel.show([formula, simulated(result, others), measured(run, calibration)])
gap(simulation, machine) → a sentence
"""

from dataclasses import dataclass

import numpy as np

from course.engine.record import milliseconds
from course.view import style

FORMULA, SIMULATION, MACHINE = "formula", "simulation", "this machine"
ROWS = (FORMULA, SIMULATION, MACHINE)
LOOKS = (style.ORANGE, style.GREY, style.BLUE)
FASTEST, SLOWEST = 0.001, 10.0  # s, the ends of the scale
APART = 0.05  # of a row: p50 above its middle, p95 below, as their bands may overlap


@dataclass(frozen=True)
class Reading:
    """What one clock shows. source: one of ROWS.

    p50, p95: (value, low, high) in seconds, the latter two the ends of the band. failed: the share
    of the requests that failed, None where the clock does not know.
    """

    source: str
    p50: tuple
    p95: tuple
    failed: float | None = None

    @property
    def known(self):
        """Whether there were requests to measure."""
        return all(np.isfinite([*self.p50, *self.p95]))

    def words(self):
        """Return the reading as text."""
        if not self.known:
            return "no request was answered"
        failed = "" if self.failed is None else f", {self.failed:.1%} failed"
        return f"p50 {milliseconds(self.p50[0])}, p95 {milliseconds(self.p95[0])}{failed}"


def exact(p50, p95):
    """Return the Reading of a formula (s): it has no luck, so no band."""
    return Reading(FORMULA, (p50,) * 3, (p95,) * 3, 0.0)


def simulated(result, others):
    """Return the Reading of a simulation. others: Results of other seeds, whose range is the band.

    The band is what luck alone does: the machine meets the same traffic as `result`.
    """

    def band(percent):
        luck = [other.percentile(percent) for other in others]
        return (result.percentile(percent), *np.nanpercentile(luck, [5, 95]).tolist())

    return Reading(SIMULATION, band(50), band(95), 1 - result.availability)


def measured(run, calibration):
    """Return the Reading of a Measured: what the machine itself adds is taken off.

    calibration: a Calibration; the band is what it added to one request and to another.
    """
    adds = calibration.median, calibration.high, calibration.low

    def band(percent):
        return tuple(max(run.percentile(percent) - added, 0.0001) for added in adds)

    return Reading(MACHINE, band(50), band(95), 1 - run.availability)


def gap(simulation, machine):
    """Return in one sentence how far this machine is from the simulation."""
    if not machine.known or not simulation.known:
        return "There is nothing to compare."
    ratio = machine.p50[0] / simulation.p50[0] - 1
    size = f"{abs(ratio):.0%} {'above' if ratio > 0 else 'below'} the simulation's"
    in_band = machine.p50[1] <= simulation.p50[2] and machine.p50[2] >= simulation.p50[1]
    if abs(ratio) < 0.01:
        return "This machine's p50 is that of the simulation."
    if in_band:
        return f"This machine's p50 is {size}; the two bands overlap."
    return (
        f"This machine's p50 is {size}, more than luck and the machine's own share explain: "
        "was it busy with something else?"
    )


class ClocksPanel:
    """Draws readings into `axes`, a row for each clock, on a scale of milliseconds.

    moving: the artists that change.
    """

    def __init__(self, axes):
        axes.set(xscale="log", xlim=(FASTEST, SLOWEST), ylim=(2.7, -0.6))
        axes.set(title="Three clocks", xlabel="latency")
        axes.set_xticks([0.001, 0.01, 0.1, 1, 10], ["1 ms", "10 ms", "100 ms", "1 s", "10 s"])
        axes.minorticks_off()
        axes.set_yticks(range(3), ROWS)
        axes.grid(False, axis="y")
        self.bands, self.halves, self.tails, self.texts = [], [], [], []
        for row, colour in enumerate(LOOKS):
            look = {"linewidth": 5, "alpha": 0.35, "capstyle": "butt"}
            self.bands.append(axes.hlines([], [], [], color=colour, **look))
            point = {"color": colour, "linestyle": "none", "markersize": 7}
            self.halves += axes.plot([], [], marker="o", **point)
            self.tails += axes.plot([], [], marker="D", **point)
            self.texts.append(axes.text(FASTEST * 1.15, row + 0.34, "", fontsize=9, va="center"))
        key = {"color": style.INK, "linestyle": "none", "markersize": 7}
        handles = [axes.plot([], [], marker=marker, **key)[0] for marker in "oD"]
        axes.legend(handles, ["p50", "p95"], loc="upper left", ncols=2, borderaxespad=0)
        self.moving = (*self.bands, *self.halves, *self.tails, *self.texts)

    def show(self, readings):
        """Draw Readings; a clock without one, or that has answered nothing yet, stays empty."""
        by_source = {reading.source: reading for reading in readings if reading.known}
        for row, source in enumerate(ROWS):
            reading = by_source.get(source)
            drawn = reading and [
                [float(np.clip(each, FASTEST, SLOWEST)) for each in band]
                for band in (reading.p50, reading.p95)
            ]
            lines = []
            for marks, place, up in ((self.halves, 0, row - APART), (self.tails, 1, row + APART)):
                marks[row].set_data([drawn[place][0]] if drawn else [], [up] if drawn else [])
                if drawn and drawn[place][1] < drawn[place][2]:
                    lines.append([(at, up) for at in drawn[place][1:]])
            self.bands[row].set_segments(lines)
            self.texts[row].set_text(reading.words().replace("%", " %") if reading else "–")
