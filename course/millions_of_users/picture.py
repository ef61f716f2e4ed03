"""The scoreboard: four goals as gauges, which tier refused when, and where the money goes."""

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap

from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.millions_of_users.tiers import TIERS
from course.view import style

GOALS = ("availability", "p95 latency", "lost writes", "cost")
ITEMS = ("data centers", "web servers", "database", "cache", "queue workers", "bytes")
MOST = 100  # × a goal: where a gauge ends
MOST_SPENT = 60  # % of the budget: where the bill's axis ends
COLUMNS = 144  # of ten minutes each
SEEN = 0.001  # share of the requests: a tier that refuses more has a cross
HEAT = LinearSegmentedColormap.from_list(
    "busy", [(0, "#FFFFFF"), (0.6, style.SKY), (0.95, style.BLUE), (1.0, style.VERMILION)]
)
_COLOURS = HEAT(np.linspace(0, 1, 256))[:, :3]
WHERE = {  # in which tier's row an incident is drawn
    "data_center": "data centers",
    "web_server": "web servers",
    "cache_node": "database reads",
    "replica": "database reads",
    "primary": "database writes",
}


class ScoreboardPicture:
    """Left: the goals as gauges. Right: the day tier by tier, and the bill.

    beaten: the label of the design to beat; its figures are the gray triangles. attempts,
    prediction: whether there will be such, so that the legend names them.
    """

    def __init__(self, beaten, *, attempts=False, prediction=False):
        self.figure, axes = style.figure(
            2, 2, width=7.85, height=3.9, height_ratios=(1.2, 1), width_ratios=(1.28, 1)
        )
        for row in (0, 1):
            axes[row, 0].remove()
        with rc_context(style.LOOK):
            gauges = self.figure.add_subplot(axes[0, 0].get_gridspec()[:, 0])
            self._prepare_gauges(gauges, beaten, attempts, prediction)
            self._prepare_day(axes[0, 1])
            self._prepare_bill(axes[1, 1])
        self.moving = (
            *(*self.bars, self.trace, self.ghost, self.prediction, *self.figures),
            *(self.heat, self.crosses, self.deaths, self.crowd, self.crowds, *self.losses),
            *(*self.bill, self.cut),
        )

    def _prepare_gauges(self, axes, beaten, attempts, prediction):
        axes.set_title("Which goals are met?")
        axes.set(xlim=(0, _gauge(MOST)), ylim=(3.6, -0.65), yticks=[])
        axes.set_xticks([0, 1, _gauge(10), _gauge(MOST)], ["0", "goal", "10 ×", f"{MOST} ×"])
        axes.grid(False)
        axes.spines["left"].set_visible(False)
        axes.axvspan(0, 1, facecolor=style.GREEN, alpha=0.14)
        axes.vlines([1] * 4, np.arange(4) - 0.25, np.arange(4) + 0.25, color=style.GREEN, lw=2)
        self.bars = axes.barh(range(4), [1] * 4, height=0.3).patches
        self.figures = [
            axes.text(0.01, row - 0.28, "", va="bottom", fontsize=9.5) for row in range(4)
        ]
        dots = {"linestyle": "none", "marker": "o", "markersize": 4.5, "alpha": 0.55}
        (self.trace,) = axes.plot([], [], color=style.BLUE, label="your last ten designs", **dots)
        ghost = {"marker": "^", "markersize": 8, "color": style.GREY, "linestyle": "none"}
        (self.ghost,) = axes.plot([], [], label=f"to beat: {beaten}", **ghost)
        (self.prediction,) = axes.plot([], [], **style.PREDICTION, label="your prediction")
        lines = [self.ghost, *[self.trace] * attempts, *[self.prediction] * prediction]
        small = {"handlelength": 1, "columnspacing": 1}
        style.legend_below(axes, left=-0.02, down=0.1, handles=lines, **small)

    def _prepare_day(self, axes):
        axes.set_title("Which tier refuses, and when?")
        axes.set(xlim=(0, 28.6), ylim=(len(TIERS) - 0.5, -1.2))
        axes.set_xlabel("hour (blue: busy, ×: refuses, ▼: fails)", loc="left")
        axes.set_xticks(range(0, 25, 6))
        axes.set_yticks(range(len(TIERS)), TIERS)
        axes.grid(False)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        self.heat = axes.imshow(
            np.zeros((len(TIERS), COLUMNS, 3)),
            extent=(0, 24, len(TIERS) - 0.5, -0.5),
            aspect="auto",
            interpolation="none",
        )
        for row in range(1, len(TIERS)):
            axes.axhline(row - 0.5, color=style.PAPER, linewidth=4, zorder=3)
        look = {"color": style.BLACK, "linestyle": "none", "zorder": 4, "in_layout": False}
        (self.crosses,) = axes.plot([], [], "x", markersize=6, markeredgewidth=1.6, **look)
        (self.deaths,) = axes.plot([], [], "v", markersize=6, clip_on=False, **look)
        (self.crowd,) = axes.plot([], [], color=style.BLACK, linewidth=1, linestyle=":", zorder=4)
        over = {"va": "bottom", "fontsize": 9}
        self.crowds = axes.text(0, -0.6, "crowd", ha="right", **over)
        axes.text(24.6, -0.6, "refused", **over)
        self.losses = [axes.text(24.6, row, "", va="center", fontsize=9) for row in range(5)]

    def _prepare_bill(self, axes):
        axes.set_title("Where does the money go?")
        axes.set(xlim=(0, MOST_SPENT), ylim=(len(ITEMS) - 0.4, -0.6))
        axes.set_xticks(range(0, MOST_SPENT, 20), ["0", "20 % of the budget", "40 %"])
        axes.set_yticks(range(len(ITEMS)), ITEMS)
        axes.grid(axis="y", visible=False)
        self.bill = axes.barh(
            range(len(ITEMS)), [1] * len(ITEMS), height=0.6, color=style.BLUE
        ).patches
        look = {"color": style.BLACK, "markersize": 7, "linestyle": "none"}
        (self.cut,) = axes.plot([], [], ">", clip_on=False, in_layout=False, **look)

    def show(self, *, name, result, beaten, attempts=(), prediction=None):
        """Draw a design's DayResult; return (finding, words).

        beaten: the DayResult of the design to beat. attempts: DayResults of earlier designs on the
        same day. prediction: a guess (dollars a month).
        """
        self._show_gauges(result, beaten, attempts, prediction)
        self._show_day(result)
        cut = self._show_bill(result)
        goal, met = result.traffic, result.goals
        missed = [name for name, fine in met.items() if not fine]
        finding = f"{name}: {len(met) - len(missed)} of 4 goals"
        if result.nothing_counts:
            finding += f", as {result.nothing_counts}"
        elif missed:
            finding += f", missed: {', '.join(missed)}"
        worst = refusing(result)
        if worst and "availability" in missed:
            finding += f"; most is refused by {_the(worst[0][0])}"
        predicted = f" You predicted {prediction:,.0f} dollars." if prediction else ""
        return finding, (
            f"{result.availability:.3%} answered (goal {goal.availability:.2%}), 95 % within "
            f"{p95_in_words(result)} (goal {milliseconds(goal.p95_latency)}), "
            f"{result.lost_writes:,.0f} writes per million lost (goal {goal.lost_writes:g}), "
            f"{result.cost:,.0f} dollars a month (budget {goal.budget:,.0f}). "
            f"{most_refused(result)}{cut}{predicted}"
        )

    def _show_gauges(self, result, beaten, attempts, prediction):
        goal, shares = result.traffic, used(result)
        told = (
            f"{result.availability:.3%} answered, goal {goal.availability:.2%}",
            f"95 % within {p95_in_words(result)}, goal {milliseconds(goal.p95_latency)}",
            f"{result.lost_writes:,.0f} per million writes lost, goal {goal.lost_writes:g}",
            f"{result.cost:,.0f} dollars a month, budget {goal.budget:,.0f}",
        )
        marks = zip(self.bars, self.figures, shares, result.goals.values(), told, strict=True)
        for bar, figure, share, met, words in marks:
            bar.set(width=_gauge(share), facecolor=style.BLUE if met else style.VERMILION)
            words = words.replace("%", " %").replace("  %", " %")
            figure.set(text=f"{'✓' if met else '✗'} {words}", weight="normal" if met else "bold")
        earlier = np.array([used(attempt) for attempt in attempts]).reshape(-1, 4)
        self.trace.set_data(_gauge(earlier.ravel()), np.tile(np.arange(4) + 0.25, len(earlier)))
        self.ghost.set_data(_gauge(used(beaten)), np.arange(4))
        guess = [_gauge(prediction / goal.budget)] if prediction else []
        self.prediction.set_data(guess, [3] * len(guess))

    def _show_day(self, result):
        busy = np.array([_windows(result.busy[tier]).max(axis=1) for tier in TIERS])
        refused = np.array([_windows(result.refused[tier]).sum(axis=1) for tier in TIERS])
        offered = _windows(result.offered).sum(axis=1)
        hurt = refused > SEEN * offered
        shades = np.where(hurt, 1.0, np.minimum(busy, 1) * 0.94)
        self.heat.set_data(_COLOURS[(shades * 255).astype(int)])
        begins = hurt & ~np.pad(hurt, ((0, 0), (1, 0)))[:, :-1]  # one cross for each time
        rows, columns = np.nonzero(begins)
        self.crosses.set_data((columns + 0.5) * 24 / COLUMNS, rows)
        lost = {tier: share for tier, _, share in refusing(result)}
        for text, tier in zip(self.losses, TIERS, strict=True):
            worst = tier == next(iter(lost), None)
            share = f"{lost[tier]:.2%}".replace("%", " %") if tier in lost else "–"
            text.set(text=share, weight="bold" if worst else "normal")
        times = {kind: getattr(result.incidents, kind) / 3600 for kind in (*WHERE, "crowd")}
        dead = [(times[kind], TIERS.index(tier) - 0.36) for kind, tier in WHERE.items()]
        self.deaths.set_data(*zip(*dead, strict=True))
        self.crowd.set_data([times["crowd"]] * 2, [-1.1, len(TIERS) - 0.5])
        self.crowds.set_x(min(times["crowd"], 24) - 0.3)

    def _show_bill(self, result):
        """Draw the bill; return a sentence about what does not fit, or ""."""
        spent = np.array([100 * result.costs[item] / result.traffic.budget for item in ITEMS])
        for bar, share in zip(self.bill, spent, strict=True):
            bar.set_width(min(share, MOST_SPENT))
        beyond = np.flatnonzero(spent > MOST_SPENT)
        self.cut.set_data(np.full(beyond.size, MOST_SPENT), beyond)
        told = ", ".join(f"{ITEMS[item]} {spent[item]:,.0f} %" for item in beyond)
        return f" Beyond the axis (▸), of the budget: {told}." if told else ""


