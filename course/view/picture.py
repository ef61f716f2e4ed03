"""A picture in the page: what a Canvas draws, shown by picture.js."""

from functools import cached_property
from importlib.resources import files

import anywidget
from traitlets import List, Unicode

from course.view import style
from course.view.canvas import Canvas


class Picture(anywidget.AnyWidget):
    """A figure, with its finding as the text that a screen reader says.

    `redraw(label)` draws the figure, and from then on sends only what has moved. Where no script
    runs, a still picture stands in for it in a saved notebook: as it was when the cell ran.
    tall: a figure that is shown in its place where the window is too narrow for it.
    """

    _esm = (files("course.view") / "picture.js").read_text(encoding="utf-8")
    _css = style.css()
    frames, background, moving = List().tag(sync=True), List().tag(sync=True), List().tag(sync=True)
    label, narrow = Unicode().tag(sync=True), List().tag(sync=True)

    def __init__(self, figure, moving=(), *, tall=None, **options):
        self.figure, self.artists, self.tall = figure, moving, tall
        super().__init__(**options)
        self.add_class("explore-picture")

    @cached_property
    def canvas(self):
        """What draws the picture; it takes a third of a second, which a sentence does not need."""
        return Canvas(self.figure, self.artists)

    def redraw(self, label):
        """Show the moving artists as they are now; return the picture itself."""
        with self.hold_sync():  # one message
            self.frames, self.background = self.canvas.frames, self.canvas.background
            self.label, self.moving = label, self.canvas.drawn()
            if self.tall and not self.narrow:
                tall = Canvas(self.tall)
                self.narrow = [tall.frames[0], tall.background[0]]
        return self

    @property
    def svg(self):
        """The picture as it was last drawn, as one SVG document; "" before."""
        return self.canvas.still(self.moving, self.label) if self.moving else ""

    def _repr_mimebundle_(self, **options):
        bundle, about = super()._repr_mimebundle_(**options) or ({}, {})
        return {**bundle, "image/svg+xml": self.svg, "text/plain": self.label}, about
