"""A real run: who was alive when, who was killed, and what became of the photos."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from course.engine.record import milliseconds
from course.view import style

SECONDS = 3.0  # the right edge: what comes later is drawn at it
MOST_WORKERS, MOST = 4, 160
BARS = ("published", "delivered", "done", "done twice", "lost")


class RealPicture:
    """Left: published and done, and the processes below. Right: counts."""

    def __init__(self):
        shape = {"width_ratios": (2.1, 1), "height_ratios": (1, 1)}
        with rc_context(style.LOOK):
            self.figure = Figure(figsize=(8.2, 4.4), dpi=72, layout="constrained")
            panels = self.figure.subplot_mosaic([["done", "counts"], ["alive", "counts"]], **shape)
            self._prepare_done(panels["done"])
            self._prepare_alive(panels["alive"])
            self._prepare_counts(panels["counts"])
        self.moving = (
            *(self.published, self.done, *self.lives, self.applied, self.again),
            *(self.kills, *self.bars),
        )

    def _prepare_done(self, axes):
        axes.set(xlim=(0, SECONDS), ylim=(0, 125), ylabel="photos")
        axes.tick_params(labelbottom=False)
        steps = {"drawstyle": "steps-post"}
        (self.published,) = axes.plot([], [], **style.BASELINE, **steps)
        (self.done,) = axes.plot([], [], **style.YOURS, **steps)
        axes.legend((self.published, self.done), ("published", "results stored"), loc="lower right")

    def _prepare_alive(self, axes):
        names = ["queue", *(f"worker-{number + 1}" for number in range(MOST_WORKERS))]
        axes.set(xlim=(0, SECONDS), ylim=(MOST_WORKERS + 0.6, -0.6), xlabel="seconds, on the clock")
        axes.set_yticks(range(len(names)), names)
        axes.grid(False, axis="y")
        look = {"color": style.SKY, "linewidth": 5, "alpha": 0.45, "solid_capstyle": "butt"}
        self.lives = [axes.plot([], [], **look)[0] for _ in names]
        none = {"linestyle": "none"}
        (self.applied,) = axes.plot([], [], marker=".", color=style.BLUE, markersize=5, **none)
        (self.again,) = axes.plot([], [], marker="^", color=style.ORANGE, markersize=7, **none)
        (self.kills,) = axes.plot([], [], marker="X", color=style.VERMILION, markersize=9, **none)
        axes.legend(
            (self.applied, self.again, self.kills),
            ("result stored", "known, not stored again", "SIGKILL"),
            loc="upper center",
            bbox_to_anchor=(0.5, -0.3),
            ncols=3,
            columnspacing=1.2,
            handletextpad=0.3,
        )

    def _prepare_counts(self, axes):
        axes.set(xlim=(0, MOST), ylim=(len(BARS) - 0.4, -0.6), xlabel="photos")
        axes.set_yticks(range(len(BARS)), BARS)
        axes.grid(False, axis="y")
        colours = (style.PALE, style.SKY, style.BLUE, style.ORANGE, style.VERMILION)
        hatches = ("//", "..", "", "", "xx")
        self.bars = [
            axes.barh([row], [0], height=0.6, color=colour, hatch=hatch, edgecolor=style.INK)[0]
            for row, (colour, hatch) in enumerate(zip(colours, hatches, strict=True))
        ]

    def show(self, *, queue, consumer, run):
        """Draw a Measured; return (finding, words).

        queue, consumer: the names of the classes; no consumer's if every delivery is applied.
        """
        published = [min(time, SECONDS) for time, _ in run.published]
        self.published.set_data(*_steps(published, run.seconds))
        stored = [min(time, SECONDS) for time, _, applied in run.handled if applied]
        self.done.set_data(*_steps(stored, run.seconds))
        for row, life in enumerate(self.lives):
            life.set_data(*_life(run, row))
        for marks, applied in ((self.applied, True), (self.again, False)):
            rows = [
                (min(time, SECONDS), worker + 1)
                for time, worker, done in run.handled
                if done is applied
            ]
            marks.set_data(*zip(*rows, strict=True) if rows else ([], []))
        rows = {"the queue": 0} | {f"worker-{number + 1}": number + 1 for number in range(16)}
        kills = [(min(time, SECONDS), rows[who]) for time, who, _ in run.killed]
        self.kills.set_data(*zip(*kills, strict=True) if kills else ([], []))
        done = sum(count > 0 for count in run.applied)
        counts = (len(run.published), len(run.begun), done, run.twice, run.lost)
        for bar, count in zip(self.bars, counts, strict=True):
            bar.set_width(min(count, MOST))
        into = f"{consumer} before" if consumer else "every delivery stored in"
        late = ""
        if run.seconds > SECONDS:
            late = (
                f" The run took {run.seconds:.1f} s: what came after {SECONDS:g} s is drawn there."
            )
        killed = "; ".join(f"{who} ({where})" for _, who, where in run.killed) or "nobody"
        return (
            f"{len(run.published)} photos published, {done} done, {run.lost} lost, "
            f"{run.twice} done twice"
        ), (
            f"{queue} in a process of its own, {into} a SQLite file. "
            f"Killed: {killed}. {len(run.begun)} deliveries were begun for {len(run.published)} "
            f"photos. A publish took {milliseconds(run.publish_seconds)} (median); the queue's "
            f"file has {run.file_bytes:,} bytes.{late}"
        )


def _steps(times, end):
    """Return the points of a count that rises by one at each of `times`."""
    times = sorted(times)
    return [0, *times, end], [*range(len(times) + 1), len(times)]


def _life(run, row):
    """Return the line of when a process (0: the queue) was alive, with gaps."""
    if row > run.workers:
        return [], []
    if row:
        return [0, run.seconds], [row, row]
    times = [0.0]
    for gone, back in run.down:
        times += [gone, np.nan, back]
    times.append(run.seconds)
    return times, [0] * len(times)
