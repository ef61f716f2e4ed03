"""Pictures of a cache of some size: its hit ratio, and what it leaves for the database."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.cache.model import CacheResult, read_latency
from course.engine.record import milliseconds
from course.view import style

LARGEST = 1000  # photos
RATIOS = np.r_[np.linspace(0, 0.9, 46), np.linspace(0.905, 1, 20)]
SLOWEST = 20_000.0  # ms
SHOWN = (10, 25)  # s of `explore_eviction`, after the warm-up
HATCH = {"facecolor": "#F6F0EA", "hatch": "//", "edgecolor": "#E5D9CC", "linewidth": 0}
OPEN = {
    "marker": "o",
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 2,
    "linestyle": "none",
}
GHOST = {"marker": "s", "markersize": 8, "color": style.GREY, "linestyle": "none"}


@dataclass(frozen=True)
class Cached:
    """One move of `explore`: the runs, the formulas, and the prediction (%, or None)."""

    name: str
    capacity: int
    baseline: CacheResult
    yours: CacheResult | None
    curves: tuple
    ceiling: float
    asked: dict  # arrival_rate and write_share
    prediction: float | None = None


class CachePicture:
    """Left: hit ratio against cache size. Right: latency of reads against hit ratio."""

    @rc_context(style.LOOK)
    def __init__(self, name="", predicts=False):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.3)
        size_axes(left)
        (self.ideal,) = left.plot([], [], **IDEAL, label="the most popular, always")
        (self.lru,) = left.plot([], [], **style.THEORY, label="LRU, by Che's formula")
        (self.ceiling,) = left.plot(
            [],
            [],
            color=style.VERMILION,
            linestyle=":",
            linewidth=2,
            label="all that TTL and writes leave",
        )
        self.dots = [left.plot([], [], **GHOST, label="FIFO, simulated")[0]]
        if name:
            self.dots += left.plot([], [], **OPEN, label=f"{name}, simulated")
        (self.prediction,) = left.plot([], [], **style.PREDICTION)
        if predicts:
            self.prediction.set_label("your prediction")
        below(left)
        right.set(xlim=(0, 100), ylim=(1, SLOWEST), yscale="log")
        right.set(xlabel="hit ratio (%)", ylabel="mean latency of a read")
        right.set_yticks([1, 10, 100, 1000, 10_000], ["1 ms", "10 ms", "100 ms", "1 s", "10 s"])
        right.minorticks_off()
        self.overload = right.axvspan(0, 0, **HATCH, label="database overloaded")
        (self.knee,) = right.plot([], [], **style.THEORY, label="theory (Erlang C)")
        self.knees = [right.plot([], [], **GHOST, label="FIFO")[0]]
        if name:
            self.knees += right.plot([], [], **OPEN, label=name)
        below(right)
        lines = (self.ideal, self.lru, self.ceiling, *self.dots, self.prediction)
        self.moving = (self.overload, *lines, self.knee, *self.knees)

    def show(self, cached):
        """Draw a Cached; return (finding, words)."""
        sizes, lru, _, ideal = cached.curves
        self.ideal.set_data(sizes, ideal * 100)
        self.lru.set_data(sizes, lru * 100)
        self.ceiling.set_data([0, LARGEST], [cached.ceiling * 100] * 2)
        guess = cached.prediction
        self.prediction.set_data(([500], [min(guess, 100)]) if guess is not None else ([], []))
        latencies = np.array([read_latency(ratio, **cached.asked) for ratio in RATIOS])
        self.knee.set_data(RATIOS * 100, np.minimum(latencies * 1000, SLOWEST * 2))
        too_low = float(RATIOS[np.isinf(latencies)].max(initial=0.0))
        self.overload.set_width(too_low * 100)
        runs = [cached.baseline] + [cached.yours] * (cached.yours is not None)
        for run, dot, knee in zip(runs, self.dots, self.knees, strict=True):
            ratio = run.hit_ratio * 100
            dot.set_data([cached.capacity], [ratio])
            slow = run.read_latency.mean() * 1000 if len(run.read_latency) else np.nan
            knee.set_data([ratio], [min(slow, SLOWEST * 0.8)])
        return self._words(cached, runs, dict(zip(("lru", "ideal"), (lru, ideal), strict=True)))

    def _words(self, cached, runs, curves):
        run, held = runs[-1], cached.capacity
        name = cached.name if cached.yours is not None else "FIFO"
        found = f"{name} with room for {held:,} of 10,000 photos ({held / 100:g} %)"
        finding = f"{found} answers {ratio_of(run)} of the reads"
        lru, ideal = (np.interp(held, cached.curves[0], curves[key]) for key in ("lru", "ideal"))
        latency = run.read_latency.mean() if len(run.read_latency) else np.nan
        ghost = "" if len(runs) == 1 else f" (FIFO {ratio_of(runs[0])})"
        guess = cached.prediction
        predicted = "" if guess is None else f" You predicted {guess:g} % for 500 photos."
        return finding, (
            f"Hit ratio {ratio_of(run)}{ghost}; by formula {lru:.1%} for LRU, {ideal:.1%} for the "
            f"most popular ones; in the long run at most {cached.ceiling:.1%} at any size. The "
            f"database gets {run.database_rate:.0f} queries/s, {run.database_load:.0%} of what it "
            f"can do; a read takes {milliseconds(latency)} on average.{predicted}"
        )


@dataclass(frozen=True)
class Evicted:
    """One move of `explore_eviction`: runs by the name of the cache, the last one the student's."""

    capacity: int
    runs: dict
    curves: tuple
    new_every: float | None


