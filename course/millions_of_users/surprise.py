"""Eight surprise days: a design on days that it has not seen, as a table and a score."""

import random

import ipywidgets as widgets

from course.engine.component import ComponentError
from course.millions_of_users.days import ROOM, draw_days
from course.millions_of_users.model import simulate
from course.millions_of_users.picture import p95_in_words, refusing
from course.view import style
from course.view.explore import SECONDS
from course.view.limit import TimeLimitReached, time_limit

DAYS = 8
HEADS = ("day", "answered", "95 % within", "lost writes", "bill, of the budget", "why")
TABLE = "border-collapse: collapse; margin: 0 4px; color: inherit; font-size: inherit"
CELL = "padding: 1px 10px 1px 0; text-align: left; white-space: nowrap"
DAY_CELL = f"{CELL}; font-weight: normal; white-space: normal; min-width: 15ch"


class SurpriseDays(widgets.VBox):
    """A button that draws eight days, and a table of what a design makes of them.

    `press()` does what a press of the button does and returns the words above the table. The score
    is the sum of the bills over the sum of the budgets; without all goals met there is none.
    """

    best: tuple[float, int] | None = (
        None  # (score, number of the draw); of the session: a high score outlives a design
    )

    def __init__(self, design):
        self.design, self.draw = design, 0
        self.button = widgets.Button(description="Eight surprise days", layout={"width": "auto"})
        self.button.on_click(lambda _: self.press())
        self.bar = widgets.IntProgress(
            max=DAYS, description="simulating", layout={"display": "none"}
        )
        self.table = widgets.HTML()
        super().__init__([widgets.HBox([self.button, self.bar]), self.table])
        self.add_class("explore")

    def press(self):
        """Draw the next eight days and show what the design makes of them; return the words."""
        self.draw += 1
        self.bar.layout.display, self.button.disabled = None, True
        try:
            days = list(self._simulated())
        except NotImplementedError as error:
            return self._say(f"Not written yet. {error}".strip())
        except (ComponentError, ValueError) as error:
            return self._say(str(error))
        except TimeLimitReached:
            return self._say(f"Stopped after {SECONDS:g} s: is there a loop that never ends?")
        except SystemExit:
            return self._say("Your code ended the program: leave exit() out of it.")
        finally:
            self.bar.layout.display, self.button.disabled = "none", False
        if all(all(day.goals.values()) for day in days):
            score = (_sum(days) / _budgets(days), self.draw)
            SurpriseDays.best = min(SurpriseDays.best or score, score)
        return self._say(self._score(days), _table(days))

    def _simulated(self):
        """Yield the DayResult of each day: with its own incidents, as the grader draws them."""
        for number, traffic in enumerate(draw_days(random.Random(self.draw))):
            self.bar.value = number
            with time_limit(SECONDS):
                day = simulate(self.design, traffic=traffic, seed=DAYS * self.draw + number)
            yield day

    def _score(self, days):
        met = sum(sum(day.goals.values()) for day in days)
        budgets = _budgets(days)
        told = (
            f"Draw {self.draw}: {met} of {4 * DAYS} goals. Your bills: {_sum(days):,.0f} dollars a "
            f"month; the budgets: {budgets:,.0f}; a careful design: about {budgets / ROOM:,.0f}. "
        )
        if met == 4 * DAYS:
            told += f"Your score: {_sum(days) / budgets:.1%} of the budgets; less is better."
        else:
            told += "There is a score when all goals are met."
        if SurpriseDays.best:
            told += f" Best so far: {SurpriseDays.best[0]:.1%}, in draw {SurpriseDays.best[1]}."
        return told

    def _say(self, words, table=""):
        look = f"background: {PAPER}; color: {INK}; overflow-x: auto; line-height: 1.5"
        self.table.value = (
            f"<style>{style.css()}</style>"
            f'<div class="explore-sentence" style="{look}">'
            f'<p role="status">{words.replace("%", " %")}</p>{table}</div>'
        )
        return words


PAPER, INK, WARNING = (
    style.variable(colour.lower().removeprefix("#"), "c")
    for colour in (style.PAPER, style.INK, style.WARNING)
)


def _table(days):
    heads = "".join(f'<th scope="col" style="{CELL}">{head}</th>' for head in HEADS)
    rows = "".join(f"<tr>{_row(*each)}</tr>" for each in enumerate(days, start=1))
    return f'<table style="{TABLE}"><tr>{heads}</tr>{rows}</table>'


def _row(number, day):
    traffic = day.traffic
    minutes = f"{traffic.crowd_rise / 60:.0f} min"
    told = (
        f"{day.availability:.3%}".replace("%", " %"),
        p95_in_words(day),
        f"{day.lost_writes:,.0f}",
        f"{day.cost:,.0f}, {day.cost / traffic.budget:.0%}".replace("%", " %"),
    )
    cells = (
        f'<td style="{CELL}">✓ {words}</td>'
        if met
        else f'<td style="{CELL}; color: {WARNING}"><b>✗ {words}</b></td>'
        for met, words in zip(day.goals.values(), told, strict=True)
    )
    return (
        f'<th scope="row" style="{DAY_CELL}">{number} {traffic.name}: '
        f"{traffic.peak:,.0f}/s, crowd × {traffic.crowd:g} in {minutes}</th>{''.join(cells)}"
        f'<td style="{CELL}">{_why(day)}</td>'
    )


def _why(day):
    """Return why goals are missed, as far as that is not in the numbers."""
    if day.nothing_counts:
        return f"no goal counts: {day.nothing_counts}"
    if day.goals["availability"]:
        return ""
    tier, _, lost = refusing(day)[0]
    return f"most refused: {tier}, {lost:.2%}".replace("%", " %")


def _sum(days):
    return sum(day.cost for day in days)


def _budgets(days):
    return sum(day.traffic.budget for day in days)
