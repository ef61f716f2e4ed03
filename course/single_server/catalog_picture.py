"""Pictures of two choices from the catalog: a machine that is big enough, and a database."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.view import style

COST_TOP, BUSY_END = 4300, 2.0


class CatalogPicture:
    """Left: the price of the chosen machine against traffic. Right: how busy each would be."""

    @rc_context(style.LOOK)
    def __init__(self, machines):
        self.machines = machines
        self.figure, (left, right) = style.figure(width_ratios=[1.25, 1])
        left.set(
            title="Price of the machine you choose",
            xlabel="arrival rate (requests/s)",
            ylabel="$ a month",
            xlim=(0, 700),
            ylim=(0, COST_TOP),
        )
        left.set_yticks([0, 1000, 2000, 3000, COST_TOP], ["0", "1,000", "2,000", "3,000", "4,300+"])
        (self.linear,) = left.plot([], [], **style.BASELINE, label="if price grew with power")
        (self.steps,) = left.plot(
            [], [], **style.YOURS, drawstyle="steps-pre", label="your scale_up"
        )
        (self.now,) = left.plot([], [], "o", color=style.BLUE, markersize=8)
        self.ceiling = left.axvspan(
            0, 1, facecolor="#F6F0EA", hatch="//", edgecolor="#E5D9CC", linewidth=0
        )
        self.end = left.text(
            0, COST_TOP * 0.42, "", rotation=90, ha="center", va="center", fontsize=9
        )
        self.end.set_bbox({"facecolor": "#F6F0EA", "edgecolor": "none", "pad": 1.5})
        self.legend = left.legend(loc="upper left", frameon=True, framealpha=1, edgecolor="none")
        right.set(
            title="How busy each would be",
            xlabel="utilization (dashed: at most)",
            xlim=(0, BUSY_END),
            ylim=(len(machines) - 0.4, -0.6),
        )
        right.set_xticks([0, 0.5, 1, 1.5, 2], ["0 %", "50 %", "100 %", "150 %", "200 %"])
        right.set_yticks(range(len(machines)), [machine.name for machine in machines])
        right.grid(False, axis="y")
        self.bars = list(right.barh(range(len(machines)), 0, height=0.62, color=style.PALE))
        self.labels = [right.text(0, row, "", va="center", fontsize=9) for row in range(6)]
        self.bound = right.axvline(0.8, color=style.VERMILION, linewidth=1.6, linestyle="--")
        lines = (self.ceiling, self.linear, self.steps, self.now, self.end, self.legend)
        self.moving = (*lines, *self.bars, self.bound, *self.labels)

    def show(self, *, rates, costs, linear, arrival_rate, bound, machine, busy, ceiling):
        """Draw the student's choices; return (title, words).

        rates: requests/s; costs: of the machine chosen at each, nan where there is none; linear:
        what it would cost if price grew with power. At `arrival_rate`: the `machine` chosen, or
        None, and how `busy` each of the catalog would be. ceiling: the first of `rates` with no
        machine, or None; bound: the greatest utilization allowed.
        """
        self.linear.set_data(rates, [min(cost, COST_TOP) for cost in linear])
        self.steps.set_data(rates, costs)
        self.now.set_data([arrival_rate], [machine.monthly_cost if machine else -1000])
        self.ceiling.set_x(701 if ceiling is None else ceiling)
        self.ceiling.set_width(700)
        self.end.set_text("no machine is big enough" if ceiling and ceiling < 660 else "")
        self.end.set_x(((ceiling or 0) + 700) / 2)
        self.bound.set_xdata([bound, bound])
        for row, each in enumerate(self.machines):
            self._bar(row, busy[row], each == machine)
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
        even = np.interp(arrival_rate, rates, linear)
        end = "the catalog does not end on this chart"
        if ceiling:
            end = f"from {ceiling:g} requests/s on no machine is big enough"
        return f"{machine.name}: {ratio}", (
            f"For {arrival_rate:g} requests/s your scale_up chooses {machine.name}, "
            f"${machine.monthly_cost:,} a month. At the smallest box's price for power it would be "
            f"${even:,.0f} (dashed): you pay {machine.monthly_cost / even:.1f} times that; {end}."
        )

    def _bar(self, row, busy, chosen):
        bar, label, inside = self.bars[row], self.labels[row], busy > 1.1
        bar.set_width(min(busy, BUSY_END))
        bar.set_facecolor(style.BLUE if chosen else style.PALE)
        label.set_text(f"{busy:.0%}{' ← chosen' if chosen else ''}")
        label.set_ha("right" if inside else "left")
        label.set_x(min(busy, BUSY_END) - 0.04 if inside else busy + 0.04)
        back = "none" if inside else style.PAPER
        label.set_bbox({"facecolor": back, "edgecolor": "none", "pad": 1})
        label.set_color(style.PAPER if inside and chosen else style.INK)


class DatabasePicture:
    """All 64 sets of needs in 4 rows and 16 columns, with the student's answer to each."""

    @rc_context(style.LOOK)
    def __init__(self, needs):
        self.figure, axes = style.figure(1, 1, height=4.0)
        axes.set(xlim=(-0.5, 15.5), ylim=(8.1, -0.6))
        axes.set_title("Your answer to all 64 sets: R = relational, N = non-relational")
        rows = ["neither", needs[4], needs[5], "both of these"]
        axes.set_yticks([0, 1, 2, 3, *(4.4 + n * 0.95 for n in range(4))], [*rows, *needs[:4]])
        axes.set_xticks([])
        axes.grid(False)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        self.cells, self.letters = [], []
        for number in range(64):
            place = (number % 16, number // 16)
            cell = Rectangle((place[0] - 0.46, place[1] - 0.44), 0.92, 0.88, linewidth=0)
            self.cells.append(axes.add_patch(cell))
            self.letters.append(axes.text(*place, "", ha="center", va="center", fontsize=9.5))
        for column in range(16):
            for bit in range(4):
                full = column >> bit & 1
                fill = style.INK if full else style.PAPER
                edge = style.INK if full else style.PALE
                axes.plot(column, 4.4 + bit * 0.95, "o", color=fill, mec=edge, markersize=7)
        self.here = Rectangle((0, 0), 1, 1, fill=False, edgecolor=style.VERMILION, linewidth=2.6)
        axes.add_patch(self.here)
        self.moving = (*self.cells, *self.letters, self.here)

    def show(self, *, needs, place, answer, answers):
        """Draw the `answers` to all 64 sets; return (title, words).

        needs: the ones that are ticked; place: the number of their set; answer: the one to it.
        """
        for cell, letter, each in zip(self.cells, self.letters, answers, strict=True):
            other = each == "non-relational"
            cell.set_facecolor(style.ORANGE if other else "#DCE9F3")
            letter.set_text("N" if other else "R")
        self.here.set_xy((place % 16 - 0.5, place // 16 - 0.5))
        others = answers.count("non-relational")
        wanted = ", ".join(needs) or "none of the six needs"
        return f"{answer.capitalize()} for what you ticked (framed)", (
            f"With {wanted}: {answer}. Over all 64 sets your rule says non-relational "
            f"{others} times; a team that always takes a relational database: 0 times."
        )
