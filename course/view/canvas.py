"""A figure that is drawn once; from then on only its moving artists are, over its background."""

import io

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from course.view import style


class Canvas:
    """Draws `figure` as PNG bytes, quickly; `moving` are the artists that change between pictures.

    Axes, labels and grid are drawn once, so the limits of the axes must not change afterwards. The
    PNG has a palette, and only pixels that differ from the background are looked up in it.
    """

    def __init__(self, figure, moving):
        self.figure, self.moving = figure, tuple(moving)
        for artist in self.moving:
            artist.set_animated(True)
        self.agg = FigureCanvasAgg(figure)
        with rc_context(style.LOOK):
            self.agg.draw()
        figure.set_layout_engine("none")
        self.background = self.agg.copy_from_bbox(figure.bbox)
        self.background_pixels = self._pixels().copy()
        self.palette = np.concatenate([_colours_of(self.agg), _shades(style.COLOURS)])
        self.nearest = _nearest(self.palette)
        self.background_numbers = self._numbers(self.background_pixels)

    def png(self):
        """Return the picture as it is now, as PNG bytes."""
        self.agg.restore_region(self.background)
        for artist in self.moving:
            owner = artist.axes or self.figure
            owner.draw_artist(artist)
        pixels, numbers = self._pixels(), self.background_numbers.copy()
        changed = np.flatnonzero(pixels != self.background_pixels)
        numbers[changed] = self._numbers(pixels[changed])
        width, height = self.agg.get_width_height()
        picture = Image.frombuffer("P", (width, height), numbers, "raw", "P", 0, 1)
        picture.putpalette(self.palette.tobytes())
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return file.getvalue()

    def _pixels(self):
        """Return the drawn pixels: the bytes of each number are red, green, blue and opacity."""
        return np.frombuffer(self.agg.buffer_rgba(), dtype="<u4")

    def _numbers(self, pixels):
        """Return the palette's number of the colour nearest to each pixel."""
        red, green, blue = (pixels >> shift & 0xF8 for shift in (0, 8, 16))
        return self.nearest[red << 7 | green << 2 | blue >> 3]


def _colours_of(agg, count=128):
    """Return the main colours of what is drawn, as rows of three bytes."""
    picture = Image.frombuffer("RGBA", agg.get_width_height(), agg.buffer_rgba()).convert("RGB")
    few = picture.quantize(count, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    rows = np.array(few.getpalette(), dtype=np.uint8).reshape(-1, 3)
    return np.resize(rows[:count], (count, 3))


def _shades(colours, count=128):
    """Return the colours and their shades towards white (smoothed edges), as rows of bytes."""
    steps = np.linspace(1, 0, count // len(colours), endpoint=False)
    rows = [1 - share * (1 - np.array(to_rgb(colour))) for colour in colours for share in steps]
    return np.resize(np.round(np.array(rows) * 255).astype(np.uint8), (count, 3))


def _nearest(palette):
    """Return the palette's number of the colour nearest to each of 32 × 32 × 32 colours."""
    steps = np.arange(32, dtype=np.float32) * 255 / 31
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    rows = palette.astype(np.float32)
    return ((rows**2).sum(axis=1) - 2 * cube @ rows.T).argmin(axis=1).astype(np.uint8)
