"""The forty minutes around an incident: error rate above, the alert's state below."""

import numpy as np

from course.logging_and_automation.model import AFTER, BEFORE, LASTS, STATES, WINDOW
from course.view import style

MINUTES = (np.arange(BEFORE + LASTS + AFTER) + 1 - BEFORE) * WINDOW / 60
HIGHEST = 45  # % of the requests


class Hour:
    """Two axes with one time axis; `.moving` are its artists, `.show` sets them."""

    def __init__(self, rates, states, *, ghost=False):
        rates.set(xlim=(-10, 30), ylim=(0, HIGHEST), ylabel="failed requests (%)")
        rates.tick_params(axis="x", labelbottom=False)
        for axes in (rates, states):
            axes.axvspan(0, 20, color="#F6F0EA", linewidth=0)
        rates.text(10, HIGHEST - 1.2, "bad version", ha="center", va="top", fontsize=9)
        (self.rate,) = rates.plot([], [], color=style.INK, linewidth=1.0, label="each 10 s")
        (self.above,) = rates.plot(
            [], [], ".", color=style.VERMILION, markersize=5, linestyle="none", label="above it"
        )
        (self.threshold,) = rates.plot(
            [], [], color=style.VERMILION, linewidth=1.5, linestyle="--", label="threshold"
        )
        rates.legend(loc="upper left", borderaxespad=0.1, ncols=3, bbox_to_anchor=(0, 1.14))
        states.set(xlim=(-10, 30), ylim=(-0.4, 2.4), xlabel="minutes since the release")
        states.set_yticks(range(3), STATES)
        self.lines = []
        if ghost:
            (line,) = states.plot([], [], drawstyle="steps-pre", label="built in", **style.BASELINE)
            self.lines.append(line)
            states.legend(loc="upper right", borderaxespad=0)
        (self.state,) = states.plot(
            [], [], drawstyle="steps-pre", color=style.BLUE, linewidth=1.2, zorder=3
        )
        looks = (("s", style.ORANGE, 4), ("D", style.VERMILION, 5))
        self.marks = [
            states.plot([], [], marker, color=colour, markersize=size, linestyle="none", zorder=4)[
                0
            ]
            for marker, colour, size in looks
        ]
        self.moving = (self.rate, self.above, self.threshold, *self.lines, self.state, *self.marks)

    def show(self, watched, ghost=None):
        """Draw a Watched, and another one's states as the ghost."""
        rates = 100 * watched.counts.shown / watched.counts.requests
        self.rate.set_data(MINUTES, np.minimum(rates, HIGHEST))
        above = rates > 100 * watched.threshold
        self.above.set_data(MINUTES[above], np.minimum(rates, HIGHEST)[above])
        self.threshold.set_data([-10, 30], [100 * watched.threshold] * 2)
        self.state.set_data(MINUTES, watched.states)
        for state, mark in zip((1, 2), self.marks, strict=True):
            here = watched.states == state
            mark.set_data(MINUTES[here], watched.states[here])
        for line in self.lines:
            line.set_data(MINUTES, ghost.states)
