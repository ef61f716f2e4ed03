"""A real tier: who got a page, from which server, and how many had to log in again."""

import numpy as np
from matplotlib import rc_context

from course.engine.record import milliseconds
from course.real.counts import CountsPicture, so_far
from course.real.crowd import KILL, START
from course.stateless_tier.rehearsal import (
    DURATION,
    LOG_IN,
    MEMORY,
    NO_PAGE,
    PAGE,
    REDIS,
    USERS,
    WEB,
)
from course.view import style

HOMES = {MEMORY: "the web servers' memories", REDIS: "Redis"}


class RealPicture(CountsPicture):
    """Left: every reload of every user. Right: two counts, by formula, simulation and machine."""

    @rc_context(style.LOOK)
    def __init__(self):
        super().__init__(
            {"Users who must log in again": 12, "Reloads without a page": 72},
            title="Whose reload gets a page, and from whom?",
            xlabel="time (s)",
            xlim=(-0.15, DURATION + 0.05),
            ylim=(len(USERS) - 0.4, -0.7),
        )
        left = self.left
        left.set_yticks(range(len(USERS)), USERS)
        self.kills = left.vlines([], 0, 1, color=style.VERMILION, linewidth=1.6, label="kill -9")
        look = {"color": style.GREY, "linewidth": 1.6, "linestyle": ":"}
        self.starts = left.vlines([], 0, 1, **look, label="started again")
        marks = {"linestyle": "none", "markersize": 5.5}
        self.served = [
            left.plot([], [], mark, color=colour, label=name, **marks)[0]
            for name, mark, colour in zip(WEB, style.MARKERS, style.SERVERS, strict=False)
        ]
        wrong = {"color": style.VERMILION, "linestyle": "none", "markersize": 9}
        (self.log_in,) = left.plot([], [], "X", **wrong, label="must log in")
        hollow = {"markerfacecolor": "none", "markersize": 7}
        (self.no_page,) = left.plot([], [], "D", **wrong | hollow, label="no page")
        style.legend_below(left, left=-0.08, down=0.13, ncols=4, columnspacing=0.9)
        points = (*self.served, self.log_in, self.no_page, self.kills, self.starts)
        self.moving = (*points, *self.moving)

    def show(self, *, where, foreseen, expected, run, typical, note):
        """Draw what is foreseen and, if it is not None, the Run so far; return (finding, words).

        foreseen: the formula's two counts, None where it knows none. expected: the Run of the
        simulation. typical: the median of a page (s) by where the sessions were, in runs so far.
        note: a sentence on what is not installed.
        """
        drawn = expected if run is None else run
        self._draw(drawn)
        self.show_counts(foreseen, _counts(expected), run and _counts(run))
        home = HOMES.get(where, "your store")
        if run is None:
            return "Nothing is measured yet", (
                f"The picture shows what is expected with the sessions in {home}. Press a button, "
                f"and {len(USERS)} browsers reload their pages on this machine, from three web "
                f"servers that run your handle. {note}"
            )
        again = f"{_people(len(run.thrown_out))} had to log in again"
        finding = f"Sessions in {home}{so_far(run.share)}: {again}"
        said = "".join(_told(*event) for event in run.events)
        said += f"{len(run.rows)} real reloads, {run.without_page} got no page. "
        if run.share == 1:
            said += f"{_gap(run, expected)} "
        if run.times:
            said += f"A page took {milliseconds(float(np.median(run.times)))} (the median)"
            others = [
                f"{milliseconds(time)} with sessions in {HOMES.get(each, 'your store')}"
                for each, time in typical.items()
                if each != where
            ]
            said += f"; {', '.join(others)}. " if others else ". "
        return finding, f"{said}{note}"

    def _draw(self, run):
        for name, marks in zip(WEB, self.served, strict=True):
            marks.set_data(*_places(run, lambda row, name=name: row[3:] == (PAGE, name)))
        self.log_in.set_data(*_places(run, lambda row: row[3] == LOG_IN))
        self.no_page.set_data(*_places(run, lambda row: row[3] == NO_PAGE))
        for lines, kind in ((self.kills, KILL), (self.starts, START)):
            times = [time for time, what, _ in run.events if what == kind]
            lines.set_segments([[(time, -0.7), (time, len(USERS))] for time in times])


def _places(run, wanted):
    rows = [row for row in run.rows if wanted(row)]
    return [row[1] for row in rows], [row[0] for row in rows]


def _counts(run):
    return len(run.thrown_out), run.without_page


def _people(count):
    return f"{count} user{'s' * (count != 1)}"


def _told(time, what, box):
    box = "The store" if box == "store" else box
    return f"{box} was {'killed' if what == KILL else 'started again'} at {time:.1f} s. "


def _gap(run, expected):
    """Return in one sentence how the machine's run differs from the simulation's."""
    here, there = _counts(run), _counts(expected)
    if here == there:
        return "The simulation of these events says the same."
    if here[0] == there[0] and here[1] > there[1]:
        return (
            f"The simulation has {there[1]} without a page: there a box works from the moment it "
            "is started, a real process has to load its program first."
        )
    return (
        f"The simulation says {_people(there[0])} and {there[1]} without a page: close to a kill "
        "it is luck which request comes first."
    )
