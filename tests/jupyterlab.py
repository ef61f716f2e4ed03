"""A real JupyterLab in a real browser, for the browser tests and for benchmarks/slider.py.

    with lab_server(folder) as server, chromium_page() as (page, errors):
        open_notebook(page, server, "lesson.ipynb")
        run_all_cells(page)
        assert cells_with_errors(page) == [] and errors == []

Cells are run and read through JupyterLab's own commands and models (`window.jupyterapp`), which
tell when they are done; what a student does by hand (typing, sliders, Validate) is done by hand.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
LAPTOP = (1280, 900)
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
SETTINGS = {  # every cell is in the page, also when scrolled out of sight; no news, no updates
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM_FLAGS += ["--disable-background-networking", "--disable-component-update"]
# badges are not asked for elsewhere; a route would do that, too, but switch the browser's cache off
CHROMIUM_FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1)")


class LabServer(NamedTuple):
    """A running JupyterLab: its address, which ends with a slash, and its token."""

    url: str
    token: str


def find_chromium():
    """Return the path of a Chromium, from $CHROMIUM or else from the PATH, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def lab_server(root):
    """Yield a LabServer over the folder `root`, free of the user's settings, and surely end it.

    Raises RuntimeError with the end of the log if it does not answer within a minute.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port, token = probe.getsockname()[1], secrets.token_hex(16)
        probe.close()
        settings = Path(home, ".jupyter", "labconfig", "default_setting_overrides.json")
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps(SETTINGS))
        command = f"""-m jupyterlab --no-browser --allow-root --ip=127.0.0.1 --port={port}
            --port-retries=0 --expose-app-in-browser --LabApp.extension_manager=readonly
            --JupyterNotebookApp.expose_app_in_browser=True""".split()
        log = Path(home, "log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, *command, f"--ServerApp.root_dir={root}"],
                cwd=root,
                env=private_environment(home) | {"JUPYTER_TOKEN": token},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            server = LabServer(f"http://127.0.0.1:{port}/", token)
            if not answers(server, process):
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
            yield server
        finally:
            stop(process)


def private_environment(home):
    """Return an environment in which Jupyter, IPython and Matplotlib find no settings but ours."""
    theirs = ("JUPYTER", "IPYTHON", "NBGRADER", "MPL", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    python_path = filter(None, [str(REPOSITORY), kept.get("PYTHONPATH")])
    return kept | {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": str(Path(home, ".jupyter")),
        "JUPYTER_CONFIG_PATH": str(REPOSITORY / "autograder" / "build" / "templates" / "lab"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),  # fonts
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
        "PYTHONPATH": os.pathsep.join(python_path),
    }


def answers(server, process, seconds=60):
    """Wait for the server; return True once it answers, False if it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{server.url}api", timeout=5):
            return True
        time.sleep(0.1)
    return False


