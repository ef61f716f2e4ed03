"""The picture of a failover: the last entries, the replica that takes over, and what is lost."""

import numpy as np
from matplotlib import rc_context

from course.database_replication.failover import SHOWN
from course.database_replication.picture import QUARTERS
from course.engine.record import milliseconds
from course.view import style

BEFORE = 1.0  # seconds of the left picture before the death
AFTER = SHOWN
ROOM = 85  # entries around the primary's last one
MOST_LOST = 64
COUNTS = np.arange(MOST_LOST + 1)
MOST_REPLICAS = 5


class FailoverPicture:
    """Left: log entries around the death. Right: what a death costs, over many of them."""

    def __init__(self):
        self.figure, (log, costs) = style.figure(1, 2, width=8.2, height=4.4, width_ratios=(1.5, 1))
        with rc_context(style.LOOK):
            self._prepare_log(log)
            self._prepare_costs(costs)
        self.moving = (
            *(self.away, self.promotion, self.primary, self.after, *self.lines, self.lost),
            *(self.named, self.chosen, self.ghost_costs, self.your_costs),
        )

    def _prepare_log(self, axes):
        axes.set(xlim=(-BEFORE, AFTER), ylim=(-ROOM * 1.2, ROOM * 0.8))
        axes.set(xlabel="time since the primary died (s)", ylabel="log number − the last confirmed")
        axes.axvline(0, color=style.INK, linewidth=1.0)
        axes.text(-0.05, ROOM * 0.72, "the primary dies", fontsize=9, ha="right")
        look = {"facecolor": style.PALE, "hatch": "//", "edgecolor": "white"}
        self.away = axes.axvspan(0, 1, label="no primary: writes refused", **look)
        look = {"color": style.INK, "linewidth": 1.0, "linestyle": ":"}
        self.promotion = axes.axvline(1, label="promotion", **look)
        (self.primary,) = axes.plot([], [], color=style.INK, linewidth=1.8, label="primary")
        look = {"color": style.INK, "linewidth": 1.8, "linestyle": (0, (2, 1))}
        (self.after,) = axes.plot([], [], label="the new primary", **look)
        self.lines = [
            axes.plot([], [], color=colour, linewidth=1.2, label=f"replica-{number + 1}")[0]
            for number, colour in enumerate(style.SERVERS[:MOST_REPLICAS])
        ]
        for line, marker in zip(self.lines, style.MARKERS, strict=False):
            line.set(marker=marker, markersize=6, markevery=[-1])
        lost = {"color": style.VERMILION, "marker": "x", "linestyle": "none"}
        (self.lost,) = axes.plot([], [], label="lost", markersize=7, **lost)
        named = {"color": style.BLACK, "marker": "_", "linestyle": "none"}
        (self.named,) = axes.plot([], [], label="lost, says yours", markersize=11, **named)
        chosen = {"marker": "o", "markersize": 15, "linestyle": "none", "color": style.BLUE}
        (self.chosen,) = axes.plot([], [], label="promoted", fillstyle="none", **chosen)
        shown = [self.primary, self.after, *self.lines, self.chosen, self.lost, self.named]
        self.figure.legend(handles=[*shown, self.away], ncols=5, loc="outside lower left")

    def _prepare_costs(self, axes):
        axes.set(xlim=(-1, MOST_LOST), ylim=(-0.02, 1.3))  # room for the legend
        axes.set(xlabel="lost writes", ylabel="share of deaths that lose more")
        axes.set_yticks(**QUARTERS)
        look = style.BASELINE | {"drawstyle": "steps-post"}
        (self.ghost_costs,) = axes.plot([], [], label="first in the list (ghost)", **look)
        look = style.YOURS | {"drawstyle": "steps-post", "marker": "o", "markevery": 8}
        (self.your_costs,) = axes.plot([], [], label="this rule", **look)
        axes.legend(loc="upper right")

    def show(self, *, name, mine, ghost):
        """Draw a Failover by the rule `name`, and the ghost's on the same log.

        Return (finding, words).
        """
        self._show_log(mine)
        self.ghost_costs.set_data(COUNTS, (ghost.costs[:, None] > COUNTS).mean(axis=0))
        self.your_costs.set_data(COUNTS, (mine.costs[:, None] > COUNTS).mean(axis=0))
        who = "nobody" if mine.promoted is None else f"replica-{mine.promoted + 1}"
        finding = f"{who} is promoted: {_writes(mine.lost)} lost, {mine.refused:,} writes refused"
        if mine.named != mine.lost:
            finding += f". Your lost_writes is wrong: {_difference(mine)}"
        log = f"had {mine.confirmed:,} confirmed writes"
        if mine.logged > mine.confirmed:
            log = f"had {mine.logged:,} writes in its log, and had confirmed {mine.confirmed:,}"
        away = "" if mine.away is None else f" replica-{mine.away + 1}, the freshest, is offline."
        early = sum(mine.written[lsn - 1] < mine.dies_at - BEFORE for lsn in mine.lost)
        unseen = f" {early:,} of the lost writes are older than the left picture." if early else ""
        return finding, (
            f"At {mine.dies_at:g} s the primary {log}; the "
            f"replicas had {', '.join(map(str, mine.lsns)) or 'none, as there are none'}.{away} "
            f"A write was confirmed {milliseconds(mine.waited)} after it was in the log, on "
            f"average. Over {mine.costs.size} deaths {name} loses {mine.costs.mean():.1f} "
            f"confirmed writes on average, promoting the first in the list "
            f"{ghost.costs.mean():.1f}.{unseen}"
        )

    def _show_log(self, mine):
        died, base = mine.dies_at, mine.confirmed
        times = np.linspace(-BEFORE, 0, 120)
        written = np.searchsorted(mine.written, died + times, "right")
        self.primary.set_data(times, written - base)
        for line in self.lines:
            line.set_data([], [])
        for line, has in zip(self.lines, mine.has, strict=False):
            line.set_data(times, np.searchsorted(has, died + times, "right") - base)
        end = AFTER if mine.promoted is None else min(mine.detection, AFTER)
        self.away.set_bounds(0, 0, end, 1)
        self.promotion.set_xdata([end, end])
        lost = np.array(mine.lost[-4 * ROOM :], dtype=float)
        self.lost.set_data(_when(mine, lost), lost - base)
        named = np.array([n for n in mine.named if 0 < n <= mine.written.size][-4 * ROOM :])
        self.named.set_data(_when(mine, named), named - base)
        if mine.promoted is None:
            self.chosen.set_data([], [])
            self.after.set_data([], [])
            return
        kept = mine.lsns[mine.promoted] - base
        self.chosen.set_data([0], [kept])
        times = np.linspace(end, AFTER, 80)
        new = np.searchsorted(mine.written, died + times, "right")
        before = np.searchsorted(mine.written, died + end, "right")
        self.after.set_data([0, *times], [kept, *(kept + new - before)])


def _when(mine, lsns):
    """Return the times since the death (s) at which the primary wrote entries `lsns`."""
    return mine.written[np.asarray(lsns, dtype=int) - 1] - mine.dies_at


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
