"""A real CDN: what each edge answered, and what formula and simulation say of it."""

import numpy as np
from matplotlib import rc_context

from course.cdn.rehearsal import (
    AT,
    DURATION,
    HIT,
    MISS,
    NO_PAGE,
    OUTAGE,
    PHOTOS,
    REQUESTS,
    STALE,
)
from course.engine.record import milliseconds
from course.real.counts import CountsPicture, so_far
from course.view import style

BAND = PHOTOS + 2  # rows of an edge
LOOKS = (
    (HIT, {"marker": "o", "color": style.BLUE, "markersize": 5}),
    (MISS, {"marker": "s", "color": style.ORANGE, "markersize": 5}),
    (STALE, {"marker": "^", "color": style.GREEN, "markersize": 6}),
    (NO_PAGE, {"marker": "X", "color": style.VERMILION, "markersize": 8}),
)


class RealPicture(CountsPicture):
    """Left: the requests at each edge, a row a photo. Right: two numbers, three times each."""

    @rc_context(style.LOOK)
    def __init__(self):
        super().__init__(
            {"Requests that reach the origin": REQUESTS, "Mean load time (ms)": 900},
            title="What does each edge answer?",
            xlabel="time (s); a row is a photo",
            xlim=(-0.1, DURATION + 0.1),
            ylim=(BAND * len(AT) - 1, -1.5),
        )
        left = self.left
        left.set_yticks([BAND * edge + PHOTOS / 2 for edge in range(len(AT))], AT)
        left.tick_params(axis="y", length=0)
        for edge in range(1, len(AT)):
            left.axhline(BAND * edge - 1.5, color=style.PALE, linewidth=1)
        self.dead = left.axvspan(0, 1, color=style.PALE, label="origin unplugged")
        self.marks = {
            status: left.plot([], [], linestyle="none", label=status, **look)[0]
            for status, look in LOOKS
        }
        style.legend_below(left, left=-0.18, down=0.13, ncols=3)
        self.moving = (self.dead, *self.marks.values(), *self.moving)

    def show(self, *, max_age, foreseen, expected, run):
        """Draw what is foreseen and, if it is not None, the Run so far; return (finding, words).

        foreseen: what the formula says of both numbers (a count; s), None where it does not know.
        expected: the Run of the simulation.
        """
        drawn = run or expected
        rows = BAND * drawn.edges + drawn.photos
        for status, marks in self.marks.items():
            mine = drawn.status == status
            marks.set_data(drawn.times[mine], rows[mine])
        start, end = drawn.outage or (OUTAGE[0], OUTAGE[0])
        self.dead.set_bounds(start, 0, end - start, 1)
        counted = (each and (each.count(MISS), each.mean_time) for each in (expected, run))
        self.show_counts(*(each and (each[0], _in_ms(each[1])) for each in (foreseen, *counted)))
        if run is None:
            return "Nothing is measured yet", (
                f"The picture shows what is expected with max-age={max_age}. Press a button, and "
                f"{len(expected.times)} users ask {len(AT)} caching proxies on this machine."
            )
        counted = ", ".join(f"{run.count(status)} {status}" for status, _ in LOOKS)
        said = f"The newest answer: {run.headers}. "
        if run.outage:
            start, end = run.outage
            back = f" to {end:.1f} s" if end < DURATION else ""
            said += f"The origin was unplugged from {start:.1f} s{back}. "
        if run.share == 1:
            counts = ", ".join(f"{expected.count(status)} {status}" for status, _ in LOOKS)
            said += f"The simulation: {counts}. A page took {milliseconds(run.mean_time)} on "
            said += f"average, {milliseconds(expected.mean_time)} in the simulation: here an edge "
            said += "serves one request at a time, so some wait behind a way to the origin. "
        return f"max-age={max_age}{so_far(run.share)}: {counted}", said


def _in_ms(seconds):
    return None if np.isnan(seconds) else 1000 * seconds
