"""Formula, simulation and measurement side by side: stale reads, and how long real SQL took."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.picture import QUARTERS
from course.engine.record import milliseconds
from course.view import style

LAGS = np.linspace(0, 0.3, 31)  # s
SHARES = np.linspace(0, 1, 101)
FASTEST, SLOWEST = 0.02, 50.0  # ms


class RealPicture:
    """Left: share of stale reads against lag. Right: how many statements took at most x."""

    def __init__(self):
        self.figure, (stale, times) = style.figure(1, 2, width=8.2, height=4.2)
        with rc_context(style.LOOK):
            self._prepare_stale(stale)
            self._prepare_times(times)
        self.moving = (self.theory, self.simulated, self.measured, self.writes, self.reads)

    def _prepare_stale(self, axes):
        axes.set(xlim=(-8, 308), ylim=(-0.02, 1))
        axes.set(xlabel="replication lag, mean (ms)", ylabel="share of reads that are stale")
        axes.set_yticks(**QUARTERS)
        (self.theory,) = axes.plot([], [], label="in theory", **style.THEORY)
        look = {"marker": "s", "markersize": 11, "linestyle": "none", "color": style.GREY}
        (self.simulated,) = axes.plot([], [], label="simulated", fillstyle="none", **look)
        look = {"marker": "o", "markersize": 7, "linestyle": "none", "color": style.BLUE}
        (self.measured,) = axes.plot([], [], label="measured", **look)
        axes.legend(loc="upper left")

    def _prepare_times(self, axes):
        axes.set(xscale="log", xlim=(FASTEST, SLOWEST), ylim=(0, 1.02))
        axes.set(xlabel="measured latency x (ms)", ylabel="share that took at most x")
        axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
        axes.minorticks_off()
        axes.set_yticks(**QUARTERS)
        (self.reads,) = axes.plot([], [], label="reads", **style.YOURS)
        look = {"color": style.VERMILION, "linewidth": 1.8, "linestyle": (0, (4, 2))}
        (self.writes,) = axes.plot([], [], label="writes", **look)
        axes.legend(loc="lower right")

    def show(self, *, measured, simulated, stale, lag):
        """Draw a measured run and the simulated one of the same traffic; return (finding, words).

        stale: the share of stale reads in theory, for each of LAGS.
        """
        self.theory.set_data(LAGS * 1000, stale)
        self.simulated.set_data([lag * 1000], [simulated.stale_share])
        self.measured.set_data([lag * 1000], [measured.stale_share])
        for line, write in ((self.reads, False), (self.writes, True)):
            taken = [measured.percentile(100 * share, write) * 1000 for share in SHARES]
            line.set_data(np.clip(taken, FASTEST, SLOWEST), SHARES)
        theory = np.interp(lag, LAGS, stale)
        finding = f"{measured.stale_share:.1%} of the reads were stale on real {measured.kind}"
        said = [
            f"{kind}: half within {milliseconds(measured.percentile(50, write))}, "
            f"99 % within {milliseconds(measured.percentile(99, write))}"
            for kind, write in (("Reads", False), ("Writes", True))
        ]
        alike = "every replica ended as the primary did"
        if measured.diverged:
            alike = f"{measured.diverged:,} values ended different from the primary's"
        slowest = 1000 * measured.latency[measured.place >= 0].max(initial=0.0)
        edge = (
            f" Latencies above {SLOWEST:g} ms are drawn at the edge." if slowest > SLOWEST else ""
        )
        refused = f" {measured.refused:,} statements were refused." if measured.refused else ""
        return finding, (
            f"Stale reads at {lag * 1000:g} ms: theory {theory:.1%}, simulated "
            f"{simulated.stale_share:.1%}, measured {measured.stale_share:.1%} of "
            f"{int((~measured.write & (measured.place >= 0)).sum()):,} reads. "
            f"{said[0]}. {said[1]}. When all of the log had come, {alike}.{refused}{edge}"
        )
