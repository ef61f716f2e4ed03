"""What a run of the replicated database looks like: throughput against replicas, stale reads."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.engine.record import Result
from course.view import style
from course.view.architecture import Node, Tier
from course.view.architecture import architecture as draw_architecture

MOST_REPLICAS = 10
MOST_RATE = 1100  # statements/s, the top
LAGS = np.linspace(0, 500, 26)  # ms
GHOST = {"color": style.GREY, "marker": "s", "markersize": 8, "linestyle": "none"}
MINE = {"color": style.BLUE, "marker": "o", "markersize": 9, "linestyle": "none"}


@dataclass(frozen=True)
class Replicated:
    """A run, the ghost's run of the same traffic, and what theory says around them.

    `most` is the throughput (statements/s) that 0 … MOST_REPLICAS replicas can keep up with,
    `stale` the share of stale reads for each of LAGS; `bound` is the write bound.
    """

    name: str
    result: Result
    ghost_name: str
    ghost: Result
    most: np.ndarray
    stale: np.ndarray
    bound: float
    replicas: int
    lag: float  # ms
    arrival_rate: float
    prediction: float | None = None  # statements/s


class ReplicationPicture:
    """Left: throughput against replicas. Right: share of stale reads against lag."""

    def __init__(self):
        self.figure, (load, stale) = style.figure(1, 2, width=8.2, height=4.3)
        with rc_context(style.LOOK):
            self._prepare_load(load)
            self._prepare_stale(stale)
        self.moving = (
            *(self.offered, self.bound, self.carried, self.guess, self.ghost, self.yours),
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
        shown = [self.carried, self.bound, self.offered, self.yours, self.ghost, self.guess]
        axes.legend(handles=shown, ncols=2, loc="upper left", bbox_to_anchor=(-0.12, -0.16))

    def _prepare_stale(self, axes):
        axes.set(xlim=(-12, 512), ylim=(-0.02, 1))
        axes.set(xlabel="replication lag, mean (ms)", ylabel="share of reads that are stale")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        (self.curve,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        (self.ghost_stale,) = axes.plot([], [], label="ghost", **GHOST)
        (self.yours_stale,) = axes.plot([], [], label="this run", **MINE)
        own = {"color": style.VERMILION, "marker": "^", "markersize": 8, "linestyle": "none"}
        (self.own_stale,) = axes.plot([], [], label="of the reader's own write", **own)
        shown = [self.curve, self.own_stale, self.yours_stale, self.ghost_stale]
        axes.legend(handles=shown, ncols=2, loc="upper left", bbox_to_anchor=(-0.12, -0.16))

    def show(self, seen):
        """Draw a Replicated; return (finding, words)."""
        result, ghost, guess = seen.result, seen.ghost, seen.prediction
        self.carried.set_data(np.arange(MOST_REPLICAS + 1), np.minimum(seen.most, 2 * MOST_RATE))
        top = [min(seen.bound, MOST_RATE * 2)] * 2
        self.bound.set_ydata(top)
        self.offered.set_ydata([seen.arrival_rate] * 2)
        self.curve.set_data(LAGS, seen.stale)
        for mark, run in ((self.yours, result), (self.ghost, ghost)):
            mark.set_data([seen.replicas], [min(run.throughput, MOST_RATE)])
        self.guess.set_data(([10], [min(guess, MOST_RATE)]) if guess else ([], []))
        for mark, share in (
            (self.yours_stale, result.stale_share),
            (self.ghost_stale, ghost.stale_share),
            (self.own_stale, result.own_stale_share),
        ):
            mark.set_data([seen.lag], [share])
        failed = f", {result.errors:,} failed" if result.errors else ""
        finding = (
            f"{seen.name}: {result.throughput:,.0f} statements/s with {_replicas(seen.replicas)}, "
            f"{result.stale_share:.1%} of the reads stale{failed}"
        )
        theory = min(seen.most[seen.replicas], seen.arrival_rate)
        bound = f"{seen.bound:,.0f} statements/s" if seen.bound < np.inf else "none (no writes)"
        predicted = f" You predicted {guess:,.0f} statements/s with 10 replicas." if guess else ""
        return finding, (
            f"Of {len(result):,} statements, asked for at {seen.arrival_rate:,.0f}/s, "
            f"{result.errors:,} failed, {result.refused:,} of them refused at once. Theory: "
            f"{theory:,.0f}/s; the write bound is {bound}. The primary "
            f"answered {result.primary_share:.0%} of the reads. The ghost, {seen.ghost_name}: "
            f"{ghost.throughput:,.0f}/s, {ghost.stale_share:.1%} stale, {ghost.errors:,} failed."
            f"{predicted}"
        )


def _replicas(count):
    return "1 replica" if count == 1 else f"{count or 'no'} replicas"


def architecture(replicas=3):
    """Return the picture of the system so far: the replicas are new."""
    copies = [f"replica-{number + 1}" for number in range(replicas)]
    web = [f"web-{number + 1}" for number in range(3)]
    behind = "private network"
    tiers = (
        Tier("clients", (Node("clients", ("browsers and apps",)),)),
        Tier("load balancer", (Node("balancer"),)),
        Tier("web tier", tuple(Node(name, ("with your router",)) for name in web), zone=behind),
        Tier("primary", (Node("primary", ("takes the writes,", "sends its log")),), zone=behind),
        Tier(
            "replicas",
            tuple(Node(name, ("follows the log,", "answers reads")) for name in copies),
            new=True,
            zone=behind,
        ),
    )
    links = [("clients", "balancer", "HTTP")]
    links += [("balancer", name, "") for name in web]
    links += [(name, "primary", "") for name in web]
    links += [("primary", name, "") for name in copies]
    # any router asks any replica: two arrows that cross no box stand for all of them
    links += [(web[0], copies[0], "reads"), (web[-1], copies[-1], "reads")]
    return draw_architecture(tiers, links)
