"""The picture of a cache of some size: its hit ratio, and what it leaves for the database."""

import numpy as np
from matplotlib import rc_context

from course.cache.theory import read_latency
from course.cache.traffic import PHOTOS
from course.engine.record import milliseconds
from course.view import style

LARGEST = 1000  # photos
RATIOS = np.r_[np.linspace(0, 0.9, 46), np.linspace(0.905, 1, 20)]
SLOWEST = 20_000.0  # ms
HATCH = {"facecolor": "#F6F0EA", "hatch": "//", "edgecolor": "#E5D9CC", "linewidth": 0}
OPEN = {
    "marker": "o",
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 2,
    "linestyle": "none",
}
IDEAL = {"color": style.GREEN, "linestyle": (0, (5, 1, 1, 1)), "linewidth": 1.5}
GHOST = {"marker": "s", "markersize": 8, "color": style.GREY, "linestyle": "none"}


class CachePicture:
    """Left: hit ratio against cache size. Right: latency of reads against hit ratio."""

    @rc_context(style.LOOK)
    def __init__(self, name="", predicts=False):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=4.3)
        size_axes(left)
        (self.ideal,) = left.plot([], [], **IDEAL, label="the most popular, always")
        (self.lru,) = left.plot([], [], **style.THEORY, label="a smarter rule (exercise A)")
        (self.ceiling,) = left.plot(
            [],
            [],
            color=style.VERMILION,
            linestyle=":",
            linewidth=2,
            label="the most at any size",
        )
        self.dots = [left.plot([], [], **GHOST, label="FIFO, simulated")[0]]
        if name:
            self.dots += left.plot([], [], **OPEN, label=f"{name}, simulated")
        (self.prediction,) = left.plot([], [], **style.PREDICTION)
        if predicts:
            self.prediction.set_label("your prediction")
        style.legend_below(left, columnspacing=1.0)
        right.set(xlim=(0, 100), ylim=(1, SLOWEST), yscale="log")
        right.set(xlabel="hit ratio (%)", ylabel="mean latency of a read")
        right.set_yticks([1, 10, 100, 1000, 10_000], ["1 ms", "10 ms", "100 ms", "1 s", "10 s"])
        right.minorticks_off()
        self.overload = right.axvspan(0, 0, **HATCH, label="database overloaded")
        (self.knee,) = right.plot([], [], **style.THEORY, label="expected")
        self.knees = [right.plot([], [], **GHOST, label="FIFO")[0]]
        if name:
            self.knees += right.plot([], [], **OPEN, label=name)
        style.legend_below(right, columnspacing=1.0)
        lines = (self.ideal, self.lru, self.ceiling, *self.dots, self.prediction)
        self.moving = (self.overload, *lines, self.knee, *self.knees)
        self.name = name

    def show(self, *, capacity, runs, curves, ceiling, write_share, prediction):
        """Draw a move's runs, FIFO's and maybe the student's; return (finding, words).

        curves: as `theory.curves` returns them; ceiling: the hit ratio at any size; prediction: the
        student's guess at the hit ratio (%), or None.
        """
        sizes, lru, _, ideal = curves
        holds = ceiling == 1  # the formulas know neither expiry nor writes
        self.ideal.set_data(sizes if holds else [], ideal * 100 if holds else [])
        self.lru.set_data(sizes if holds else [], lru * 100 if holds else [])
        self.ceiling.set_data([0, LARGEST], [ceiling * 100] * 2)
        guessed = prediction is not None
        self.prediction.set_data(([500], [min(prediction, 100)]) if guessed else ([], []))
        latencies = [read_latency(ratio, write_share=write_share) for ratio in RATIOS]
        self.knee.set_data(RATIOS * 100, np.minimum(np.array(latencies) * 1000, SLOWEST * 2))
        self.overload.set_width(RATIOS[np.isinf(latencies)].max(initial=0.0) * 100)
        for each, dot, knee in zip(runs, self.dots, self.knees, strict=True):
            ratio = each.hit_ratio * 100
            dot.set_data([capacity], [ratio])
            knee.set_data([ratio], [min(_mean_latency(each) * 1000, SLOWEST * 0.8)])
        run = runs[-1]
        finding = (
            f"{self.name or 'FIFO'} with room for {capacity:,} of {PHOTOS:,} photos "
            f"({100 * capacity / PHOTOS:g} %) answers {ratio_of(run)} of the reads"
        )
        ghost = f" (FIFO {ratio_of(runs[0])})" if self.name else ""
        at_lru, at_ideal = (np.interp(capacity, sizes, curve) for curve in (lru, ideal))
        by_formula = f"by formula {at_lru:.1%} for the smarter rule, {at_ideal:.1%} for the most "
        by_formula += "popular ones"
        if not holds:
            by_formula = (
                f"in the long run at most {ceiling:.1%} at any size (a run of {len(run):,} "
                "requests lies up to a point or so above or below that)"
            )
        predicted = f" You predicted {prediction:g} % for 500 photos." if guessed else ""
        return finding, (
            f"Hit ratio {ratio_of(run)}{ghost}; {by_formula}. The database gets "
            f"{run.database_rate:.0f} queries/s, {run.database_load:.0%} of what it can do; a "
            f"read takes {milliseconds(_mean_latency(run))} on average.{predicted}"
        )


def ratio_of(run):
    """Return a run's hit ratio as people read it."""
    return "none (nobody reads)" if np.isnan(run.hit_ratio) else f"{run.hit_ratio:.1%}"


def size_axes(axes):
    """Prepare the axes of hit ratio against cache size."""
    axes.set(xlim=(0, LARGEST * 1.02), ylim=(0, 103))
    axes.set(xlabel="room in the cache (photos, of 10,000)", ylabel="hit ratio (%)")
    axes.set_xticks([0, 200, 400, 600, 800, 1000], ["0", "200", "400", "600", "800", "1,000"])


def _mean_latency(run):
    return run.read_latency.mean() if len(run.read_latency) else float("nan")
