"""The picture of a failover: how far each log goes, which replica takes over, and what is lost."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.database_replication.failover import DEATHS
from course.database_replication.picture import Rows, legend
from course.engine.record import milliseconds
from course.view import style

ROOM = 60  # log entries in the left picture
MOST = 100  # the longest bar of the right one
MOST_REPLICAS = 5
LOST, NAMED, FIRST = 1, 2, 3  # rows: what is lost, what `lost_writes` says, and replica-1
COSTS = (
    "lost",
    f"lost, mean of\n{DEATHS.size} deaths",
    "refused until\na new primary",
)


class FailoverPicture:
    """Left: the ends of the logs, and the lost entries. Right: what a death costs."""

    def __init__(self):
        self.figure, (log, costs) = style.figure(1, 2, width=7.0, height=4.0)
        with rc_context(style.LOOK):
            self._prepare_log(log)
            costs.set_title("How many writes does it cost?")
            self.costs = Rows(costs, COSTS, MOST, "{:.3g}".format)
            more = [self.lost, self.unconfirmed]
            style.legend_below(log, left=-0.4, down=0.14, handles=more)
            legend(costs, left=-0.35, down=0.04, other="first in the list", mine="your rule")
        self.moving = (*self.logs, self.unconfirmed, *self.names, *self.words, self.end, self.lost)
        self.moving += (self.named, self.wrong, *self.costs.moving)

    def _prepare_log(self, axes):
        axes.set(xlim=(-ROOM, 3), ylim=(FIRST + MOST_REPLICAS - 0.4, -0.6))
        axes.set_title("How far does each log go?")
        axes.set_xlabel("entries before the primary's last one")
        axes.set_xticks(range(-60, 1, 20), ["60", "40", "20", "0"])
        axes.set_yticks(range(FIRST), ["dead primary", "lost", "lost_writes"])
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        rows = [0, *range(FIRST, FIRST + MOST_REPLICAS)]
        self.logs = axes.barh(rows, 0, 0.6, left=-ROOM).patches
        look = {"facecolor": style.PAPER, "edgecolor": style.GREY, "linestyle": "--"}
        self.unconfirmed = axes.add_patch(Rectangle((0, -0.3), 0, 0.6, **look))
        self.unconfirmed.set_label("not confirmed yet")
        self.names = [
            axes.text(-0.02, row, "", ha="right", va="center", fontsize=9) for row in rows[1:]
        ]
        for name in self.names:
            name.set_transform(axes.get_yaxis_transform())
        self.words = [axes.text(2 - ROOM, row, "", va="center", fontsize=9) for row in rows]
        self.end = axes.axvline(0, color=style.INK, linewidth=1.2, linestyle=":")
        look = {"marker": "x", "markersize": 5, "linestyle": "none", "color": style.VERMILION}
        (self.lost,) = axes.plot([], [], label="lost", markeredgewidth=1.8, **look)
        look = {"marker": "|", "markersize": 11, "linestyle": "none", "color": style.BLUE}
        (self.named,) = axes.plot([], [], markeredgewidth=2, **look)
        look = {"marker": "o", "markersize": 12, "linestyle": "none", "color": style.VERMILION}
        (self.wrong,) = axes.plot([], [], fillstyle="none", markeredgewidth=2, **look)

    def show(self, *, name, mine, other):
        """Draw a Failover by the rule `name`; `other`: the first in the list, on the same log.

        Return (finding, words).
        """
        self._show_log(mine)
        self.costs.show(_costs(mine), _costs(other))
        who = "nobody" if mine.promoted is None else f"replica-{mine.promoted + 1}"
        finding = f"{who} is promoted: {_writes(mine.lost)} lost, {mine.refused:,} writes refused"
        if mine.named != mine.lost:
            finding += f". Your lost_writes is wrong: {_difference(mine)}"
        log = f"had {mine.confirmed:,} confirmed writes"
        if mine.logged > mine.confirmed:
            log = f"had {mine.logged:,} writes in its log, and had confirmed {mine.confirmed:,}"
        away = "" if mine.away is None else f" replica-{mine.away + 1}, the freshest, is offline."
        early = sum(lsn <= mine.logged - ROOM for lsn in mine.lost)
        unseen = f" {early:,} of the lost writes are older than the left picture." if early else ""
        return finding, (
            f"At {mine.dies_at:g} s the primary {log}; the "
            f"replicas had {', '.join(map(str, mine.lsns)) or 'none, as there are none'}.{away} "
            f"A write was confirmed {milliseconds(mine.waited)} after it was in the log, on "
            f"average. Over {mine.costs.size} deaths {name} loses {mine.costs.mean():.1f} "
            f"confirmed writes on average, promoting the first in the list "
            f"{other.costs.mean():.1f}.{unseen}"
        )

    def _show_log(self, mine):
        for bar in self.logs:
            bar.set(width=0, linewidth=0, facecolor=style.PALE, edgecolor=style.BLUE)
        for text in (*self.names, *self.words):
            text.set_text("")
        self.logs[0].set_width(mine.confirmed - mine.logged + ROOM)
        self.unconfirmed.set(x=mine.confirmed - mine.logged, width=mine.logged - mine.confirmed)
        self.words[0].set_text(f"{mine.confirmed:,} confirmed")
        for place, lsn in enumerate(mine.lsns):
            bar, said = self.logs[place + 1], ""
            bar.set_width(max(0, lsn - mine.logged + ROOM))
            if place == mine.promoted:
                bar.set_linewidth(2.5)
                said = ": takes over"
            elif place == mine.away:
                bar.set(facecolor=style.PAPER, edgecolor=style.GREY, linewidth=1)
                said = ": offline, too"
            self.names[place].set_text(f"replica-{place + 1}")
            self.words[place + 1].set_text(f"has {lsn:,}{said}")
        kept = 0 if mine.promoted is None else mine.lsns[mine.promoted]
        self.end.set_xdata([kept - mine.logged + 0.5] * 2)
        self.end.set_visible(kept > mine.logged - ROOM)
        lost, named = set(mine.lost), set(mine.named)
        for marks, lsns, row in (
            (self.lost, lost, LOST),
            (self.named, named, NAMED),
            (self.wrong, lost ^ named, NAMED),
        ):
            places = sorted(lsn - mine.logged for lsn in lsns if -ROOM < lsn - mine.logged <= 2)
            marks.set_data(places, np.full(len(places), row))


def _costs(each):
    """Return the number for each of COSTS."""
    return [len(each.lost), each.costs.mean(), each.refused]


def _difference(mine):
    """Return in words what `lost_writes` leaves out, and what it names for no reason."""
    missing, extra = (
        sorted(set(mine.lost) - set(mine.named)),
        sorted(set(mine.named) - set(mine.lost)),
    )
    said = [f"it leaves out {_few(missing)}"] * bool(missing)
    said += [f"it names {_few(extra)}, not lost"] * bool(extra)
    return " and ".join(said) or "its numbers are not in ascending order"


def _few(numbers):
    return ", ".join(map(str, numbers[:3])) + (", …" if len(numbers) > 3 else "")


def _writes(lost):
    return f"{len(lost):,} confirmed write{'' if len(lost) == 1 else 's'}"
