"""Where every city is sent by a student's GeoDNS, and what its users wait for the network."""

import numpy as np
from matplotlib import rc_context
from matplotlib.patches import Rectangle

from course.data_centers.map_picture import COLOURS, MapPanel, entries
from course.data_centers.world import OPENING_ORDER, ROUND_TRIPS, WEIGHTS
from course.engine.cities import CITIES
from course.engine.record import milliseconds
from course.view import style

SLOWEST = 2500  # ms, the right edge
ALONE = ROUND_TRIPS[:, 0]  # s, with the first center alone
SHOWN = ("New York", "São Paulo", "London", "Lagos", "Mumbai", "Tokyo", "Sydney")
ROWS = [next(row for row, city in enumerate(CITIES) if city.name == name) for name in SHOWN]


class DnsPicture:
    """Left: the map of who goes where. Right: how long a page's round trips take, by city."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, waits) = style.figure(1, 2, width=7.6, height=3.9)
        self.map = MapPanel(left, size=1.6)
        left.set_title("Where is each city sent?")
        handles, labels = entries(len(OPENING_ORDER), "no center")
        style.legend_below(left, left=-0.02, down=0.05, handles=handles, labels=labels)
        waits.set(xlim=(0, SLOWEST), ylim=(len(ROWS) + 0.5, -0.6))
        waits.set(xlabel="a page's round trips (ms)", title="Who gains by your GeoDNS?")
        waits.set_yticks(range(len(ROWS) + 1), [*SHOWN, "all people"])
        waits.grid(axis="y", visible=False)
        self.bars = [
            waits.add_patch(Rectangle((0, row - 0.33), 0, 0.66)) for row in range(len(ROWS) + 1)
        ]
        (self.before,) = waits.plot(
            [], [], color=style.GREY, marker="|", markersize=14, mew=3, linestyle="none"
        )
        style.legend_below(waits, down=0.2, handles=[self.before], labels=["with Washington alone"])
        self.moving = (*self.map.moving, *self.bars, self.before)

    def show(self, *, resolved, trips):
        """Draw a Resolved; return (finding, words). trips: how often a page goes there and back."""
        self.map.show(resolved.places, resolved.healthy)
        waits = 1000 * trips * np.append(resolved.round_trips[ROWS], resolved.mean)
        alone = 1000 * trips * np.append(ALONE[ROWS], WEIGHTS @ ALONE)
        self.before.set_data(np.minimum(alone, SLOWEST), np.arange(len(ROWS) + 1))
        colours = [*(COLOURS[place] for place in resolved.places[ROWS]), style.INK]
        for bar, wait, colour in zip(self.bars, waits, colours, strict=True):
            bar.set_width(min(wait, SLOWEST) if np.isfinite(wait) else 0)
            bar.set_facecolor(colour)
        shares = ", ".join(
            f"{name} {share:.0%}"
            for name, share, up in zip(
                OPENING_ORDER, resolved.shares, resolved.healthy, strict=False
            )
            if up
        )
        if not shares:
            return "No center is healthy: no user is served", "Every city shows an error."
        finding = (
            f"{sum(resolved.healthy)} healthy of {len(resolved.healthy)}: a page's {trips} round "
            f"trips take {milliseconds(trips * resolved.mean)} on average, with Washington alone "
            f"{milliseconds(alone[-1] / 1000)}"
        )
        wrong = resolved.nearer
        verdict = f"{wrong} cities have" if wrong else "No city has"
        return finding, f"People by center: {shares}. {verdict} a nearer healthy center."
