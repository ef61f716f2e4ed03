"""Sliders over a measurement: what is foreseen is drawn at once, what is measured as it comes in.

    explore_live(controls, foresee, measure, picture, actions={"Kill web-1": kill}) → Live

Nothing is measured before a button is pressed: the notebook may be run from top to bottom.
"""

import threading
from collections.abc import Callable
from functools import wraps
from html import escape

import ipywidgets as widgets

from course.engine.threads import NoProcesses, require_processes
from course.view.explore import (
    FAULTS,
    SECONDS,
    Explorer,
    Measuring,
    drawing,
    in_a_kernel,
    no_garbage_collection,
    paragraph,
    sentence_about,
)


def explore_live(controls, foresee, measure, picture, *, experiment=(), actions=None):
    """Return a Live, or None while nbgrader executes the notebook.

    controls, picture, experiment: as those of `explore`. A step's button also measures.
    foresee: called with the controls' values at each move; returns what is known without measuring.
    measure: called with the same values; a generator of (share done, outcome), each of which is
    drawn. It is closed when the reader stops it, moves a slider or starts another measurement.
    actions: dict of label → function, buttons that can be pressed while it measures.
    """
    if not drawing():
        return None
    return Live(controls, foresee, measure, picture, experiment, actions or {})


def with_processes(explore: Callable) -> Callable:
    """Decorator for an `explore_real` that needs processes: in a browser, say so instead."""

    @wraps(explore)
    def unless_in_a_browser(*components, **options):
        try:
            require_processes()
        except NoProcesses as error:
            return widgets.HTML(paragraph(escape(str(error)), "wrong"))
        return explore(*components, **options)

    return unless_in_a_browser


class Live(Explorer):
    """An Explorer with a button that measures, one that stops, and those of the actions.

    `wait()` returns when the measurement is over, for tests and benchmarks.
    """

    def __init__(self, controls, foresee, measure, picture, experiment, actions):
        self.measure, self.thread, self.stop = measure, None, threading.Event()
        self.asked, self.measured = None, None  # the values of the measurement, and its outcome
        self.bar = Measuring()
        self.start_button = self._button("Measure on this machine", self.start)
        self.during = [self._button("Stop", self.end)]
        self.during += [self._button(label, does) for label, does in actions.items()]
        self._show(False)
        row = widgets.Box([self.start_button, *self.during], layout={"flex_flow": "row wrap"})
        panel = widgets.VBox([row, self.bar])
        super().__init__(controls, foresee, picture, experiment, panel, SECONDS)

    def _button(self, label, does):
        button = widgets.Button(description=label, layout={"width": "auto"})
        button.on_click(lambda _: does())
        return button

    def _show(self, measuring):
        """Show the buttons that are only of use during a measurement, or hide them."""
        for button in self.during:
            button.layout.display = None if measuring else "none"

    def take(self, values):
        """Set the controls and measure; return the outcome once it has been measured, else None."""
        if self.asked == (dict(values), self.values) and not self.stop.is_set():
            return self.measured  # pressed again
        if super().take(values) is None:
            return None
        self.start()
        self.asked = dict(values), self.values
        return self.measured

    def _moved(self, change):
        if self.watched:
            self.end()
        super()._moved(change)

    def start(self):
        """Measure with the controls' present values; in a kernel, in the background.

        Where nothing can be foreseen, as the student's code is not written or wrong, the sentence
        that says so stays.
        """
        self.end()
        if self.outcome is None:
            return
        self.stop, self.measured, self.asked = threading.Event(), None, None
        self._show(True)
        if in_a_kernel():
            arguments = self.stop, self.values, self.thread
            self.thread = threading.Thread(target=self._measure, args=arguments, daemon=True)
            self.thread.start()
        else:
            self._measure(self.stop, self.values)

    def end(self):
        """Stop the measurement, if there is one."""
        self.stop.set()

    def wait(self):
        """Wait until the measurement is over."""
        if self.thread:
            self.thread.join()

    def _measure(self, stop, values, earlier=None):
        if earlier:
            earlier.join()  # it was told to stop
        outcomes, outcome = self.measure(**values), None
        with self.bar:
            try:
                for share, outcome in outcomes:
                    self.bar.tell(share)
                    with self.turn, no_garbage_collection():
                        if stop.is_set():
                            return
                        self.draw(outcome)
                self.measured = outcome
            except FAULTS as error:
                if not stop.is_set():
                    with self.turn:
                        self._say(sentence_about(error, self.seconds))
            finally:
                outcomes.close()
                if self.stop is stop:
                    self._show(False)
