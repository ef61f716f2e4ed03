"""The picture of a time to live: too short loads again and again, too long goes stale."""

import numpy as np
from matplotlib import rc_context

from course.cache.picture import GHOST, OPEN
from course.view import style

TTLS = np.geomspace(0.1, 100, 49)
LIVES = 5  # of the longest entries, at least, must a run last to show what theory says
LOADS = {"color": style.ORANGE, "linewidth": 2}
STALE = {"color": style.VERMILION, "linewidth": 2, "linestyle": (0, (5, 2))}


class ExpiryPicture:
    """Share of reads that go to the database, and that are stale, against the time to live."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.figure, axes = style.figure(1, 1, width=4.0, height=4.5)
        axes.set(xscale="log", xlim=(0.1, 100), ylim=(0, 103))
        axes.set(xlabel="time to live", ylabel="share of all reads (%)")
        axes.set_title("What does a time to live cost?")
        ticks = [0.1, 0.3, 1, 3, 10, 30, 100]
        axes.set_xticks(ticks, [f"{time:g} s" for time in ticks])
        axes.minorticks_off()
        (self.loads,) = axes.plot([], [], **LOADS, label="go to the database (formula)")
        (self.stale,) = axes.plot([], [], **STALE, label="get a stale answer (formula)")
        (self.here,) = axes.plot([], [], color=style.INK, linewidth=0.8)
        look, label = (OPEN, f"your {name}") if name else (GHOST, "a run")
        (self.dots,) = axes.plot([], [], **look, label=label)
        self.left = [axes.plot([], [], **style.BASELINE)[0] for _ in range(2)]
        self.left[0].set_label("both, if a write leaves the entry")
        style.legend_below(axes, left=-0.1, down=0.13, ncols=1)
        self.moving = (self.here, *self.left, self.loads, self.stale, self.dots)

    def show(self, *, ttl, run, loads, stale, left):
        """Draw a run; return (finding, words).

        loads, stale: the shares of the reads that load and that are stale by theory, for each of
        TTLS. left: if a write removes the entry, the same two if it left it there.
        """
        self.loads.set_data(TTLS, loads * 100)
        self.stale.set_data(TTLS, stale * 100)
        self.here.set_data([ttl] * 2, [0, 103])
        for line, curve in zip(self.left, left or ((), ()), strict=True):
            line.set_data(TTLS if left else [], np.multiply(curve, 100))
        loaded, old = 100 * (1 - run.hit_ratio), 100 * run.stale_ratio
        self.dots.set_data([ttl] * 2, [loaded, old])
        finding = f"With {ttl:g} s to live {loaded:.0f} % of the reads go to the database"
        finding += f", {old:.0f} % get a stale answer"
        theory = [at(ttl, curve) for curve in (loads, stale)]
        short = ""
        if ttl > run.duration / LIVES:
            short = f" (in the long run: these {run.duration:.0f} s are too short for such lives)"
        removed = ""
        if left:
            before = [at(ttl, curve) for curve in left]
            removed = " A write removes the entry: if it were left there, theory says "
            removed += f"{before[0]:.1f} % and {before[1]:.1f} %."
        purged = ""
        if run.purged is not None:
            purged = f" At the end purge dropped {run.purged:,} expired entries still held."
        return finding, (
            f"Of {len(run):,} reads {loaded:.1f} % loaded from the database "
            f"({run.load_rate:.0f}/s) and {old:.1f} % were stale; theory says "
            f"{theory[0]:.1f} % and {theory[1]:.1f} %{short}.{removed}{purged}"
        )


def at(ttl, curve):
    """Return what a curve over TTLS has at `ttl`, in percent."""
    return 100 * np.interp(np.log(ttl), np.log(TTLS), curve)
