"""The picture of a time to live: too short loads again and again, too long goes stale."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.cache.expiry import ExpiryResult
from course.cache.picture import GHOST, OPEN
from course.view import style

TTLS = np.geomspace(0.1, 100, 49)
LOADS = {"color": style.BLUE, "linewidth": 1.8}
STALE = {"color": style.VERMILION, "linewidth": 1.8, "linestyle": (0, (5, 2))}


@dataclass(frozen=True)
class Expired:
    """One move of `explore_expiry`; `loads` and `stale` are by theory, one for each of TTLS."""

    name: str
    ttl: float
    removes: bool
    yours: ExpiryResult | None
    baseline: ExpiryResult
    loads: np.ndarray
    stale: np.ndarray


class ExpiryPicture:
    """Share of reads that go to the database, and that are stale, against the time to live."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.figure, axes = style.figure(1, 1, width=7.6, height=4.2)
        axes.set(xscale="log", xlim=(0.1, 100), ylim=(0, 103))
        axes.set(xlabel="time to live", ylabel="share of all reads (%)")
        ticks = [0.1, 0.3, 1, 3, 10, 30, 100]
        axes.set_xticks(ticks, [f"{time:g} s" for time in ticks])
        axes.minorticks_off()
        (self.loads,) = axes.plot([], [], **LOADS, label="go to the database, theory")
        (self.stale,) = axes.plot([], [], **STALE, label="get a stale answer, theory")
        (self.here,) = axes.plot([], [], color=style.INK, linewidth=0.8, label="this time to live")
        (self.ghosts,) = axes.plot([], [], **GHOST, label="worked out photo by photo")
        self.dots = None
        if name:
            (self.dots,) = axes.plot([], [], **OPEN, label=f"your {name}")
        axes.legend(ncols=2, loc="upper left", bbox_to_anchor=(0.0, -0.13))
        dots = [self.dots] if self.dots else []
        self.moving = (self.here, self.loads, self.stale, self.ghosts, *dots)

    def show(self, expired):
        """Draw an Expired; return (finding, words)."""
        self.loads.set_data(TTLS, expired.loads * 100)
        self.stale.set_data(TTLS, expired.stale * 100)
        self.here.set_data([expired.ttl] * 2, [0, 103])
        self.ghosts.set_data([expired.ttl] * 2, _shares(expired.baseline))
        if self.dots:
            self.dots.set_data([expired.ttl] * 2, _shares(expired.yours))
        run = expired.yours or expired.baseline
        loads, stale = _shares(run)
        finding = f"With {expired.ttl:g} s to live {loads:.0f} % of the reads go to the database"
        finding += f", {stale:.0f} % get a stale answer"
        expected = [
            np.interp(np.log(expired.ttl), np.log(TTLS), curve) * 100
            for curve in (expired.loads, expired.stale)
        ]
        words = (
            f"Of {len(run):,} reads {loads:.1f} % loaded from the database "
            f"({run.load_rate:.0f}/s) and {stale:.1f} % were stale; theory says "
            f"{expected[0]:.1f} % and {expected[1]:.1f} %. "
        )
        if expired.removes:
            words += "A write removes the entry. "
        if run.purged is not None:
            words += f"At the end purge dropped {run.purged:,} expired entries still held."
        return finding, words.strip()


def _shares(run):
    return [100 * (1 - run.hit_ratio), 100 * run.stale_ratio]
