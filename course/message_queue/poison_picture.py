"""A few messages that crash every worker: what they do to all the others."""

import numpy as np
from matplotlib import rc_context

from course.message_queue.model import DURATION
from course.view import style

LINEAR, MOST = 1000, 3000
MOST_RATE = 16


class PoisonPicture:
    """Left: the backlog over time. Right: photos done per second, and where the poison is."""

    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=8.2, height=4.0)
        with rc_context(style.LOOK):
            left.set(xlim=(0, DURATION), ylim=(0, MOST))
            left.set_yscale("symlog", linthresh=LINEAR, linscale=3.0)
            left.set_yticks([0, 250, 500, 750, 1000, 3000])
            left.set_yticklabels(["0", "250", "500", "750", "1,000", "3,000"])
            left.minorticks_off()
            left.set(xlabel="time (s)", ylabel="photos in the queue")
            (self.ghost,) = left.plot([], [], **style.BASELINE)
            (self.mine,) = left.plot([], [], **style.YOURS)
            look = {"marker": "X", "color": style.VERMILION, "linestyle": "none", "markersize": 7}
            (self.arrivals,) = left.plot([], [], clip_on=False, zorder=5, **look)
            lines = (self.mine, self.ghost, self.arrivals)
            names = ("with this limit", "without a limit", "a poison photo comes")
            left.legend(lines, names, loc="upper left", borderpad=0)
            right.set(xlim=(0, DURATION), ylim=(0, MOST_RATE))
            right.set(xlabel="time (s)", ylabel="photos done per second")
            (self.coming,) = right.plot([], [], **style.THEORY)
            (self.ghost_rate,) = right.plot([], [], **style.BASELINE)
            (self.rate,) = right.plot([], [], **style.YOURS, marker="o", markersize=3.5)
            lines = (self.rate, self.ghost_rate, self.coming)
            names = ("with this limit", "without a limit", "uploads per second")
            right.legend(lines, names, loc="upper left", ncols=2, borderpad=0)
        self.moving = (
            *(self.ghost, self.mine, self.arrivals),
            *(self.coming, self.ghost_rate, self.rate),
        )

    def show(self, *, name, mine, unlimited, max_receives, publish_rate):
        """Draw two runs; return (finding, words).

        mine: the QueueResult of the student's queue, called `name`, with at most `max_receives`.
        unlimited: that of the same queue without a limit. publish_rate: messages/s.
        """
        for line, run in ((self.ghost, unlimited), (self.mine, mine)):
            line.set_data(run.times, run.backlog)
        times = mine.published_at[mine.poison]
        self.arrivals.set_data(times, np.zeros(times.size))
        self.coming.set_data([0, DURATION], [publish_rate] * 2)
        for line, run in ((self.ghost_rate, unlimited), (self.rate, mine)):
            line.set_data(*run.throughput(20.0))
        healthy = int((mine.dead & ~mine.poison).sum())
        blamed = f", {healthy:,} of them healthy" if healthy else ""
        return (
            f"At most {max_receives} receives: {int(mine.backlog[-1]):,} photos wait at "
            f"the end, without a limit {int(unlimited.backlog[-1]):,}"
        ), (
            f"{len(mine):,} photos were uploaded, {int(mine.poison.sum()):,} of them poison. "
            f"{name} put {int(mine.dead.sum()):,} aside as dead letters{blamed}; "
            f"{int((mine.applied > 0).sum()):,} are done. Without a limit "
            f"{int((unlimited.applied > 0).sum()):,} are done, and poison was delivered "
            f"{int(unlimited.deliveries[unlimited.poison].sum()):,} times."
        )
