"""Several logs as one timeline: who said what, when, and what a search finds."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.logs import DURATION, LEVELS, START, stamp
from course.view import style

ROWS = 5  # servers that there is room for: the database, and four web servers
EDGES = np.arange(0, DURATION + 1, 10)


class LogsPicture:
    """Above: a mark for each entry, a row a server. Below: entries a second, and those found."""

    def __init__(self):
        ratios = {"height_ratios": (1.7, 1)}
        self.figure, (rows, counts) = style.figure(2, 1, width=8.0, height=4.6, **ratios)
        with rc_context(style.LOOK):
            self._prepare_rows(rows)
            self._prepare_counts(counts)
        self.moving = (*self.levels.values(), self.found, self.everything, self.matching)

    def _prepare_rows(self, axes):
        axes.set(xlim=(0, DURATION / 60), ylim=(ROWS - 0.5, -0.6))
        axes.set_yticks(range(ROWS), ["database", *(f"web-{n}" for n in range(1, ROWS))])
        axes.tick_params(axis="x", labelbottom=False)
        looks = {
            "INFO": {"marker": "|", "color": style.GREY, "markersize": 5},
            "WARN": {"marker": "^", "color": style.ORANGE, "markersize": 6},
            "ERROR": {"marker": "X", "color": style.VERMILION, "markersize": 6},
        }
        self.levels = {
            level: axes.plot([], [], linestyle="none", markeredgewidth=0.8, label=level, **look)[0]
            for level, look in looks.items()
        }
        (self.found,) = axes.plot(
            [], [], "o", markersize=11, markerfacecolor="none", color=style.BLUE,
            markeredgewidth=1.4, label="first found",
        )  # fmt: skip
        axes.legend(loc="lower right", ncols=4, bbox_to_anchor=(1.0, 0.98), borderaxespad=0)

    def _prepare_counts(self, axes):
        axes.set(
            xlim=(0, DURATION / 60), xlabel="minutes since 12:00 UTC", ylabel="entries in 10 s"
        )
        axes.set_yscale("symlog", linthresh=10)
        axes.set_ylim(0, 200)
        axes.set_yticks([0, 5, 10, 100], ["0", "5", "10", "100"])
        axes.minorticks_off()
        ghost = style.BASELINE | {"drawstyle": "steps-mid"}
        (self.everything,) = axes.plot([], [], label="all entries", **ghost)
        (self.matching,) = axes.plot(
            [], [], drawstyle="steps-mid", label="found by the search", **style.YOURS
        )
        axes.legend(loc="lower right", ncols=2, bbox_to_anchor=(1.0, 0.98), borderaxespad=0)

    def show(self, *, timeline, found, search):
        """Draw a Timeline; return (finding, words).

        found: the entries that a search found. search: what was searched, in words.
        """
        row = {"database": 0} | {f"web-{number}": number for number in range(1, ROWS)}
        for level, line in self.levels.items():
            entries = [entry for entry in timeline.entries if entry.level == level]
            entries = [entry for entry in entries if entry.server in row]
            line.set_data(minutes(entries), [row[entry.server] for entry in entries])
        middles = (EDGES[:-1] + EDGES[1:]) / 120
        for line, entries in ((self.everything, timeline.entries), (self.matching, found)):
            line.set_data(middles, np.histogram(60 * minutes(entries), EDGES)[0])
        first = [entry for entry in found[:1] if entry.server in row]
        self.found.set_data(minutes(first), [row[entry.server] for entry in first])
        return self._words(timeline, found, search)

    def _words(self, timeline, found, search):
        read = len(timeline.entries)
        unread = timeline.lines - read
        counted = [
            f"{sum(entry.level == level for entry in timeline.entries):,} {level}"
            for level in LEVELS
        ]
        servers = len(timeline.servers)
        logs = f"{servers} log{'' if servers == 1 else 's'}"
        total = f"{read:,} entries of {logs} ({', '.join(counted)})"
        rest = f"; {unread:,} lines were no entries" if unread else ""
        if not found:
            return f"{search}: nothing found", f"{total}{rest}."
        return f"{search}: {len(found):,} found, the first from {found[0].server}", (
            f"First: “{in_words(found[0])}”. Last: “{in_words(found[-1])}”. {total}{rest}."
        )


def minutes(entries):
    """Return the minutes after the start at which each of the entries was written."""
    return (np.array([entry.time for entry in entries], dtype=float) - START) / 60


def in_words(entry, length=60):
    """Return the entry as it stood in the log, cut to a readable length."""
    message = entry.message
    shown = message if len(message) <= length else f"{message[:length]}… ({len(message):,} in all)"
    return f"{stamp(entry.time)[11:19]} {entry.server} {entry.level} {shown}"