RULES = {
    "LFU": {"marker": "^", "markersize": 9, "color": style.GREEN, "linestyle": "none"},
    "FIFO": GHOST,
    "random": {"marker": "x", "markersize": 9, "color": style.INK, "linestyle": "none", "mew": 2},
}
IDEAL = {"color": style.GREEN, "linestyle": (0, (5, 1, 1, 1)), "linewidth": 1.5}


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
        below(left)
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
        right.legend(
            handles=handles,
            labels=[*self.lines, "new favourites"],
            ncols=2,
            loc="upper left",
            bbox_to_anchor=(-0.1, -0.14),
        )
        curves = (self.ideal, self.lru, self.fifo, *self.dots.values())
        self.moving = (self.changes, *curves, *self.lines.values())
        self.name = name

    def show(self, evicted):
        """Draw an Evicted; return (finding, words)."""
        sizes, lru, fifo, ideal = evicted.curves
        for line, curve in ((self.ideal, ideal), (self.lru, lru), (self.fifo, fifo)):
            line.set_data(sizes, curve * 100)
        for rule, run in evicted.runs.items():
            self.dots[rule].set_data([evicted.capacity], [run.hit_ratio * 100])
            if rule in self.lines:
                self.lines[rule].set_data(*_each_second(run))
        every = evicted.new_every
        at = np.arange(every, SHOWN[1], every) if every else []
        self.changes.set_verts([_bar(time) for time in at])
        best = max(evicted.runs, key=lambda rule: evicted.runs[rule].hit_ratio)
        mine = evicted.runs[self.name]
        others = ", ".join(
            f"{rule} {ratio_of(run)}" for rule, run in evicted.runs.items() if rule != self.name
        )
        formula = np.interp(evicted.capacity, sizes, lru)
        favourites = f"new favourites every {every:g} s" if every else "the same favourites always"
        return f"{best} is best here: {ratio_of(evicted.runs[best])}", (
            f"Room for {evicted.capacity:,} of 10,000 photos, {favourites}: {self.name} "
            f"{ratio_of(mine)} ({others}). Che's formula, for favourites that stay, says "
            f"{formula:.1%} for LRU."
        )


def ratio_of(run):
    """Return a run's hit ratio as people read it."""
    return "none (nobody reads)" if np.isnan(run.hit_ratio) else f"{run.hit_ratio:.1%}"


def size_axes(axes):
    """Prepare the axes of hit ratio against cache size."""
    axes.set(xlim=(0, LARGEST * 1.02), ylim=(0, 103))
    axes.set(xlabel="room in the cache (photos, of 10,000)", ylabel="hit ratio (%)")
    axes.set_xticks([0, 200, 400, 600, 800, 1000], ["0", "200", "400", "600", "800", "1,000"])


def below(axes):
    """Put the legend below the axes, in two columns."""
    axes.legend(ncols=2, loc="upper left", bbox_to_anchor=(-0.16, -0.14), columnspacing=1.0)


def _each_second(run):
    """Return (times, hit ratio in %) second by second."""
    second = run.arrived_at.astype(int)
    first, last = second[0], second[-1] + 1
    reads = np.bincount(second - first, weights=~run.write, minlength=last - first)
    hits = np.bincount(second - first, weights=run.hit, minlength=last - first)
    return np.arange(first, last) + 0.5, 100 * hits / np.maximum(reads, 1)


def _bar(time):
    return [(time - 0.15, 0), (time - 0.15, 100), (time + 0.15, 100), (time + 0.15, 0)]
