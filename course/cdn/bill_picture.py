"""The bill: what a month costs by hit ratio, and which photos bring that hit ratio about."""

import numpy as np
from matplotlib import rc_context, rcParams

from course.cdn.bill import RATIOS
from course.view import style

MOST = 100_000  # photos
PLACES = np.unique(np.geomspace(1, MOST, 120).astype(int))
BOTTOM, TOP = -0.06, 2.6
TO_WITHOUT, TO_LARGEST = "bill / bill without a CDN", "bill / your largest bill"


class BillPicture:
    """Left: the bill against the hit ratio. Right: the hit ratio of each photo, by popularity."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=8.4, height=3.9)
        percent = [0, 25, 50, 75, 100]
        left.set(xlim=(0, 100), ylim=(BOTTOM, TOP), xticks=percent)
        left.set_xlabel("requests that the CDN answers itself (%)")
        place = {"transform": left.transAxes, "rotation": 90, "ha": "right", "va": "center"}
        size = rcParams["axes.labelsize"]
        self.unit = left.text(-0.1, 0.5, TO_WITHOUT, fontsize=size, **place)
        (self.without,) = left.plot([], [], **style.BASELINE, label="no CDN")
        (self.costs,) = left.plot([], [], **style.YOURS, label="your monthly_cost")
        (self.here,) = left.plot(
            [], [], "o", color=style.ORANGE, mec=style.INK, markersize=10, label="these photos"
        )
        look = {"color": style.PURPLE, "linewidth": 1.6, "linestyle": (0, (1, 1))}
        (self.even,) = left.plot([], [], **look, label="your break-even")
        left.legend(loc="lower left", borderaxespad=0.2, bbox_to_anchor=(0, 0.04))
        right.set(xscale="log", xlim=(1, MOST), ylim=(0, 100), yticks=percent)
        right.set(xlabel="photo, by popularity", ylabel="its hit ratio (%)")
        right.set_xticks(
            [1, 10, 100, 1000, 10_000, MOST], ["1", "10", "100", "1,000", "10,000", ""]
        )
        right.minorticks_off()
        (self.photos,) = right.plot([], [], **style.THEORY, label="in the long run")
        (self.bound,) = right.plot([], [], **look, label="your break-even")
        right.legend(loc="lower left")
        bills = (self.unit, self.without, self.costs, self.here, self.even)
        self.moving = (*bills, self.photos, self.bound)

    def show(self, *, bill):
        """Draw a Bill; return (finding, words)."""
        unit = bill.without or max(bill.costs.max(), 1e-9)
        self.unit.set_text(TO_WITHOUT if bill.without else TO_LARGEST)
        self.without.set_data([0, 100], [bill.without / unit] * 2)
        self.costs.set_data(100 * RATIOS, np.minimum(bill.costs / unit, 9))
        overall, ratios = bill.catalogue.overall, bill.catalogue.by_photo
        self.here.set_data([100 * overall], [min(bill.here / unit, 2.55)])
        self.even.set_data([100 * bill.break_even] * 2, [BOTTOM, TOP])
        places = PLACES[: np.searchsorted(PLACES, len(ratios), "right")]
        self.photos.set_data(places, 100 * ratios[places - 1])
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
