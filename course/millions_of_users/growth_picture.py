"""The whole way from one server to today's system: users, latency and cost of each step."""

from matplotlib import rc_context

from course.view import style
from course.view.picture import Picture

PRICE = "dollars a month\nper 1,000 users"


def draw_way(way):
    """Return a Picture of the way, a list of Grown."""
    figure, (users, latency, cost) = style.figure(
        1, 3, width=9.2, height=4.2, sharey=True, width_ratios=(1.5, 1, 1)
    )
    rows = range(len(way))
    panels = (
        (users, [step.users for step in way], "users a day (at most)", style.BLUE),
        (latency, [1000 * step.p95_latency for step in way], "p95 latency (ms)", style.ORANGE),
        (cost, [step.cost_per_thousand for step in way], PRICE, style.GREEN),
    )
    with rc_context(style.LOOK):
        for axes, values, label, colour in panels:
            axes.barh(rows, values, color=colour, height=0.62)
            axes.set(xlabel=label, ylim=(len(way) - 0.4, -0.6))
            axes.grid(axis="y", visible=False)
        users.set(xscale="log", xlim=(10_000, 6e8))
        users.set_xticks([1e4, 1e5, 1e6, 1e7, 1e8], ["10,000", "", "1 million", "", "100 million"])
        users.minorticks_off()
        users.set_yticks(rows, [step.name for step in way])
        for row, step in enumerate(way):
            users.text(step.users * 1.15, row, f"{step.users:,.0f}", va="center", fontsize=9)
            for axes, value in ((latency, 1000 * step.p95_latency), (cost, step.cost_per_thousand)):
                axes.text(value, row, f" {value:.3g}", va="center", fontsize=9)
        latency.set_xlim(0, 1.3 * max(1000 * step.p95_latency for step in way))
        cost.set_xlim(0, 1.3 * max(step.cost_per_thousand for step in way))
    first, last = way[0], way[-1]
    alt = (
        f"{len(way)} steps from {first.users:,.0f} users a day to {last.users:,.0f}; the table "
        "below the picture has every number."
    )
    return Picture(figure).redraw(alt)
