"""The picture of the rules of eviction: hit ratio against size, and over time."""

import numpy as np
from matplotlib import rc_context

from course.cache.picture import GHOST, IDEAL, OPEN, ratio_of, size_axes
from course.cache.traffic import PHOTOS
from course.engine.parameters import NEVER
from course.view import style

SHOWN = (10, 25)  # s, after the warm-up
RULES = {
    "LFU": {"marker": "^", "markersize": 9, "color": style.GREEN, "linestyle": "none"},
    "FIFO": GHOST,
    "random": {"marker": "x", "markersize": 9, "color": style.INK, "linestyle": "none", "mew": 2},
}


class EvictionPicture:
    """Hit ratio against size for the rules of eviction; right, over time."""

    @rc_context(style.LOOK)
    def __init__(self, name):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.3)
        size_axes(left)
        (self.ideal,) = left.plot([], [], **IDEAL, label="ideal: the most popular")
        (self.lru,) = left.plot([], [], **style.THEORY, label="LRU, theory")
        (self.fifo,) = left.plot([], [], **style.BASELINE, label="FIFO, random, theory")
        self.dots = {
            rule: left.plot([], [], **look, label=f"{rule}, simulated")[0]
            for rule, look in RULES.items()
        }
        (self.dots[name],) = left.plot([], [], **OPEN, label=f"{name}, simulated")
        style.legend_below(left, columnspacing=1.0)
        right.set(xlim=SHOWN, ylim=(0, 100))
        right.set(xlabel="time (s)", ylabel="hit ratio in each second (%)")
        self.changes = right.broken_barh([(0, 1)], (0, 100), facecolor=style.SKY, alpha=0.35)
        shown = {"FIFO": style.BASELINE, "LFU": {"color": style.GREEN, "linewidth": 1.4}}
        self.lines = {
            rule: right.plot([], [], **look, label=rule)[0] for rule, look in shown.items()
        }
        self.lines["LFU"].set(marker="^", markevery=4, markersize=5)
        (self.lines[name],) = right.plot([], [], **style.YOURS, label=name)
        self.lines[name].set(marker="o", markevery=(2, 4), markersize=4)
        handles = [*self.lines.values(), self.changes]
        labels = [*self.lines, "new favourites"]
        style.legend_below(right, left=-0.1, handles=handles, labels=labels)
        curves = (self.ideal, self.lru, self.fifo, *self.dots.values())
        self.moving = (self.changes, *curves, *self.lines.values())
        self.name = name

    def show(self, *, capacity, runs, curves, new_every, unlike):
        """Draw the runs, a dict by the name of the rule, the student's last.

        unlike: how many of its reads LRU would have answered otherwise. curves: as `theory.curves`
        returns them. Return (finding, words).
        """
        sizes, lru, fifo, ideal = curves
        for line, curve in ((self.ideal, ideal), (self.lru, lru), (self.fifo, fifo)):
            line.set_data(sizes, curve * 100)
        for rule, run in runs.items():
            self.dots[rule].set_data([capacity], [run.hit_ratio * 100])
            if rule in self.lines:
                self.lines[rule].set_data(*_each_second(run))
        times = np.arange(new_every, SHOWN[1], new_every) if new_every < NEVER else []
        self.changes.set_verts([_bar(time) for time in times])
        best = max(runs, key=lambda rule: runs[rule].hit_ratio)
        others = ", ".join(
            f"{rule} {ratio_of(run)}" for rule, run in runs.items() if rule != self.name
        )
        favourites = "the same favourites always"
        if new_every < NEVER:
            favourites = f"new favourites every {new_every:g} s"
        return f"{best} is best here: {ratio_of(runs[best])}", (
            f"Room for {capacity:,} of {PHOTOS:,} photos, {favourites}: {self.name} "
            f"{ratio_of(runs[self.name])} ({others}). Che's formula, for favourites that stay, "
            f"says {np.interp(capacity, sizes, lru):.1%} for LRU. " + _compared(unlike, self.name)
        )


def _compared(unlike, name):
    if not unlike:
        return f"Read for read, {name} hits and misses where LRU does."
    return f"But at {unlike:,} reads {name} does not do what LRU does."


def _each_second(run):
    """Return (times, hit ratio in %) second by second."""
    second = run.arrived_at.astype(int)
    first, last = second[0], second[-1] + 1
    reads = np.bincount(second - first, weights=~run.write, minlength=last - first)
    hits = np.bincount(second - first, weights=run.hit, minlength=last - first)
    return np.arange(first, last) + 0.5, 100 * hits / np.maximum(reads, 1)


def _bar(time):
    return [(time - 0.15, 0), (time - 0.15, 100), (time + 0.15, 100), (time + 0.15, 0)]
