"""The picture of the replicated database: throughput against replicas, stale reads against lag."""

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import PolyCollection

from course.view import style

MOST_REPLICAS = 10
MOST_RATE = 1100  # statements/s, the top of the axis
LAGS = np.linspace(0, 0.5, 26)  # s
QUARTERS = {
    "ticks": [0, 0.25, 0.5, 0.75, 1],
    "labels": ["0 %", "25 %", "50 %", "75 %", "100 %"],
}
GHOST = {"color": style.GREY, "marker": "s", "markersize": 8, "linestyle": "none"}
MINE = {"color": style.BLUE, "marker": "o", "markersize": 9, "linestyle": "none"}


class ReplicationPicture:
    """Left: throughput against replicas. Right: share of stale reads against lag."""

    def __init__(self):
        self.figure, (load, stale) = style.figure(1, 2, width=8.2, height=4.3)
        with rc_context(style.LOOK):
            self._prepare_load(load)
            self._prepare_stale(stale)
        self.moving = (
            *(self.offered, self.bound, self.carried, self.guess, self.ghost, self.yours),
            self.failed,
            *(self.curve, self.ghost_stale, self.yours_stale, self.own_stale),
        )

    def _prepare_load(self, axes):
        axes.set(xlim=(-0.4, MOST_REPLICAS + 0.4), ylim=(0, MOST_RATE))
        axes.set(xlabel="replicas", ylabel="throughput (statements/s)")
        axes.set_xticks(range(0, MOST_REPLICAS + 1, 2))
        thin = {"color": style.INK, "linewidth": 1.0, "linestyle": ":"}
        self.offered = axes.axhline(0, label="asked for", **thin)
        look = {"color": style.VERMILION, "linewidth": 1.8, "linestyle": (0, (7, 2))}
        self.bound = axes.axhline(0, label="write bound", **look)
        (self.carried,) = axes.plot([], [], label="capacity, in theory", marker=".", **style.THEORY)
        (self.ghost,) = axes.plot([], [], label="ghost", **GHOST)
        (self.guess,) = axes.plot([], [], label="your prediction", **style.PREDICTION)
        (self.yours,) = axes.plot([], [], label="this run", **MINE)
        failed = {"color": style.VERMILION, "marker": "x", "markersize": 10, "linestyle": "none"}
        (self.failed,) = axes.plot([], [], label="this run, failed", markeredgewidth=2.5, **failed)
        shown = [self.carried, self.bound, self.offered, self.yours, self.ghost, self.guess]
        shown.append(self.failed)
        style.legend_below(axes, left=-0.12, down=0.16, handles=shown)

    def _prepare_stale(self, axes):
        axes.set(xlim=(-12, 512), ylim=(-0.02, 1))
        axes.set(xlabel="replication lag, mean (ms)", ylabel="share of reads that are stale")
        axes.set_yticks(**QUARTERS)
        (self.curve,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        (self.ghost_stale,) = axes.plot([], [], label="ghost", **GHOST)
        (self.yours_stale,) = axes.plot([], [], label="this run", **MINE)
        own = {"color": style.VERMILION, "marker": "^", "markersize": 8, "linestyle": "none"}
        (self.own_stale,) = axes.plot([], [], label="of the reader's own write", **own)
        shown = [self.curve, self.own_stale, self.yours_stale, self.ghost_stale]
        style.legend_below(axes, left=-0.12, down=0.16, handles=shown)

    def show(
        self,
        *,
        name,
        result,
        ghost_name,
        ghost,
        most,
        stale,
        bound,
        lag,
        arrival_rate,
        prediction,
        dies,
    ):
        """Draw a run and the ghost's run of the same traffic; return (finding, words).

        most: the throughput (statements/s) that 0 … MOST_REPLICAS replicas can carry. stale: the
        share of stale reads in theory, for each of LAGS. bound: the write bound (statements/s).
        dies: the node that dies, or None.

        Theory is drawn up to this run's number of replicas, and the bound once it is reached:
        nobody sees what more replicas will do before trying it. It holds while all nodes live.
        """
        replicas = len(result.names) - 1
        known = 0 if dies else replicas + 1
        reached = most[replicas] >= 0.999 * bound and not dies
        self.carried.set_data(np.arange(known), most[:known])
        self.bound.set_visible(reached)
        if reached:
            self.bound.set_ydata([bound, bound])
        self.offered.set_ydata([arrival_rate] * 2)
        self.curve.set_data(LAGS * 1000, stale)
        for mark, run in ((self.yours, result), (self.ghost, ghost)):
            mark.set_data([replicas], [run.throughput])
        rate = result.errors / result.duration
        self.failed.set_data(([replicas], [rate]) if rate else ([], []))
        guess = ([10], [min(prediction, MOST_RATE)]) if prediction else ([], [])
        self.guess.set_data(guess)
        for mark, share in (
            (self.yours_stale, result.stale_share),
            (self.ghost_stale, ghost.stale_share),
            (self.own_stale, result.own_stale_share),
        ):
            mark.set_data([lag * 1000], [share])
        failed = f", {result.errors:,} failed" if result.errors else ""
        with_replicas = "1 replica" if replicas == 1 else f"{replicas or 'no'} replicas"
        finding = (
            f"{name}: {result.throughput:,.0f} statements/s with {with_replicas}{failed}, "
            f"{result.stale_share:.1%} of the reads stale"
        )
        words = [f"{len(result):,} statements came at {arrival_rate:,.0f}/s."]
        if dies:
            words.append(f"The node {dies} dies at half time; theory needs all nodes.")
        else:
            words.append(f"Theory: {min(most[replicas], arrival_rate):,.0f}/s.")
        if reached:
            words.append(f"The write bound is {bound:,.0f} statements/s.")
        if result.errors:
            words.append(
                f"{result.errors:,} statements failed ({rate:,.0f}/s), {result.refused:,} of them "
                f"refused at once."
            )
        words.append(
            f"The primary answered {result.primary_share:.0%} of the reads. "
            f"{result.own_stale_share:.1%} of the reads missed the reader's own write. "
            f"The ghost, {ghost_name}: {ghost.throughput:,.0f}/s, {ghost.stale_share:.1%} stale, "
            f"{ghost.errors:,} failed."
        )
        if prediction:
            above = f" (above {MOST_RATE:,}: drawn at the edge)" if prediction > MOST_RATE else ""
            words.append(f"You predicted {prediction:,.0f} statements/s with 10 replicas{above}.")
        return finding, " ".join(words)


def bars(axes):
    """Return two collections of bars, the ghost's hatched and this run's; `set_bars` fills them."""
    look = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "//"}
    return [
        axes.add_collection(PolyCollection([], **look)),
        axes.add_collection(PolyCollection([], facecolor=style.BLUE)),
    ]


def set_bars(collections, *columns):
    """Give each of the `bars` its heights: next to each other at the places 0, 1, 2 …"""
    for collection, heights, left in zip(collections, columns, (-0.4, 0.0), strict=True):
        places = np.arange(len(heights)) + left
        rows = zip(places, heights, strict=True)
        collection.set_verts([[(x, 0), (x, y), (x + 0.4, y), (x + 0.4, 0)] for x, y in rows])
