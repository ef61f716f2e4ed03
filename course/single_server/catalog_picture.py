"""Pictures of two choices: a machine of the catalog that is big enough, and a kind of database."""

import numpy as np
from matplotlib import rc_context

from course.view import style

COST_TOP, BUSY_END = 4300, 2.0
RATES = 700  # requests/s, at most
NO_MACHINE = {"facecolor": style.GRID, "hatch": "//", "edgecolor": style.PALE, "linewidth": 0}


class CatalogPicture:
    """Left: the price of the chosen machine against traffic. Right: how busy each would be."""

    @rc_context(style.LOOK)
    def __init__(self, machines):
        self.machines = machines
        self.figure, (left, right) = style.figure(width=7.7, height=3.4, width_ratios=[1, 1.1])
        left.set(
            title="What your machine costs",
            xlabel="arrival rate (requests/s)",
            ylabel="$ a month",
            xlim=(0, RATES),
            ylim=(0, COST_TOP),
        )
        left.set_yticks([0, 1000, 2000, 3000, COST_TOP], ["0", "1,000", "2,000", "3,000", "4,300+"])
        (self.linear,) = left.plot([], [], **style.BASELINE, label="at box-2's price")
        look = {**style.YOURS, "drawstyle": "steps-pre"}
        (self.steps,) = left.plot([], [], **look, label="your scale_up")
        (self.gap,) = left.plot([], [], color=style.INK, linewidth=1.2)
        (self.now,) = left.plot([], [], "o", color=style.BLUE, markersize=8)
        self.times = left.text(0, 0, "", weight="bold", va="center")
        self.ceiling = left.axvspan(0, 1, **NO_MACHINE)
        turned = {"rotation": 90, "ha": "center", "va": "center", "fontsize": 9}
        self.end = left.text(0, COST_TOP / 2, "", **turned)
        style.legend_below(left, down=0.17, columnspacing=1, handles=[self.steps, self.linear])
        right.set(
            title="How busy each machine would be",
            xlabel="utilization",
            xlim=(0, 1.5 * BUSY_END),
            ylim=(len(machines) - 0.4, -0.6),
        )
        right.set_xticks([0, 0.5, 1, 1.5, 2], ["0 %", "50 %", "100 %", "150 %", "200 %+"])
        right.set_yticks(range(len(machines)), [machine.name for machine in machines])
        right.grid(False, axis="y")
        self.bars = list(right.barh(range(len(machines)), 0, height=0.62, color=style.PALE))
        self.labels = [right.text(BUSY_END + 0.06, row, "", va="center") for row in range(6)]
        line = {"color": style.VERMILION, "linewidth": 1.6, "linestyle": "--"}
        self.bound = right.axvline(0.8, **line, label="at most this busy")
        style.legend_below(right, left=-0.1, down=0.17, handles=[self.bound])
        left_part = (
            self.ceiling,
            self.linear,
            self.steps,
            self.gap,
            self.now,
            self.times,
            self.end,
        )
        self.moving = (*left_part, *self.bars, self.bound, *self.labels)

    def show(self, *, rates, costs, linear, arrival_rate, bound, machine, busy, ceiling):
        """Draw the student's choices; return (title, words).

        rates: requests/s; costs: of the machine chosen at each, nan where there is none; linear:
        what it would cost if price grew with power. At `arrival_rate`: the `machine` chosen, or
        None, and how `busy` each of the catalog would be. ceiling: the first of `rates` with no
        machine, or None; bound: the greatest utilization allowed.
        """
        self.linear.set_data(rates, np.minimum(linear, COST_TOP))
        self.steps.set_data(rates, costs)
        self.ceiling.set_x(RATES + 1 if ceiling is None else ceiling)
        self.ceiling.set_width(RATES)
        self.end.set_text("no machine is big enough" if ceiling and ceiling < 660 else "")
        self.end.set_x(((ceiling or 0) + RATES) / 2)
        self.bound.set_xdata([bound, bound])
        for bar, label, each, share in zip(
            self.bars, self.labels, self.machines, busy, strict=True
        ):
            bar.set_width(min(share, BUSY_END))
            bar.set_facecolor(style.BLUE if each == machine else style.PALE)
            label.set_text(
                f"{share:,.0%}{' ← yours' if each == machine else ''}".replace("%", " %")
            )
        even = float(np.interp(arrival_rate, rates, linear))
        self._gap(arrival_rate, machine, even)
        if machine is None:
            return (
                f"{arrival_rate:g} requests/s: no machine is big enough. Scaling up ends",
                f"From about {ceiling or arrival_rate:g} requests/s on no machine of the catalog "
                "will do.",
            )
        smallest = self.machines[0]
        power = machine.workers / smallest.workers
        price = machine.monthly_cost / smallest.monthly_cost
        ratio = f"{power:g} × the power of {smallest.name} for {price:g} × its price"
        end = "the catalog does not end on this chart"
        if ceiling:
            end = f"from {ceiling:g} requests/s on no machine is big enough"
        return f"{machine.name}: {ratio}", (
            f"For {arrival_rate:g} requests/s your scale_up chooses {machine.name}, "
            f"${machine.monthly_cost:,} a month. At the smallest box's price for power it would be "
            f"${even:,.0f} (dashed): you pay {machine.monthly_cost / even:.1f} times that; {end}."
        )

    def _gap(self, arrival_rate, machine, even):
        """Show how many times the price of power is paid."""
        for artist in (self.now, self.gap):
            artist.set_data([], [])
        self.times.set_text("")
        if machine:
            cost = machine.monthly_cost
            self.now.set_data([arrival_rate], [cost])
            self.gap.set_data([arrival_rate] * 2, [min(even, COST_TOP), cost])
            text = {"text": f"{cost / even:.1f} ×", "y": cost + 200, "ha": "right"}
            if arrival_rate < 0.13 * RATES:  # no room on the left
                text |= {"y": max(cost + 200, 1500), "ha": "left"}
            self.times.set(x=arrival_rate - 6, **text)


