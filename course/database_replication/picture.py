"""The pictures of the replicated database: throughput against replicas, stale reads against lag.

One colour, one meaning in all pictures of this lab: blue is this run, gray (hatched) a simpler rule
on the same traffic, orange theory, vermilion what goes wrong, purple the prediction, and sky blue a
simulation next to what was measured.
"""

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch, Rectangle

from course.view import style

MOST_REPLICAS = 10
MOST_RATE = 1100  # statements/s, the top of the axis where the capacity is explored
LAGS = np.linspace(0, 0.5, 26)  # s
QUARTERS = {
    "ticks": [0, 0.25, 0.5, 0.75, 1],
    "labels": ["0 %", "25 %", "50 %", "75 %", "100 %"],
}
OTHER = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "//"}
WRONG = {"facecolor": style.VERMILION, "edgecolor": style.PAPER, "hatch": "//", "linewidth": 0}


class CapacityPicture:
    """Throughput against replicas."""

    def __init__(self, predicted):
        self.figure, axes = style.figure(1, 1, width=3.6, height=3.6)
        with rc_context(style.LOOK):
            self.load = Load(axes, MOST_RATE, predicted=predicted)
        self.moving = self.load.moving

    def show(self, *, result, most, bound, arrival_rate, prediction):
        """Draw a run; return (finding, words). The arguments are those of `Load.show`."""
        words = self.load.show(result, most, bound, arrival_rate, prediction=prediction)
        return f"{_rate(result)} answered with {_replicas(result)}", " ".join(words)


class ReplicationPicture:
    """Left: throughput against replicas. Right: share of stale reads against lag."""

    def __init__(self):
        self.figure, (load, stale) = style.figure(1, 2, width=7.0, height=3.7)
        with rc_context(style.LOOK):
            self.load, self.stale = Load(load, 650, compared=True), Stale(stale)
        self.moving = (*self.load.moving, *self.stale.moving)

    def show(self, *, name, result, other, most, stale, bound, lag, arrival_rate, dies):
        """Draw a run by the router `name`; return (finding, words).

        other: the run of a random replica on the same traffic, None if this is it. The other
        arguments are those of `Load.show` and `Stale.show`.
        """
        failed = f", {result.errors:,} failed" if result.errors else ""
        finding = (
            f"{name}: {_rate(result)} with {_replicas(result)}{failed}, "
            f"{result.stale_share:.1%} of the reads stale"
        )
        words = self.load.show(result, most, bound, arrival_rate, other=other, dies=dies)
        self.stale.show(result, stale, lag, other=other)
        words.append(
            f"{result.own_stale_share:.1%} of the reads missed the reader's own edit. "
            f"The primary answered {result.primary_share:.0%} of the reads."
        )
        if other is not None:
            words.append(
                f"A random replica (gray): {_rate(other)}, {other.errors:,} failed, "
                f"{other.stale_share:.1%} stale."
            )
        return finding, " ".join(words)


class Load:
    """A panel: statements/s against replicas; what this run answered, and what failed, is a bar."""

    def __init__(self, axes, top, *, predicted=False, compared=False):
        axes.set(xlim=(-0.6, MOST_REPLICAS + 0.6), ylim=(0, top), xlabel="replicas")
        axes.set_title("Statements answered per second")
        axes.set_xticks(range(0, MOST_REPLICAS + 1, 2))
        thin = {"color": style.INK, "linewidth": 1.2, "linestyle": ":"}
        self.offered = axes.axhline(0, label="asked for", **thin)
        look = {"color": style.INK, "linewidth": 1.8, "linestyle": (0, (7, 2))}
        self.bound = axes.axhline(0, label="write bound", **look)
        self.answered = bar(axes, 0.6, "this run: answered", color=style.BLUE)
        self.failed = bar(axes, 0.6, "this run: failed", **WRONG)
        (self.carried,) = axes.plot([], [], label="in theory", marker=".", **style.THEORY)
        self.other = _level(axes)
        (self.guess,) = axes.plot([], [], label="your prediction", **style.PREDICTION)
        shown = [self.answered, self.carried, self.bound, self.offered]
        shown += [self.failed, self.other] * compared + [self.guess] * predicted
        style.legend_below(axes, left=-0.1, down=0.14, handles=shown)
        marks = (self.other, self.answered, self.failed)  # the mark's ends stick out
        self.moving = (*marks, self.offered, self.bound, self.carried, self.guess)

    def show(self, result, most, bound, arrival_rate, *, other=None, prediction=None, dies=None):
        """Draw a run; return the words for it, a list.

        most: the throughput (statements/s) that 0 … MOST_REPLICAS replicas can carry. bound: the
        write bound (statements/s). dies: the node that dies, or None.

        Theory is drawn up to this run's number of replicas, and the bound once it is reached:
        nobody sees what more replicas will do before trying it. It holds while all nodes live.
        """
        replicas = len(result.names) - 1
        known = 0 if dies else replicas + 1
        reached = most[replicas] >= 0.999 * bound and not dies
        self.carried.set_data(np.arange(known), np.minimum(most[:known], arrival_rate))
        self.bound.set_visible(reached)
        if reached:
            self.bound.set_ydata([bound, bound])
        self.offered.set_ydata([arrival_rate] * 2)
        rate = result.errors / result.duration
        _stack((self.answered, result.throughput), (self.failed, rate), middle=replicas)
        self.other.set_data(*_place(replicas, other and other.throughput))
        self.guess.set_data(*_place(10, prediction and min(prediction, MOST_RATE)))
        words = [f"{len(result):,} statements came at {arrival_rate:,.0f}/s."]
        if dies:
            who = "the primary" if dies == "primary" else dies
            words.append(f"Halfway {who} dies; theory needs all databases.")
        else:
            words.append(f"Theory: {min(most[replicas], arrival_rate):,.0f}/s.")
        if reached:
            words.append(f"The write bound is {bound:,.0f} statements/s.")
        if result.errors:
            words.append(
                f"{result.errors:,} statements failed ({rate:,.0f}/s), {result.refused:,} of them "
                f"refused at once."
            )
        if prediction:
            above = f" (above {MOST_RATE:,}: drawn at the edge)" if prediction > MOST_RATE else ""
            words.append(f"You predicted {prediction:,.0f} statements/s with 10 replicas{above}.")
        return words