def stop(process, seconds=20):
    """End a server, which ends its kernels when asked; by force if it has not done so in time."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # a kernel ends itself when it has lost its server
        process.wait()


@contextmanager
def chromium():
    """Yield a browser with a profile: the next page need not load and compile JupyterLab again."""
    with sync_playwright() as driver, TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = driver.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@contextmanager
def new_page(browser, width=LAPTOP[0], height=LAPTOP[1]):
    """Yield a page and the list that gathers its console errors and uncaught exceptions."""
    page, errors = browser.new_page(), []
    page.set_viewport_size({"width": width, "height": height})
    page.on("pageerror", lambda error: errors.append(str(error)))

    def listen(note):
        if note.type == "error" and not ELSEWHERE.match(note.location["url"]):
            errors.append(note.text)

    page.on("console", listen)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?"
    yield page, errors
    page.close()


@contextmanager
def chromium_page(width=LAPTOP[0], height=LAPTOP[1]):
    """Yield a page of a browser of its own, and the list of its errors (`new_page`)."""
    with chromium() as browser, new_page(browser, width, height) as (page, errors):
        yield page, errors


def open_notebook(page, server, path, seconds=60, program="lab/tree"):
    """Open the notebook at `path` (under the server's root); return when its kernel is idle.

    program: "lab/tree" for JupyterLab, "notebooks" for Notebook 7.

    What a slider's callback raises is shown nowhere; from here on it is a console error.
    """
    reset = "?reset&" if program == "lab/tree" else "?"
    page.goto(f"{server.url}{program}/{path}{reset}token={server.token}", timeout=1000 * seconds)
    _wait_until_idle(page, path, seconds)


EMPTIED = """
import os, ipywidgets
here = os.environ["JPY_SESSION_NAME"].removesuffix(OLD) + NEW
os.environ["JPY_SESSION_NAME"] = here
os.chdir(os.path.dirname(here))
ipywidgets.Widget.close_all()
get_ipython().reset()
"""


def open_next_notebook(page, path, seconds=60):
    """Close the open notebook, saved, and open another one on the same page and kernel, emptied.

    To load JupyterLab again, and for a kernel to import the course, takes longer than to open a
    notebook. The window is a laptop's again, and light. The next one is opened first: where nothing
    is open, JupyterLab opens its launcher, which may come to lie over what is opened then.
    """
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    page.evaluate(
        """async ([path, emptied]) => {
            const panel = jupyterapp.shell.currentWidget;
            await panel.context.save();
            const kernel = panel.sessionContext.session.kernel;
            const code = emptied.replace("OLD", JSON.stringify(panel.context.path))
                .replace("NEW", JSON.stringify(path));
            const reply = await kernel.requestExecute({code, silent: true}).done;
            if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
            await jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab Light"});
            const {id} = kernel;
            await jupyterapp.commands.execute("docmanager:open", {path, kernel: {id}});
            panel.close(); }""",
        [path, EMPTIED],
    )
    _wait_until_idle(page, path, seconds)
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


def _wait_until_idle(page, path, seconds):
    """Return when the notebook at `path` is the current one and its kernel is idle.

    While a busy machine closes the last one, JupyterLab may take none for the current one.
    """
    is_idle = """path => {
        const shell = window.jupyterapp?.shell;
        const panel = [...shell?.widgets("main") ?? []].find(one => one.context?.path === path);
        if (panel && shell.currentWidget !== panel) shell.activateById(panel.id);
        return panel && shell.currentWidget === panel && panel.context.isReady
            && panel.sessionContext.session?.kernel?.status === "idle"; }"""
    page.wait_for_function(is_idle, arg=path, timeout=1000 * seconds)
    page.evaluate("""() => jupyterapp.shell.currentWidget.sessionContext.iopubMessage.connect(
        (_, {header, parent_header, content}) => {
            if (header.msg_type === "error" && parent_header.msg_type === "comm_msg")
                console.error(`a callback raised ${content.ename}: ${content.evalue}`);
        })""")


def save(page):
    """Save the open notebook; return when it is on disk."""
    page.evaluate("jupyterapp.shell.currentWidget.context.save()")


def cells(page):
    """Return the cells of the open notebook as nbformat has them: cell_type, source, outputs …"""
    return page.evaluate(
        "jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.toJSON())"
    )


def run_cell(page, index):
    """Run the cell at `index`; return when it has finished."""
    page.evaluate(f"jupyterapp.shell.currentWidget.content.activeCellIndex = {index}")
    page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")


def run_all_cells(page, seconds=120):
    """Run all cells, as Run All does; return when the last one has run.

    The command itself ends at the first check that fails, although the cells below go on.
    """
    page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    has_run = """() => {
        const cells = jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model);
        const code = cells.filter(cell => cell.type === "code" && cell.sharedModel.source);
        return code.at(-1).executionCount !== null; }"""
    page.wait_for_function(has_run, timeout=1000 * seconds)


def cells_with_errors(page):
    """Return (index, error name, error message) of every error in the cells' outputs."""
    return [
        (index, output["ename"], output["evalue"])
        for index, cell in enumerate(cells(page))
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]


def find_cell(page, text):
    """Return the index of the one cell whose source contains `text`; LookupError otherwise."""
    found = [index for index, cell in enumerate(cells(page)) if text in cell["source"]]
    if len(found) != 1:
        raise LookupError(f"cells that contain {text!r}: {found}, expected one")
    return found[0]


def cell_locator(page, index):
    """Return the Playwright locator of the cell at `index`."""
    return page.locator(f"{PANEL} .jp-Notebook .jp-Cell").nth(index)


def output_text(page, index):
    """Return the text a student sees below the cell at `index`."""
    return cell_locator(page, index).locator(".jp-Cell-outputArea").inner_text()


def type_into_cell(page, index, source):
    """Replace the source of the cell at `index` by typing; AssertionError if it did not arrive."""
    cell = cell_locator(page, index)
    if cell.locator(".jp-MarkdownOutput").is_visible():  # a text cell that is shown, not edited
        cell.locator(".jp-MarkdownOutput").dblclick()
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)
    arrived = cells(page)[index]["source"]
    assert arrived == source, f"typed {source!r}, the cell has {arrived!r}"


def slider_handle(page, index, description):
    """Return the locator of the handle of the slider called so below the cell at `index`."""
    label = page.locator(".widget-label").get_by_text(description, exact=True)
    sliders = cell_locator(page, index).locator(".widget-slider").filter(has=label)
    return sliders.locator(".noUi-handle")


def move_slider(page, index, description, presses=1, key="ArrowRight"):
    """Move a slider by the keyboard, one step a press; return the value it then shows."""
    handle = slider_handle(page, index, description)
    for _ in range(presses):
        handle.press(key)
    return float(handle.get_attribute("aria-valuenow"))


@contextmanager
def new_picture(page, index, seconds=10):
    """Do what is inside, then wait until the picture below the cell is another one."""
    picture = cell_locator(page, index).locator(".explore .explore-picture")
    before = picture.inner_html()
    yield
    is_new = "([picture, before]) => picture.innerHTML !== before"
    page.wait_for_function(is_new, arg=[picture.element_handle(), before], timeout=1000 * seconds)


def validate(page, seconds=120):
    """Press nbgrader's Validate (it saves first), close its dialog and return what that said."""
    page.locator(f"{PANEL} .validate-button").get_by_role("button").click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for(timeout=1000 * seconds)
    text = dialog.locator(".jp-Dialog-body").inner_text().strip()
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="detached")
    return text
