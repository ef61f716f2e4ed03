"""Distance and time: the edges that a student's function picks, and what each kilometer costs."""

import numpy as np
from matplotlib import rc_context

from course.cdn import theory
from course.cdn.map_picture import LONDON, MapPanel
from course.engine.cities import CITIES
from course.view import style

FARTHEST = 20_500  # km, the right edge: half the way round the Earth is 20,015
KILOMETRES = np.linspace(0, 20_015, 300)
SLOWEST = 5.0  # s
NAMED = 6  # cities, at most, in the words


class DistancePicture:
    """Left: the map with the student's edges. Right: load time against the student's distance."""

    @rc_context(style.LOOK)
    def __init__(self):
        self.figure, (left, right) = style.figure(1, 2, width=7.2, height=3.1)
        self.map = MapPanel(left, judged=True)
        right.set(xlim=(0, FARTHEST), ylim=(0, SLOWEST), ylabel="load time (s)")
        right.set_xlabel("your distance_km to what serves the page")
        right.set_title("What do kilometers cost?")
        right.set_xticks(range(0, 20_001, 5000), ["0", "5,000", "10,000", "15,000", "20,000"])
        (self.line,) = right.plot([], [], **style.THEORY, label="what the cable allows")
        (self.before,) = right.plot([], [], "x", color=style.GREY, markersize=5)
        self.before.set_label("without edges")
        dot = {"color": style.BLUE, "markersize": 5, "mfc": "none", "mew": 1.3}
        (self.after,) = right.plot([], [], "o", **dot, label="from your nearest_edge")
        style.legend_below(right, down=0.21)
        self.moving = (*self.map.moving, self.line, self.before, self.after)

    def show(self, *, found):
        """Draw the Distances `found`; return (finding, words)."""
        wrong = found.longer_than_needed
        self.map.show(found.times, found.served_by, found.edges, wrong)
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
        words += f"London is served by {server_of(found, LONDON)}. "
        if wrong:
            cities = "1 city" if len(wrong) == 1 else f"{len(wrong)} cities"
            named = ", ".join(wrong[:NAMED]) + (", …" if len(wrong) > NAMED else "")
            words += f"{cities} would be served faster by another edge that is online: {named}."
        else:
            words += "No city would be served faster by another edge that is online."
        if max(found.km.max(), found.origin_km.max()) > FARTHEST:
            words += f" What is over {FARTHEST:,} km by your measure is drawn at the edge."
        return finding, words


def server_of(found, city):
    """Return the name of what serves the city with this number."""
    place = found.served_by[city]
    return found.edges[place].name if place >= 0 else "the origin"
