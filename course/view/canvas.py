"""A figure as SVG: its background once, and from then on only the artists that move.

A figure is one or more panels: axes above each other are one, axes next to each other are two. Each
panel is an <svg> of its own, whose viewBox is the panel's share of the figure, so that the page can
set panels next to each other or below each other without touching what is in them. A legend of the
figure itself is a panel, too, as it is for all axes; other artists of the figure (a text) belong to
the panel that they stand in.
"""

import io
import re
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
from matplotlib import _path, rc_context
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties, findfont, get_font, weight_dict
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D

from course.view import style

SCALE = 100 / 72  # CSS pixels a point
EM = 10  # points: the font size of the <svg> that the texts are put into, which scales them all
COLOUR = re.compile(r'(fill|stroke)(?:: #([0-9a-f]{6})|="#([0-9a-f]{6})")')
LINES = re.compile(r"\n *")
DIGITS = re.compile(r'( [xy]="-?\d+\.\d)\d+')
NUMPY = re.compile(r"np\.float64|[()]")
TEXT = TextToPath()
SEGMENT = re.compile(r"([MLQCz])([^MLQCz]*)")
CIRCLE = Path.unit_circle().codes
CROWD = 500  # marks: of more it takes too long to look at each pair
ANCHORS = {"left": ("start", 0), "center": ("middle", 0.5), "right": ("end", 1)}


class Canvas:
    """Draws `figure` as SVG; `moving` are the artists that change between pictures.

    Axes, labels and grid are drawn once, so the limits of the axes must not change afterwards.
    """

    def __init__(self, figure, moving=()):
        self.figure, self.moving = figure, tuple(moving)
        for artist in self.moving:
            artist.set_animated(True)
        with rc_context(style.LOOK):
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
            for text in figure.findobj(Text):
                text.set_gid(text._multialignment or text.get_ha())  # for `open_group`
            self.panels = _panels(figure)
            self.known: set[str] = set()  # names of the clips and hatches that the page has
            self.renderers = [Renderer(figure, self.known) for _ in self.panels]
            self.background = self._background()
        self.last: dict = {}  # of each moving artist: its panel, its SVG text, and its state then

    def drawn(self):
        """Return what the moving artists look like now, as SVG text for each panel.

        One that is as it was the last time is not drawn again, unless it is made of others, as an
        axis is of its ticks.
        """
        panels: list[list[str]] = [[] for _ in self.panels]
        for artist in self.moving:
            known = artist in self.last and not artist.get_children()
            if not known or (artist.stale and not self._is_as_last(artist)):
                panel = self._panel_of(artist)
                look = "".join(self.renderers[panel].look_of(artist))
                self.last[artist] = panel, look, _state(artist)
            panel, look, _ = self.last[artist]
            panels[panel].append(look)
        return ["".join(looks) for looks in panels]

    def _is_as_last(self, artist):
        *_, before = self.last[artist]
        try:
            return before == _state(artist)
        except ValueError:  # an array within a list has no truth
            return False

    @property
    def frames(self):
        """Of each panel: its viewBox, and whether it stands alone in its row."""
        return [panel.frame for panel in self.panels]

    def still(self, drawn, label):
        """Return one whole SVG document, for where no script runs."""
        width, height = self.figure.bbox.size
        parts = "".join(one + two for one, two in zip(self.background, drawn, strict=True))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width:g} {height:g}" width="{width * SCALE:.0f}" '
            f'height="{height * SCALE:.0f}" font-size="{EM}" role="img" class="explore-still">'
            f"<title>{escape(label)}</title><style>{style.css()}</style>{parts}</svg>"
        )

    def _background(self):
        """Return all that stays, and the clips and hatches of what moves: a dotted one is 40 kB."""
        figure = self.figure
        own = (*figure.patches, *figure.lines, *figure.artists, *figure.texts, *figure.legends)
        every = (*sorted(figure.axes, key=lambda each: each.get_zorder()), *own)
        still = [artist for artist in every if not artist.get_animated()]
        panels: list[list[str]] = [[] for _ in self.panels]
        for artist in (*still, *self.moving):
            panel = self._panel_of(artist)
            look, needs = self.renderers[panel].look_of(artist)
            panels[panel] += [needs] if artist.get_animated() else [look, needs]
            self.known |= self.renderers[panel].needed
        return ["".join(looks) for looks in panels]

    def _panel_of(self, artist):
        """Return the number of the panel that an artist is in."""
        for i, panel in enumerate(self.panels):
            if artist in panel.members or artist.axes in panel.members:
                return i
        box = artist.get_window_extent()
        middle = (box.x0 + box.x1) / 2
        return next((i for i, each in enumerate(self.panels) if middle < each.right), -1)


