"""What a run of the web tier looks like: who serves the pages, and who has to log in again."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

MINUTES = 10
MOST = 400  # users thrown out, the upper edge
MEAN_AT = MINUTES + 0.45  # where the newcomer's mean and the prediction of it stand


class TierPicture:
    """Left: the share of each minute's pages that each server serves. Right: users thrown out."""

    @rc_context(style.LOOK)
    def __init__(self, predicts=False):
        self.figure, (served, out) = style.figure(1, 2, width=7.2, height=3.7)
        self._prepare_served(served, predicts)
        self._prepare_thrown_out(out)
        self.moving = (
            *(*self.bands, self.dead, self.ghost_newcomer, self.mean, self.prediction),
            *(self.ghost_out, self.out),
        )

    def _prepare_served(self, axes, predicts):
        axes.set(title="Who serves the pages?", ylabel="% of each minute's pages")
        axes.set(xlim=(0, MINUTES + 0.9), ylim=(0, 103), xlabel="time (minutes)")
        axes.set_xticks(range(0, MINUTES + 1, 2))
        axes.grid(False)
        looks = (
            ("newcomer", {"facecolor": style.GREEN}),
            ("others", {"facecolor": style.PALE}),
            ("web-1, ✕: dies", {"facecolor": style.GREY}),
            ("failed", {"facecolor": style.VERMILION, "hatch": "xxx"}),
        )
        self.bands = [
            axes.broken_barh([(0, 1)], (0, 1), edgecolor=style.PAPER, linewidth=0.9, **look)
            for _, look in looks
        ]
        cross = {"marker": "X", "markersize": 10, "color": style.VERMILION, "linestyle": "none"}
        (self.dead,) = axes.plot([], [], mec=style.PAPER, clip_on=False, zorder=5, **cross)
        (self.ghost_newcomer,) = axes.plot([], [], **style.BASELINE)
        mean = {"marker": "<", "markersize": 9, "color": style.GREEN, "linestyle": "none"}
        (self.mean,) = axes.plot([], [], mec=style.INK, **mean)
        (self.prediction,) = axes.plot([], [], **style.PREDICTION)
        shown = dict(zip([name for name, _ in looks], self.bands, strict=True))
        shown |= {"newcomer, ghost": self.ghost_newcomer, "newcomer's mean": self.mean}
        if predicts:
            shown["your prediction"] = self.prediction
        look = {"down": 0.2, "columnspacing": 0.8}
        style.legend_below(axes, handles=shown.values(), labels=shown, **look)

    def _prepare_thrown_out(self, axes):
        axes.set(title="Who has to log in again?", ylabel="users thrown out so far")
        axes.set(xlim=(0, MINUTES), ylim=(-6, MOST), xlabel="time (minutes)")
        (self.ghost_out,) = axes.plot([], [], drawstyle="steps-post", **style.BASELINE)
        (self.out,) = axes.plot([], [], drawstyle="steps-post", **style.YOURS)
        lines = {"this site": self.out, "ghost": self.ghost_out}
        style.legend_below(axes, down=0.2, handles=lines.values(), labels=lines)

    def show(self, *, name, result, ghost, prediction):
        """Draw `result`, a TierResult of the way called `name`; return (finding, words).

        ghost: the same traffic with a random server for each session at log-in. prediction: of the
        % of the pages that the newest server gets, or None.
        """
        tier, grows = result.tier, result.tier.grows
        shares, failed = _by_minute(result)
        newcomer, others = (shares[-1:], shares[1:-1]) if grows else (shares[:0], shares[1:])
        bottom = np.zeros(MINUTES)
        for bars, bands in zip(self.bands, (newcomer, others, shares[:1], [failed]), strict=True):
            drawn = []
            for band in bands:
                drawn += boxes(bottom, band)
                bottom = bottom + band
            bars.set_verts(drawn)
        dies = tier.dies_at < result.duration
        self.dead.set_data(*([tier.dies_at / 60], [100]) if dies else ([], []))
        self.ghost_newcomer.set_data([], [])
        if grows:
            self.ghost_newcomer.set_data(np.arange(MINUTES) + 0.5, _by_minute(ghost)[0][-1])
        for line, run in ((self.out, result), (self.ghost_out, ghost)):
            when = np.concatenate([[0], result.arrived_at[run.thrown_out], [result.duration]]) / 60
            count = np.minimum(np.arange(len(when)), len(when) - 2)
            line.set_data(when, np.minimum(count, MOST - 2))
        each, others = result.shares() * 100, ghost.shares() * 100
        newest, predicted = result.names[-2], ""
        self.mean.set_data([MEAN_AT], [each[-1]])
        self.mean.set_visible(grows)
        self.prediction.set_data([], [])
        if prediction is not None:
            self.prediction.set_data([MEAN_AT], [prediction])
            predicted = f" You predicted {prediction:g} % for {newest}."
        since = "From the start"
        if result.changed_at:
            since = f"Since minute {result.changed_at / 60:.0f}"
        told = ", ".join(f"{share:.0f}" for share in each)
        failures = f"Pages that failed: {result.errors}. " if result.errors else ""
        return f"{name}: {_finding(result, each[-1])}", (
            f"{len(result):,} pages. {since}, web-1 … {newest} served {told} % of them "
            f"(ghost {others[-1]:.0f} % at {newest}). {failures}A page took "
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
    return ", ".join([*parts, again if out else "no user was thrown out"])


def _by_minute(result):
    """Return (% of each minute's pages that each server served, a row a server; % that failed)."""
    minute = np.minimum(result.arrived_at // 60, MINUTES - 1).astype(int)
    rows = np.where(result.failed, len(result.names) - 1, result.place)
    pages = np.zeros((len(result.names), MINUTES))
    np.add.at(pages, (rows, minute), 1)
    pages *= 100 / np.maximum(1, pages.sum(axis=0))
    return pages[:-1], pages[-1]


def boxes(bottom, heights):
    """Return the box of each minute in which there is something, as corners."""
    return [
        [(at, low), (at, low + high), (at + 1, low + high), (at + 1, low)]
        for at, (low, high) in enumerate(zip(bottom, heights, strict=True))
        if high
    ]
