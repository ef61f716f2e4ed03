"""Picture of two tiers: where a request's time goes, and what the workers of each tier do.

A colour is a tier, and hatched is waiting for it.
"""

from matplotlib import rc_context

from course.engine.record import milliseconds
from course.view import style

TIME_END = 0.8  # seconds on the time axis
PARTS = (  # of a request's time: name, colour, hatch
    ("waits for a web worker", style.GREEN, "////"),
    ("web work", style.GREEN, ""),
    ("waits for a connection", style.SKY, "////"),
    ("database work", style.SKY, ""),
)


class TiersPicture:
    """Left: the mean time of a request in its parts. Right: what the workers of each tier do."""

    @rc_context(style.LOOK)
    def __init__(self, box_workers):
        self.figure, (left, right) = style.figure(width=7.7, height=3.2, width_ratios=[1.1, 1])
        left.set(
            title="Where a request's time goes",
            xlabel="mean time of a request (ms)",
            xlim=(0, TIME_END * 1250),
            ylim=(-0.6, 1.6),
        )
        left.set_xticks([0, 200, 400, 600, 800], ["0", "200", "400", "600", "800+"])
        left.set_yticks([1, 0], ["your\ntwo tiers", f"one box,\n{box_workers} workers"])
        left.grid(False, axis="y")
        right.set(
            title="What workers and connections do", ylabel="share of their time", ylim=(0, 1.12)
        )
        right.set_xlim(-0.6, 1.6)
        right.set_xticks([0, 1], ["web workers", "connections"])
        right.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        right.grid(False, axis="x")
        self.yours = [_bar(left, 1, part, label=True) for part in PARTS]
        self.box = [_bar(left, 0, part) for part in PARTS]
        self.figure.legend(loc="outside lower center", ncols=2, columnspacing=1.2)
        self.totals = [left.text(0, row, "", va="center") for row in (1, 0)]
        self.web = [_column(right, 0, part) for part in PARTS[1:]]
        self.db = [_column(right, 1, part) for part in PARTS[3:]]
        self.shares = [right.text(place, 0, "", ha="center", fontsize=9) for place in (0, 1)]
        self.moving = (*self.yours, *self.box, *self.totals, *self.web, *self.db, *self.shares)

    def show(self, *, yours, box, web_workers, web_asked, db_asked):
        """Draw `yours` and the one `box`, each a TwoTiers; return (title, words).

        web_asked, db_asked: the work that comes, as a share of the time of `web_workers` workers
        and of the connections.
        """
        total, in_one_box = self._times(self.yours, yours, 0), self._times(self.box, box, 1)
        working, waiting, answered = _web_shares(yours, web_workers)
        _stack(self.web, (working, waiting, answered))
        _stack(self.db, (yours.db_held,))
        self._share(0, yours.web_held)
        self._share(1, yours.db_held)
        parts = zip(PARTS, _parts(yours), strict=True)
        named = (f"{name} {milliseconds(round(seconds, 4))}" for (name, *_), seconds in parts)
        return _finding(yours, total, waiting, db_asked > web_asked), (
            f"A request takes {milliseconds(total)}: {', '.join(named)}. "
            f"The web workers are taken {yours.web_held:.0%} of the time but do web work in "
            f"{working:.0%}; the connections are busy {yours.db_held:.0%}. "
            f"All in one box: {milliseconds(in_one_box)}."
        )

    def _times(self, bars, tiers, row):
        """Set one row of the times; return their sum."""
        left = 0.0
        for bar, seconds in zip(bars, _parts(tiers), strict=True):
            bar.set_x(min(left, TIME_END) * 1000)
            bar.set_width(max(0.0, min(left + seconds, TIME_END) - min(left, TIME_END)) * 1000)
            left += seconds
        self.totals[row].set(text=milliseconds(left), x=min(left, TIME_END) * 1000 + 12)
        return left

    def _share(self, place, share):
        self.shares[place].set(text=f"{share:.0%} taken", y=min(share, 1.0) + 0.015)


def _bar(axes, row, part, label=False):
    name, colour, hatch = part
    [bar] = axes.barh(row, 0, height=0.5, label=name if label else None, **_look(colour, hatch))
    return bar


def _column(axes, place, part):
    _, colour, hatch = part
    return axes.bar(place, 0, width=0.6, **_look(colour, hatch))[0]


def _look(colour, hatch):
    return {"facecolor": style.PAPER if hatch else colour, "edgecolor": colour, "hatch": hatch}


def _stack(bars, shares):
    bottom = 0.0
    for bar, share in zip(bars, shares, strict=True):
        bar.set_y(bottom)
        bar.set_height(share)
        bottom += share


def _parts(tiers):
    """Return the seconds of a request's time in the order of PARTS."""
    return tiers.web_wait, tiers.web_work, tiers.db_wait, tiers.db_work


def _web_shares(tiers, workers):
    """Return the shares of the web workers' time: work, wait for a connection, for its answer.

    What a worker is held for beyond its own work is waiting; a `serve_two_tiers` that lets the web
    worker go before it asks the database has none.
    """
    seconds, requests = workers * tiers.result.duration, len(tiers.result)
    working = min(tiers.web_work * requests / seconds, tiers.web_held)
    waiting = min(tiers.db_wait * requests / seconds, tiers.web_held - working)
    return working, waiting, tiers.web_held - working - waiting


def _finding(tiers, total, waiting, database_asked_more):
    """Return the title: which tier is the bottleneck, if one is."""
    if max(tiers.web_wait, tiers.db_wait) < 0.1 * total:
        return "No bottleneck: neither tier makes a request wait long"
    if database_asked_more and waiting > 0.05:
        return (
            f"The database is the bottleneck: web workers are {tiers.web_held:.0%} taken, "
            f"{waiting:.0%} just waiting for it"
        )
    if tiers.web_wait > tiers.db_wait:
        return f"The web tier is the bottleneck: its workers are {tiers.web_held:.0%} taken"
    return f"The database is the bottleneck: its connections are {tiers.db_held:.0%} busy"
