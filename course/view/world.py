"""A map of the world to draw on: longitude to the right, latitude up, pale land behind it."""

import numpy as np
from matplotlib.collections import PolyCollection

from course.view import style
from course.view.land import LAND, WATER

SEA, GROUND = "#F4F7FA", "#E3E3DC"


def draw_world(axes, *, south=-56, north=74):
    """Make `axes` a map of land and sea, without ticks, with longitude as x and latitude as y.

    south, north: the degrees of latitude that it shows, negative in the south.
    """
    axes.set(xlim=(-180, 180), ylim=(south, north), xticks=[], yticks=[], aspect="equal")
    axes.set_facecolor(SEA)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for polygons, colour in ((LAND, GROUND), (WATER, SEA)):
        look = {"facecolor": colour, "edgecolor": style.PAPER, "linewidth": 0.6, "zorder": 0}
        axes.add_collection(PolyCollection(polygons, **look), autolim=False)


def x_y(points):
    """Return (longitudes, latitudes) of points (latitude, longitude), as a plot needs them."""
    columns = np.array(points, dtype=float).reshape(-1, 2)
    return columns[:, 1], columns[:, 0]


def segments(starts, ends):
    """Return the lines from each start to its end; where that is shorter, over the map's edge."""
    lines = []
    for (latitude, longitude), (to_latitude, to_longitude) in zip(starts, ends, strict=True):
        turn = 360 * round((longitude - to_longitude) / 360)
        lines.append([(longitude, latitude), (to_longitude + turn, to_latitude)])
        if turn:
            lines.append([(longitude - turn, latitude), (to_longitude, to_latitude)])
    return lines