class Panel(NamedTuple):
    """A part of the figure, from the left and the top, in points, and the axes or legend in it.

    row: whether it stands alone in its row.
    """

    left: float
    top: float
    right: float
    bottom: float
    members: list
    row: bool = False

    @property
    def frame(self):
        """Left, top, width and height; and `row`."""
        left, top, right, bottom = (float(round(each, 1)) for each in self[:4])
        return left, top, round(right - left, 1), round(bottom - top, 1), self.row


def _panels(figure):
    """Return the Panels of a figure: its columns of axes, and legends that are for several."""
    columns = _columns(figure)
    width, height = figure.bbox.size
    edges, left, top, bottom, legends = [], 0.0, 0.0, height, []
    for members, following in pairwise(columns):
        ends = max(_box(axes).x1 for axes in members)
        begins = min(_box(axes).x0 for axes in following)
        edges.append((left, max(ends, (ends + begins) / 2)))
        left = min(begins, (ends + begins) / 2)
    edges.append((left, width))
    for legend in figure.legends if len(columns) > 1 else ():
        box = legend.get_window_extent()
        if box.y0 + box.y1 > height:  # above the axes
            top = max(top, height - box.y0)
            legends.insert(0, Panel(box.x0 - 2, height - box.y1, box.x1 + 2, top, [legend], True))
        else:
            bottom = min(bottom, height - box.y1)
            legends.append(Panel(box.x0 - 2, bottom, box.x1 + 2, height - box.y0, [legend], True))
    panels = [
        Panel(left, top, right, bottom, members)
        for (left, right), members in zip(edges, columns, strict=True)
    ]
    above = [each for each in legends if each.bottom <= top]
    return [*above, *panels, *legends[len(above) :]]


def _columns(figure):
    """Return the axes of each column, from left to right; a shared y axis is labelled but once."""
    columns, right = [], -1.0
    for axes in sorted(figure.axes, key=lambda each: each.get_position().x0):
        place = axes.get_position()
        shared = axes.get_shared_y_axes().get_siblings(axes)
        if columns and (place.x0 < right or not set(shared).isdisjoint(columns[-1])):
            columns[-1].append(axes)
        else:
            columns.append([axes])
        right = max(right, place.x1)
    return columns


def _box(axes):
    """Return the box around axes with their labels, without what moves: it has no place yet."""
    artists = axes.get_default_bbox_extra_artists()
    return axes.get_tightbbox(bbox_extra_artists=[a for a in artists if not a.get_animated()])


