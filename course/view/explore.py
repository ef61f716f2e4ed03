"""Sliders over a simulation: a move runs it again and redraws one picture in place.

    explore(controls, run, picture) → Explorer

`controls` names the sliders, `run(**values)` simulates and returns what happened, and the picture
shows it. A run that fails because of the student's component shows one sentence instead.
"""

import os
import threading
from html import escape

import ipywidgets as widgets

from course.engine.component import ComponentError
from course.view.canvas import Canvas
from course.view.limit import TimeLimitReached, time_limit
from course.view.style import INK

WARNING = "#A33B00"  # dark orange: contrast 6.6 on white
SECONDS = 3.0  # how long one move may take before it is stopped


def drawing():
    """Return whether pictures are wanted: not while nbgrader runs a notebook."""
    return "NBGRADER_EXECUTION" not in os.environ


def slider(label, value, low, high, step, unit=""):
    """Return a slider of whole numbers if all of them are, of decimals otherwise."""
    whole = all(isinstance(number, int) for number in (value, low, high, step))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    digits = 0 if whole else max(0, -_exponent(step))
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        description=f"{label} ({unit})" if unit else label,
        readout_format="d" if whole else f".{digits}f",
        style={"description_width": "150px"},
        layout=widgets.Layout(width="340px"),
    )


def choice(label, options, value=None):
    """Return a drop-down of `options`: names, or (name, value) pairs."""
    return widgets.Dropdown(
        options=options,
        description=label,
        style={"description_width": "150px"},
        layout=widgets.Layout(width="340px"),
        **({} if value is None else {"value": value}),
    )


def tick(label, value=False):
    """Return a check box."""
    return widgets.Checkbox(value=value, description=label, indent=False)


def explore(controls, run, picture, *, seconds=SECONDS):
    """Return the sliders with their picture, or None while nbgrader executes the notebook.

    controls: dict of widgets by the names of `run`'s parameters. run(**values) → anything.
    picture: has `.figure`, `.moving` (the artists that change), and `.show(outcome)`, which sets
    them and returns (finding, words): the picture's title, and what it shows in one or two
    sentences. Both are shown as text: text drawn into a picture costs 2 ms a line.
    """
    if not drawing():
        return None
    return Explorer(controls, run, picture, seconds)


class Explorer(widgets.Box):
    """The sliders on the left; on the right a title, one picture, and the same in words."""

    def __init__(self, controls, run, picture, seconds):
        self.controls, self.run, self.picture, self.seconds = controls, run, picture, seconds
        self.turn = threading.RLock()
        self.canvas = Canvas(picture.figure, picture.moving)
        self.image = widgets.Image(format="png")
        self.image.add_class("explore-picture")
        self.finding, self.sentence = widgets.HTML(), widgets.HTML()
        self.finding.add_class("explore-finding")
        self.sentence.add_class("explore-sentence")
        panel = widgets.VBox(list(controls.values()))
        shown = widgets.VBox([self.finding, self.image, self.sentence])
        shown.layout.max_width = "780px"
        super().__init__([panel, shown], layout=widgets.Layout(flex_flow="row wrap"))
        self.add_class("explore")
        self.refresh()
        for control in controls.values():
            control.observe(self.refresh, names="value")

    @property
    def values(self):
        """The sliders' values by name."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self, change=None):
        """Run with the sliders' values as they are now; return the words shown.

        Jupyter may call this from two threads at once; the values are read when the turn comes, so
        that the newest win.
        """
        with self.turn:
            try:
                with time_limit(self.seconds):
                    outcome = self.run(**self.values)
            except NotImplementedError as error:
                return self._say(f"Not written yet. {error}".strip())
            except (ComponentError, ValueError) as error:
                return self._say(str(error))
            except TimeLimitReached:
                return self._say(
                    f"Stopped after {self.seconds:g} s: is there a loop that never ends?"
                )
            finding, words = self.picture.show(outcome)
            self.image.value = self.canvas.png()
            self.image.layout.display = None
            self._write(finding, words)
            return f"{finding}. {words}"

    def _say(self, sentence):
        self.image.layout.display = "none"
        self._write("", sentence, WARNING)
        return sentence

    def _write(self, finding, words, colour=INK):
        self.finding.value = f'<b style="color:{colour}">{escape(finding)}</b>'
        self.sentence.value = (
            f'<p style="line-height:1.4;max-width:760px;color:{colour}" role="status">'
            f"{escape(words)}</p>"
        )


def _exponent(step):
    """Return e with step = k × 10^e, as many digits as the step needs."""
    digits = f"{step:.6f}".rstrip("0")
    return -len(digits.split(".")[1])
