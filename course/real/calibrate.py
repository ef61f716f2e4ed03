"""What this machine itself adds to a request: measured right before a run, and taken off it."""

from dataclasses import dataclass

import numpy as np

from course.real.load import Load

EVERY, WORK = 0.008, 0.005  # s: between two requests, and the work of each second one
UNEVEN = 0.05  # s between 5 and 95 % of what a busy machine adds
WARM_UP, COUNT = 10, 70  # requests; the first open connections and are left out


@dataclass(frozen=True)
class Calibration:
    """What the machine adds, in seconds.

    round_trip: the median time of a request without any work. overshoot: by how much longer a
    known work takes (median), as timers go off late. low, high: 5 and 95 % of what both add
    together; median: the value that is taken off.
    """

    round_trip: float
    overshoot: float
    low: float
    median: float
    high: float

    @property
    def busy(self):
        """Whether what the machine adds is so uneven that a comparison says nothing."""
        return self.high - self.low > UNEVEN

    def words(self):
        """Return the calibration as a sentence, without its full stop."""
        said = (
            f"The machine itself adds {1000 * self.median:.1f} ms to a request "
            f"({1000 * self.low:.1f} to {1000 * self.high:.1f} ms), which is taken off"
        )
        more = (
            "That is too uneven to compare: wait until the machine is less busy, and measure again"
        )
        return f"{said}. {more}" if self.busy else said


def load():
    """Return the Load of a calibration: evenly spaced, every second request without work."""
    works = np.where(np.arange(COUNT) % 2, WORK, 0.0)
    return Load(np.arange(COUNT) * EVERY, works, path="/calibrate")


def calibration(measured):
    """Return the Calibration from what was measured under `load()`."""
    added = measured.finished_at - measured.arrived_at - load().works
    added, works = added[WARM_UP:], load().works[WARM_UP:]
    empty = float(np.median(added[works == 0]))
    low, median, high = np.percentile(added[works > 0], [5, 50, 95])
    return Calibration(empty, float(median) - empty, float(low), float(median), float(high))
