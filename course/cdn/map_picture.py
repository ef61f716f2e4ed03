"""The map of users, edges and origin: one panel that two pictures of the lab draw.

One colour, one meaning in all pictures of this notebook: blue is what you wrote, dashed gray the
site without it, green the origin, sky the CDN, vermilion what goes wrong or is slow.
"""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from course.cdn.world import ORIGIN, PEOPLE
from course.engine.cities import CITIES
from course.view import style, world

STEPS = (0.4, 0.8, 1.6, np.inf)  # s: which mark a city gets, by its mean load time
MARKS = (
    ("≤ 0.4 s", style.SKY, "o"),
    ("≤ 0.8 s", style.YELLOW, "s"),
    ("≤ 1.6 s", style.ORANGE, "D"),
    ("slower", style.VERMILION, "v"),
)
POINTS = np.stack(world.x_y([each.location for each in CITIES]), axis=1)
SIZES = 10 + 2 * PEOPLE
WEST, EAST, SOUTH, NORTH = -168, 180, -56, 72
STAR = {"marker": "*", "linestyle": "none", "color": style.GREEN, "mec": style.INK, "mew": 0.8}
NAMES = [each.name for each in CITIES]
SYDNEY, LONDON = NAMES.index("Sydney"), NAMES.index("London")


class MapPanel:
    """Cities sized by population and marked by load time, with lines to what serves them."""

    def __init__(self, axes, *, judged=False):
        """judged: whether cities that go the wrong way can be marked."""
        world.draw_world(axes, south=SOUTH, north=NORTH)
        axes.set(xlim=(WEST, EAST), anchor="N", title="How long does a page take?")
        look = {"colors": style.GREY, "linewidths": 0.6, "zorder": 1}
        self.lines = axes.add_collection(LineCollection([], **look), autolim=False)
        edge = {"edgecolors": style.INK, "linewidths": 0.4, "zorder": 2}
        self.cities = [
            axes.scatter([], [], marker=mark, c=colour, label=f"page {label}", **edge)
            for label, colour, mark in MARKS
        ]
        look = {"marker": "^", "linestyle": "none", "markersize": 8, "zorder": 3}
        (self.online,) = axes.plot([], [], **look, color=style.INK, mec=style.PAPER, label="edge")
        (self.offline,) = axes.plot([], [], **look, color=style.PAPER, mec=style.INK)
        self.offline.set_label("edge, offline")
        latitude, longitude = ORIGIN.location
        axes.plot(longitude, latitude, **STAR, markersize=17, zorder=2.5)
        look = {"linestyle": "none", "color": style.VERMILION, "mew": 2, "markersize": 8}
        (self.wrong,) = axes.plot([], [], marker="x", **look, zorder=4)
        latitude, longitude = CITIES[SYDNEY].location  # where the friend lives
        look = {"fontsize": 9, "color": style.INK, "zorder": 4}
        self.sydney = axes.text(EAST - 2, latitude - 8, "Sydney", ha="right", va="top", **look)
        marks = [*self.cities, self.online, self.offline]
        handles = [Line2D([], [], **STAR, markersize=11), *marks]
        labels = ["origin", *(mark.get_label() for mark in marks)]
        if judged:
            handles.append(self.wrong)
            labels.append("wrong way")
        options = {"ncols": 2, "columnspacing": 0.9, "handletextpad": 0.3}
        style.legend_below(axes, left=0.0, down=0.02, handles=handles, labels=labels, **options)
        self.moving = (self.lines, *self.cities, self.offline, self.online, self.wrong, self.sydney)

    def show(self, load_times, served_by, edges, wrong=()):
        """Draw mean load times (s) by city, nan for none, and the place of each one's edge.

        wrong: the names of the cities that another edge would serve faster.
        """
        load_times = np.asarray(load_times)
        steps = np.searchsorted(STEPS[:-1], load_times, side="left")
        for step, cities in enumerate(self.cities):
            chosen = (steps == step) & np.isfinite(load_times)
            cities.set_offsets(POINTS[chosen])
            cities.set_sizes(SIZES[chosen])
        places = [edges[place].location if place >= 0 else ORIGIN.location for place in served_by]
        starts = [each.location for each in CITIES]
        self.lines.set_segments(world.segments(starts, places))
        for mark, online in ((self.online, True), (self.offline, False)):
            there = [edge.location for edge in edges if edge.online == online]
            mark.set_data(*world.x_y(there))
        self.wrong.set_data(*POINTS[[NAMES.index(name) for name in wrong]].T)
        self.sydney.set_text(f"Sydney: {load_times[SYDNEY]:.1f} s")
