"""The map of cities and data centers: one panel that several pictures of the lab draw."""

import numpy as np
from matplotlib.lines import Line2D

from course.data_centers.world import LOCATIONS, OPENING_ORDER, PEOPLE, make_centers
from course.view import style, world

COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.SKY)  # by center, in opening order
MARKS = ("o", "s", "^", "D")
TALL = 1.35  # a degree of latitude to one of longitude: right at 42 degrees north and south
NO_CENTER = -1  # the place of a city that reaches no center
POINTS = np.stack(world.x_y(LOCATIONS), axis=1)
CENTERS = np.stack(
    world.x_y([center.location for center in make_centers(len(OPENING_ORDER))]), axis=1
)
ERROR = {"marker": "x", "linestyle": "none", "color": style.VERMILION, "mew": 1.9}


class MapPanel:
    """Cities sized by their people, marked by the center that serves them; × where none does."""

    def __init__(self, axes, size=2.2):
        world.draw_world(axes)
        axes.set_aspect(TALL)
        self.sizes = 9 + size * PEOPLE
        edge = {"edgecolors": style.INK, "linewidths": 0.4, "zorder": 2}
        self.cities = [
            axes.scatter([], [], marker=mark, c=colour, **edge)
            for mark, colour in zip(MARKS, COLOURS, strict=True)
        ]
        (self.failing,) = axes.plot([], [], **ERROR, markersize=6, zorder=3)
        star = {"marker": "*", "linestyle": "none", "mec": style.INK, "zorder": 4}
        self.centers = [
            axes.plot([], [], **star, markersize=15, color=colour)[0] for colour in COLOURS
        ]
        (self.dead,) = axes.plot([], [], **star | {"mec": style.VERMILION}, ms=15, color="white")
        self.moving = (*self.cities, self.failing, *self.centers, self.dead)

    def show(self, places, healthy, failing=None):
        """Draw the center of each city (its place or NO_CENTER), and which centers are healthy."""
        failing = places == NO_CENTER if failing is None else failing | (places == NO_CENTER)
        for place, cities in enumerate(self.cities):
            mine = (places == place) & ~failing
            cities.set_offsets(POINTS[mine])
            cities.set_sizes(self.sizes[mine])
        self.failing.set_data(*POINTS[failing].T)
        for place, star in enumerate(self.centers):
            alive = place < len(healthy) and healthy[place]
            star.set_data(*(CENTERS[[place]].T if alive else ([], [])))
        dead = [place for place, up in enumerate(healthy) if not up]
        self.dead.set_data(*CENTERS[dead].T)


def entries(count, failing="error"):
    """Return (handles, labels) of a legend: cities by center, centers, cities that fail."""
    dot = {"linestyle": "none", "mec": style.INK, "mew": 0.4, "markersize": 6.5}
    star = {"marker": "*", "linestyle": "none", "markersize": 11}
    handles = [
        Line2D([], [], marker=mark, color=colour, **dot)
        for mark, colour in zip(MARKS[:count], COLOURS, strict=False)
    ]
    handles += [
        Line2D([], [], **star, color=style.GREY, mec=style.INK),
        Line2D([], [], **star, color="white", mec=style.VERMILION),
        Line2D([], [], **ERROR, markersize=6),
    ]
    labels = [f"to {name}" for name in OPENING_ORDER[:count]]
    return handles, [*labels, "center", "dead center", failing]