class Renderer(RendererSVG):
    """matplotlib's own, for the inside of an <svg>: text as text, colours as CSS variables."""

    def __init__(self, figure, known):
        """known: the names of the clips and hatches that are in the page already."""
        self.file, self.alignment, self.known = io.StringIO(), "left", known
        self._hatchd: dict
        self._clipd: dict
        super().__init__(*figure.bbox.size, self.file)
        self._written()

    def look_of(self, artist):
        """Return an artist as SVG text, and what of the clips and hatches it needs is not known."""
        self._clipd, self._hatchd, self._path_collection_id = {}, {}, 0
        artist.draw(self)
        look = self._written()
        self.needed = {name for _, name in (*self._clipd.values(), *self._hatchd.values())}
        self._clipd, self._hatchd = self._unknown(self._clipd), self._unknown(self._hatchd)
        self._write_clips()
        self._write_hatches()
        return look, self._written()

    def _unknown(self, named):
        return {key: each for key, each in named.items() if each[1] not in self.known}

    def _written(self):
        """Return what has been written since the last time."""
        text = LINES.sub("", f"\n{self.file.getvalue()}")
        self.file.seek(0)
        self.file.truncate()
        return COLOUR.sub(_as_variable, DIGITS.sub(r"\1", text))

    def get_text_width_height_descent(self, s, prop, ismath):
        """As matplotlib's, which forgets it with each renderer: 0.1 ms a text."""
        return _size_of(s, prop.copy(), ismath)

    def _get_font_height_metrics(self, prop):
        """As matplotlib finds it, which reads the font's tables for each text: 0.1 ms, too."""
        return _heights_of(prop.copy())

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Write text that is held where its alignment says, as the page's font has other widths."""
        if ismath:
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        anchor, share = ANCHORS[mtext.get_ha() if mtext else self.alignment]
        width = share * self.get_text_width_height_descent(s, prop, False)[0]
        turn = np.deg2rad(angle)
        x, y = x + width * np.cos(turn), y - width * np.sin(turn)
        look = {"font-size": f"{prop.get_size_in_points() / EM:g}em", "fill": _line(gc.get_rgb())}
        weight = prop.get_weight()
        if weight_dict.get(weight, weight) != 400:
            look["font-weight"] = weight
        if prop.get_style() != "normal":
            look["font-style"] = prop.get_style()
        if anchor != "start":
            look["text-anchor"] = anchor
        attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "style": _css(look)}
        if angle:
            attributes["transform"] = f"rotate({-angle:g} {x:.1f} {y:.1f})"
        self.writer.element("text", s, attrib=attributes)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        """Write the marker once and its look once, then where it stands."""
        self._repeat(gc, rgbFace, marker_path, marker_trans, trans.transform(path.vertices), [1])

    def draw_path_collection(
        self, gc, master_transform, paths, all_transforms, offsets, offset_trans, *looks, **options
    ):
        """Write one look once for all paths that have it; matplotlib writes it at each path."""
        faces, edges, widths, dashes, *_ = looks
        places = offset_trans.transform(offsets) if len(offsets) else np.zeros((1, 2))
        alike = max(map(len, (faces, edges, widths, dashes))) <= 1
        if not alike or not (len(paths) == 1 or (len(places) == 1 and not len(all_transforms))):
            super().draw_path_collection(
                gc,
                master_transform,
                paths,
                all_transforms,
                offsets,
                offset_trans,
                *looks,
                **options,
            )
            return
        own = self.new_gc()
        own.copy_properties(gc)
        own.set_linewidth(widths[0] if len(edges) and edges[0][3] else 0)
        if len(edges):
            own.set_foreground(edges[0], isRGBA=True)
            own.set_dashes(*dashes[0])
        if len(colours := options.get("hatchcolors", ())):
            own.set_hatch_color(colours[0])
        face = faces[0] if len(faces) else None
        if len(paths) == 1:
            sizes = all_transforms[:, 0, 0] if len(all_transforms) else [1]
            self._repeat(own, face, paths[0], master_transform, places, sizes)
        else:
            path = Path.make_compound_path(*paths)
            self.draw_path(own, path, master_transform + Affine2D().translate(*places[0]), face)
        own.restore()

    def _repeat(self, gc, face, path, transform, places, sizes):
        """Write the path at each of the places (rows of x, y), made larger by sizes (in turn).

        In one <path> if that looks the same, else in a few: a browser paints them faster than one
        for each place.
        """
        sizes = np.resize(sizes, len(places))
        seen = np.isfinite(places).all(axis=1) & np.isfinite(sizes)
        if not seen.any():
            return
        places, sizes = places[seen] * (1, -1) + (0, self.height), sizes[seen].round(2)
        shape = transform.transform_path(path)
        corners = shape.vertices.tobytes(), b"" if shape.codes is None else shape.codes.tobytes()
        outlines = {size: _outline(*corners, size) for size in set(sizes.tolist())}
        marks = [
            f"M{x:.1f} {y:.1f}{outlines[size]}"
            for (x, y), size in zip(places.tolist(), sizes.tolist(), strict=True)
        ]
        look = self._get_style_dict(gc, face)
        if _hides_overlaps(look):
            marks = ["".join(marks)]
        elif len(marks) <= CROWD:
            room = np.ptp(shape.vertices, axis=0) * sizes[:, None] + gc.get_linewidth()
            marks = _in_layers(marks, places, room)
        attributes = {"style": _css(look), **self._get_clip_attrs(gc)}
        attributes = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        paths = "".join(f'<path d="{mark}"/>' for mark in marks)
        self.file.write(f"<g {attributes}>{paths}</g>")

    def option_scale_image(self):
        """Leave it to the browser to stretch an image (of `interpolation="none"`)."""
        return True

    def open_group(self, s, gid=None):
        """Note how the lines of the text that follows are aligned; groups are not written."""
        if s == "text":
            self.alignment = gid or "left"

    def close_group(self, s):
        pass

    def _write_metadata(self, metadata):
        pass

    def _write_default_style(self):
        self.writer.comment("")  # ends the opening tag: `_repeat` writes past the writer

    def _make_id(self, type, content):
        """Name equal contents alike, whether their numbers are NumPy's or not."""
        return f"{type}{crc32(NUMPY.sub('', str(content)).encode()):x}"

    def _convert_path(self, path, transform=None, clip=None, simplify=None, sketch=None):
        """As matplotlib's, with one digit after the point: a seventh of a pixel."""
        clip = (0.0, 0.0, self.width, self.height) if clip else None
        return _path_text(path, transform, clip, simplify, sketch)


