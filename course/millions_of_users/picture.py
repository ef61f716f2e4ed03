"""The scoreboard: cost against p95, where the money goes, and which tier refused when."""

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.millions_of_users.tiers import TIERS
from course.view import style

ITEMS = ("data centers", "web servers", "database", "cache", "queue workers", "bytes")
CHEAPEST, DEAREST = 0.4, 2_000  # thousands of dollars a month
FASTEST, SLOWEST = 30, 20_000  # ms
UNANSWERED = 15_000  # ms: where a design stands that leaves 5 % without an answer
COLUMNS = 144  # of ten minutes each
SEEN = 0.001  # share of the requests: a tier that refuses more has a cross
HEAT = LinearSegmentedColormap.from_list(
    "busy", [(0, "#FFFFFF"), (0.6, style.SKY), (0.95, style.BLUE), (1.0, style.VERMILION)]
)


class ScoreboardPicture:
    """Left: cost against p95 with the goals' box. Right: the day tier by tier, and the bill.

    others: the labels of the baselines, in the order of their marks.
    """

    def __init__(self, others):
        self.figure, axes = style.figure(
            2, 2, width=8.2, height=5.6, height_ratios=(1, 1), width_ratios=(1.15, 1)
        )
        for row in (0, 1):
            axes[row, 0].remove()
        with rc_context(style.LOOK):
            board = self.figure.add_subplot(axes[0, 0].get_gridspec()[:, 0])
            self._prepare_board(board, others)
            self._prepare_day(axes[0, 1])
            self._prepare_bill(axes[1, 1])
        self.moving = (
            *(self.box, self.budget_line, *self.marks.values(), self.prediction),
            *(self.short, self.mine, self.heat, self.crosses, self.ghost_bill, self.bill),
        )

    def _prepare_board(self, axes, others):
        axes.set(xscale="log", yscale="log", xlim=(CHEAPEST, DEAREST), ylim=(FASTEST, SLOWEST))
        axes.set(xlabel="cost (dollars a month)", ylabel="p95 latency (ms)")
        axes.set_xticks([1, 10, 100, 1000], ["1,000", "10,000", "100,000", "1 million"])
        axes.set_yticks([100, 1000, 10_000, UNANSWERED], ["100", "1,000", "", "never"])
        axes.minorticks_off()
        look = {"facecolor": style.GREEN, "alpha": 0.16, "edgecolor": "none"}
        self.box = axes.add_patch(Rectangle((CHEAPEST, FASTEST), 1, 1, **look))
        (self.budget_line,) = axes.plot([], [], color=style.GREEN, linewidth=1.4)
        self.marks = {
            label: axes.plot(
                [], [], marker=marker, color=style.GREY, markersize=8, linestyle="none", label=label
            )[0]
            for label, marker in zip(others, "^vPs", strict=False)
        }
        (self.prediction,) = axes.plot([], [], **style.PREDICTION, label="your prediction")
        mark = {"linestyle": "none", "marker": "o", "markersize": 11, "markeredgewidth": 2}
        (self.mine,) = axes.plot([], [], color=style.BLUE, label="this design", **mark)
        open_mark = mark | {"markerfacecolor": style.PAPER, "markeredgecolor": style.BLUE}
        (self.short,) = axes.plot([], [], label="this design, a goal missed", **open_mark)
        handles = [self.mine, self.short, *self.marks.values(), self.prediction]
        (box,) = axes.plot([], [], color=style.GREEN, linewidth=7, alpha=0.3)
        style.legend_below(
            axes,
            down=0.13,
            handles=[*handles, box],
            labels=[*(handle.get_label() for handle in handles), "goals: budget and p95"],
            columnspacing=1.0,
        )

    def _prepare_day(self, axes):
        axes.set_title("busy (blue), refusing (×)")
        axes.set(xlim=(0, 24), ylim=(len(TIERS) - 0.5, -0.5), xlabel="hour of the day")
        axes.set_xticks(range(0, 25, 4))
        axes.set_yticks(range(len(TIERS)), TIERS)
        axes.grid(False)
        self.heat = axes.imshow(
            np.zeros((len(TIERS), COLUMNS, 3)),
            extent=(0, 24, len(TIERS) - 0.5, -0.5),
            aspect="auto",
            interpolation="none",
        )
        for row in range(1, len(TIERS)):
            axes.axhline(row - 0.5, color=style.PAPER, linewidth=3, zorder=3)
        (self.crosses,) = axes.plot(
            [], [], "x", color=style.BLACK, markersize=5, markeredgewidth=1.4, zorder=4
        )

    def _prepare_bill(self, axes):
        axes.set_title("what it pays for (grey: two of each)")
        axes.set(xscale="log", xlim=(30, 1_000_000), ylim=(len(ITEMS) - 0.4, -0.6))
        axes.set_xlabel("dollars a month")
        axes.set_xticks([100, 1_000, 10_000, 100_000], ["100", "1,000", "10,000", "100,000"])
        axes.set_yticks(range(len(ITEMS)), ITEMS)
        axes.minorticks_off()
        grey = {"color": style.GREY, "markerfacecolor": style.PAPER}
        (self.ghost_bill,) = axes.plot([], [], "s", markersize=7, **grey)
        (self.bill,) = axes.plot([], [], "o", color=style.BLUE, markersize=7)

    def show(self, *, name, result, others, prediction=None):
        """Draw a design's DayResult; return (finding, words).

        others: dict of label → DayResult of the baselines; prediction: a guess (dollars a month).
        """
        goal = result.traffic
        self._show_board(result, others, prediction)
        self._show_day(result)
        rows = np.arange(len(ITEMS))
        ghost = others["two of each"]
        for line, day in ((self.bill, result), (self.ghost_bill, ghost)):
            spent = np.array([day.costs[item] for item in ITEMS])
            line.set_data(np.where(spent > 0, np.maximum(spent, 30), np.nan), rows)
        met = result.goals
        missed = [name for name, fine in met.items() if not fine]
        slow = "never" if result.p95_latency == NEVER else milliseconds(result.p95_latency)
        finding = f"{name}: {len(met) - len(missed)} of 4 goals"
        if result.nothing_counts:
            finding += f", as {result.nothing_counts}"
        elif missed:
            finding += f", missed: {', '.join(missed)}"
        predicted = f" You predicted {prediction:,.0f} dollars." if prediction else ""
        return finding, (
            f"{result.availability:.3%} answered (goal {goal.availability:.2%}), 95 % within "
            f"{slow} (goal {milliseconds(goal.p95_latency)}), {result.lost_writes:,.0f} writes per "
            f"million lost (goal {goal.lost_writes:g}), {result.cost:,.0f} dollars a month "
            f"(budget {goal.budget:,.0f}). {most_refused(result)}{predicted}"
        )

    def _show_board(self, result, others, prediction):
        goal = result.traffic
        budget, latency = goal.budget / 1000, 1000 * goal.p95_latency
        self.box.set_bounds(CHEAPEST, FASTEST, budget - CHEAPEST, latency - FASTEST)
        self.budget_line.set_data([CHEAPEST, budget, budget], [latency, latency, FASTEST])
        met = all(result.goals.values())
        self.mine.set_data(*(_place(result) if met else ([], [])))
        self.short.set_data(*(([], []) if met else _place(result)))
        for label, mark in self.marks.items():
            mark.set_data(*_place(others[label]))
        at = ([], [])
        if prediction:
            at = ([min(max(prediction / 1000, CHEAPEST), DEAREST)], [latency])
        self.prediction.set_data(*at)

    def _show_day(self, result):
        busy = np.array([_windows(result.busy[tier]).max(axis=1) for tier in TIERS])
        refused = np.array([_windows(result.refused[tier]).sum(axis=1) for tier in TIERS])
        offered = _windows(result.offered).sum(axis=1)
        hurt = refused > SEEN * offered
        shades = np.where(hurt, 1.0, np.minimum(busy, 1) * 0.94)
        self.heat.set_data(_COLOURS[(shades * 255).astype(int)])
        rows, columns = np.nonzero(hurt)
        seen = columns % 4 == 0
        alone = np.ones_like(seen)
        alone[1:] = (rows[1:] != rows[:-1]) | (columns[1:] > columns[:-1] + 1)
        keep = seen | alone
        self.crosses.set_data((columns[keep] + 0.5) * 24 / COLUMNS, rows[keep])


_COLOURS = HEAT(np.linspace(0, 1, 256))[:, :3]


def most_refused(result):
    """Return in a sentence which tiers refused how much, the greatest loss first.

    Named are those that have a cross in the picture: more than SEEN at some moment.
    """
    broke = [row for row in result.broke(SEEN) if row[2] >= 5e-5]  # less is told as 0.00 %
    broke.sort(key=lambda row: -row[2])
    if not broke:
        return "No tier refused much at any time."
    told = ", ".join(f"{tier} {lost:.2%} (since {clock(when)})" for tier, when, lost in broke)
    return f"Refused, of the whole day's requests: {told}."


def clock(seconds):
    """Return a time of the day (s after midnight) as hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:02}:{minutes:02}"


def _place(result):
    """Return where a design stands on the scoreboard: ([thousands of dollars], [ms])."""
    latency = min(1000 * result.p95_latency, UNANSWERED)
    return [min(result.cost / 1000, DEAREST)], [max(latency, FASTEST)]


def _windows(column):
    return column.reshape(COLUMNS, -1)
