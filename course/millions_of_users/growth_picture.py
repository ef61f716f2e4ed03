"""The whole way from one server to today's system: users, latency and cost of each step."""

import numpy as np
from matplotlib import rc_context

from course.view import style
from course.view.picture import Picture

FEWEST, MOST = 1e4, 1e8  # users


def draw_way(way):
    """Return a Picture of the way, a list of Grown."""
    figure, (users, latency, cost) = style.figure(
        1, 3, width=8.3, height=3.8, width_ratios=(1.02, 1, 1)
    )
    most = [step.users for step in way]
    with rc_context(style.LOOK):
        _bars(users, way, "How many users a day?", np.log10(most) - np.log10(FEWEST), most, ",.0f")
        p95 = [1000 * step.p95_latency for step in way]
        _bars(latency, way, "95 % within (ms)", p95, p95, ".0f")
        price = [step.cost_per_thousand for step in way]
        _bars(cost, way, "Dollars a month", price, price, ".3g")
        cost.set_xlabel("for 1,000 users")
        users.set_xlim(0, 1.42 * np.log10(MOST / FEWEST))
        users.set_xlabel("each line: ten times more")
        users.set_xticks(range(4), ["10,000", "", "1 million", ""])
        users.set_yticks(range(len(way)), [step.name for step in way])
    first, last = way[0], way[-1]
    alt = (
        f"{len(way)} steps from {first.users:,.0f} users a day to {last.users:,.0f}; the table "
        "below the picture has every number."
    )
    return Picture(figure).redraw(alt)


def _bars(axes, way, title, widths, values, digits):
    """Draw a bar for each step, with its value; its name is just its number."""
    rows = range(len(way))
    axes.set_title(title)
    axes.barh(rows, widths, color=style.BLUE, height=0.62)
    axes.set(ylim=(len(way) - 0.4, -0.6), xlim=(0, 1.35 * max(widths)))
    axes.set_yticks(rows, [step.name[:2] for step in way])
    axes.grid(axis="y", visible=False)
    for row, width, value in zip(rows, widths, values, strict=True):
        axes.text(width + 0.02 * max(widths), row, f"{value:{digits}}", va="center", fontsize=9)
