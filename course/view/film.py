"""A film: a run that is replayed, played in the page by film.js.

    Film(make, {"busy": choice("busy", …)}, {"dies_at": Action("Kill web-1", "Let web-1 live")})

`make(busy=…, dies_at=…)` simulates and returns a Reel: at first, and again whenever a control moves
or an action's button is pressed. `film.save("film.html")` writes a page
that plays it without a kernel and asks no other machine for anything.
"""

import base64
import json
import os
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import anywidget
import ipywidgets as widgets
import numpy as np
from traitlets import Dict, List

from course.view import style
from course.view.explore import FAULTS, SECONDS, paragraph, sentence_about, value_of
from course.view.limit import time_limit

SCRIPT = (files("course.view") / "film.js").read_text(encoding="utf-8")
LOOK = (files("course.view") / "film.css").read_text(encoding="utf-8")


class Action(NamedTuple):
    """A button that sets a parameter of `make` to the film's time when pressed.

    words: on the button; undo: on it afterwards, when a press sets the parameter back to None.
    """

    words: str
    undo: str = "Start again without it"


class Film(widgets.VBox):
    """The controls, the player, and in place of it a sentence when there is nothing to show."""

    def __init__(self, make, controls=None, actions=None):
        """
        make: called with the values of `controls` and `actions` by name; returns a Reel.
        controls: dict of widgets (of `view.explore`) by the names of make's parameters.
        actions: dict of Actions by the names of make's parameters, which are None until pressed.
        """
        controls, actions = controls or {}, actions or {}
        self.make, self.controls, self.actions = make, controls, actions
        self.at = dict.fromkeys(actions)  # when each action was pressed (s)
        self.player, self.sentence = Player(), widgets.HTML()
        self.sentence.add_class("explore-sentence")
        self.player.on_msg(self._pressed)
        row = widgets.Box([*controls.values()], layout={"flex_flow": "row wrap"})
        super().__init__([*([row] if controls else []), self.sentence, self.player])
        self.add_class("explore").add_class("explore-film")
        self.refresh()
        for control in controls.values():
            control.observe(lambda change: self.refresh(), names="value")

    @property
    def reel(self):
        """The Reel that is shown, or None."""
        return self.player.source

    def refresh(self):
        """Make the film again; return the sentence that is shown in place of it, or ""."""
        values = {name: value_of(control) for name, control in self.controls.items()}
        reel, sentence = None, ""
        try:
            with time_limit(SECONDS):
                reel = self.make(**values, **self.at)
            sentence = reel.fate
        except FAULTS as error:
            sentence = sentence_about(error)
        self.player.show(reel, [[name, self._words(name)] for name in self.actions])
        self.sentence.value = paragraph(escape(sentence), "wrong") if sentence else ""
        return sentence

    def press(self, name, at):
        """Do what a press of the action's button does when the film shows `at` (s)."""
        self.at[name] = None if self.at[name] is not None else round(float(at), 3)
        return self.refresh()

    def save(self, path):
        """Write the film to an HTML file that needs no kernel; return its path."""
        return self.player.save(path)

    def _pressed(self, player, content, buffers):
        if content.get("name") in self.actions:
            self.press(content["name"], content["at"])

    def _words(self, name):
        return self.actions[name].undo if self.at[name] is not None else self.actions[name].words

    def _repr_mimebundle_(self, **options):
        """As ipywidgets', with a still for where no script runs: GitHub, or another program."""
        bundle = super()._repr_mimebundle_(**options)
        return bundle | ({"image/svg+xml": self.player.still()} if self.reel else {})


class Player(anywidget.AnyWidget):
    """film.js with a Reel."""

    _esm = SCRIPT
    _css = f"{style.css()}\n{LOOK}"
    reel, actions = Dict().tag(sync=True), List().tag(sync=True)
    told = Dict().tag(sync=True)  # the stories, once a reader has asked for one
    source = None

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(self._asked)

    def show(self, reel, actions=()):
        """Play the Reel; None: show nothing. actions: of (name, words on its button)."""
        self.source = reel
        with self.hold_sync():
            self.actions = [list(each) for each in actions]
            self.reel, self.told = reel.pictures() if reel else {}, {}

    def _asked(self, player, content, buffers):
        if content.get("name") == "told" and self.source:
            self.told = self.source.stories()

    def still(self, share=0.5):
        """Return an SVG document of the film's first lane after this share of its time."""
        return self.source.still(share) if self.source else ""

    def save(self, path):
        """Write an HTML file that plays the film; return its path.

        ValueError if there is no film: then nothing is written.
        """
        if not self.source:
            raise ValueError("There is no film to save: the sentence in its place says why.")
        path = Path(path)
        part = path.with_name(f"{path.name}.part")
        try:
            part.write_text(_page(self.source.packed()), encoding="utf-8")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        return path


def _page(reel):
    """Return the text of a page that plays a packed reel."""
    title = escape(", ".join(lane["title"] for lane in reel["lanes"]))
    data = json.dumps(reel, default=_as_text, separators=(",", ":")).replace("</", "<\\/")
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style.css()}
{LOOK}
body {{margin: 12px; font-family: system-ui, sans-serif; background: light-dark(#ffffff, #111111);
  color-scheme: light dark}}</style>
<body><main></main>
<script type="application/json">{data}</script>
<script type="module">
{SCRIPT}
// Played from this file: the reel stands above, and no kernel listens.
const reel = JSON.parse(document.querySelector("script").textContent, (name, value) =>
  value && value.base64 !== undefined
    ? new DataView(Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)).buffer) : value);
const told = {{ lanes: reel.lanes.map((lane) => lane.stories), listings: reel.listings }};
const values = {{ reel, actions: [], told }};
render({{ model: {{ get: (name) => values[name], on() {{}}, send() {{}} }},
  el: document.querySelector("main") }});
</script>
</html>
"""


def _as_text(value):
    """Return bytes in base64, and a number of NumPy as a number; TypeError for all else."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} in a reel: only numbers, texts, lists and bytes can be saved.")
