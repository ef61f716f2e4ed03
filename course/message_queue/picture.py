"""What a burst does to a queue: the backlog, what users wait, what is lost or done twice."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from course.engine.record import milliseconds
from course.message_queue.model import AWAY_FROM, BURST_LENGTH, BURST_START, DURATION
from course.view import style

BURST_END = BURST_START + BURST_LENGTH
PUBLISHING = 0.005  # s until a publish has been answered: the network, and a sync to the disk
LINEAR, MOST = 800, 10_000  # the backlog's axis is linear up to the first
ROWS = (2.2, 1.7, 0.8, 0.3)
COUNTS = 2000


class BurstPicture:
    """Left: the backlog over time. Right: how long users wait; photos lost and done twice."""

    def __init__(self):
        shape = {"width_ratios": (1.3, 1), "height_ratios": (1.9, 1)}
        with rc_context(style.LOOK):
            self.figure = Figure(figsize=(8.2, 4.6), dpi=72, layout="constrained")
            panels = self.figure.subplot_mosaic([["left", "top"], ["left", "bottom"]], **shape)
            self._prepare_backlog(panels["left"])
            self._prepare_waiting(panels["top"])
            self._prepare_counts(panels["bottom"])
        self.moving = (
            *(self.away, self.fluid, self.ghost, self.mine, self.guess),
            *(self.done, self.blocked, *self.bars),
        )

    def _prepare_backlog(self, axes):
        axes.set(xlim=(0, DURATION), xlabel="time (s)", ylabel="photos in the queue")
        axes.set_yscale("symlog", linthresh=LINEAR, linscale=3.0)
        axes.set_ylim(0, MOST)
        ticks = [0, 200, 400, 600, 800, 2000, 5000, MOST]
        axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
        axes.axvspan(BURST_START, BURST_END, facecolor="#F3F6F9")
        middle = (BURST_START + BURST_END) / 2
        axes.text(middle, 0.985 * MOST, "burst", ha="center", va="top", fontsize=9)
        self.away = axes.axvspan(0, 1, facecolor=style.PALE, hatch="//", edgecolor="white")
        (self.fluid,) = axes.plot([], [], **style.THEORY)
        (self.ghost,) = axes.plot([], [], **style.BASELINE)
        (self.mine,) = axes.plot([], [], **style.YOURS)
        (self.guess,) = axes.plot([], [], **style.PREDICTION, clip_on=False, zorder=5)
        lines = (self.mine, self.ghost, self.fluid, self.guess)
        names = ("this queue", "forgetful queue", "no chance, no crashes", "your prediction: empty")
        style.legend_below(axes, left=-0.14, down=0.12, handles=lines, labels=names)

    def _prepare_waiting(self, axes):
        axes.set(xlim=(0, DURATION), ylim=(0.0006, 20_000), yscale="log", ylabel="wait (s)")
        axes.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
        axes.set_xlabel("time of the upload (s)")
        axes.minorticks_off()
        look = {"color": style.GREEN, "linewidth": 2.4, "alpha": 0.6}
        (self.done,) = axes.plot([], [], **look)
        (self.blocked,) = axes.plot([], [], **style.BASELINE)
        axes.plot([0, DURATION], [PUBLISHING] * 2, **style.YOURS)
        names = ("until the photo is ready", "a user, without a queue")
        axes.legend([self.done, self.blocked], names, loc="upper left", borderpad=0)
        axes.text(4, PUBLISHING / 5, "a user, with any queue", fontsize=9, color=style.BLUE)

    def _prepare_counts(self, axes):
        axes.set(xlim=(0, COUNTS), ylim=(-0.15, 2.6), xlabel="photos")
        axes.set_xscale("symlog", linthresh=10, linscale=0.6)
        axes.set_xticks([0, 10, 100, 1000], ["0", "10", "100", "1,000"])
        axes.minorticks_off()
        axes.set_yticks(ROWS, ["lost", "forgetful", "done twice", "forgetful"])
        axes.grid(False, axis="y")
        looks = [{"color": style.BLUE}, {"color": style.PALE, "hatch": "//"}] * 2
        self.bars = [
            axes.barh([row], [0], height=0.36, edgecolor=style.INK, linewidth=0.8, **look)[0]
            for row, look in zip(ROWS, looks, strict=True)
        ]

    def show(self, *, name, result, ghost, fluid, away_for, guess):
        """Draw a run; return (finding, words).

        result: the QueueResult of the queue called `name`. ghost: that of the forgetful queue on
        the same traffic, `result` itself if there is no other. fluid: the backlog without chance at
        the times of the run. away_for: s. guess: the student's, in s, or None.
        """
        alone = result is ghost
        self.fluid.set_data(result.times, fluid)
        self.ghost.set_data(ghost.times, ghost.backlog)
        self.mine.set_data(*(([], []) if alone else (result.times, result.backlog)))
        self.away.set_bounds(AWAY_FROM, 0, away_for, 1)
        self.away.set_visible(away_for > 0)
        place = ([], []) if guess is None else ([min(BURST_END + guess, DURATION)], [0])
        self.guess.set_data(*place)
        step = max(1, len(result) // 240)
        self.done.set_data(result.published_at[::step], result.latency[::step])
        self.blocked.set_data(ghost.published_at[::step], ghost.latency[::step])
        counts = [result.lost, ghost.lost, result.twice, ghost.twice]
        for bar, which in zip(self.bars, counts, strict=True):
            bar.set_width(int(which.sum()))
        lost, twice = int(result.lost.sum()), int(result.twice.sum())
        most, empty = int(result.backlog.max(initial=0)), result.empty_after(BURST_END)
        when = f"empty {empty - BURST_END:.0f} s after the burst"
        if np.isnan(empty):
            when = f"{int(result.backlog[-1]):,} still there at the end"
        told = "" if guess is None else f" You predicted {guess:,.0f} s."
        harm = f"; {lost:,} lost, {twice:,} done twice" if lost or twice else ""
        compared = "" if alone else f" The forgetful queue lost {int(ghost.lost.sum()):,}."
        return f"{name}: {most:,} photos in the queue at most, {when}{harm}", (
            f"{len(result):,} photos were uploaded, {int((result.applied > 0).sum()):,} are "
            f"ready, {lost:,} lost, {twice:,} done more than once. With the queue a user waits "
            f"{milliseconds(PUBLISHING)} for an answer, whatever happens; without one, up to "
            f"{milliseconds(np.nanmax(ghost.latency, initial=0.0))}.{compared}{told}"
        )
