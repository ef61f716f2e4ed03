"""The picture of exercise A: what a router's guesses cost, in wasted reads and in errors."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.picture import Rows, legend
from course.view import style

KINDS = (
    "reads at a replica",
    "reads at the\nprimary: wasted",
    "writes at\nthe primary",
    "writes at a\nreplica: errors",
)


class GuessPicture:
    """Left: where the statements went. Right: how many were answered per second."""

    def __init__(self):
        self.figure, (kinds, rates) = style.figure(1, 2, width=7.0, height=3.8)
        with rc_context(style.LOOK):
            kinds.set_title("Where did the statements go?")
            self.kinds = Rows(kinds, KINDS)
            rates.set_title("Statements answered per second")
            self.rates = Rows(rates, [""], 500, "{:,.0f}".format)
            legend(kinds, left=-0.4, down=0.04)
        self.moving = (*self.kinds.moving, *self.rates.moving)

    def show(self, *, name, result, other_name, other, best):
        """Draw two runs of the same traffic; return (finding, words).

        other_name: the rule of the other run. best: the statements/s that the nodes can carry, or
        are asked for, when each guess is right.
        """
        mine, others = went(result), went(other)
        self.kinds.show(mine, others)
        self.rates.show([result.throughput], [other.throughput])
        total = len(result)
        finding = (
            f"{name}: {result.errors:,} errors, {mine[1] * total:,.0f} reads wasted on the "
            f"primary, {result.throughput:,.0f} statements/s"
        )
        return finding, (
            f"The rule “{other_name}” (gray): {other.errors:,} errors, {others[1] * total:,.0f} "
            f"reads wasted, {other.throughput:,.0f} statements/s. Without a wrong guess the "
            f"databases carry {best:,.0f} statements/s in theory. "
            "An error is a page that a user does not get."
        )


def went(result):
    """Return the share of the statements of each of KINDS."""
    replica = result.place > 0
    rows = (
        result.reads & replica,
        result.reads & ~replica,
        result.write & result.served,
        result.failed,
    )
    return [float(np.mean(column)) for column in rows]
