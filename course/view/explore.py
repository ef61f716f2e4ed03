"""Sliders over a simulation: a move runs it again and redraws one picture in place.

    controls = {"servers": slider("servers", 3, 1, 8, 1), "lost": in_percent("lost", 1, 0, 9, 1)}
    explore(controls, run, picture) → Explorer

`run(**values)` gets the sliders' values by name, simulates, and returns what happened as a dict;
`picture.show(**outcome)` draws it. If the run fails because of the student's component, one
sentence is shown instead. Each `Step` of an experiment is a button that sets the sliders.
"""

import gc
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from html import escape

import ipywidgets as widgets
from IPython import get_ipython

from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from course.engine.parameters import NEVER
from course.engine.threads import NoProcesses, can_start_threads
from course.view import style
from course.view.canvas import SCALE
from course.view.limit import TimeLimitReached, time_limit
from course.view.picture import Picture

BACKGROUND = ThreadPoolExecutor(1, thread_name_prefix="explore")
PANEL = 380  # pixels: a slider, its label and its value; with less the label moves above them
SECONDS = 3.0  # how long one move may take before it is stopped
AS_WIDE = {"width": "auto", "align_self": "flex-start"}  # a button: no wider than its words
FAULTS = (NotImplementedError, ComponentError, DatabaseUnavailable, ValueError, NoProcesses)
FAULTS += (TimeLimitReached, SystemExit)  # what a student's code may raise: told in a sentence


def drawing():
    """Return whether to draw: False while nbgrader executes the notebook."""
    return "NBGRADER_EXECUTION" not in os.environ


def pictured(explore: Callable) -> Callable:
    """Decorator for `explore…` and `replay…`: return None at once while nbgrader runs the notebook.

    Making sliders and figures takes 60 ms even if they are never drawn. With `prediction=None` the
    picture waits behind an Unguessed, as it answers what is to be predicted.
    """

    @wraps(explore)
    def unless_graded(*components, **options):
        if not drawing():
            return None
        if not components and options.get("prediction", ...) is None:
            return Unguessed(lambda: explore(**options))
        return explore(*components, **options)

    return unless_graded


class Unguessed(widgets.VBox):
    """What stands in for a picture until there is a prediction: a sentence, and a way around it."""

    def __init__(self, explore):
        """explore: called without arguments when the button is pressed; returns the Explorer."""
        words = "First your guess: write it into the cell above, run that cell, then this one."
        self.button = widgets.Button(description="Go on without a guess", layout=AS_WIDE)
        self.button.on_click(lambda _: setattr(self, "children", [explore()]))
        super().__init__([widgets.HTML(f'<p role="status">{words}</p>'), self.button])


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
        readout_format=",d" if whole else f",.{digits}f",
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


def choice_slider(label, options, value=None):
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
    return choice_slider(label, options, value if value == NEVER else value * seconds)


def choice(label, options, value=None):
    """Return a drop-down list; `options` and `value` as those of `choice_slider`.

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


@dataclass(frozen=True)
class Step:
    """A step of an experiment: a button that sets the controls and asks; pressed again, it answers.

    does: what it changes, in a few words: they are written on the button, after its number.
    values: of some controls by name, as `run` gets them; the others go back to where they opened.
    question: shown when the button is pressed.
    answer: called with what `run` returned (`**outcome`); returns the sentence to be shown when the
    button is pressed again, with the numbers of this run.
    """

    does: str
    values: dict
    question: str
    answer: Callable[..., str]


def explore(controls, run, picture, *, experiment=(), measuring=None, seconds=SECONDS):
    """Return the sliders with their picture, or None while nbgrader executes the notebook.

    controls: dict of widgets (`slider`, `choice_slider`, …) by the names of `run`'s parameters.
    run: called with their values at each move; returns a dict of what happened. A ComponentError,
    DatabaseUnavailable, ValueError or NotImplementedError of it is shown as a sentence.
    picture: has `.figure`, `.moving` (the artists that change), and `.show(**outcome)`, which sets
    these and returns (finding, words): the picture's title, and one or two sentences on what it
    shows. Both are HTML next to the picture.
    experiment: Steps, in the order of the notebook's text.
    measuring: a Measuring that `run` shows while it works, if it takes seconds.
    seconds: after how long a move is stopped.
    """
    if not drawing():
        return None
    return Explorer(controls, run, picture, experiment, measuring, seconds)


class Explorer(widgets.Box):
    """The sliders on the left; on the right a picture, and below it the same in words.

    In a narrow window the sliders stand above the picture, in as many columns as there is room for.
    The buttons of an experiment's steps, and what they ask and answer, stand above both.
    `refresh()` runs and redraws at once: what a move of a slider does, for tests and benchmarks.
    """

    def __init__(self, controls, run, picture, experiment, measuring, seconds):
        self.controls, self.run, self.picture, self.seconds = controls, run, picture, seconds
        self.measuring = measuring
        self.turn, self.next, self.outcome = threading.RLock(), None, None
        self.opening = {name: control.value for name, control in controls.items()}
        self.experiment = Experiment(experiment, self.take)
        self.image = Picture(picture.figure, picture.moving)
        self.sentence = widgets.HTML()
        self.sentence.add_class("explore-sentence")
        columns = {"flex_flow": "row wrap", "align_content": "flex-start"}
        panel = widgets.Box([*controls.values()], layout={**columns, "flex": f"1 1 {PANEL}px"})
        width = f"{picture.figure.bbox.width * SCALE:.0f}px"
        shown = [*([measuring] if measuring else []), self.image, self.sentence]
        shown = widgets.VBox(shown, layout={"flex": f"2 1 {width}"})
        above = [self.experiment] if experiment else []
        super().__init__([*above, panel, shown], layout={"flex_flow": "row wrap"})
        self.add_class("explore")
        self.refresh()
        self.watched = True
        for control in controls.values():
            control.observe(self._moved, names="value")

    @property
    def values(self):
        """What `run` gets: a dict of the controls' values by name, in shares and in seconds."""
        return {name: value_of(control) for name, control in self.controls.items()}

    def take(self, values):
        """Set the controls, those without a value to where they opened, and refresh once.

        Returns what `run` returned; None if it failed, which the words below the picture tell.
        """
        self.watched = False
        try:
            for name, control in self.controls.items():
                if name in values and hasattr(control, "divisor"):
                    control.value = round(values[name] * control.divisor, 6)
                else:
                    control.value = values.get(name, self.opening[name])
        finally:
            self.watched = True
        with self.turn:  # no move that still waits for its turn may come between
            self.refresh()
            return self.outcome

    def _moved(self, change):
        """Refresh: at once, but in a kernel in the background, so that the kernel is idle again.

        If a kernel is busy for more than some 5 ms, JupyterLab redraws its indicators first. A
        refresh that is still waiting for its turn will use the newest values: one is enough.
        """
        if not self.watched:
            return
        self.experiment.moved()
        if not in_a_kernel() or not can_start_threads():
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
            self.outcome = None
            try:
                with time_limit(self.seconds):
                    outcome = self.run(**self.values)
            except FAULTS as error:
                return self._say(sentence_about(error, self.seconds))
            return self.draw(outcome)

    def draw(self, outcome):
        """Draw what `run` returned; return the words below the picture."""
        _ = self.image.canvas  # draws the background, so before the picture shows anything
        finding, words = self.picture.show(**outcome)
        self.image.redraw(finding)
        self.image.layout.display = None
        self._write(finding, words)
        self.outcome = outcome
        return f"{finding}. {words}"

    def _say(self, sentence):
        self.image.layout.display = "none"
        self._write("", sentence, "wrong")
        return sentence

    def _write(self, finding, words, kind="told"):
        title = f"<b>{escape(finding)}.</b> " if finding else ""
        self.sentence.value = paragraph(f"{title}{escape(words)}", kind)

    def _repr_mimebundle_(self, **options):
        """As ipywidgets', with a picture for where no script runs: GitHub, or another program."""
        bundle = super()._repr_mimebundle_(**options)
        return bundle | ({"image/svg+xml": self.image.svg} if self.image.svg else {})


