"""Distance and time: the edges that a student's function picks, and what each kilometre costs."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context

from course.cdn.map_picture import MapPanel
from course.cdn.world import BANDWIDTH, ORIGIN, PEOPLE, TO_EDGE, TO_ORIGIN, opened, served_by
from course.engine import network, parameters
from course.engine.cities import CITIES
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.view import style

FARTHEST = 20_500  # km, the right edge: half the way round the Earth is 20,015
SLOWEST = 5.0  # s


@dataclass(frozen=True)
class Distances:
    """By city: the edge that serves it (-1: origin), km and load time (s) to it and to the origin.

    `longer_than_needed` counts the cities whose page would come faster from another online edge.
    """

    edges: tuple
    served_by: np.ndarray
    km: np.ndarray
    times: np.ndarray
    origin_km: np.ndarray
    origin_times: np.ndarray
    page_kb: float
    longer_than_needed: int

    @property
    def mean_time(self):
        """Mean load time (s) of all people."""
        return float(np.average(self.times, weights=PEOPLE))

    @property
    def mean_origin_time(self):
        """Mean load time (s) of all people without a CDN."""
        return float(np.average(self.origin_times, weights=PEOPLE))


def distances(distance_km, nearest_edge, *, edges=5, offline=0, page_kb=500.0):
    """Return the Distances: both functions are a student's, asked once or twice a city."""
    listed = opened(edges, offline)
    size = 1000 * parameters.number("page_kb", page_kb, above=0, unit="kB")
    chosen, best = served_by(listed, nearest_edge), served_by(listed)
    everyone = np.arange(len(CITIES))
    near = np.where(chosen >= 0, TO_EDGE[everyone, chosen], TO_ORIGIN)
    possible = np.where(best >= 0, TO_EDGE[everyone, best], TO_ORIGIN)
    origin_km = _measured(distance_km, [ORIGIN.location] * len(CITIES))
    targets = [listed[place].location if place >= 0 else ORIGIN.location for place in chosen]
    return Distances(
        tuple(listed),
        chosen,
        _measured(distance_km, targets),
        network.load_time(near, size, BANDWIDTH),
        origin_km,
        network.load_time(TO_ORIGIN, size, BANDWIDTH),
        float(page_kb),
        int((near > possible + 1e-9).sum()),
    )


def _measured(distance_km, targets):
    """Return the student's kilometres from each city to its target."""
    found = []
    for each, target in zip(CITIES, targets, strict=True):
        call = f"{name_of(distance_km)}({each.location}, {target})"
        with sentences(call):
            km = distance_km(each.location, target)
        if isinstance(km, bool) or not isinstance(km, (int, float, np.number)):
            raise ComponentError(wrong_return(call, km, "a number of kilometres"))
        if not 0 <= km < 1e9:
            raise ComponentError(wrong_return(call, km, "a number of kilometres, at least 0"))
        found.append(float(km))
    return np.array(found)


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

    def show(self, found):
        """Draw Distances; return (finding, words)."""
        self.map.show(found.times, found.served_by, found.edges)
        kilometres = np.linspace(0, 20_015, 300)
        trips = network.LAST_MILE + kilometres * 1000 * 2 * network.DETOUR / network.LIGHT_IN_FIBRE
        times = network.load_time(trips, found.page_kb * 1000, BANDWIDTH)
        self.line.set_data(kilometres, times)
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
        wrong = found.longer_than_needed
        if wrong:
            cities = "1 city" if wrong == 1 else f"{wrong} cities"
            words += f"{cities} would be served faster by another edge that is online."
        else:
            words += "No city would be served faster by another edge that is online."
        return finding, words
