"""Distance and time: the edges that a student's function picks, and what each kilometre costs."""

import numpy as np
from matplotlib import rc_context

from course.cdn import theory
from course.cdn.map_picture import MapPanel
from course.engine.cities import CITIES
from course.view import style

FARTHEST = 20_500  # km, the right edge: half the way round the Earth is 20,015
KILOMETRES = np.linspace(0, 20_015, 300)
SLOWEST = 5.0  # s
LONDON = [each.name for each in CITIES].index("London")
NAMED = 6  # cities, at most, in the words


class DistancePicture:
    """Above: the map with the student's edges. Below: load time against the student's distance."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (top, axes) = style.figure(2, 1, width=8.6, height=5.9, height_ratios=(1.5, 1))
        self.map = MapPanel(top)
        axes.set(xlim=(0, FARTHEST), ylim=(0, SLOWEST), ylabel="load time (s)")
        axes.set_xlabel("your distance_km from the user to what serves the page (km)")
        axes.set_xticks(range(0, 20_001, 5000), ["0", "5,000", "10,000", "15,000", "20,000"])
        (self.line,) = axes.plot([], [], **style.THEORY, label="what the cable allows")
        (self.before,) = axes.plot([], [], "x", color=style.GREY, markersize=5, label="from origin")
        dot = {"color": style.BLUE, "markersize": 5, "mfc": "none", "mew": 1.3}
        (self.after,) = axes.plot([], [], "o", **dot, label="from your nearest_edge")
        axes.legend(loc="upper left", borderaxespad=0.2)
        self.moving = (*self.map.moving, self.line, self.before, self.after)

    def show(self, *, found):
        """Draw the Distances `found`; return (finding, words)."""
        self.map.show(found.times, found.served_by, found.edges)
        self.line.set_data(KILOMETRES, theory.load_time(KILOMETRES, found.page_kb))
        self.before.set_data(np.minimum(found.origin_km, FARTHEST), found.origin_times)
        self.after.set_data(np.minimum(found.km, FARTHEST), found.times)
        online = sum(edge.online for edge in found.edges)
        finding = (
            f"{online} edge{'' if online == 1 else 's'} online: a page takes "
            f"{found.mean_time:.2f} s on average, from the origin {found.mean_origin_time:.2f} s"
        )
        furthest = int(np.argmax(found.times))
        words = (
            f"Slowest: {CITIES[furthest].name}, {found.times[furthest]:.2f} s over "
            f"{found.km[furthest]:,.0f} km by your measure. "
        )
        place = found.served_by[LONDON]
        words += f"London is served by {found.edges[place].name if place >= 0 else 'the origin'}. "
        wrong = found.longer_than_needed
        if wrong:
            cities = "1 city" if len(wrong) == 1 else f"{len(wrong)} cities"
            named = ", ".join(wrong[:NAMED]) + (", …" if len(wrong) > NAMED else "")
            words += f"{cities} would be served faster by another edge that is online: {named}."
        else:
            words += "No city would be served faster by another edge that is online."
        return finding, words