def _path_text(path, transform=None, clip=None, simplify=False, sketch=None):
    codes = [b"M", b"L", b"Q", b"C", b"z"]
    text = _path.convert_to_string(path, transform, clip, simplify, sketch, 1, codes, False)
    return text.decode("ascii").replace("\n", "").replace(" L ", "L")


def _state(artist):
    """Return what an artist is made of: while that is equal, it looks the same."""
    every = vars(artist).items()
    return {name: PLAIN.get(type(each), _itself)(each) for name, each in every if name not in NOTES}


def _itself(value):
    return value


NOTES = ("_stale", "_invalidx", "_invalidy", "_imcache", "_rgbacache")  # that it is to be drawn
PLAIN: dict = {  # of what can change in place
    np.ndarray: np.ndarray.tobytes,
    np.ma.MaskedArray: np.ma.MaskedArray.tobytes,
    FontProperties: hash,
    FancyBboxPatch: _state,  # the box around a text
}


@lru_cache(maxsize=4096)
def _size_of(s, prop, ismath):
    """Return (width, height, descent) of a text in points; `prop` must not change afterwards."""
    return TEXT.get_text_width_height_descent(s, prop, ismath)


@lru_cache(maxsize=256)
def _heights_of(prop):
    """Return (ascent, descent, gap between lines) of a font in points; `prop` must not change."""
    font = get_font(findfont(prop))
    table, units = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
    if table is None:  # matplotlib measures two letters then
        return None, None, None
    point = prop.get_size_in_points() / units
    keys = ("sTypoAscender", "sTypoDescender", "sTypoLineGap")
    ascent, descent, gap = (table[key] * point for key in keys)
    return ascent, -descent, gap


@lru_cache(maxsize=4096)
def _outline(vertices, codes, size):
    """Return a shape, made larger by size, as SVG around wherever the pen is.

    vertices, codes: the bytes of the arrays of a Path.
    """
    corners = np.frombuffer(vertices).reshape(-1, 2)
    kinds = np.frombuffer(codes, CIRCLE.dtype) if codes else None
    if codes == CIRCLE.tobytes():  # as eight curves it would take three times as much
        radius = f"{np.ptp(corners[:, 0]) * size / 2:.2f}"
        half = f"a{radius} {radius} 0 1 0 "
        return f"m-{radius} 0{half}{2 * float(radius):g} 0{half}-{2 * float(radius):g} 0z"
    return _relative(_path_text(Path(corners * (size, -size), kinds)))


def _relative(path):
    """Return the text of a path with each place relative to the one before."""
    pen = start = np.zeros(2)
    text = []
    for letter, numbers in SEGMENT.findall(path):
        points = np.array(numbers.split(), float).reshape(-1, 2)
        moves = (points - pen).round(1).ravel().tolist()
        text.append(letter.lower() + " ".join(f"{move:g}" for move in moves))
        pen = points[-1] if len(points) else start
        start = pen if letter == "M" else start
    return "".join(text)


def _hides_overlaps(look):
    """Return whether marks of that look, on top of each other, are just one spot of one color."""
    opaque = look.keys().isdisjoint(("fill-opacity", "stroke-opacity"))
    return opaque and ("stroke" not in look or look.get("fill") in ("none", look["stroke"]))


def _in_layers(marks, places, room):
    """Join the texts of marks that do not overlap; later ones stay above earlier ones.

    places, room: the middle of the box around each mark, and its width and height.
    """
    near = (abs(places[:, None] - places) < (room[:, None] + room) / 2).all(axis=2)
    layers = np.zeros(len(marks), dtype=int)
    for number, meets in enumerate(near):
        below = layers[:number][meets[:number]]
        layers[number] = below.max() + 1 if below.size else 0
    joined = [[] for _ in range(layers.max() + 1)]
    for layer, mark in zip(layers.tolist(), marks, strict=True):
        joined[layer].append(mark)
    return ["".join(layer) for layer in joined]


def _css(look):
    return ";".join(f"{name}: {value}" for name, value in look.items())


def _line(rgba):
    return style.variable("".join(f"{round(255 * share):02x}" for share in rgba[:3]), "c")


def _as_variable(match):
    what, colour, attribute = match.groups()
    value = f"{what}:{style.variable(colour or attribute, 'f' if what == 'fill' else 'c')}"
    return f'style="{value}"' if attribute else value
