"""Real servers behind a balancer: the slowest requests of each balancer, and three clocks."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.real import clocks
from course.view import style

FASTEST, SLOWEST = 0.05, 5.0  # s, the ends of the scale


class RealPicture:
    """Left: p95 of each balancer that was measured so far, simulated and here. Right: the clocks.

    names: of all balancers, in the order of their rows.
    """

    @rc_context(style.LOOK)
    def __init__(self, names):
        self.names = names
        self.figure, (left, right) = style.figure(width=7.9, height=3.6)
        left.set(title="The slowest 5 % take at least", xlabel="p95", xscale="log")
        left.set(xlim=(FASTEST, SLOWEST), ylim=(len(names) - 0.4, -0.9))
        left.set_xticks([0.1, 0.3, 1, 3], ["100 ms", "300 ms", "1 s", "3 s"])
        left.minorticks_off()
        left.set_yticks(range(len(names)), names)
        left.grid(False, axis="y")
        hollow = {"markerfacecolor": "none", "markeredgewidth": 1.8, "linestyle": "none"}
        look = {"color": style.GREY, "markersize": 10} | hollow
        (self.simulated,) = left.plot([], [], "s", **look, label="simulation")
        look = {"color": style.BLUE, "markersize": 7, "linestyle": "none"}
        (self.machine,) = left.plot([], [], "o", **look, label="this machine")
        style.legend_below(left, left=-0.3, down=0.17)
        self.clocks = clocks.ClocksPanel(right)
        self.moving = (self.simulated, self.machine, *self.clocks.moving)

    def show(self, *, name, readings, simulations, measurements, run, note):
        """Draw what is foreseen and what was measured; return (finding, words).

        readings: of the clocks for the balancer `name`. simulations, measurements: p95 (s) by the
        balancer's name. run: a Run of course.load_balancer.real, or None before it is measured.
        note: a sentence on what is not installed.
        """
        self.clocks.show(readings)
        for marks, found in ((self.simulated, simulations), (self.machine, measurements)):
            rows = [(found[each], row) for row, each in enumerate(self.names) if each in found]
            times = [float(np.clip(time, FASTEST, SLOWEST)) for time, _ in rows]
            marks.set_data(times, [row for _, row in rows])
        known = {reading.source: reading for reading in readings}
        if run is None:
            return "Nothing is measured yet", (
                f"The clocks show what is expected of {name}. Press a button, and it gets the same "
                f"requests on this machine: four web servers and a proxy, each a process. {note}"
            ).rstrip()
        here = known[clocks.MACHINE]
        state = "" if run.share == 1 else f" ({run.share:.0%} of the requests so far)"
        finding = f"{name} on this machine{state}: {here.words()}"
        said = f"{len(run.run):,} real requests, {run.run.errors:,} failed. "
        for start, end in run.dead:
            back = f" and was back at {end:.1f} s" if end < run.run.duration else ""
            said += f"web-1 was killed at {start:.1f} s{back}. "
        if clocks.SIMULATION in known and run.share == 1:
            expected = known[clocks.SIMULATION]
            said += f"The simulation of these requests: {expected.words()}. "
            said += f"{clocks.gap(expected, here)} "
        elif clocks.SIMULATION not in known:
            said += "This program is not simulated: the clocks have only this machine's time. "
        if run.dead and name.startswith("nginx"):
            said += "nginx tries the next server when a connection fails. "
        slowest = milliseconds(run.run.percentile(95))
        said += (
            f"Of all answered requests 95 % took {slowest} or less, with what the machine adds. "
        )
        return finding, f"{said}{run.calibration.words()}. {note}".rstrip()
