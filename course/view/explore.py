"""Sliders over a simulation: a move runs it again and redraws one picture in place.

    controls = {"servers": slider("servers", 3, 1, 8, 1), "lost": in_percent("lost", 1, 0, 9, 1)}
    explore(controls, run, picture) → Explorer

`run(**values)` gets the sliders' values by name, simulates, and returns what happened as a dict;
`picture.show(**outcome)` draws it. If the run fails because of the student's component, one
sentence is shown instead.
"""

import gc
import os
import re
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import wraps
from html import escape

import ipywidgets as widgets
from IPython import get_ipython

from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from course.engine.parameters import NEVER
from course.view.canvas import SCALE
from course.view.limit import TimeLimitReached, time_limit
from course.view.picture import Picture

BACKGROUND = ThreadPoolExecutor(1, thread_name_prefix="explore")
PERCENT = re.compile(r"(?<=\d)%")  # 80% is shown as 80 %, like the text around it
PANEL = 380  # pixels: a slider, its label and its value; with less the label moves above them
SECONDS = 3.0  # how long one move may take before it is stopped


def drawing():
    """Return whether to draw: False while nbgrader executes the notebook."""
    return "NBGRADER_EXECUTION" not in os.environ


def pictured(explore: Callable) -> Callable:
    """Decorator for a lab's `explore…`: return None at once while nbgrader executes the notebook.

    Making sliders and figures takes 60 ms even if they are never drawn.
    """

    @wraps(explore)
    def unless_graded(*components, **options):
        return explore(*components, **options) if drawing() else None

    return unless_graded


def slider(label, value, low, high, step, unit=""):
    """Return a slider from `low` to `high` in steps of `step`, which opens at `value`.

    Its values are ints if all four numbers are, and floats otherwise. unit: follows the label.
    """
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
        **_look(label),
    )


def in_percent(label, value, low, high, step, unit="%"):
    """Return a `slider` that shows per cent, of which `run` gets a share: 0.2 for 20."""
    return _divided(slider(label, value, low, high, step, unit), 100)


def in_milliseconds(label, value, low, high, step, unit="ms"):
    """Return a `slider` that shows milliseconds, of which `run` gets seconds."""
    return _divided(slider(label, value, low, high, step, unit), 1000)


def _divided(control, divisor):
    control.divisor = divisor
    return control


def steps(label, options, value=None):
    """Return a slider over `options`, from left to right: values, or pairs (text shown, value).

    value: the one it opens at; by default the first.
    """
    return _one_of(widgets.SelectionSlider, label, options, value)


def moments(label, times, value=NEVER, *, unit="{} s", seconds=1, never="first"):
    """Return a slider over `times` and "never"; `run` gets seconds, and NEVER for "never".

    times: numbers in a unit of `seconds` s, shown as `unit` says: "{} min" with seconds=60.
    value: the one it opens at, out of `times`, or NEVER. never: where "never" stands, "first" or
    "last"; None leaves it out.
    """
    options = [(unit.format(time), time * seconds) for time in times]
    if never:
        options.insert(0 if never == "first" else len(options), ("never", NEVER))
    return steps(label, options, value if value == NEVER else value * seconds)


def choice(label, options, value=None):
    """Return a drop-down list; `options` and `value` as those of `steps`.

    ValueError for an option that stands for None: to ipywidgets that is no choice, shown as a gap.
    """
    control = _one_of(widgets.Dropdown, label, options, value)
    if None in control._options_values:
        raise ValueError(f"{label}: an option's value must not be None")
    return control


def tick(label, value=False):
    """Return a check box; `run` gets a bool."""
    return widgets.Checkbox(value=value, description=label, indent=False, tooltip=label)


def _one_of(kind, label, options, value):
    chosen = {} if value is None else {"value": value}
    return kind(options=options, description=label, **chosen, **_look(label))


def _look(label):
    return {
        "tooltip": label,  # without one ipywidgets shows the word "null"
        "style": {"description_width": "170px"},
        "layout": {"width": f"{PANEL - 10}px", "max_width": "100%"},
    }


