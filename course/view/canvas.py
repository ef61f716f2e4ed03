"""A figure drawn once; afterwards only its moving artists are drawn, over the kept background."""

import io

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from course.view import style


class Canvas:
    """Draws `figure` to PNG bytes quickly: `moving` are the artists that change between pictures.

    Axes, labels and grid are drawn once, so their limits must not change afterwards. A picture has
    few colours: 64 of them in a palette make the PNG a third of the size and the encoding faster.
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

    def png(self):
        """Return the picture as it is now, as PNG bytes."""
        self.agg.restore_region(self.background)
        for artist in self.moving:
            if artist.axes is None:
                self.figure.draw_artist(artist)
            else:
                artist.axes.draw_artist(artist)
        size = self.agg.get_width_height()
        pixels = Image.frombuffer("RGBA", size, self.agg.buffer_rgba(), "raw", "RGBA", 0, 1)
        few = pixels.convert("RGB").quantize(
            64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        file = io.BytesIO()
        few.save(file, "PNG", compress_level=1)
        return file.getvalue()
