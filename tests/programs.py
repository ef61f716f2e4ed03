"""The commands `nbgrader` and `autograder`, as in a terminal, for a fraction of their time.

    ran = programs.run(["nbgrader", "export"], cwd=course)

Each runs in a fork of one process that has imported them: importing takes longer than most of what
they do. How `autograder` starts by itself is asked elsewhere.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from nbgrader import api

MODULES = {"nbgrader": "nbgrader.apps.nbgraderapp", "autograder": "autograder.cli"}
OUTPUTS = ("stdout", "stderr")
UNCONFINED = "--GradeInSandbox.trusted=True"  # with it, `nbgrader autograde` does as without us
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([*MODULES.values(), "autograder.grade.grade", "nbclient"])


def run(words: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; return its exit code and what it wrote."""
    with TemporaryDirectory() as folder:
        process = start(words, cwd, Path(folder))
        process.join()
        written = [Path(folder, name).read_text(encoding="utf-8") for name in OUTPUTS]
    return subprocess.CompletedProcess(list(map(str, words)), process.exitcode, *written)


def start(words: Sequence[str], cwd: Path, outputs: Path) -> BaseProcess:
    """Start the command in a folder; what it writes goes into OUTPUTS, files in `outputs`."""
    words = list(map(str, words))
    programs = str(Path(sys.executable).parent)  # nbgrader starts alembic
    environment = os.environ | {"PATH": os.pathsep.join((programs, os.environ["PATH"]))}
    with patch.dict(os.environ, environment):
        tables = api.get_alembic_version()  # asked once: see conftest.py
    files = [str(outputs / name) for name in OUTPUTS]
    process = FORKS.Process(target=_command, args=(words, cwd, environment, files, tables))
    process.start()
    return process


def nbgrader(folder: Path, *words: str, fails: bool = False) -> str:
    """Run stock nbgrader's own command, which uses no sandbox; return what it said on stderr."""
    unconfined = [UNCONFINED] * (words[0] == "autograde")
    ran = run(["nbgrader", *words, *unconfined], folder)
    assert bool(ran.returncode) == fails, ran.stderr[-3000:]
    return ran.stderr


def _command(words, cwd, environment, files, tables):
    """Become the command: its folder, environment and output instead of the tests'."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    api.get_alembic_version = lambda: tables
    for descriptor, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), descriptor)
    sys.argv = words
    sys.exit(import_module(MODULES[words[0]]).main())
