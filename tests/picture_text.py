"""What can be read in a lab's pictures: run in the kernel of a notebook whose pictures are drawn.

problems() → one line for each text that is cut off, lies on another, or is too pale
"""

import gc
from unittest.mock import patch

import numpy as np
from matplotlib import rc_context
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.text import Text

from course.view import style
from course.view.explore import Explorer

LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3
SLACK = 1.5  # pixels of white that a text's box has around its letters


def contrast(one, other):
    """Return the contrast of two colours by WCAG 2.2: from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    shares = np.array(to_rgb(colour))
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def problems(**drawings):
    """Return how many explorers there are, and what is wrong in their pictures and `drawings`."""
    explorers = [each for each in gc.get_objects() if isinstance(each, Explorer) and each.comm]
    found = []
    for explorer in explorers:
        with explorer.turn:
            found += in_figure(explorer.picture.figure, explorer.picture.moving)
    for draw in drawings.values():
        figures = []
        with patch.object(style, "figure", _remembering(style.figure, figures)):
            draw()
        found += [line for figure in figures for line in in_figure(figure)]
    return len(explorers), sorted(set(found))


def _remembering(make, figures):
    def remember(*arguments, **options):
        figures.append((made := make(*arguments, **options))[0])
        return made

    return remember


def in_figure(figure, moving=()):
    """Return what is wrong with the texts of a figure; `moving`: the artists that move."""
    agg = FigureCanvasAgg(figure)
    with rc_context(style.LOOK):
        agg.draw()
        boxes = {text: text.get_window_extent(agg.get_renderer()) for text in _shown(figure)}
        pixels = _without(figure, agg, moving, boxes)
    found = [
        f"{text.get_text()!r} is cut off at the edge"
        for text, box in boxes.items()
        if box.x0 < -SLACK
        or box.y0 < -SLACK
        or box.x1 > figure.bbox.x1 + SLACK
        or box.y1 > figure.bbox.y1 + SLACK
    ]
    texts = list(boxes)
    for number, one in enumerate(texts):
        found += [
            f"{one.get_text()!r} and {other.get_text()!r} lie on each other"
            for other in texts[number + 1 :]
            if boxes[one].overlaps(boxes[other]) and _touch(one, other, agg)
        ]
        ratio = contrast(_seen(one), _behind(pixels, boxes[one]))
        if ratio < LEAST:
            found.append(f"{one.get_text()!r} has a contrast of {ratio:.1f}")
    return found


def _shown(figure):
    """Return the texts that are drawn: no empty ones, no ticks outside the axes."""
    hidden = set()
    for axes in figure.axes:
        for axis in axes.findobj(Axis):
            low, high = sorted(axis.get_view_interval())
            slack = (high - low) * 1e-6
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            for tick in ticks:
                inside = low - slack <= tick.get_loc() <= high + slack
                if not (axes.axison and axis.get_visible() and inside):
                    hidden |= set(tick.findobj(Text))
            if not axes.axison:
                hidden |= set(axis.findobj(Text))
        if not axes.get_visible():
            hidden |= set(axes.findobj(Text))
    return [
        text
        for text in dict.fromkeys(figure.findobj(Text))
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]


def _without(figure, agg, moving, texts):
    """Return the pixels (height × width × 3, from the top) as drawn without the texts."""
    for text in texts:
        text.set_visible(False)
    agg.draw()
    for artist in moving:
        (artist.axes or figure).draw_artist(artist)
    for text in texts:
        text.set_visible(True)
    return np.asarray(agg.buffer_rgba())[:, :, :3]


def _touch(one, other, agg):
    """Return whether two texts share pixels (a slanted text's box is larger than its letters)."""
    return bool((_ink(one, agg) & _ink(other, agg)).any())


def _ink(text, agg):
    width, height = agg.get_width_height()
    renderer = RendererAgg(width, height, agg.figure.dpi)
    text.draw(renderer)
    return np.asarray(renderer.buffer_rgba())[:, :, 3] > 0


def _seen(text):
    """Return the colour of a text on paper."""
    *colour, opacity = to_rgba(text.get_color(), text.get_alpha())
    return [1 - opacity * (1 - share) for share in colour]


def _behind(pixels, box):
    """Return the colour that most of the text's box has."""
    height, width, _ = pixels.shape
    rows = slice(max(0, int(height - box.y1)), min(height, int(height - box.y0) + 1))
    columns = slice(max(0, int(box.x0)), min(width, int(box.x1) + 1))
    colours, counts = np.unique(pixels[rows, columns].reshape(-1, 3), axis=0, return_counts=True)
    return colours[counts.argmax()] / 255
