"""The run itself: cells in order in a notebook's IPython shell, without a kernel around it.

What a cell may do in a notebook it may do here; tests/one_liners.txt holds the two against each
other. There are no programs but Python and there is no network, so a shell command is not run:
it prints that, and the cell goes on.

A request is {"cells": [{"kind": "cell" | "observe", "text": …}, …], "files": {name: base64},
"seed": … or null}. The answers come in the order of the cells:
{"n": place, "outputs": [nbformat outputs]} of a cell, and of an observation
{"n": place, "seen": plain data} or {"n": place, "error": nbformat error output}.

Student code shares this process, so whatever an answer says is the student's word.
"""

import asyncio
import base64
import io
import json
import os
import random
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

import matplotlib_inline.backend_inline  # noqa: F401 - student code may draw: imported while warm
import numpy.random
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.external.pickleshare import PickleShareDB
from IPython.utils.text import LSString, SList
from traitlets import Type
from traitlets.config import Config

from autograder.grade.sandbox import wire
from autograder.grade.sandbox.limits import Limits
from autograder.grade.seeds import hidden_inputs
from course.checks import plain
from course.verdicts import reported, verdict_on

MOST = 400  # outputs of one cell
SHOWN = ("text/plain", "image/png")  # nothing that a browser would run


class Pen(io.TextIOBase):
    """A text stream that keeps the first characters of what a cell writes.

    One for all cells: a handler of `logging`, say, keeps the one that it found first.
    """

    encoding = "UTF-8"
    outputs: list
    left = 0

    def __init__(self, name: str, handle: int) -> None:
        self.name, self.handle = name, handle

    def turn_to(self, outputs: list, most: int) -> None:
        """Write into the outputs of a cell, at most so many characters."""
        self.outputs, self.left = outputs, most

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """Return a handle for other processes and for C: what they write is not kept."""
        return self.handle

    def close(self) -> None:
        """Stay open: the next cell writes as well."""

    def write(self, text: str) -> int:
        kept = text[: max(self.left, 0)]
        if len(text) > self.left >= 0:
            kept += "\n… (more than is kept)\n"
        self.left -= len(text) + (1 if len(text) > self.left else 0)
        if kept:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("name") == self.name:
                last["text"] += kept
            else:
                self.outputs.append({"output_type": "stream", "name": self.name, "text": kept})
        return len(text)


def fitting(outputs: list[dict], most: int) -> list[dict]:
    """Return the first of the outputs, as many as fit into `most` bytes of an answer."""
    kept = []
    for output in outputs:
        most -= len(json.dumps(output))
        if most < 0:
            text = "… (more than is kept)\n"
            return [*kept, {"output_type": "stream", "name": "stdout", "text": text}]
        kept.append(output)
    return kept


class Publisher(ZMQDisplayPublisher):
    """Displays become outputs."""

    shell: "Shell"

    def publish(self, data: dict, metadata: Any = None, *source: Any, **options: Any) -> None:
        _show(self.shell, "display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class Hook(DisplayHook):
    """A cell's last value becomes an output."""

    shell: "Shell"

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: Any = None) -> None:
        _show(self.shell, "execute_result", format_dict)

    def finish_displayhook(self) -> None:
        pass


