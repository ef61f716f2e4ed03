"""The cell that starts a student's own site: a button, a link to its page, a card at the end."""

import os
import threading
from html import escape
from importlib.util import find_spec
from pathlib import Path

import ipywidgets as widgets

from course.engine.component import ComponentError
from course.view.explore import drawing, in_a_kernel
from course.view.live import with_processes

FIRST_LOAD = 20.0  # requests/s, until the reader moves the knob
CELL = "text-align: left; padding: 2px 16px 2px 0; vertical-align: top; white-space: normal"


class NoAddress(Exception):
    """A browser cannot reach the page from where it is; str() says what to do."""


@with_processes
def my_site(*, folder):
    """Return a MySite, or None while nbgrader executes the notebook."""
    return MySite(Path(folder).resolve()) if drawing() else None


def found_notebooks(folder):
    """Return {name: path or None} of the notebooks whose components the site runs."""
    from course.site.parts import PARTS

    names = dict.fromkeys(part.notebook for part in PARTS)
    places = {name: (folder / name / f"{name}.ipynb", folder / f"{name}.ipynb") for name in names}
    return {
        name: next((path for path in paths if path.is_file()), None)
        for name, paths in places.items()
    }


def address(url, port):
    """Return the address at which the student's browser reaches the page at `url`.

    On JupyterHub, and so on Binder, the kernel's computer is not the browser's: there, Jupyter's
    server passes requests on to the port. NoAddress if it cannot.
    """
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if not prefix:
        return url
    if not find_spec("jupyter_server_proxy"):
        raise NoAddress(
            "Your notebook runs on a JupyterHub, and your browser cannot reach your site there: "
            "ask for the package jupyter-server-proxy, or run the notebook on your computer."
        )
    return f"{prefix.rstrip('/')}/proxy/{port}/{url.split('/', 3)[3]}"


class MySite(widgets.VBox):
    """Buttons that start and end the site, and what is said about it. site: the Site, or None."""

    def __init__(self, folder):
        self.folder, self.site, self.thread = folder, None, None
        self.start_button = widgets.Button(description="Start my site", button_style="primary")
        self.end_button = widgets.Button(description="End it", disabled=True)
        self.said = widgets.HTML()
        self.start_button.on_click(lambda _: self.start())
        self.end_button.on_click(lambda _: self.end())
        super().__init__([widgets.HBox([self.start_button, self.end_button]), self.said])
        self.add_class("my-site")

    def start(self):
        """Start the site; in a kernel, in the background."""
        self.start_button.disabled = True
        self._say("Reading your notebooks and running their checks …")
        if in_a_kernel():
            self.thread = threading.Thread(target=self._start, daemon=True)
            self.thread.start()
        else:
            self._start()

    def _start(self):
        from course.site.stack import Site  # with the HTTP library, a fifth of a second

        try:
            site = Site(found_notebooks(self.folder), ended=self._ended)
        except (ComponentError, OSError, ValueError) as error:
            self.start_button.disabled = False
            self._say(escape(str(error)))
            return
        self.site = site
        site.load(FIRST_LOAD)
        try:
            at = address(site.url, site.ports["page"])
            look = 'target="_blank" rel="noopener" style="text-decoration: underline"'
            link = f'<a href="{escape(at)}" {look}><b>Open your site</b></a>'
        except NoAddress as error:
            link = escape(str(error))
        self._say(f"{link} It runs for {site.stage.seconds / 60:.0f} minutes.", _whose(site.parts))
        self.end_button.disabled = False

    def end(self):
        """End the site and show its card."""
        if self.site:
            self.site.close()

    def _ended(self, state):
        """Show the card: called when the site is over, whatever ended it."""
        from course.site.card import card, summary

        self.end_button.disabled, self.start_button.disabled = True, False
        heads = ("component", "whose", "what it did")
        rows = [(line["name"], line["whose"], line["did"]) for line in card(state)]
        self._say(f"Your site has ended. {escape(summary(state))}.", _table(heads, rows))

    def _say(self, text, more=""):
        self.said.value = f'<div role="status" style="line-height: 1.5"><p>{text}</p>{more}</div>'


def _whose(parts):
    """Return as HTML whose each component is."""
    yours = [part["name"] for part in parts.values() if part["yours"]]
    rows = [(part["name"], part["why"]) for part in parts.values() if not part["yours"]]
    said = f"<p><b>{len(yours)} of {len(parts)} components are yours</b>"
    said += f": {escape(', '.join(yours))}.</p>" if yours else ".</p>"
    return said + (_table(("ours instead of", "why"), rows) if rows else "")


def _table(heads, rows):
    head = "".join(f'<th scope="col" style="{CELL}">{each}</th>' for each in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{escape(each)}</td>' for each in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