class DatabasePicture:
    """Left: what is ticked, and what each tick alone decides. Right: that, over all sets."""

    @rc_context(style.LOOK)
    def __init__(self, needs):
        self.figure, (left, right) = style.figure(width=7.6, height=3.2)
        rows = range(1, len(needs) + 1)
        left.set(xlim=(-0.3, 3), xticks=[])
        left.set_title("What if you changed one tick?", x=-0.9)
        left.set_yticks([0, *rows], ["your answer", *needs])
        self.answer = left.text(0.25, 0, "", va="center", weight="bold", color=style.BLUE)
        (self.ticked,) = left.plot([], [], "s", color=style.INK, markersize=9)
        hollow = {"markerfacecolor": "none", "markeredgecolor": style.INK, "markersize": 9}
        left.plot([0] * len(needs), rows, "s", **hollow)
        self.flips = [left.text(0.25, row, "", va="center") for row in rows]
        right.set(xlim=(0, 20), xticks=[])
        right.set_title("Of 32 answers, how many does it change?", x=-0.95)
        right.set_yticks(rows, needs)
        self.bars = list(right.barh(rows, 0, height=0.6, color=style.BLUE))
        self.counts = [right.text(0, row, "", va="center") for row in rows]
        self.guess = right.text(0.5, 3.5, "Guess first. Then tick\n“all 64 sets”.", va="center")
        for axes in (left, right):
            axes.set_ylim(len(needs) + 0.6, -0.6)
            axes.tick_params(length=0)
            axes.grid(False)
            axes.spines[:].set_visible(False)
        marks = (self.answer, self.ticked, *self.flips)
        self.moving = (*marks, *self.bars, *self.counts, self.guess)

    def show(self, *, needs, ticked, answer, flipped, turned):
        """Draw the answers; return (title, words).

        ticked: whether each of the needs is; answer: the one to them; flipped: the ones if this
        need alone were the other way. turned: of the 32 pairs of sets that differ by this need
        alone, how many have two answers; None while that is not asked for.
        """
        rows = [row for row, tick in enumerate(ticked, start=1) if tick]
        self.ticked.set_data([0] * len(rows), rows)
        self.answer.set_text(answer)
        for text, other in zip(self.flips, flipped, strict=True):
            changes = other != answer
            text.set(text=f"→ {other}", weight="bold" if changes else "normal")
            text.set_color(style.BLUE if changes else style.INK)
        self.guess.set_visible(turned is None)
        for bar, text, count in zip(self.bars, self.counts, turned or [None] * 6, strict=True):
            bar.set_width(count or 0)
            text.set(text="" if count is None else str(count), x=(count or 0) + 0.4)
        chosen = [need for need, tick in zip(needs, ticked, strict=True) if tick]
        said = f"With {', '.join(chosen) or 'none of the six needs'}: {answer}. "
        return f"{answer.capitalize()} for what you ticked", said + what_decides(
            needs, answer, flipped
        )


def what_decides(needs, answer, flipped):
    """Return which ticks alone would change the answer, as a sentence."""
    decide = [need for need, other in zip(needs, flipped, strict=True) if other != answer]
    if not decide:
        return "No single tick would change that."
    return f"One of these ticks alone would change that: {', '.join(decide)}."
