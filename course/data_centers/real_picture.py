"""A real outage: where each city's requests went, and what the formula says of it."""

import numpy as np
from matplotlib import rc_context

from course.data_centers.map_picture import COLOURS, MARKS
from course.data_centers.rehearsal import CENTERS, DURATION, OF_DEAD, OUTAGE
from course.data_centers.world import WEIGHTS
from course.engine.cities import CITIES
from course.engine.record import milliseconds
from course.real.counts import CountsPicture, so_far
from course.view import style

EDGE = 0.2  # s before the kill, from which a request may still meet it
SHOWN = np.argsort(np.where(OF_DEAD, -WEIGHTS, 0.0), kind="stable")[:12]  # the largest ones


class RealPicture(CountsPicture):
    """Left: the requests of twelve cities. Right: two counts by formula, simulation and machine."""

    @rc_context(style.LOOK)
    def __init__(self):
        super().__init__(
            {"Sent to the dead center": 36, "Questions to the DNS": 360},
            title=f"Where do {CENTERS[0]}'s users go?",
            xlabel="time (s)",
            xlim=(-0.1, DURATION + 0.1),
            ylim=(len(SHOWN) - 0.4, -0.7),
        )
        left = self.left
        left.set_yticks(range(len(SHOWN)), [CITIES[city].name for city in SHOWN])
        self.dead = left.axvspan(0, 1, color=style.PALE, label=f"{CENTERS[0]} is dead")
        marks = {"linestyle": "none", "markersize": 5.5}
        self.served = [
            left.plot([], [], mark, color=colour, label=f"from {name}", **marks)[0]
            for name, mark, colour in zip(CENTERS, MARKS, COLOURS, strict=False)
        ]
        wrong = {"color": style.VERMILION, "linestyle": "none", "markersize": 8}
        (self.failed,) = left.plot([], [], "X", **wrong, label="no page")
        style.legend_below(left, left=-0.2, down=0.13, ncols=2)
        self.moving = (self.dead, *self.served, self.failed, *self.moving)

    def show(self, *, ttl, foreseen, expected, run):
        """Draw what is foreseen and, if it is not None, the Run so far; return (finding, words).

        foreseen: the two counts of the formula; expected: the Run of the simulation.
        """
        self._draw(run or expected)
        counted = (each and (each.lost, each.asked) for each in (expected, run))
        self.show_counts(foreseen, *counted)
        if run is None:
            return "Nothing is measured yet", (
                f"The picture shows what is expected with a TTL of {ttl} s. Press a button, and "
                f"{len(expected.times):,} users ask on this machine: your CachingResolver over "
                "UDP, which asks your GeoDNS over UDP, and then the center that it names."
            )
        finding = (
            f"TTL {ttl} s{so_far(run.share)}: {run.lost} requests were sent to the dead center"
        )
        said = f"{len(run.times):,} real requests, {run.failed.sum():,} got no page. "
        if run.outage:
            start, end = run.outage
            back = f" and was back at {end:.1f} s" if end < DURATION else ""
            said += f"{CENTERS[0]} was killed at {start:.1f} s{back}. "
        early = run.failed & (run.times < (run.outage[0] if run.outage else DURATION) - EDGE)
        if early.sum() > 0.02 * len(run.times):
            said += (
                f"{early.sum()} of them before anything was dead: this machine is busy with "
                "something else. Measure again when it is not. "
            )
        if run.share < 1:
            return finding, said
        said += f"The simulation says {expected.lost} and {expected.asked:,} questions. "
        if run.outage and run.noticed is not None:
            said += (
                "There the DNS knows of a death at once; here it noticed at a health check, "
                f"{milliseconds(run.noticed)} later"
            )
            said += f", and what it answered until then was kept for {ttl} s. " if ttl else ". "
        return finding, said

    def _draw(self, run):
        rows = {city: row for row, city in enumerate(SHOWN.tolist())}
        row = np.array([rows.get(city, -9) for city in run.cities.tolist()])
        for place, marks in enumerate(self.served):
            mine = (run.places == place) & ~run.failed & (row >= 0)
            marks.set_data(run.times[mine], row[mine])
        mine = run.failed & (row >= 0)
        self.failed.set_data(run.times[mine], row[mine])
        start, end = run.outage or (OUTAGE[0], OUTAGE[0])
        self.dead.set_bounds(start, 0, end - start, 1)
