"""The picture of a stampede: who loads the page when it expires, and the database's queue."""

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection

from course.cache.stampede import DURATION, LOADED, OTHER
from course.engine.record import milliseconds
from course.view import style

TIMES = np.linspace(0, DURATION, 361)
MOST = 400  # queries
READERS, LONGEST = 100, 5.0  # drawn at an expiry; s
LOAD = {"color": style.ORANGE, "markersize": 4, "markeredgewidth": 0}


class StampedePicture:
    """Left: the readers of one expiry, a line each. Right: queries in the database over time."""

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        rows = 2 if name else 1
        self.figure, axes = style.figure(rows, 2, width=7.7, height=4.3, squeeze=False)
        for each in axes[:, 1]:
            each.remove()
        right = self.figure.add_subplot(axes[0, 0].get_gridspec()[:, 1])
        looks = ("each miss loads", style.BASELINE), (f"your {name}", style.YOURS)
        titles = "One expiry, where each miss loads", f"One expiry, with your {name}"
        self.waits, self.loads, self.queues = [], [], []
        for each, title, (label, look) in zip(axes[:, 0], titles, looks, strict=False):
            each.set(xlim=(0, LONGEST), ylim=(READERS, -2), ylabel="readers")
            each.set_title(title)
            wait = {"colors": look["color"], "linewidths": 0.8, "label": "waits for the answer"}
            self.waits.append(each.add_collection(LineCollection([], **wait), autolim=False))
            self.loads += each.plot([], [], "o", **LOAD, label="starts a load")
            self.queues += right.plot([], [], **look, label=label)
        each.set_xlabel("seconds after the page expires")
        style.legend_below(each, down=0.16 * rows)
        right.set(xlim=(0, DURATION), ylim=(0, MOST), xlabel="time (s)")
        right.set(ylabel="queries in the database")
        right.set_title("How long is the database's queue?")
        style.legend_below(right, down=0.13)
        self.moving = (*self.waits, *self.loads, *self.queues)
        self.name = name

    def show(self, *, runs):
        """Draw a move's runs, the baseline's and maybe the student's; return (finding, words)."""
        queues = [run.at_the_database(TIMES) for run in runs]
        for queue, line in zip(queues, self.queues, strict=True):
            line.set_data(TIMES, np.minimum(queue, MOST))
        for run, waits, loads in zip(runs, self.waits, self.loads, strict=True):
            came, left = at_the_first_expiry(run)
            since = came[0] if len(came) else 0.0
            places = np.arange(len(came[:READERS]))
            ends = np.minimum(left - since, LONGEST)
            lines = zip(came[:READERS] - since, ends[:READERS], places, strict=True)
            waits.set_segments([[(start, row), (end, row)] for start, end, row in lines])
            started = run.load_starts[np.isin(run.load_starts, came[:READERS])]
            loads.set_data(started - since, np.searchsorted(came, started))
        told = [_told(run, queue) for run, queue in zip(runs, queues, strict=True)]
        first = f"Of {len(runs[0]):,} requests"
        cut = "" if queues[0].max() <= MOST else f" (A queue over {MOST} is drawn at the edge.)"
        if len(at_the_first_expiry(runs[0])[0]) > READERS:
            cut += f" (Of the readers the first {READERS} are drawn.)"
        if len(runs) == 1:
            finding = f"Up to {queues[0].max()} queries at once, {runs[0].loads} loads of one page"
            return finding, f"{first}, where each miss loads: {told[0]}.{cut}"
        finding = f"At most {queues[1].max()} queries at once instead of {queues[0].max()}"
        finding += f", {runs[1].loads} loads of the page instead of {runs[0].loads}"
        return (
            finding,
            f"{first}, with your {self.name}: {told[1]}. Where each miss loads: {told[0]}.{cut}",
        )


def at_the_first_expiry(run):
    """Return when (s) the readers come who miss before the first load has ended, and are answered.

    Both are empty if the page does not expire.
    """
    missed = run.place == LOADED
    came, left = run.arrived_at[missed], run.finished_at[missed]
    first = came < left.min(initial=np.inf)
    return came[first], left[first]


def _told(run, queue):
    other = run.place == OTHER
    latency = (run.finished_at - run.arrived_at)[other]
    worst = milliseconds(latency.max()) if latency.size else "–"
    return (
        f"{run.loads} loads, at most {queue.max()} queries at once, 99 % of the requests within "
        f"{milliseconds(run.percentile(99))}, other queries at most {worst}"
    )
