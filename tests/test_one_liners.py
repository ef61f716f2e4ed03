"""What goes on in a notebook's kernel goes on in the sandbox: tests/one_liners.txt in both."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from autograder.grade.sandbox.client import Sandbox
from autograder.grade.sandbox.limits import Limits
from tests.course_scripts import ROOT
from tests.importing import shared_importer
from tests.test_attacks import shut_in

ONLY = "## ends early in {} only: "


def cells() -> list[tuple[str, str]]:
    """Return each cell with the heading that it stands below."""
    found, heading = [], ""
    for line in (ROOT / "tests" / "one_liners.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line
        elif line and not line.startswith("# "):
            found.append((heading, line.replace(" ⏎ ", "\n")))
    return found


@pytest.fixture
def texts() -> Iterator[list[str]]:
    """The cells' texts, with the port of a server that listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        yield [text.replace("LISTENS", port) for _, text in cells()]


def in_a_kernel(texts: list[str], folder: Path) -> list[str]:
    """Return of each cell the error that ended it, "" where none did."""
    environment = os.environ | {"HOME": str(folder), "IPYTHONDIR": str(folder)}
    environment.pop("PYTEST_CURRENT_TEST")  # a kernel that finds it has other streams
    manager, client = start_new_kernel(cwd=str(folder), env=environment)
    try:
        replies = [
            client.execute_interactive(
                text, allow_stdin=False, timeout=60, output_hook=lambda message: None
            )["content"]
            for text in texts
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return [
        f"{reply['ename']}: {reply['evalue']}" if reply["status"] == "error" else ""
        for reply in replies
    ]


def in_the_sandbox(texts: list[str]) -> list[str]:
    with Sandbox(["random"], Limits(cell_seconds=60), importer=shared_importer()) as box:
        found = box.run([{"kind": "cell", "text": text} for text in texts])
    assert found.stopped_at is None, f"{texts[found.stopped_at]}: {found.why}"
    errors = [
        [output for output in found.answers[n]["outputs"] if output["output_type"] == "error"]
        for n in range(len(texts))
    ]
    return [f"{error[0]['ename']}: {error[0]['evalue']}" if error else "" for error in errors]


@shut_in
def test_a_line_ends_early_in_both_or_in_neither(texts: list[str], tmp_path: Path) -> None:
    kernel, sandbox = in_a_kernel(texts, tmp_path), in_the_sandbox(texts)
    differ = []
    for (heading, text), theirs, ours in zip(cells(), kernel, sandbox, strict=True):
        place = "the sandbox" if ours and not theirs else "a kernel"
        meant = [where for where in ("the sandbox", "a kernel") if ONLY.format(where) in heading]
        if [place] * (bool(theirs) != bool(ours)) != meant:
            differ.append(f"{text!r}: in a kernel {theirs!r}, in the sandbox {ours!r}")
    assert not differ, "\n".join(differ)
    assert len(texts) > 250 and 200 < kernel.count("") < len(texts)


@shut_in
def test_a_shell_command_says_that_it_is_not_run_and_puts_nothing_out() -> None:
    text = "x = !ls -l\nprint(x, x.s == '')\n!pip install numpy\nprint('on')"
    with Sandbox(["random"], Limits(), importer=shared_importer()) as box:
        outputs = box.run([{"kind": "cell", "text": text}]).answers[0]["outputs"]
    not_run = "(a shell command is not run while a notebook is graded: {})\n"
    said = [not_run.format("ls -l"), "[] True\n", not_run.format("pip install numpy"), "on\n"]
    assert outputs == [{"output_type": "stream", "name": "stdout", "text": "".join(said)}]


@shut_in
def test_a_task_of_one_cell_goes_on_in_the_next() -> None:
    first = "import asyncio\nlater = asyncio.create_task(asyncio.sleep(0, 'done'))"
    texts = [first, "await asyncio.sleep(0.01)", "print(later.result())"]
    with Sandbox(["random"], Limits(), importer=shared_importer()) as box:
        outputs = box.run([{"kind": "cell", "text": text} for text in texts]).answers[2]["outputs"]
    assert [output.get("text") for output in outputs] == ["done\n"]
