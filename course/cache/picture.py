"""The picture of a cache of some size: its hit ratio, and what it leaves for the database.

One colour, one meaning in all pictures of this notebook: blue is your class, dashed gray the site
without it, orange what reaches the database, vermilion what goes wrong.
"""

import numpy as np
from matplotlib import rc_context

from course.cache.model import WORKERS
from course.cache.traffic import LOAD_TIME, PHOTOS, RATE
from course.engine.record import milliseconds
from course.view import style

LARGEST = 1000  # photos
CAPACITY = WORKERS / LOAD_TIME  # queries/s
LIMIT = {"color": style.INK, "linewidth": 1.2, "linestyle": ":"}
TOO_MUCH = {"facecolor": "none", "edgecolor": style.VERMILION, "hatch": "xxx", "linewidth": 1.2}
DEAD = {"facecolor": style.GRID, "edgecolor": style.PALE, "hatch": "//", "linewidth": 0}
OPEN = {
    "marker": "o",
    "markersize": 12,
    "markerfacecolor": "none",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 2,
    "linestyle": "none",
}
GHOST = {"marker": "s", "markersize": 8, "color": style.GREY, "linestyle": "none"}


class CachePicture:
    """Left: hit ratio against cache size. Right: queries/s at the database, and what it can do."""

    @rc_context(style.LOOK)
    def __init__(self, name="", predicts=False):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=4.0)
        left.set(xlim=(0, LARGEST * 1.02), ylim=(0, 103), ylabel="hit ratio (%)")
        left.set(xlabel="room in the cache (photos, of 10,000)")
        left.set_title("How many reads does the cache answer?")
        left.set_xticks([0, 200, 400, 600, 800, 1000], ["0", "200", "400", "600", "800", "1,000"])
        (self.fifo,) = left.plot([], [], **style.BASELINE, label="FIFO, any size (formula)")
        (self.ceiling,) = left.plot([], [], **LIMIT, label="the most at any size")
        self.dots = left.plot([], [], **GHOST, label="FIFO, this size")
        if name:
            self.dots += left.plot([], [], **OPEN, label=name)
        (self.prediction,) = left.plot([], [], **style.PREDICTION)
        if predicts:
            self.prediction.set_label("your prediction")
        style.legend_below(left)
        names = ["FIFO", name] if name else ["FIFO"]
        right.set(xlim=(-0.8, len(names) - 0.2), ylim=(0, RATE * 1.1), ylabel="queries/s")
        right.set_title("Can the database keep up?")
        right.set_xticks(range(len(names)), names)
        right.grid(False, axis="x")
        looks = (
            {"color": style.ORANGE, "label": "reads that miss"},
            {"facecolor": style.YELLOW, "hatch": "..", "label": "writes"},
            {**TOO_MUCH, "label": "more than it can do"},
        )
        self.bars = [right.bar(range(len(names)), 0, width=0.5, **look) for look in looks]
        limit = right.axhline(CAPACITY, **LIMIT)
        limit.set_label("all that it can do")
        style.legend_below(right, down=0.11)
        moving = (bar for bars in self.bars for bar in bars)
        self.moving = (self.fifo, self.ceiling, *self.dots, self.prediction, *moving)
        self.name = name

    def show(self, *, capacity, runs, curve, ceiling, prediction):
        """Draw a move's runs, FIFO's and maybe the student's; return (finding, words).

        curve: FIFO's (sizes, hit ratios) by formula; ceiling: the hit ratio at any size;
        prediction: the student's guess at the hit ratio (%), or None.
        """
        holds = ceiling == 1  # the formula knows neither expiry nor writes
        sizes, ratios = curve
        self.fifo.set_data((sizes, ratios * 100) if holds else ([], []))
        self.ceiling.set_data(([], []) if holds else ([0, LARGEST], [ceiling * 100] * 2))
        guessed = prediction is not None
        self.prediction.set_data(([500], [min(prediction, 100)]) if guessed else ([], []))
        for i, (each, dot) in enumerate(zip(runs, self.dots, strict=True)):
            dot.set_data([capacity], [each.hit_ratio * 100])
            total, writes = each.database_rate, each.write.sum() / each.duration
            spans = ((0, total - writes), (total - writes, total), (CAPACITY, total))
            for bars, (bottom, top) in zip(self.bars, spans, strict=True):
                bars[i].set(y=bottom, height=max(0.0, top - bottom), visible=top > bottom)
        run = runs[-1]
        finding = (
            f"{self.name or 'FIFO'} with room for {capacity:,} of {PHOTOS:,} photos "
            f"({100 * capacity / PHOTOS:g} %) answers {ratio_of(run)} of the reads"
        )
        ghost = f" (FIFO {ratio_of(runs[0])})" if self.name else ""
        most = ""
        if not holds:
            most = (
                f"; in the long run at most {ceiling:.1%} at any size (a run of {len(run):,} "
                "requests lies up to a point or so above or below that)"
            )
        predicted = f" You predicted {prediction:g} % for 500 photos." if guessed else ""
        return finding, (
            f"Hit ratio {ratio_of(run)}{ghost}{most}. The database gets "
            f"{run.database_rate:.0f} queries/s, {run.database_load:.0%} of what it can do; a "
            f"read takes {milliseconds(_mean_latency(run))} on average.{predicted}"
        )


def ratio_of(run):
    """Return a run's hit ratio as people read it."""
    return "none (there are no reads)" if np.isnan(run.hit_ratio) else f"{run.hit_ratio:.1%}"


def _mean_latency(run):
    return run.read_latency.mean() if len(run.read_latency) else float("nan")
