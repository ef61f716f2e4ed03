"""What a run of the web tier looks like: load and share of each server, users thrown out."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

MINUTES = 10
TOP = 160  # pages a minute, the upper edge
SLOTS = 7  # servers that there is room for


class TierPicture:
    """Left: pages a minute at each server. Right: users thrown out; shares since the change."""

    @rc_context(style.LOOK)
    def __init__(self, capacity, predicts=False):
        widths = {"width_ratios": (1.5, 1), "height_ratios": (1, 1)}
        self.figure, axes = style.figure(2, 2, width=8.4, height=4.7, **widths)
        grid = axes[0, 0].get_gridspec()
        axes[0, 0].remove()
        axes[1, 0].remove()
        self._prepare_load(self.figure.add_subplot(grid[:, 0]), capacity)
        self._prepare_thrown_out(axes[0, 1])
        self._prepare_shares(axes[1, 1], predicts)
        self.moving = (
            *(self.dead, self.joined, *self.lines),
            *(self.ghost_out, self.out),
            *(*self.bars, self.ghost_shares, self.prediction),
        )

    def _prepare_load(self, axes, capacity):
        axes.set(xlim=(0, MINUTES), ylim=(0, TOP), xlabel="time (minutes)")
        axes.set(ylabel="pages a minute at each server")
        axes.axhline(capacity, color=style.INK, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.text(0.1, capacity + 1.5, "all that one server can do", fontsize=9)
        self.dead = axes.axvline(0, color=style.VERMILION, linewidth=1.6, linestyle=(0, (5, 2)))
        self.joined = axes.axvline(0, color=style.GREEN, linewidth=1.6, linestyle=(0, (1, 1.2)))
        self.dead.set_label("web-1 dies")
        self.joined.set_label("one more joins")
        self.lines = [
            axes.plot([], [], color=colour, marker=marker, markersize=5, linewidth=1.4)[0]
            for colour, marker in zip(style.SERVERS[:SLOTS], style.MARKERS[:SLOTS], strict=True)
        ]
        for number, line in enumerate(self.lines):
            line.set_label(f"web-{number + 1}")
        self.figure.legend(
            handles=[*self.lines, self.dead, self.joined],
            ncols=5,
            loc="outside lower center",
            columnspacing=1.4,
        )

    def _prepare_thrown_out(self, axes):
        axes.set(xlim=(0, MINUTES), ylim=(-7, 400), xlabel="time (minutes)")
        axes.set(ylabel="users thrown out")
        (self.ghost_out,) = axes.plot([], [], drawstyle="steps-post", **style.BASELINE)
        (self.out,) = axes.plot([], [], drawstyle="steps-post", **style.YOURS)
        self.ghost_out.set_label("ghost: random at log-in")
        self.out.set_label("this one")
        axes.legend(loc="upper left", borderpad=0)

    def _prepare_shares(self, axes, predicts):
        axes.set(xlim=(0.4, SLOTS + 0.6), ylim=(0, 109), ylabel="% of pages since then")
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.set_xticks(range(1, SLOTS + 1), [f"web-{number + 1}" for number in range(SLOTS)])
        axes.tick_params(axis="x", labelsize=9, rotation=35)
        axes.grid(axis="x", visible=False)
        places = np.arange(1, SLOTS + 1)
        self.bars = list(axes.bar(places, 0, width=0.6, color=style.SERVERS[:SLOTS]))
        look = {"color": style.INK, "marker": "_", "markersize": 17, "markeredgewidth": 2}
        (self.ghost_shares,) = axes.plot([], [], linestyle="none", **look, label="ghost")
        label = "your prediction" if predicts else None
        (self.prediction,) = axes.plot([], [], **style.PREDICTION, label=label)
        axes.legend(loc="upper right", ncols=2, borderpad=0, columnspacing=1, handletextpad=0.3)

    def show(self, *, name, result, ghost, prediction):
        """Draw `result`, a TierResult of the way called `name`; return (finding, words).

        ghost: the same traffic with sessions drawn a server at log-in. prediction: of the % of the
        pages that the newest server gets, or None.
        """
        tier = result.tier
        for line, moment in ((self.dead, tier.dies_at), (self.joined, tier.added_at)):
            line.set_visible(moment < result.duration)
            line.set_xdata([min(moment, result.duration) / 60] * 2)
        for number, line in enumerate(self.lines):
            line.set_data(*_load(result, number))
        for line, run in ((self.out, result), (self.ghost_out, ghost)):
            when = np.concatenate([[0], result.arrived_at[run.thrown_out], [result.duration]]) / 60
            count = np.minimum(np.arange(len(when)), len(when) - 2)
            line.set_data(when, count)
        shares, others = result.shares() * 100, ghost.shares() * 100
        for bar, share in zip(self.bars, [*shares, *[0] * SLOTS], strict=False):
            bar.set_height(share)
        self.ghost_shares.set_data(np.arange(1, len(others) + 1), others)
        newest, predicted = result.names[-2], ""
        self.prediction.set_data([], [])
        if prediction is not None:
            self.prediction.set_data([len(shares)], [prediction])
            predicted = f" You predicted {prediction:g} % for {newest}."
        since = "From the start"
        if result.changed_at:
            since = f"Since minute {result.changed_at / 60:.0f}"
        each = ", ".join(f"{share:.0f}" for share in shares)
        failed = f"Pages that failed: {result.errors}. " if result.errors else ""
        return f"{name}: {_finding(result, shares[-1])}", (
            f"{len(result):,} pages. {since}, web-1 … {newest} served {each} % of them "
            f"(ghost {others[-1]:.0f} % at {newest}). {failed}A page took "
            f"{milliseconds(result.mean_latency)} on average, 99 % at most "
            f"{milliseconds(result.percentile(99))} (ghost {milliseconds(ghost.mean_latency)} and "
            f"{milliseconds(ghost.percentile(99))}).{predicted}"
        )


def _finding(result, newest):
    """Return what a death and a newcomer led to; `newest` is the % of pages that it serves."""
    out, parts = int(result.thrown_out.sum()), []
    if result.tier.dies_at < result.duration:
        lost = result.sessions_lost
        parts.append(f"{lost} session{'s' * (lost != 1)} died with web-1")
    if result.tier.added_at < result.duration:
        parts.append(f"the newcomer serves {newest:.0f} % of the pages")
    again = f"{out} user{'s' * (out != 1)} had to log in again"
    return ", ".join([*parts, again if out else "nobody was thrown out"])


def _load(result, number):
    """Return (minutes, pages in each of them) of one server, for the time that it is there."""
    if number >= len(result.names) - 1:
        return [], []
    pages = np.bincount(
        (result.arrived_at[(result.place == number) & _taken(result)] // 60).astype(int),
        minlength=MINUTES,
    )[:MINUTES]
    middle = np.arange(MINUTES) + 0.5
    there = result.tier.up(middle * 60)[:, number]
    return middle[there], np.minimum(pages[there], TOP - 2)


def _taken(result):
    """Return which pages reached a server that was up."""
    return (result.place != 0) | (result.arrived_at < result.tier.dies_at)
