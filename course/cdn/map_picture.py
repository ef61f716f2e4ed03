"""The map of users, edges and origin: one panel that two pictures of the lab draw."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from course.cdn.world import ORIGIN, PEOPLE
from course.engine.cities import CITIES, city
from course.view import style, world

STEPS = (0.4, 0.8, 1.6, np.inf)  # s: which mark a city gets, by its mean load time
MARKS = (
    ("≤ 0.4 s", style.SKY, "o"),
    ("≤ 0.8 s", style.YELLOW, "s"),
    ("≤ 1.6 s", style.ORANGE, "D"),
    ("slower", style.VERMILION, "v"),
)
POINTS = np.stack(world.x_y([each.location for each in CITIES]), axis=1)
SIZES = 14 + 3.2 * PEOPLE
SOUTH, NORTH = -56, 74


class MapPanel:
    """Cities sized by their people and marked by load time, with lines to what serves them."""

    def __init__(self, axes):
        world.draw_world(axes, south=SOUTH, north=NORTH)
        look = {"colors": "#9AA7B4", "linewidths": 0.7, "zorder": 1}
        self.lines = axes.add_collection(LineCollection([], **look), autolim=False)
        edge = {"edgecolors": style.INK, "linewidths": 0.5, "zorder": 2}
        self.cities = [
            axes.scatter([], [], marker=marker, c=colour, **edge) for _, colour, marker in MARKS
        ]
        triangle = {"marker": "^", "linestyle": "none", "markersize": 10, "zorder": 3}
        (self.online,) = axes.plot([], [], **triangle, color=style.INK, mec=style.PAPER)
        (self.offline,) = axes.plot([], [], **triangle, color=style.PAPER, mec=style.INK)
        latitude, longitude = city("Sydney").location  # where the friend lives
        axes.text(longitude + 4, latitude - 7, "Sydney", fontsize=9, color=style.INK, zorder=4)
        latitude, longitude = ORIGIN.location
        star = {"marker": "*", "linestyle": "none", "markersize": 25}
        axes.plot(longitude, latitude, **star, color=style.PURPLE, mec=style.INK, zorder=2.5)
        handles = [
            Line2D([], [], marker=mark, color=colour, mec=style.INK, mew=0.5, linestyle="none")
            for _, colour, mark in MARKS
        ]
        handles += [
            Line2D([], [], **triangle | {"markersize": 8}, color=style.INK),
            Line2D([], [], **triangle | {"markersize": 8}, color=style.PAPER, mec=style.INK),
            Line2D([], [], **star | {"markersize": 12}, color=style.PURPLE, mec=style.INK),
        ]
        labels = [f"page {label}" for label, _, _ in MARKS] + ["edge", "edge, offline", "origin"]
        axes.legend(
            handles,
            labels,
            loc="lower left",
            borderaxespad=0.2,
            labelspacing=0.25,
            handletextpad=0.2,
        )
        self.moving = (self.lines, *self.cities, self.offline, self.online)

    def show(self, load_times, served_by, edges):
        """Draw mean load times (s) by city, nan for none, and the place of each one's edge."""
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
