"""A real run: who was alive when, who was killed, and what has become of each photo."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

SECONDS = 9  # the least that the axis of time shows
WORKERS, PHOTOS, COLUMNS = 3, 60, 10
WAITS, IN_WORK, DONE, TWICE, LOST = range(5)  # what may have become of a photo


class RealPicture:
    """Left: the processes, and when each stored a result. Right: the photos, a tile for each."""

    def __init__(self):
        self.figure, (alive, tiles) = style.figure(1, 2, width=7.7, height=3.8)
        self.time = alive
        with rc_context(style.LOOK):
            self._prepare_alive(alive)
            self._prepare_tiles(tiles)
        self.moving = (
            *(alive.xaxis, *self.lives, self.applied, self.again, self.kills),
            *(mark for marks in self.tiles for mark in marks),
        )

    def _prepare_alive(self, axes):
        names = ["queue", *(f"worker-{number + 1}" for number in range(WORKERS))]
        axes.set(xlim=(0, SECONDS), ylim=(WORKERS + 0.6, -0.6), xlabel="seconds, on the clock")
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

    def _prepare_tiles(self, axes):
        rows = PHOTOS // COLUMNS
        axes.set(xlim=(-0.6, COLUMNS - 0.4), ylim=(rows - 0.4, -0.6), xticks=[], yticks=[])
        axes.set_title("What has become of the photos?")
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
        tile = {"marker": "s", "markersize": 18, "linestyle": "none"}
        inside = {"linestyle": "none", "color": style.PAPER, "markeredgewidth": 0}
        empty = {**tile, "markerfacecolor": "none", "color": style.GREY}

        def drawn(*looks):
            return [axes.plot([], [], **look)[0] for look in looks]

        thumbnail = ({**inside, "marker": "^", "markersize": 10},)
        self.tiles = {
            WAITS: drawn(empty),
            IN_WORK: drawn({**empty, "color": style.SKY, "markeredgewidth": 3}),
            DONE: drawn({**tile, "color": style.BLUE}, *thumbnail),
            TWICE: drawn(
                {**tile, "color": style.ORANGE},
                {**inside, "marker": "$2$", "markersize": 9, "color": style.INK},
            ),
            LOST: drawn(
                empty, {**inside, "marker": "X", "markersize": 12, "color": style.VERMILION}
            ),
        }.values()
        labels = ("published", "with a worker", "done", "done twice", "lost")
        style.legend_below(
            axes,
            left=-0.02,
            down=0.02,
            ncols=3,
            handles=[tuple(marks) for marks in self.tiles],
            labels=labels,
            columnspacing=1.0,
            markerscale=0.6,
        )

    def show(self, *, queue, consumer, run):
        """Draw a Measured; return (finding, words).

        queue, consumer: the names of the classes; no consumer's if every delivery is applied.
        run: None before anything is measured.
        """
        into = f"{consumer} before" if consumer else "every delivery stored in"
        where = f"{queue} in a process of its own, {into} a SQLite file"
        self._show_alive(run)
        states = become(run) if run else np.zeros(0, dtype=int)
        for state, marks in enumerate(self.tiles):
            numbers = np.flatnonzero(states == state)
            for mark in marks:
                mark.set_data(numbers % COLUMNS, numbers // COLUMNS)
        if run is None:
            return "Nothing is measured yet", (
                f"Press a button, and {PHOTOS} photos go through {where}, past {WORKERS} worker "
                "processes. While it runs, kill whom you like."
            )
        kills = f"{len(run.killed)} kill{'' if len(run.killed) == 1 else 's'}"
        if not run.over:
            return f"{run.done} of {run.planned} photos done, {kills} so far", (
                f"{where}. Killed: {killed(run)}."
            )
        survived = f"{kills} survived" if run.killed and not run.lost else kills
        return (
            f"{len(run.published)} photos published, {run.done} done, {run.lost} lost, "
            f"{run.twice} done twice, {survived}"
        ), (
            f"{where}. "
            f"Killed: {killed(run)}. {len(run.begun)} deliveries were begun for "
            f"{len(run.published)} photos. A publish took {milliseconds(run.publish_seconds)} "
            f"(median); the queue's file has {run.file_bytes:,} bytes."
        )

    def _show_alive(self, run):
        self.time.set_xlim(0, max(SECONDS, int(np.ceil(run.seconds)) if run else 0))
        for row, life in enumerate(self.lives):
            life.set_data(*(_life(run, row) if run else ([], [])))
        for marks, applied in ((self.applied, True), (self.again, False)):
            handled = run.handled if run else ()
            rows = [(time, worker + 1) for time, worker, done in handled if done is applied]
            marks.set_data(*zip(*rows, strict=True) if rows else ([], []))
        kills = [(time, _row(who)) for time, who, _ in run.killed] if run else []
        self.kills.set_data(*zip(*kills, strict=True) if kills else ([], []))


def become(run):
    """Return what has become of each published photo: an array of WAITS, IN_WORK, DONE …"""
    applied = np.array(run.applied)
    states = np.select([applied > 1, applied == 1], [TWICE, DONE], LOST if run.over else WAITS)
    if not run.over:
        for worker in range(run.workers):
            started = [(at, photo) for at, who, photo in run.begun if who == worker]
            at, photo = started[-1] if started else (0.0, None)
            ended = [time for time, who, _ in run.handled if who == worker]
            ended += [time for time, who, _ in run.killed if _row(who) == worker + 1]
            if photo is not None and at >= max(ended, default=-1.0) and states[photo] == WAITS:
                states[photo] = IN_WORK
    return states


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
        begun = [time for time, worker, _ in run.begun if worker + 1 == row]
        gaps = [(gone, min((time for time in begun if time > gone), default=None)) for gone in dead]
    times = [0.0]
    for gone, back in gaps:
        times += [gone, np.nan, run.seconds if back is None else back]
    times.append(run.seconds)
    return times, [row] * len(times)
