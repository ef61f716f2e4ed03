"""The bill: what a gigabyte costs by hit ratio, and which photos bring that hit ratio about."""

import numpy as np
from matplotlib import rc_context

from course.cdn.bill import RATIOS
from course.view import style

MOST = 100_000  # photos
PLACES = np.unique(np.geomspace(1, MOST, 120).astype(int))
DEAREST = 0.25  # dollars a GB
EVEN = {"color": style.INK, "linewidth": 1.4, "linestyle": ":"}


class BillPicture:
    """Left: dollars a GB against the hit ratio. Right: the hit ratio of each photo."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=7.7, height=3.9)
        percent = [0, 25, 50, 75, 100]
        left.set(xlim=(0, 100), ylim=(-0.005, DEAREST), xticks=percent)
        left.set(xlabel="requests that the CDN answers itself (%)", ylabel="dollars a gigabyte")
        left.set_title("Is the CDN cheaper?")
        (self.without,) = left.plot([], [], **style.BASELINE, label="no CDN")
        (self.costs,) = left.plot([], [], **style.YOURS, label="your monthly_cost")
        (self.here,) = left.plot([], [], "o", color=style.BLUE, markersize=10, label="these photos")
        (self.even,) = left.plot([], [], **EVEN, label="your break-even")
        style.legend_below(left, down=0.16)
        right.set(xscale="log", xlim=(1, MOST), ylim=(0, 102), yticks=percent)
        right.set(xlabel="photos, the most popular first", ylabel="hit ratio of a photo (%)")
        right.set_title("Which photos save money?")
        ticks = [1, 10, 100, 1000, 10_000, MOST]
        right.set_xticks(ticks, ["1", "10", "100", "1,000", "10,000", ""])
        right.minorticks_off()
        (self.saving,) = right.plot([], [], color=style.BLUE, linewidth=2.6, label="saves money")
        look = {"color": style.VERMILION, "linewidth": 2.6, "linestyle": (0, (1, 1))}
        (self.losing,) = right.plot([], [], **look, label="does not")
        (self.bound,) = right.plot([], [], **EVEN, label="your break-even")
        style.legend_below(right, down=0.16)
        bills = (self.without, self.costs, self.here, self.even)
        self.moving = (*bills, self.saving, self.losing, self.bound)

    def show(self, *, bill):
        """Draw a Bill; return (finding, words)."""
        self.without.set_data([0, 100], [bill.prices.origin_per_gb] * 2)
        self.costs.set_data(100 * RATIOS, np.minimum(bill.costs / bill.gigabytes, 1))
        overall, ratios = bill.catalogue.overall, bill.catalogue.by_photo
        here = min(bill.here / bill.gigabytes, 0.98 * DEAREST)
        self.here.set_data([100 * overall], [here])
        self.even.set_data([100 * bill.break_even] * 2, [-1, 1])
        places = PLACES[: np.searchsorted(PLACES, len(ratios), "right")]
        saves = ratios[places - 1] > bill.break_even
        for line, shown in ((self.saving, saves), (self.losing, ~saves)):
            line.set_data(places[shown], 100 * ratios[places[shown] - 1])
        self.bound.set_data([1, MOST], [100 * bill.break_even] * 2)
        finding = (
            f"Hit ratio {overall:.0%}: {bill.here:,.0f} dollars a month, "
            f"without a CDN {bill.without:,.0f}"
        )
        return finding, _when_it_pays(bill.break_even, ratios)


def _when_it_pays(break_even, ratios):
    if break_even >= 1:
        return "By your formula the CDN is never cheaper."
    when = f"By your formula the CDN is cheaper above a hit ratio of {break_even:.0%}."
    worth = int((ratios > break_even).sum())
    if worth == len(ratios):
        return when
    reach = "reaches" if worth == 1 else "reach"
    return (
        f"{when} {worth:,} of the {len(ratios):,} photos {reach} that; "
        f"{'the others' if worth else 'all'} cost no less through the CDN than straight from the "
        "origin."
    )
