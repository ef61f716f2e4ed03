"""A real run: who was alive when, who was killed, and what became of the photos."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

SECONDS = 3  # the least that the axis of time shows
MOST_WORKERS, MOST = 4, 125
BARS = ("published", "done", "done twice", "lost")


class RealPicture:
    """Left: the processes, and when each stored a result. Right: what became of the photos."""

    def __init__(self):
        self.figure, (alive, counts) = style.figure(1, 2, width=7.7, height=3.8)
        self.time = alive
        with rc_context(style.LOOK):
            self._prepare_alive(alive)
            self._prepare_counts(counts)
        self.moving = (
            *(alive.xaxis, *self.lives, self.applied, self.again, self.kills),
            *self.bars,
        )

    def _prepare_alive(self, axes):
        names = ["queue", *(f"worker-{number + 1}" for number in range(MOST_WORKERS))]
        axes.set(xlim=(0, SECONDS), ylim=(MOST_WORKERS + 0.6, -0.6), xlabel="seconds, on the clock")
        axes.set_title("Who was alive, and who was killed?")
        axes.set_yticks(range(len(names)), names)
        axes.grid(False, axis="y")
        look = {"color": style.PALE, "linewidth": 9, "solid_capstyle": "butt"}
        self.lives = [axes.plot([], [], **look)[0] for _ in names]
        none = {"linestyle": "none"}
        (self.applied,) = axes.plot([], [], marker="|", color=style.BLUE, markersize=9, **none)
        (self.again,) = axes.plot([], [], marker="^", color=style.ORANGE, markersize=7, **none)
        (self.kills,) = axes.plot([], [], marker="X", color=style.VERMILION, markersize=10, **none)
        style.legend_below(
            axes,
            left=-0.2,
            down=0.17,
            ncols=3,
            handles=(self.applied, self.again, self.kills),
            labels=("result stored", "known: not again", "killed"),
            columnspacing=0.8,
            handletextpad=0.2,
        )

    def _prepare_counts(self, axes):
        axes.set(xlim=(0, MOST), ylim=(len(BARS) - 0.4, -0.6), xlabel="photos")
        axes.set_title("What became of the photos?")
        axes.set_yticks(range(len(BARS)), BARS)
        axes.grid(False, axis="y")
        colours = (style.GREY, style.BLUE, style.ORANGE, style.VERMILION)
        self.bars = list(axes.barh(range(len(BARS)), 0, height=0.6, color=colours))

    def show(self, *, queue, consumer, run):
        """Draw a Measured; return (finding, words).

        queue, consumer: the names of the classes; no consumer's if every delivery is applied.
        """
        self.time.set_xlim(0, max(SECONDS, int(np.ceil(run.seconds))))
        for row, life in enumerate(self.lives):
            life.set_data(*_life(run, row))
        for marks, applied in ((self.applied, True), (self.again, False)):
            rows = [(time, worker + 1) for time, worker, done in run.handled if done is applied]
            marks.set_data(*zip(*rows, strict=True) if rows else ([], []))
        kills = [(time, _row(who)) for time, who, _ in run.killed]
        self.kills.set_data(*zip(*kills, strict=True) if kills else ([], []))
        for bar, count in zip(self.bars, counts(run), strict=True):
            bar.set_width(min(count, MOST))
        into = f"{consumer} before" if consumer else "every delivery stored in"
        return (
            f"{len(run.published)} photos published, {counts(run)[1]} done, {run.lost} lost, "
            f"{run.twice} done twice"
        ), (
            f"{queue} in a process of its own, {into} a SQLite file. "
            f"Killed: {killed(run)}. {len(run.begun)} deliveries were begun for "
            f"{len(run.published)} photos. A publish took {milliseconds(run.publish_seconds)} "
            f"(median); the queue's file has {run.file_bytes:,} bytes."
        )


def counts(run):
    """Return how many photos of a Measured each of BARS counts."""
    return len(run.published), sum(count > 0 for count in run.applied), run.twice, run.lost


def killed(run):
    """Return in words who was killed, and when."""
    return "; ".join(f"{who} ({where})" for _, who, where in run.killed) or "no process"


def _row(who):
    return int(who.removeprefix("worker-")) if who.startswith("worker-") else 0


def _life(run, row):
    """Return the line of when a process (0: the queue) was alive, with gaps.

    A killed worker's gap ends when the process in its place begins a photo.
    """
    if row > run.workers:
        return [], []
    gaps = run.down
    if row:
        dead = [time for time, who, _ in run.killed if _row(who) == row]
        begun = [time for time, worker in run.begun if worker + 1 == row]
        gaps = [(gone, min((time for time in begun if time > gone), default=None)) for gone in dead]
    times = [0.0]
    for gone, back in gaps:
        times += [gone, np.nan, run.seconds if back is None else back]
    times.append(run.seconds)
    return times, [row] * len(times)