class Stale:
    """A panel: the share of stale reads against lag; the readers' own edits are a part of a bar."""

    def __init__(self, axes):
        axes.set(xlim=(-25, 525), ylim=(0, 1), xlabel="replication lag, mean (ms)")
        axes.set_title("Stale reads")
        axes.set_yticks(**QUARTERS)
        self.own = bar(axes, 26, "the reader's own edit is missing", **WRONG)
        self.others = bar(axes, 26, "somebody else's edit is missing", color=style.BLUE)
        (self.curve,) = axes.plot([], [], label="any replica, in theory", **style.THEORY)
        self.other = _level(axes)
        shown = [self.own, self.others, self.curve]
        style.legend_below(axes, left=-0.1, down=0.14, ncols=1, handles=shown)
        self.moving = (self.other, self.own, self.others, self.curve)

    def show(self, result, stale, lag, *, other):
        """Draw a run at a mean lag (s); `stale`: the share in theory for each of LAGS.

        Theory is drawn up to this lag.
        """
        known = lag + 1e-9 >= LAGS
        self.curve.set_data(1000 * LAGS[known], stale[known])
        own = result.own_stale_share
        _stack((self.own, own), (self.others, result.stale_share - own), middle=1000 * lag)
        self.other.set_data(*_place(1000 * lag, other and other.stale_share))


class Rows:
    """Rows of horizontal bars with their numbers: in each this run's, above it the other rule's."""

    def __init__(self, axes, labels, most=1.0, words="{:.0%}".format, *, pairs=True):
        """most: the longest bar; a longer one ends there, and its number says so by "…".

        words: makes the text of a number. pairs: False if there is no other rule.
        """
        self.most, self.words = most, words
        count = len(labels)
        axes.set(xlim=(0, 1.35 * most), ylim=(count - 0.4, -0.6))
        axes.set_yticks(range(count), labels)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)
        looks = [{"facecolor": style.BLUE}, OTHER][: 1 + pairs]
        self.bars = [axes.add_collection(PolyCollection([], **look)) for look in looks]
        self.tops = (0.0, -0.4) if pairs else (-0.2,)
        self.numbers = [
            [axes.text(0, row + top + 0.2, "", fontsize=9, va="center") for row in range(count)]
            for top in self.tops
        ]
        self.moving = (*self.bars, *(number for column in self.numbers for number in column))

    def show(self, *columns):
        """Draw this run's numbers, then the other rule's: one for each row."""
        for values, bars, numbers, top in zip(
            columns, self.bars, self.numbers, self.tops, strict=True
        ):
            ends = np.minimum(np.nan_to_num(values), self.most)
            places = np.arange(len(values)) + top
            rows = zip(ends, places, strict=True)
            bars.set_verts([[(0, y), (x, y), (x, y + 0.4), (0, y + 0.4)] for x, y in rows])
            for number, value, end in zip(numbers, values, ends, strict=True):
                number.set_x(end + 0.02 * self.most)
                said = "–" if value != value else self.words(value).replace("%", " %")
                number.set_text(said + (" …" if value > self.most else ""))


def legend(axes, *, left, down, other="the other rule", mine="yours", more=()):
    """Put the legend of Rows below axes, as `style.legend_below` does."""
    handles = [Patch(label=other, **OTHER), Patch(label=mine, color=style.BLUE), *more]
    style.legend_below(axes, left=left, down=down, handles=handles)


def bar(axes, width, label="", *, left=0.0, **look):
    """Return a bar without height, for `set`."""
    return axes.add_patch(Rectangle((left, 0), width, 0, label=label, **look))


def _level(axes):
    look = {"color": style.GREY, "marker": "_", "linestyle": "none", "markeredgewidth": 2.5}
    return axes.plot([], [], label="a random replica", markersize=26, **look)[0]


def _place(x, y):
    """Return the data of a mark at (x, y), of none if y is None."""
    return ([], []) if y is None else ([x], [y])


def _stack(*parts, middle):
    """Set bars, given with their heights, onto each other."""
    below = 0.0
    for bar, height in parts:
        bar.set(x=middle - bar.get_width() / 2, y=below, height=height)
        below += height


def _rate(result):
    return f"{result.throughput:,.0f} statements/s"


def _replicas(result):
    count = len(result.names) - 1
    return "1 replica" if count == 1 else f"{count or 'no'} replicas"