def used(result):
    """Return how much of each goal a DayResult uses, in the order of GOALS: above 1 is too much."""
    goal = result.traffic
    return np.array(
        [
            (1 - result.availability) / max(1 - goal.availability, 1e-9),
            result.p95_latency / goal.p95_latency,
            result.lost_writes / max(goal.lost_writes, 1e-9),
            result.cost / goal.budget,
        ]
    )


def _gauge(share):
    """Return the place on a gauge: even up to the goal, then a decade takes half as much room."""
    share = np.clip(share, 0, MOST)
    return np.where(share > 1, 1 + np.log10(np.maximum(share, 1)) / 2, share)


def refusing(result):
    """Return [(tier, since, share of the day's requests)] of tiers that refuse, most first.

    Only those that refuse more than SEEN at some moment: they have a cross in the picture.
    """
    broke = [row for row in result.broke(SEEN) if row[2] >= 5e-5]  # less is told as 0.00 %
    return sorted(broke, key=lambda row: -row[2])


def most_refused(result):
    """Return in a sentence which tiers refused how much, the greatest loss first."""
    broke = refusing(result)
    if not broke:
        return "No tier refused much at any time."
    told = ", ".join(f"{tier} {lost:.2%} (since {clock(when)})" for tier, when, lost in broke)
    return f"Refused, of the whole day's requests: {told}."


def first_to_refuse(result):
    """Return in a sentence which tier refused first, and when; "" if none did."""
    broke = refusing(result)
    if len(broke) < 2:
        return ""
    tier, when, _ = min(broke, key=lambda row: row[1])
    return f"First {_the(tier)} refused, at {clock(when)}. "


def clock(seconds):
    """Return a time of the day (s after midnight) as hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:02}:{minutes:02}"


def _the(tier):
    return "the queue" if tier == "queue" else tier


def p95_in_words(result):
    """Return the p95 latency of a DayResult in words."""
    return "never" if result.p95_latency == NEVER else milliseconds(result.p95_latency)


def _windows(column):
    return column.reshape(COLUMNS, -1)
