"""What the shop looks like: people in it over time, and how long they wait at its tills."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MOST_MINUTES, MOST_PEOPLE = 30, 100  # the upper edges; what is above is drawn at them
SHARES = np.linspace(0, 1, 400)


class ShopPicture:
    """Left: people in the shop over time. Right: the mean wait, next to the prediction.

    name: of the student's rule; "" if there is none.
    """

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.name = name or "at random"
        grid = {"width_ratios": [2.6, 1]}
        self.figure, (people, waits) = style.figure(1, 2, width=7.8, height=3.4, **grid)
        people.set(xlim=(0, 100), ylim=(0, MOST_PEOPLE), title="People at the tills")
        people.set(xlabel="time (% of the run)", ylabel="people")
        people.set_yticks([0, 20, 40, 60, 80, MOST_PEOPLE], ["0", "20", "40", "60", "80", "100+"])
        (self.random,) = people.plot([], [], label="tills at random", **style.BASELINE)
        (self.yours,) = people.plot([], [], label=name or None, **style.YOURS)
        people.legend(loc="upper left", ncols=2)
        waits.set(xlim=(-0.6, 1.6), ylim=(0, MOST_MINUTES), title="Mean wait")
        waits.set(ylabel="minutes")
        waits.set_yticks(
            [0, 5, 10, 15, 20, 25, MOST_MINUTES], ["0", "5", "10", "15", "20", "25", "30+"]
        )
        waits.set_xticks([0, 1], ["at random", name or "yours"])
        waits.grid(False, axis="x")
        hatched = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "//"}
        (self.random_bar,) = waits.bar([0], [1], width=0.7, **hatched)
        (self.your_bar,) = waits.bar([1], [1], width=0.7, color=style.BLUE)
        (self.prediction,) = waits.plot([], [], label="your prediction", **style.PREDICTION)
        style.legend_below(waits, left=-0.1, handles=[self.prediction])
        bars = (self.random_bar, self.your_bar, self.prediction)
        self.moving = (self.random, self.yours, *bars)

    def show(self, *, random, yours, prediction):
        """Draw the Result with tills at `random`, and `yours` (or None); return (finding, words).

        prediction: of the mean wait with tills at random, in minutes, or None.
        """
        mine = yours is not None
        result, minutes = yours if mine else random, random.mean_wait / 60
        self._people(self.random, random)
        self.random_bar.set_height(min(minutes, MOST_MINUTES))
        self.yours.set_visible(mine)
        self.your_bar.set_visible(mine)
        finding = f"{self.name}: a customer waits {result.mean_wait / 60:.1f} minutes"
        words = f"{len(result):,} customers at {result.workers} tills. {_busy(result)}"
        if mine:
            self._people(self.yours, yours)
            self.your_bar.set_height(min(yours.mean_wait / 60, MOST_MINUTES))
            words += f" With tills at random the same customers wait {minutes:.1f} minutes."
        self.prediction.set_data([], [])
        if prediction is not None:
            self.prediction.set_data([0], [min(prediction, MOST_MINUTES)])
            words += f" You predicted {prediction:g} minutes."
        return finding, words

    @staticmethod
    def _people(line, result):
        times = SHARES * result.arrived_at[-1]
        line.set_data(100 * SHARES, np.minimum(result.number_in_system(times), MOST_PEOPLE))


def _busy(result):
    """Return how busy the tills were, from the least busy one to the busiest."""
    work = np.bincount(
        result.place, result.finished_at - result.started_at, minlength=result.workers
    )
    least, most = (f"{share:.0%}" for share in np.sort(work)[[0, -1]] / result.duration)
    if least == most:
        return f"Each was busy {most} of the time."
    return f"The least busy till was busy {least} of the time, the busiest {most}."
