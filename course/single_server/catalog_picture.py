"""Pictures of two choices: the machine that is big enough, and the kind of database."""

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
        left.set_yticks([0, 1000, 2000, 3000], ["0", "1,000", "2,000", "3,000"])
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

    def show(self, run):
        """Show what `explore_catalog` ran; return its title and it in words."""
        self.linear.set_data(run.rates, run.linear)
        self.steps.set_data(run.rates, run.costs)
        cost = run.machine.monthly_cost if run.machine else -1000
        self.now.set_data([run.arrival_rate], [cost])
        self.ceiling.set_x(701 if run.ceiling is None else run.ceiling)
        self.ceiling.set_width(700)
        self.end.set_text("no machine is big enough" if run.ceiling and run.ceiling < 660 else "")
        self.end.set_x(((run.ceiling or 0) + 700) / 2)
        self.bound.set_xdata([run.bound, run.bound])
        for row, (machine, busy) in enumerate(zip(self.machines, run.busy, strict=True)):
            self._bar(row, machine, busy, run)
        return self._words(run)

    def _bar(self, row, machine, busy, run):
        chosen = machine == run.machine
        self.bars[row].set_width(min(busy, BUSY_END))
        self.bars[row].set_facecolor(style.BLUE if chosen else style.PALE)
        text = f"{busy:.0%}{' ← chosen' if chosen else ''}"
        self.labels[row].set_text(text)
        inside = busy > 1.1
        self.labels[row].set_ha("right" if inside else "left")
        self.labels[row].set_x(min(busy, BUSY_END) - 0.04 if inside else busy + 0.04)
        back = "none" if inside else style.PAPER
        self.labels[row].set_bbox({"facecolor": back, "edgecolor": "none", "pad": 1})
        self.labels[row].set_color(style.PAPER if inside and chosen else style.INK)

    def _words(self, run):
        smallest = self.machines[0]
        if run.machine is None:
            title = f"{run.arrival_rate:g} requests/s: no machine is big enough. Scaling up ends"
            end = run.ceiling or run.arrival_rate
            return title, f"From about {end:g} requests/s on no machine of the catalog will do."
        power = run.machine.workers / smallest.workers
        price = run.machine.monthly_cost / smallest.monthly_cost
        ratio = f"{power:g} × the power of {smallest.name} for {price:g} × its price"
        title = f"{run.machine.name}: {ratio}"
        end = (
            f"from {run.ceiling:g} requests/s on no machine is big enough"
            if run.ceiling
            else ("the catalog does not end on this chart")
        )
        return title, (
            f"For {run.arrival_rate:g} requests/s your scale_up chooses {run.machine.name}, "
            f"${run.machine.monthly_cost:,} a month; {ratio}; {end}."
        )


class DatabasePicture:
    """All 64 sets of needs in 4 rows and 16 columns, with the student's answer to each."""

    @rc_context(style.LOOK)
    def __init__(self, needs):
        self.needs = needs
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

    def show(self, run):
        """Show what `explore_database` ran; return its title and it in words."""
        for cell, letter, answer in zip(self.cells, self.letters, run.answers, strict=True):
            other = answer == "non-relational"
            cell.set_facecolor(style.ORANGE if other else "#DCE9F3")
            letter.set_text("N" if other else "R")
        self.here.set_xy((run.place % 16 - 0.5, run.place // 16 - 0.5))
        others = run.answers.count("non-relational")
        wanted = ", ".join(run.needs) or "none of the six needs"
        return f"{run.answer.capitalize()} for what you ticked (framed)", (
            f"With {wanted}: {run.answer}. Over all 64 sets your rule says non-relational "
            f"{others} times; a team that always takes a relational database: 0 times."
        )
