"""A few messages that crash every worker: what they do to the others, and what is put aside."""

import numpy as np
from matplotlib import rc_context

from course.message_queue.model import DURATION
from course.view import style

MOST = 1000  # photos: more are drawn at the edge
ACROSS, DOWN = 25, 20  # dead letters that there is room for


class PoisonPicture:
    """Left: the backlog over time. Right: the dead letters one by one, poison and healthy."""

    def __init__(self):
        self.figure, (left, right) = style.figure(
            1, 2, width=7.7, height=3.8, width_ratios=(1, 1.18)
        )
        with rc_context(style.LOOK):
            left.set(xlim=(0, DURATION), ylim=(0, MOST), xlabel="time (s)", ylabel="photos")
            left.set_title("How many photos are in the queue?")
            (self.ghost,) = left.plot([], [], **style.BASELINE, label="without a limit")
            (self.mine,) = left.plot([], [], **style.YOURS, label="your queue")
            left.legend(loc="upper left", borderpad=0)
            right.set(xlim=(-1, ACROSS), ylim=(DOWN, -3), xticks=[], yticks=[])
            right.set_title("What is put aside? Each mark is a dead letter")
            right.spines[:].set_visible(False)
            none = {"linestyle": "none", "markersize": 6}
            (self.poison,) = right.plot(
                [], [], marker="X", color=style.VERMILION, label="poison", **none
            )
            (self.healthy,) = right.plot(
                [], [], marker="o", color=style.BLUE, label="healthy", **none
            )
            right.legend(loc="upper left", ncols=2, borderpad=0, handletextpad=0)
        self.moving = (self.ghost, self.mine, self.poison, self.healthy)

    def show(self, *, name, mine, unlimited, max_receives):
        """Draw two runs; return (finding, words).

        mine: the QueueResult of the student's queue, called `name`, with at most `max_receives`.
        unlimited: that of the same queue without a limit.
        """
        for line, run in ((self.ghost, unlimited), (self.mine, mine)):
            line.set_data(run.times, np.minimum(run.backlog, MOST))
        poison = int((mine.dead & mine.poison).sum())
        healthy = int((mine.dead & ~mine.poison).sum())
        places = np.arange(min(poison + healthy, ACROSS * DOWN))
        for marks, some in ((self.poison, places[:poison]), (self.healthy, places[poison:])):
            marks.set_data(some % ACROSS, some // ACROSS)
        blamed = f", {healthy:,} of them healthy" if healthy else ""
        edge = f" (More than {MOST:,} photos are drawn at the edge.)" * bool(
            max(mine.backlog.max(), unlimited.backlog.max()) > MOST
        )
        return (
            f"At most {max_receives} receive{'s' * (max_receives > 1)}: "
            f"{int(mine.backlog[-1]):,} photos wait at the end, without a limit "
            f"{int(unlimited.backlog[-1]):,}"
        ), (
            f"{len(mine):,} photos were uploaded, {int(mine.poison.sum()):,} of them poison. "
            f"{name} put {int(mine.dead.sum()):,} aside as dead letters{blamed}; "
            f"{int((mine.applied > 0).sum()):,} are done. Without a limit "
            f"{int((unlimited.applied > 0).sum()):,} are done, and poison was delivered "
            f"{int(unlimited.deliveries[unlimited.poison].sum()):,} times.{edge}"
        )