class Measuring(widgets.IntProgress):
    """A bar for a run of some seconds: it is there within a `with`, and `tell(share)` moves it."""

    def __init__(self):
        look = {"layout": {"display": "none"}, "style": {"description_width": "initial"}}
        super().__init__(description="measuring …", max=100, **look)

    def __enter__(self):
        self.layout.display, self.value = None, 0
        return self

    def __exit__(self, *error):
        self.layout.display = "none"

    def tell(self, share):
        """Show that this share is done."""
        self.value = round(100 * share)


class Experiment(widgets.VBox):
    """The buttons of an experiment's steps; below them the question of one, and then its answer."""

    def __init__(self, steps, take):
        """take(values): sets the controls; returns what `run` returned, or None if it failed."""
        self.steps, self.take, self.asked = steps, take, 0  # of the steps, none
        self.buttons = [self._button(number, step) for number, step in enumerate(steps, start=1)]
        self.words = widgets.HTML()
        row = widgets.Box(self.buttons, layout={"flex_flow": "row wrap"})
        super().__init__([row, self.words], layout={"flex": "1 0 100%"})
        self.add_class("explore-experiment")

    def _button(self, number, step):
        button = widgets.Button(description=f"{number}  {step.does}", layout={"width": "auto"})
        button.on_click(lambda _: self.press(number))
        return button

    def press(self, number):
        """Do what a press of the button with this number does; return the words below it."""
        step, again = self.steps[number - 1], self.asked == number
        outcome, self.asked = self.take(step.values), number
        for each, button in enumerate(self.buttons, start=1):
            (button.add_class if each == number else button.remove_class)("asked")
        if again and outcome is not None:  # else the sentence below the picture says why not
            return self._say(step.answer(**outcome))
        return self._say()

    def moved(self):
        """Take back an answer whose run is no longer the one that is shown."""
        if self.asked:
            self._say()

    def _say(self, answer="(Press again for the answer.)"):
        words = f"{self.asked} · {self.steps[self.asked - 1].question} {answer}"
        self.words.value = paragraph(escape(words))
        return words


def sentence_about(error, seconds=SECONDS):
    """Return the sentence for one of FAULTS: what a student's code did. seconds: its time limit."""
    if isinstance(error, NotImplementedError):
        return f"Not written yet. {error}".strip()
    if isinstance(error, TimeLimitReached):
        return f"Stopped after {seconds:g} s: is there a loop that never ends?"
    if isinstance(error, SystemExit):
        return "Your code ended the program: leave exit() out of it."
    return str(error)


def paragraph(html, kind="told"):
    """Return a paragraph of words about a picture or film, which a screen reader reads out."""
    return f'<p class="{kind}" role="status">{style.spaced(html)}</p>'


def value_of(control):
    """Return what `run` gets of a control: a share for a slider that shows per cent."""
    divisor = getattr(control, "divisor", None)
    return control.value / divisor if divisor else control.value


def in_a_kernel():
    """Return whether this is a notebook's kernel, not a test or a script."""
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