def explore(controls, run, picture, *, seconds=SECONDS):
    """Return the sliders with their picture, or None while nbgrader executes the notebook.

    controls: dict of widgets (`slider`, `steps`, …) by the names of `run`'s parameters.
    run: called with their values at each move; returns a dict of what happened. A ComponentError,
    DatabaseUnavailable, ValueError or NotImplementedError of it is shown as a sentence.
    picture: has `.figure`, `.moving` (the artists that change), and `.show(**outcome)`, which sets
    these and returns (finding, words): the picture's title, and one or two sentences on what it
    shows. Both are HTML next to the picture.
    seconds: after how long a move is stopped.
    """
    if not drawing():
        return None
    return Explorer(controls, run, picture, seconds)


class Explorer(widgets.Box):
    """The sliders on the left; on the right a picture, and below it the same in words.

    In a narrow window the sliders stand above the picture, in as many columns as there is room for.
    `refresh()` runs and redraws at once: what a move of a slider does, for tests and benchmarks.
    """

    def __init__(self, controls, run, picture, seconds):
        self.controls, self.run, self.picture, self.seconds = controls, run, picture, seconds
        self.turn, self.next = threading.RLock(), None
        self.image = Picture(picture.figure, picture.moving)
        self.sentence = widgets.HTML()
        self.sentence.add_class("explore-sentence")
        columns = {"flex_flow": "row wrap", "align_content": "flex-start"}
        panel = widgets.Box([*controls.values()], layout={**columns, "flex": f"1 1 {PANEL}px"})
        width = f"{picture.figure.bbox.width * SCALE:.0f}px"
        shown = widgets.VBox([self.image, self.sentence], layout={"flex": f"2 1 {width}"})
        super().__init__([panel, shown], layout={"flex_flow": "row wrap"})
        self.add_class("explore")
        self.refresh()
        for control in controls.values():
            control.observe(self._moved, names="value")

    @property
    def values(self):
        """What `run` gets: a dict of the controls' values by name, in shares and in seconds."""
        return {name: _value_of(control) for name, control in self.controls.items()}

    def _moved(self, change):
        """Refresh: at once, but in a kernel in the background, so that the kernel is idle again.

        If a kernel is busy for more than some 5 ms, JupyterLab redraws its indicators first. A
        refresh that is still waiting for its turn will use the newest values: one is enough.
        """
        if not _in_a_kernel():
            self.refresh()
        elif self.next is None or self.next.running() or self.next.done():
            self.next = BACKGROUND.submit(self._refresh_or_complain)

    def _refresh_or_complain(self):
        try:
            self.refresh()
        except Exception:  # a bug of the course: print it below the cell, where it is seen
            traceback.print_exc()

    def refresh(self):
        """Run with the sliders' present values and redraw; return the words below the picture."""
        with self.turn, no_garbage_collection():
            try:
                with time_limit(self.seconds):
                    outcome = self.run(**self.values)
            except NotImplementedError as error:
                return self._say(f"Not written yet. {error}".strip())
            except (ComponentError, DatabaseUnavailable, ValueError) as error:
                return self._say(str(error))
            except TimeLimitReached:
                return self._say(
                    f"Stopped after {self.seconds:g} s: is there a loop that never ends?"
                )
            except SystemExit:
                return self._say("Your code ended the program: leave exit() out of it.")
            _ = self.image.canvas  # draws the background, so before the picture shows anything
            finding, words = self.picture.show(**outcome)
            self.image.redraw(finding)
            self.image.layout.display = None
            self._write(finding, words)
            return f"{finding}. {words}"

    def _say(self, sentence):
        self.image.layout.display = "none"
        self._write("", sentence, "wrong")
        return sentence

    def _write(self, finding, words, kind="told"):
        title = f"<b>{escape(finding)}.</b> " if finding else ""
        text = PERCENT.sub("\u202f%", f"{title}{escape(words)}")
        self.sentence.value = f'<p class="{kind}" role="status">{text}</p>'

    def _repr_mimebundle_(self, **options):
        """As ipywidgets', with a picture for where no script runs: GitHub, or another program."""
        bundle = super()._repr_mimebundle_(**options)
        return bundle | ({"image/svg+xml": self.image.svg} if self.image.svg else {})


def _value_of(control):
    divisor = getattr(control, "divisor", None)
    return control.value / divisor if divisor else control.value


def _in_a_kernel():
    return getattr(get_ipython(), "kernel", None) is not None


@contextmanager
def no_garbage_collection():
    """Put garbage collection, which may take 40 ms, off until the picture has been sent."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _exponent(step):
    """Return the exponent of the step's last digit: −2 for 0.25."""
    digits = f"{step:.6f}".rstrip("0")
    return -len(digits.split(".")[1])
