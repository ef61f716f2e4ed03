"""What users see of their own edits: stale reads by age of the edit, and who answers the reads."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import PolyCollection

from course.engine.record import Result
from course.view import style

EDGES = np.linspace(0, 1, 11)  # s since one's own write was confirmed
AGES = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class Sessions:
    """A run, the ghost's on the same traffic, and the probability by theory for each of AGES."""

    name: str
    result: Result
    ghost: Result
    stale: np.ndarray


class SessionsPicture:
    """Left: how often an edit is missing, by its age. Right: who answered the reads."""

    def __init__(self):
        self.figure, (ages, nodes) = style.figure(
            1, 2, width=8.2, height=4.2, width_ratios=(1.4, 1)
        )
        with rc_context(style.LOOK):
            self._prepare_ages(ages)
            self._prepare_nodes(nodes)
        self.moving = (self.theory, self.ghost, self.yours, self.ghost_bars, self.your_bars)

    def _prepare_ages(self, axes):
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.03))
        axes.set(xlabel="time since the user's own write (s)", ylabel="share that miss it")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        (self.theory,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        ghost = style.BASELINE | {"marker": "s", "markersize": 6}
        (self.ghost,) = axes.plot([], [], label="random replica (ghost)", **ghost)
        (self.yours,) = axes.plot([], [], label="yours", marker="o", **style.YOURS)
        self.figure.legend(
            handles=[self.theory, self.ghost, self.yours], ncols=3, loc="outside lower left"
        )

    def _prepare_nodes(self, axes):
        axes.set(xlim=(-0.6, 6.6), ylim=(0, 1.02), xlabel="the primary, and each replica")
        axes.set(ylabel="share of the reads it answered")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        axes.set_xticks(range(7), ["primary", *range(1, 7)])
        self.ghost_bars = axes.add_collection(
            PolyCollection([], facecolor=style.PALE, edgecolor=style.GREY, hatch="//")
        )
        self.your_bars = axes.add_collection(PolyCollection([], facecolor=style.BLUE))

    def show(self, seen):
        """Draw Sessions; return (finding, words)."""
        result, ghost = seen.result, seen.ghost
        self.theory.set_data(AGES, seen.stale)
        self.ghost.set_data(*_by_age(ghost))
        self.yours.set_data(*_by_age(result))
        self.ghost_bars.set_verts(_bars(ghost, -0.4))
        self.your_bars.set_verts(_bars(result, 0.0))
        missed, before = int(result.own_stale.sum()), int(ghost.own_stale.sum())
        finding = f"{seen.name}: {missed:,} reads miss the user's own write ({before:,} at random)"
        return finding, (
            f"Of {int(result.reads.sum()):,} reads {result.primary_share:.0%} went to the primary "
            f"(random replica: {ghost.primary_share:.0%}); {result.stale_share:.1%} missed "
            f"somebody's write (random: {ghost.stale_share:.1%}). In theory a random replica "
            f"misses a write of 0.2 s ago with probability {np.interp(0.2, AGES, seen.stale):.0%}."
            + (f" {result.errors:,} statements failed." if result.errors else "")
        )


def _by_age(result):
    """Return (middles, shares) of the reads that missed the own write, for ages between EDGES."""
    known = result.reads & (result.age < EDGES[-1])
    ages, missed = result.age[known], result.own_stale[known]
    reads = np.histogram(ages, EDGES)[0]
    stale = np.histogram(ages[missed], EDGES)[0]
    shares = np.divide(stale, reads, out=np.full(reads.size, np.nan), where=reads > 0)
    return (EDGES[:-1] + EDGES[1:]) / 2, shares


def _bars(result, left):
    """Return the outlines of the bars, one a node, `left` of its place."""
    answered = result.place[result.reads]
    shares = np.bincount(answered, minlength=len(result.names)) / max(1, answered.size)
    return [
        [(n + left, 0), (n + left, share), (n + left + 0.4, share), (n + left + 0.4, 0)]
        for n, share in enumerate(shares.tolist())
    ]
