"""Several logs as one timeline: who wrote what, when, and the lines around what a search finds."""

import numpy as np
from matplotlib import rc_context

from course.logging_and_automation.logs import DURATION, LEVELS, START, stamp
from course.view import style

ROWS = 5  # servers that there is room for: the database, and four web servers
ALIKE = 3.0  # s: entries of one server and level that are so near share a mark
LINES, BEFORE = 11, 5  # lines that are shown, and how many of them before the first found
COLUMNS = (0.0, 0.19, 0.37)  # where time, server and message begin
LEVEL_COLOURS = dict(zip(LEVELS, (style.GREY, style.ORANGE, style.VERMILION), strict=True))


class LogsPicture:
    """Left: what was found, a row a server. Right: the merged timeline around the first found."""

    def __init__(self):
        self.figure, (rows, lines) = style.figure(
            1, 2, width=7.7, height=3.7, width_ratios=(1, 1.25)
        )
        with rc_context(style.LOOK):
            self._prepare_rows(rows)
            self._prepare_lines(lines)
        texts = (text for line in self.lines for text in line)
        self.moving = (*self.levels.values(), self.found, self.here, *texts)

    def _prepare_rows(self, axes):
        axes.set(xlim=(0, DURATION / 60), ylim=(ROWS - 0.5, -0.5))
        axes.set(xlabel="minutes since 12:00 UTC")
        axes.set_title("Which servers wrote it, and when?")
        axes.set_yticks(range(ROWS), ["database", *(f"web-{n}" for n in range(1, ROWS))])
        axes.grid(False, axis="y")
        axes.hlines(range(ROWS), 0, DURATION / 60, color=style.GRID, linewidth=9, zorder=0)
        self.levels = {
            level: axes.plot(
                [], [], marker=marker, markersize=size, color=LEVEL_COLOURS[level], label=level,
                linestyle="none", markeredgewidth=1,
            )[0]
            for level, (marker, size) in zip(LEVELS, (("|", 8), ("^", 6), ("x", 6)), strict=True)
        }  # fmt: skip
        (self.found,) = axes.plot(
            [], [], "o", markersize=13, markerfacecolor="none", color=style.BLUE,
            markeredgewidth=1.8, label="first found",
        )  # fmt: skip
        style.legend_below(
            axes, left=-0.18, down=0.16, ncols=4, columnspacing=0.7, handletextpad=0.2
        )

    def _prepare_lines(self, axes):
        axes.set(xlim=(-0.03, 1), ylim=(LINES - 0.4, -0.7))
        axes.axis("off")
        axes.set_title("The merged timeline around it")
        (self.here,) = axes.plot([], [], color=style.BLUE, linewidth=3)
        self.lines = [
            [axes.text(x, row, "", va="center", fontsize=9, clip_on=False) for x in COLUMNS]
            for row in range(LINES)
        ]

    def show(self, *, timeline, found, search):
        """Draw a Timeline; return (finding, words).

        found: the entries that a search found. search: what was searched, in words.
        """
        row = {"database": 0} | {f"web-{number}": number for number in range(1, ROWS)}
        seen = [entry for entry in found if entry.server in row]
        for level, line in self.levels.items():
            places = {
                (int((entry.time - START) / ALIKE), row[entry.server])
                for entry in seen
                if entry.level == level
            }
            x, y = zip(*sorted(places), strict=True) if places else ((), ())
            line.set_data((np.array(x) + 0.5) * ALIKE / 60, y)
        self.found.set_data(minutes(seen[:1]), [row[entry.server] for entry in seen[:1]])
        self._show_lines(timeline.entries, found[0] if found else None)
        return self._words(timeline, found, search)

    def _show_lines(self, entries, first):
        """Write the entries around `first`, which the search found first."""
        place = next((i for i, entry in enumerate(entries) if entry is first), 0)
        start = max(0, min(place - BEFORE, len(entries) - LINES))
        shown = [*entries[start : start + LINES]]
        self.here.set_data([-0.015, -0.015], [place - start - 0.4, place - start + 0.4])
        self.here.set_visible(first is not None)
        for texts, entry in zip(self.lines, shown + [None] * (LINES - len(shown)), strict=True):
            written = ("", "", "")
            if entry is not None:
                message = f"{entry.level} {entry.message}"
                cut = message if len(message) <= 30 else f"{message[:29]}…"
                written = (stamp(entry.time)[11:19], entry.server, cut)
            for text, words in zip(texts, written, strict=True):
                text.set_text(words)
                level = entry.level if entry is not None else ""
                text.set_color({"ERROR": style.WARNING}.get(level, style.INK))

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