class Shell(ZMQInteractiveShell):
    """A notebook's shell; displays and errors are collected as a notebook's outputs."""

    display_pub_class = Type(Publisher)
    displayhook_class = Type(Hook)  # type: ignore[assignment]
    outputs: list
    text_bytes: int

    def enable_gui(self, gui: Any = None) -> None:
        """Draw nothing: there is no screen."""

    def ask_exit(self) -> None:
        """Go on: the checks are still to come."""

    def system(self, cmd: str) -> None:
        """Say of a shell command that it is not run."""
        print(f"(a shell command is not run while a notebook is graded: {cmd})")
        self.user_ns["_exit_code"] = 127

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Say of a shell command that it is not run; return that it put nothing out."""
        self.system(cmd)
        return SList() if split else LSString()

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        value = sys.exc_info()[1]
        if value is not None and len(self.outputs) < MOST:
            self.outputs.append(_error(value))

    def showsyntaxerror(self, filename: Any = None, running_compiled_code: bool = False) -> None:
        self.showtraceback()


class Runner:
    """A shell that is made once, and used in forks of the process that made it."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.display_page = False
        self.shell = Shell.instance(config=config)
        self.shell.outputs, self.shell.text_bytes = [], 1000
        self.shell.run_line_magic("load_ext", "storemagic")  # as every kernel has it
        self.shell.run_cell("None")  # the first cell of a shell is slow
        self.pens = Pen("stdout", 1), Pen("stderr", 2)

    def run(self, request: dict, channel: socket.socket, limits: Limits) -> None:
        """Run the cells and answer each; returns when all are done."""
        _reseed()
        self.shell.text_bytes = limits.text_bytes
        # bytes left for all answers of a kind: pictures must not take the room of checks
        self.left = {"cell": 2 * limits.answer_bytes, "observe": limits.answer_bytes}
        for name, content in request["files"].items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(content))
        self._settle(Path.cwd())
        with hidden_inputs(request["seed"]):
            asyncio.run(self._answers(request["cells"], channel, limits))

    def _settle(self, home: Path) -> None:
        """Point what a notebook's shell writes and reads to the run's own folder."""
        os.environ |= {"TMPDIR": str(home), "IPYTHONDIR": str(home / ".ipython"), "USER": "student"}
        self.shell.home_dir = str(home)
        self.shell.db = PickleShareDB(home / ".ipython" / "db")
        app = IPKernelApp.instance()
        app.connection_file = str(home / ".kernel.json")
        Path(app.connection_file).write_text("{}")
        sys.path.insert(0, "")
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - as long as the run

    async def _answers(self, cells: list[dict], channel: socket.socket, limits: Limits) -> None:
        for place, cell in enumerate(cells):
            answer = await self.answer(cell, limits)
            wire.send(channel, {"n": place, **answer})

    async def answer(self, cell: dict, limits: Limits) -> dict:
        """Run one cell or observation and return its answer.

        As in a kernel, an event loop runs around it: a cell may leave a task to it.
        """
        outputs: list[dict] = []
        self.shell.outputs = outputs
        for pen in self.pens:
            pen.turn_to(outputs, limits.text_bytes)
        sys.stdout, sys.stderr = self.pens
        if cell["kind"] == "cell":
            await self._run_cell(cell["text"])
            kept = fitting(outputs, min(limits.answer_bytes // 2, self.left["cell"]))
            self.left["cell"] -= sum(len(json.dumps(output)) for output in kept)
            return {"outputs": kept}
        try:
            seen = plain(self._observe(cell["text"]))
            size = len(json.dumps(seen))
            if size > min(limits.answer_bytes // 2, self.left["observe"]):
                raise ValueError(f"what the check saw is {size:,} letters long: too much")
            self.left["observe"] -= size
            return {"seen": seen}
        except BaseException as error:  # also exit() and KeyboardInterrupt of a student's code
            return {"error": _check_error(error)}

    async def _run_cell(self, text: str) -> None:
        """Run a cell as ipykernel does: awaited only when it awaits something itself."""
        transformed, trouble = text, None
        try:
            transformed = self.shell.transform_cell(text)
        except Exception:
            trouble = sys.exc_info()
        how: Any = {"transformed_cell": transformed, "preprocessing_exc_tuple": trouble}
        if self.shell.should_run_async(text, **how):
            await self.shell.run_cell_async(text, store_history=True, **how)
            return
        self.shell.run_cell(text, store_history=True)
        await asyncio.sleep(0)

    def _observe(self, text: str) -> Any:
        names = dict(self.shell.user_ns)  # the names that a check binds stay in the check
        names.pop("seen", None)
        exec(compile(text, "check", "exec"), names)
        return names["seen"]


def _show(shell: Shell, kind: str, data: dict) -> None:
    if isinstance(data.get("image/png"), bytes):  # as PIL has it
        data = data | {"image/png": base64.b64encode(data["image/png"]).decode()}
    shown = {name: data[name] for name in SHOWN if isinstance(data.get(name), str)}
    text = shown.get("text/plain", "")
    if len(text) > shell.text_bytes:
        shown["text/plain"] = f"{text[: shell.text_bytes]} … (more than is kept)"
    output: dict = {"output_type": kind, "data": shown, "metadata": {}}
    if kind == "execute_result":
        output["execution_count"] = None
    if len(shell.outputs) < MOST:
        shell.outputs.append(output)


def _error(error: BaseException) -> dict:
    """Return an error as a notebook's output, with the lines of cells in its traceback only."""
    trace = traceback.TracebackException.from_exception(error, limit=-12)
    lines = [line.rstrip("\n") for line in trace.format()]
    try:
        said = str(error)
    except Exception:  # a student's own class of errors may have a fault itself
        said = "(its text cannot be made)"
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": said[:2000],
        "traceback": [line[:2000] for line in lines[-40:]],
    }


def _check_error(error: BaseException) -> dict:
    """Return what a check raised as a notebook's output, as a student sees it in a notebook."""
    shown = verdict_on(error, "check")
    lines = [line[:2000] for line in shown.text.splitlines()[:12]]
    return _error(reported(error)) | {"traceback": lines}


def _reseed() -> None:
    """Children of one parent must not draw the same numbers."""
    random.seed()
    numpy.random.seed(int.from_bytes(os.urandom(4), "big"))
