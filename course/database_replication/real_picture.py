"""Formula, simulation and measurement next to each other: stale reads; how long real SQL took."""

from matplotlib import rc_context

from course.database_replication.picture import QUARTERS, Rows, bar
from course.engine.record import milliseconds
from course.view import style

SLOWEST = 5.0  # ms, the longest bar
WHICH = {"reads: half within": (False, 50), "reads: 99 % within": (False, 99)}
WHICH |= {"writes: half within": (True, 50), "writes: 99 % within": (True, 99)}


class RealPicture:
    """Left: share of stale reads, three times. Right: how long statements took."""

    def __init__(self):
        self.figure, (stale, times) = style.figure(1, 2, width=7.0, height=3.4)
        with rc_context(style.LOOK):
            stale.set_title("Stale reads")
            stale.set(ylim=(0, 1), xlim=(-0.6, 2.6))
            stale.set_yticks(**QUARTERS)
            stale.set_xticks(range(3), ["in theory", "simulated", "measured"])
            looks = ({"color": style.ORANGE}, {"color": style.SKY}, {"color": style.BLUE})
            self.bars = [bar(stale, 0.6, left=i - 0.3, **look) for i, look in enumerate(looks)]
            self.numbers = [stale.text(i, 0, "", fontsize=9, ha="center") for i in range(3)]
            times.set_title("How long did real SQL take (ms)?")
            self.times = Rows(times, list(WHICH), SLOWEST, "{:.2g}".format, pairs=False)
        self.moving = (*self.bars, *self.numbers, *self.times.moving)

    def show(self, *, measured, simulated, stale, lag):
        """Draw a measured run and the simulated one of the same traffic; return (finding, words).

        stale: the share of stale reads in theory. lag: its mean (s).
        """
        shares = (stale, simulated.stale_share, measured.stale_share)
        for drawn, number, share in zip(self.bars, self.numbers, shares, strict=True):
            drawn.set_height(share)
            number.set(y=min(share, 0.92) + 0.02, text=f"{100 * share:.1f} %")
        taken = {words: measured.percentile(at, write) for words, (write, at) in WHICH.items()}
        self.times.show([1000 * seconds for seconds in taken.values()])
        finding = f"{measured.stale_share:.1%} of the reads were stale on real {measured.kind}"
        said = ", ".join(f"{words} {milliseconds(seconds)}" for words, seconds in taken.items())
        alike = "every replica ended as the primary did"
        if measured.diverged:
            alike = f"{measured.diverged:,} values ended different from the primary's"
        refused = f" {measured.refused:,} statements were refused." if measured.refused else ""
        return finding, (
            f"Stale reads at {lag * 1000:g} ms: theory {stale:.1%}, simulated "
            f"{simulated.stale_share:.1%}, measured {measured.stale_share:.1%} of "
            f"{int((~measured.write & (measured.place >= 0)).sum()):,} reads. "
            f"Measured {said}. When all of the log had come, {alike}.{refused}"
        )
