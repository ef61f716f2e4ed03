"""The picture of exercise A: what a router's guesses cost, in wasted reads and in errors."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Patch

from course.database_replication.picture import MOST_RATE, QUARTERS, bars, set_bars
from course.view import style

KINDS = (
    "reads at\na replica",
    "reads at the\nprimary: waste",
    "writes at\nthe primary",
    "writes at a\nreplica: errors",
)


class GuessPicture:
    """Left: where the statements went. Right: how many were answered per second."""

    def __init__(self):
        self.figure, (kinds, rates) = style.figure(
            1, 2, width=8.2, height=4.0, width_ratios=(2.4, 1)
        )
        with rc_context(style.LOOK):
            kinds.set(xlim=(-0.6, 3.6), ylim=(0, 1.02), ylabel="share of the statements")
            kinds.set_title("Where the statements went")
            kinds.set_yticks(**QUARTERS)
            kinds.set_xticks(range(4), KINDS)
            rates.set(xlim=(-0.6, 0.6), ylim=(0, MOST_RATE / 2), ylabel="answered (statements/s)")
            rates.set_title("What that carries")
            rates.set_xticks([])
            self.bars, self.rates = bars(kinds), bars(rates)
            look = {"color": style.ORANGE, "linewidth": 1.8}
            self.best = rates.axhline(0, label="no wrong guess, in theory", **look)
            rule = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "//"}
            shown = [Patch(label="the other rule", **rule), Patch(label="yours", color=style.BLUE)]
            self.figure.legend(handles=[*shown, self.best], ncols=3, loc="outside lower left")
        self.moving = (*self.bars, *self.rates, self.best)

    def show(self, *, name, result, ghost_name, ghost, best):
        """Draw two runs of the same traffic; return (finding, words).

        ghost_name: the rule of the other run. best: the statements/s that the nodes can carry, or
        are asked for, when each guess is right.
        """
        mine, other = _went(result), _went(ghost)
        set_bars(self.bars, other, mine)
        set_bars(self.rates, [ghost.throughput], [result.throughput])
        self.best.set_ydata([best, best])
        total = len(result)
        finding = (
            f"{name}: {result.errors:,} errors, {mine[1] * total:,.0f} reads wasted on the "
            f"primary, {result.throughput:,.0f} statements/s"
        )
        return finding, (
            f"Of {total:,} statements {mine[0]:.0%} were reads at a replica. The rule "
            f"“{ghost_name}” (hatched): {ghost.errors:,} errors, {other[1] * total:,.0f} reads "
            f"wasted, {ghost.throughput:,.0f} statements/s. Without a wrong guess the databases "
            f"carry {best:,.0f} statements/s in theory. "
            "An error is a page that a user does not get."
        )


def _went(result):
    """Return the share of the statements of each of KINDS."""
    replica = result.place > 0
    rows = (
        result.reads & replica,
        result.reads & ~replica,
        result.write & result.served,
        result.failed,
    )
    return [float(np.mean(column)) for column in rows]
