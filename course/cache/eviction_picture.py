"""The picture of the rules of eviction: who is best, and who follows when the favorites change."""

import numpy as np
from matplotlib import rc_context

from course.cache.picture import ratio_of
from course.cache.traffic import PHOTOS
from course.engine.parameters import NEVER
from course.view import style

SHOWN = (10, 25)  # s, after the warm-up
LFU = {"color": style.GREEN, "linewidth": 1.6, "linestyle": (0, (5, 1, 1, 1))}
FILLS = {"LFU": style.GREEN, "FIFO": style.GREY, "random": style.PALE}


class EvictionPicture:
    """Left: the hit ratio of each rule of eviction. Right: that of two of them over time."""

    @rc_context(style.LOOK)
    def __init__(self, name):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=3.7)
        rules = (name, *FILLS)
        places = range(len(rules), 0, -1)
        left.set(xlim=(0, 100), ylim=(0.4, len(rules) + 0.6), xlabel="hit ratio (%)")
        left.set_title("Which rule answers most reads?")
        left.set_yticks(places, rules)
        left.grid(False, axis="y")
        fills = [style.BLUE, *FILLS.values()]
        bars = left.barh(places, 0, height=0.6, color=fills, edgecolor=style.INK, linewidth=0.8)
        self.bars = dict(zip(rules, bars, strict=True))
        (self.che,) = left.plot([], [], color=style.INK, linewidth=3, label="LRU, by formula")
        style.legend_below(left, down=0.17)
        right.set(xlim=SHOWN, ylim=(0, 100))
        right.set(xlabel="time (s)", ylabel="hit ratio in each second (%)")
        right.set_title("Which one follows new favorites?")
        self.changes = right.broken_barh([(0, 1)], (0, 100), facecolor=style.SKY, alpha=0.35)
        self.changes.set_label("new favorites")
        self.lines = {
            rule: right.plot([], [], **look, label=rule)[0]
            for rule, look in ((name, style.YOURS), ("LFU", LFU))
        }
        style.legend_below(right, left=-0.1, down=0.17, ncols=3)
        self.moving = (*self.bars.values(), self.che, self.changes, *self.lines.values())
        self.name = name

    def show(self, *, capacity, runs, che, new_every, unlike):
        """Draw the runs, a dict by the name of the rule, the student's last.

        unlike: how many of its reads LRU would have answered otherwise. che: the hit ratio of LRU
        by Che's formula. Return (finding, words).
        """
        for rule, run in runs.items():
            self.bars[rule].set_width(run.hit_ratio * 100)
            if rule in self.lines:
                self.lines[rule].set_data(*_each_second(run))
        stay = new_every == NEVER  # what the formula takes for granted
        place = self.bars[self.name].get_y()
        height = self.bars[self.name].get_height()
        self.che.set_data(([100 * che] * 2, [place, place + height]) if stay else ([], []))
        times = [] if stay else np.arange(new_every, SHOWN[1], new_every)
        self.changes.set_verts([_bar(time) for time in times])
        best = max(runs, key=lambda rule: runs[rule].hit_ratio)
        others = ", ".join(
            f"{rule} {ratio_of(run)}" for rule, run in runs.items() if rule != self.name
        )
        favorites = "the same favorites always"
        formula = f" Che's formula says {che:.1%} for LRU."
        if not stay:
            favorites, formula = f"new favorites every {new_every:g} s", ""
        return f"{best} is best here: {ratio_of(runs[best])}", (
            f"Room for {capacity:,} of {PHOTOS:,} photos, {favorites}: {self.name} "
            f"{ratio_of(runs[self.name])} ({others}).{formula} " + _compared(unlike, self.name)
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
