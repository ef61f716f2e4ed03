"""What the shop looks like: people in it over time, and how long they wait at its tills."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.engine.record import Result
from course.view import style

MOST_MINUTES, MOST_PEOPLE = 30, 40
SHARES = np.linspace(0, 1, 400)


@dataclass(frozen=True)
class Shop:
    """A run of the shop, and the same customers choosing at random."""

    name: str
    result: Result
    random: Result
    prediction: float | None = None  # minutes


class ShopPicture:
    """Left: people in the shop over time. Right: the mean wait, beside the prediction."""

    def __init__(self, name=""):
        grid = {"width_ratios": [2.6, 1]}
        self.figure, (people, waits) = style.figure(1, 2, width=7.8, height=3.4, **grid)
        with rc_context(style.LOOK):
            people.set(xlim=(0, 100), ylim=(0, MOST_PEOPLE), title="People at the tills")
            people.set(xlabel="time (% of the day)", ylabel="people")
            (self.random,) = people.plot([], [], label="tills at random", **style.BASELINE)
            (self.yours,) = people.plot([], [], label=name or None, **style.YOURS)
            people.legend(loc="upper left", ncols=2)
            waits.set(xlim=(-0.6, 1.6), ylim=(0, MOST_MINUTES), title="Mean wait")
            waits.set(ylabel="minutes")
            waits.set_xticks([0, 1], ["at random", name or "yours"])
            waits.grid(False, axis="x")
            hatched = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "//"}
            (self.random_bar,) = waits.bar([0], [1], width=0.7, **hatched)
            (self.your_bar,) = waits.bar([1], [1], width=0.7, color=style.BLUE)
            (self.prediction,) = waits.plot([], [], label="your prediction", **style.PREDICTION)
            waits.legend(handles=[self.prediction], loc="upper left")
        bars = (self.random_bar, self.your_bar, self.prediction)
        self.moving = (self.random, self.yours, *bars)

    def show(self, shop):
        """Draw a Shop; return (finding, words)."""
        minutes = {"random": shop.random.mean_wait / 60, "yours": shop.result.mean_wait / 60}
        self._people(self.random, shop.random)
        self.random_bar.set_height(min(minutes["random"], MOST_MINUTES))
        mine = shop.result is not shop.random
        self.yours.set_visible(mine)
        self.your_bar.set_visible(mine)
        if mine:
            self._people(self.yours, shop.result)
            self.your_bar.set_height(min(minutes["yours"], MOST_MINUTES))
        guess = shop.prediction
        self.prediction.set_data(
            ([0], [min(guess, MOST_MINUTES)]) if guess is not None else ([], [])
        )
        finding = f"{shop.name}: a customer waits {minutes['yours']:.1f} minutes"
        words = f"{len(shop.result):,} customers at {shop.result.workers} tills, "
        words += f"each busy {shop.result.utilization:.0%} of the time."
        if mine:
            words += (
                f" With tills at random the same customers wait {minutes['random']:.1f} minutes."
            )
        if guess is not None:
            words += f" You predicted {guess:g} minutes."
        return finding, words

    @staticmethod
    def _people(line, result):
        times = SHARES * result.arrived_at[-1]
        line.set_data(100 * SHARES, np.minimum(result.number_in_system(times), MOST_PEOPLE))
