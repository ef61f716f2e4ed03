"""What a burst does to a queue: the backlog, when photos are ready, and what goes wrong."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from course.engine.record import milliseconds
from course.message_queue.model import AWAY_FROM, BURST_LENGTH, BURST_START, DURATION
from course.view import style

BURST_END = BURST_START + BURST_LENGTH
PUBLISHING = 0.005  # s until a publish has been answered: the network, and a sync to the disk
MOST, LONGEST = 800, 90  # photos and s: what is more stands at the edge
ARITHMETIC = {"color": style.INK, "linewidth": 1.1}
MARK = {"linestyle": "none", "markersize": 5, "markeredgewidth": 1.2}
FAULTS = ("lost", "done twice")
SECONDS = np.arange(int(DURATION))


class BurstPicture:
    """Left: the backlog over time. Right: when a photo is ready; which were lost, or done twice."""

    def __init__(self, *, yours=True, guess=True):
        """yours, guess: whether there will be a queue of the student's, and a prediction."""
        shape = {"width_ratios": (1, 1.12), "height_ratios": (2.6, 1)}
        with rc_context(style.LOOK):
            self.figure = Figure(figsize=(7.7, 4.0), dpi=72, layout="constrained")
            panels = self.figure.subplot_mosaic([["left", "top"], ["left", "bottom"]], **shape)
            for axes in panels.values():
                axes.set(xlim=(0, DURATION))
            self._prepare_backlog(panels["left"], yours, guess)
            self._prepare_ready(panels["top"])
            self._prepare_faults(panels["bottom"])
        self.moving = (
            *(self.away, self.fluid, self.ghost, self.mine, self.guess),
            *(self.ghost_ready, self.ready, *self.ghost_faults, *self.faults),
        )

    def _prepare_backlog(self, axes, yours, guess):
        axes.set(ylim=(0, MOST), xlabel="time (s)", ylabel="photos")
        axes.set_title("How many photos are in the queue?")
        axes.axvspan(BURST_START, BURST_END, facecolor=style.GRID)
        middle = (BURST_START + BURST_END) / 2
        axes.text(middle, 0.985 * MOST, "burst", ha="center", va="top", fontsize=9)
        self.away = axes.axvspan(0, 1, facecolor=style.PALE, hatch="//", edgecolor="white")
        (self.fluid,) = axes.plot([], [], **ARITHMETIC)
        (self.ghost,) = axes.plot([], [], **style.BASELINE)
        (self.mine,) = axes.plot([], [], **style.YOURS)
        (self.guess,) = axes.plot([], [], **style.PREDICTION, clip_on=False, zorder=5)
        named = {"forgetful queue": self.ghost, "arithmetic": self.fluid}
        named = ({"your queue": self.mine} if yours else {}) | named
        named |= {"your guess": self.guess} if guess else {}
        style.legend_below(axes, left=-0.16, down=0.13, handles=[*named.values()], labels=[*named])

    def _prepare_ready(self, axes):
        axes.set(ylim=(0, LONGEST), ylabel="s")
        axes.set_yticks(range(0, LONGEST + 1, 30))
        axes.set_title("How long until a photo is ready?")
        axes.tick_params(labelbottom=False)
        (self.ghost_ready,) = axes.plot([], [], **style.BASELINE)
        (self.ready,) = axes.plot([], [], **style.YOURS)

    def _prepare_faults(self, axes):
        axes.set(ylim=(1.6, -0.6), xlabel="time of the upload (s)")
        axes.set_title("Which photos go wrong?")
        axes.set_yticks(range(len(FAULTS)), FAULTS)
        axes.grid(False, axis="y")
        looks = (("x", style.VERMILION), ("^", style.ORANGE))
        self.ghost_faults = [
            axes.plot([], [], marker=marker, color=style.GREY, **MARK)[0] for marker, _ in looks
        ]
        self.faults = [
            axes.plot([], [], marker=marker, color=colour, **MARK)[0] for marker, colour in looks
        ]

    def show(self, *, name, result, ghost, fluid, away_for, guess, **_):
        """Draw a run; return (finding, words).

        result: the QueueResult of the queue called `name`. ghost: that of the forgetful queue on
        the same traffic, `result` itself if there is no other. fluid: the backlog without chance at
        the times of the run. away_for: s. guess: the student's, in s, or None.
        """
        alone = result is ghost
        nothing = [], []
        self.fluid.set_data(result.times, np.minimum(fluid, MOST))
        self.ghost.set_data(ghost.times, np.minimum(ghost.backlog, MOST))
        self.ghost_ready.set_data(SECONDS, slowest(ghost))
        mine = (result.times, np.minimum(result.backlog, MOST))
        self.mine.set_data(*(nothing if alone else mine))
        self.ready.set_data(*(nothing if alone else (SECONDS, slowest(result))))
        self.away.set_bounds(AWAY_FROM, 0, away_for, 1)
        self.away.set_visible(away_for > 0)
        self.guess.set_data(
            *(nothing if guess is None else ([min(BURST_END + guess, DURATION)], [0]))
        )
        for row, which in enumerate(("lost", "twice")):
            # the forgetful queue is the ghost only next to another one
            for mark, run, there in (
                (self.ghost_faults[row], ghost, not alone),
                (self.faults[row], result, True),
            ):
                times = run.published_at[getattr(run, which)] if there else []
                mark.set_data(times, [row + (0.25 if run is result else -0.2)] * len(times))
        return self._words(name, result, ghost, guess)

    def _words(self, name, result, ghost, guess):
        lost, twice = int(result.lost.sum()), int(result.twice.sum())
        most = int(result.backlog.max(initial=0))
        told = "" if guess is None else f" You predicted {guess:,.0f} s."
        harm = f"; {lost:,} lost, {twice:,} done twice" if lost or twice else ""
        compared = "" if result is ghost else f" The forgetful queue lost {ghost.lost.sum():,}."
        edge = ""
        if most > MOST or np.nanmax(result.latency, initial=0.0) > LONGEST:
            edge = f" (More than {MOST} photos or {LONGEST} s is drawn at the edge.)"
        return f"{name}: {most:,} photos in the queue at most, {when_empty(result)}{harm}", (
            f"{len(result):,} photos were uploaded, {int((result.applied > 0).sum()):,} are "
            f"ready, {lost:,} lost, {twice:,} done more than once. With the queue a user waits "
            f"{milliseconds(PUBLISHING)} for an answer, whatever happens; without one, until the "
            f"photo is ready, up to {milliseconds(longest(ghost))}.{compared}{told}{edge}"
        )


def when_empty(result):
    """Return in words when the queue is empty again after the burst."""
    empty = result.empty_after(BURST_END)
    if np.isnan(empty):
        return f"{int(result.backlog[-1]):,} still there at the end"
    return f"empty {empty - BURST_END:.0f} s after the burst"


def longest(result):
    """Return how long (s) it took at most until a photo was ready."""
    return float(np.nanmax(result.latency, initial=0.0))


def slowest(result):
    """Return how long (s) the slowest photo of each second took, LONGEST at most; or nan."""
    found = np.full(len(SECONDS), np.nan)
    np.fmax.at(found, result.published_at.astype(int), result.latency)
    return np.minimum(found, LONGEST)
