"""What the shop looks like: who stands at which till at one moment, and the mean wait."""

import numpy as np
from matplotlib import rc_context

from course.view import style

MOST_MINUTES = 30  # the right edge of the waits; what is above is drawn at it
MOST_PEOPLE = 20  # of a queue are drawn
MOST_TILLS = 6


class ShopPicture:
    """Left: the queues at one moment, a row for each till. Right: the mean wait and the prediction.

    The moment is the one at which, with tills at random, the longest queue stood next to a till
    that was free. name: of the student's rule; "" if there is none.
    """

    @rc_context(style.LOOK)
    def __init__(self, name=""):
        self.name = name
        self.figure, (queues, waits) = style.figure(
            width=7.7, height=3.2 if name else 2.6, width_ratios=[1.36, 1]
        )
        queues.set(title="Who stands at which till: one moment", xlim=(-4, MOST_PEOPLE + 2))
        queues.set(ylim=(1, 0), xticks=[], yticks=[])
        for spine in queues.spines.values():
            spine.set_visible(False)
        self.rows = MOST_TILLS * (2 if name else 1)
        none = {"linestyle": "none", "markersize": 10}
        look = {"marker": "s", "color": "none", "markeredgecolor": style.INK}
        (self.tills,) = queues.plot([], [], **(none | look | {"markersize": 13}))
        (self.random,) = queues.plot([], [], marker="o", color=style.GREY, **none)
        (self.yours,) = queues.plot([], [], marker="o", color=style.BLUE, **none)
        self.heads = [queues.text(-4, 0, "", va="center", weight="bold") for _ in (0, 1)]
        label = {"va": "center", "fontsize": 9}
        self.names = [queues.text(-0.9, 0, "", ha="right", **label) for _ in range(self.rows)]
        self.notes = [queues.text(0, 0, "", **label) for _ in range(self.rows)]

        waits.set(title="How long a customer waits", xlabel="minutes, on average")
        waits.set(xlim=(0, MOST_MINUTES), ylim=(1.6 if name else 0.6, -0.6))
        ticks = range(0, MOST_MINUTES, 5)
        waits.set_xticks([*ticks, MOST_MINUTES], [*map(str, ticks), f"{MOST_MINUTES}+"])
        waits.set_yticks([0, 1] if name else [0], ["at random", name][: 2 if name else 1])
        waits.grid(False, axis="y")
        (self.random_bar,) = waits.barh([0], [1], height=0.5, color=style.GREY)
        (self.your_bar,) = waits.barh([1], [1], height=0.5, color=style.BLUE)
        (self.prediction,) = waits.plot([], [], label="your prediction", **style.PREDICTION)
        style.legend_below(waits, left=-0.05, down=0.22, handles=[self.prediction])
        people = (self.tills, self.random, self.yours, *self.heads, *self.names, *self.notes)
        self.moving = (*people, self.random_bar, self.your_bar, self.prediction)

    def show(self, *, random, yours, prediction):
        """Draw the Result with tills at `random`, and `yours` (or None); return (finding, words).

        prediction: of the mean wait with tills at random, in minutes, or None.
        """
        result, minutes = yours or random, random.mean_wait / 60
        self._queues(random, yours)
        self.random_bar.set_width(min(minutes, MOST_MINUTES))
        self.your_bar.set_visible(yours is not None)
        finding = (
            f"{self.name or 'at random'}: a customer waits {result.mean_wait / 60:.1f} minutes"
        )
        words = f"{len(result):,} customers. {_busy(result)}"
        if result.workers > 1:
            words += f" For {unfair(result):.0%} of the time somebody waited while a till was free."
        if yours:
            self.your_bar.set_width(min(yours.mean_wait / 60, MOST_MINUTES))
            words += f" With tills at random the same customers wait {minutes:.1f} minutes."
        self.prediction.set_data([], [])
        if prediction is not None:
            self.prediction.set_data([min(prediction, MOST_MINUTES)], [0])
            words += f" You predicted {prediction:g} minutes."
        return finding, words

    def _queues(self, random, yours):
        """Draw a row of people for each till, first at random, then the same moment with yours."""
        moment = worst_moment(random)
        clock = f"{moment // 3600:.0f} h {moment % 3600 // 60:.0f} min after opening"
        groups = [(f"at random, {clock}", random, self.random)]
        if yours:
            groups.append((f"{self.name}, at the same moment", yours, self.yours))
        for text in (*self.names, *self.notes):
            text.set_text("")
        height = min(1 / sum(1 + result.workers for _, result, _ in groups), 0.14)
        y, tills, rows = height / 2, [], zip(self.names, self.notes, strict=True)
        for head, (title, result, dots) in zip(self.heads, groups, strict=False):
            head.set(text=title, y=y)
            people = []
            for till, count in zip(result.names, standing(result, [moment])[:, 0], strict=True):
                y += height
                name, note = next(rows)
                name.set(text=till, y=y)
                tills.append((0, y))
                people += [(place, y) for place in range(min(count, MOST_PEOPLE))]
                if count == 0:
                    note.set(text="free", x=0.9, y=y)
                elif count > MOST_PEOPLE:
                    note.set(text=f"+{count - MOST_PEOPLE:,}", x=MOST_PEOPLE - 0.2, y=y)
            dots.set_data(*np.reshape(people, (-1, 2)).T)
            y += height
        self.tills.set_data(*np.transpose(tills))


def standing(result, times):
    """Return how many people stand at each till (a row) at each of the times (a column)."""
    return np.array([result.number_in_system(times, name) for name in result.names])


def worst_moment(result):
    """Return when (s) the longest queue stood next to a free till, or else the longest of all."""
    queues = standing(result, result.arrived_at)
    longest, free = queues.max(axis=0), queues.min(axis=0) == 0
    return float(result.arrived_at[np.argmax(longest * free if free.any() else longest)])


def unfair(result):
    """Return the share of the time in which somebody waited although another till was free."""
    times = np.sort(np.concatenate([result.arrived_at, result.finished_at]))
    queues = standing(result, times[:-1])
    unfair = (queues.max(axis=0) > 1) & (queues.min(axis=0) == 0)
    return float(np.diff(times)[unfair].sum() / times[-1])


def _busy(result):
    """Return how busy the tills were, from the least busy one to the busiest."""
    work = np.bincount(
        result.place, result.finished_at - result.started_at, minlength=result.workers
    )
    least, most = (f"{share:.0%}" for share in np.sort(work)[[0, -1]] / result.duration)
    if least == most:
        return f"Each till was busy {most} of the time."
    return f"The least busy till was busy {least} of the time, the busiest {most}."
