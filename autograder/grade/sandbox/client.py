"""The grader's side of the sandbox: have a warm parent run cells, read the answers."""

import errno
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import SECRET
from autograder.errors import CourseError
from autograder.files import ABOVE
from autograder.grade.sandbox import jail, wire
from autograder.grade.sandbox.limits import Limits
from autograder.grade.sandbox.scratch import Scratch

START_SECONDS = 120.0  # to import a course on a busy machine
CLOSE_SECONDS = 10.0  # for the warm parent and all below it to end by themselves
HANDLES_SECONDS = 150.0  # more than a cell may take on the busiest machine, twice
STARTS = 6  # attempts to start a run
MOST_STRETCH = 6.0
PRESSURE = Path("/proc/pressure/cpu")
INSTALL = (
    "Student code cannot be shut in here: Linux refuses namespaces ({}). Allow user namespaces "
    "(`sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`; Ubuntu 24.04 and "
    "newer: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container also "
    "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`), or run as root, "
    "or write `--isolation process`, which holds limits only. Linux 5.12 or newer is needed."
)


class SandboxUnavailable(CourseError):
    """There can be no sandbox here: one sentence that says what to install or allow."""


class NotStarted(Exception):
    """A run ended before the student's code began: the machine's fault, never the student's."""


@dataclass
class Run:
    """The answers of one run by the cells' places, and why it ended early, if it did."""

    answers: dict[int, dict] = field(default_factory=dict)
    stopped_at: int | None = None  # the first cell without a well-formed answer
    took: dict[int, float] = field(default_factory=dict)  # seconds, also of a cell that was stopped
    why: str = ""  # "time", "memory", "processors", "processes", "exit CODE" or "answer: …"


class Sandbox:
    """A warm parent (see warm.py), and runs in its children, one at a time.

    modules: imported before any run. limits: of each run. isolation: a name of isolation.py.
    secret: folders of which a run sees only what is imported from them, besides the course's own.
    importer: the warm parent becomes its fork (default: one of its own).

    Raises SandboxUnavailable when Linux refuses, or a module cannot be imported. Used in a `with`,
    or closed by `close`: everything below the warm parent ends with it.
    """

    def __init__(
        self,
        modules: Sequence[str],
        limits: Limits,
        isolation: str = "namespaces",
        secret: Sequence[str] = (),
        importer: "Importer | None" = None,
    ) -> None:
        self.limits, self.closed = limits, True
        self.opened = ExitStack()
        self.importer = importer or self.opened.enter_context(closing(Importer()))
        self.setting = {
            "modules": list(modules),
            "isolation": isolation,
            "secret": [os.path.abspath(path) for path in (*secret, *_own_secrets())],
            "limits": asdict(limits),
        }
        self._start()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self) -> None:
        try:
            self.control = self.importer.fork()
        except OSError as error:
            self.opened.close()
            raise SandboxUnavailable(f"The sandbox did not start: {error}") from error
        self.scratch, self.pid = Scratch(), 0
        self.closed = False
        try:
            self._started()
        except BaseException:
            self.close()
            raise

    def _started(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        try:
            self.pid = wire.receive(self.control, 1 << 16, deadline)
            wire.send(self.control, self.setting)
            while (said := wire.receive(self.control, 1 << 16, deadline)) != "ready":
                if said == "map":
                    try:
                        jail.map_users(self.pid)
                    except OSError as error:
                        raise SandboxUnavailable(INSTALL.format(error)) from error
                    wire.send(self.control, "mapped")
                else:
                    raise SandboxUnavailable(INSTALL.format(said["refused"]))
        except (wire.Ended, wire.TooLate, ConnectionError) as error:
            last = "it did not answer"
            with suppress(OSError, IndexError):
                last = self.importer.complaints.read_text(errors="replace").splitlines()[-1]
            raise SandboxUnavailable(f"The sandbox did not start: {last}") from error

    def run(
        self,
        cells: Sequence[dict],
        *,
        seed: int | None = None,
        files: dict[str, str] | None = None,
        seconds: float | None = None,
        own_seconds: float | None = None,
        cell_seconds: float | None = None,
    ) -> Run:
        """Run cells (see runner.py) in a child of the warm parent and return what they answered.

        seed: of hidden inputs (None: the course's own). own_seconds: wall time of all cells with
        "own": True together; seconds: of all others; cell_seconds: of any one (default: as the
        limits say, which are stretched on a busy machine). A cell without a well-formed answer ends
        the run. Everything that the run started is dead when this returns. A warm parent that has
        died is replaced. A run that something outside of it has ended, such as Linux for want of
        memory, is run again.

        Raises SandboxUnavailable when the machine cannot start a run, for want of memory, say.
        """
        left = {
            True: own_seconds or self.limits.own_seconds,
            False: seconds or self.limits.notebook_seconds,
        }
        died = 0
        for attempt in range(STARTS):
            run: Run | None = None
            with suppress(ConnectionError, NotStarted):  # the warm parent died, or cannot fork
                run = self._run(cells, seed, files, dict(left), cell_seconds)
            if run is not None and not run.why.startswith("exit"):
                return run
            gone = self._has_died()
            if gone:
                self._end_warm_parent()
                self._start()
            elif run is None:
                time.sleep(0.1 * 2**attempt)
            # in its own namespace nobody can kill a run's first process by a signal 9
            killed = run is not None and (gone or run.why == "exit -9")
            died += killed
            if run is not None and (not killed or died == 2):
                return run
        raise SandboxUnavailable(
            "No process for student code could be started: end what fills this machine's memory "
            "or processes, and call again: what is graded stays"
        )

    def _has_died(self) -> bool:
        """Return whether the warm parent is gone, such as killed when memory was short."""
        self.control.settimeout(0.05)
        try:
            return self.control.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        finally:
            self.control.settimeout(None)

    def _run(
        self,
        cells: Sequence[dict],
        seed: int | None,
        files: dict[str, str] | None,
        left: dict[bool, float],
        cell_seconds: float | None,
    ) -> Run:
        folder = tempfile.mkdtemp(dir=self.scratch.path)
        answers, theirs = socket.socketpair()
        status, watched = socket.socketpair()
        try:
            with theirs, watched:
                _send_handles(self.control, b"r", theirs, watched)
            request = {
                "cells": [{"kind": cell["kind"], "text": cell["text"]} for cell in cells],
                "files": files or {},
                "seed": seed,
                "folder": folder,
            }
            purses = [cell.get("own", False) for cell in cells]
            return self._heard(answers, status, request, purses, left, cell_seconds)
        finally:
            answers.close()
            status.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _heard(
        self,
        answers: socket.socket,
        status: socket.socket,
        request: dict,
        own: list[bool],
        left: dict[bool, float],
        cell_seconds: float | None,
    ) -> Run:
        """Hear the answers of a run. left: seconds of own cells (True), and of all others."""
        run, place, room = Run(), 0, 4 * self.limits.answer_bytes
        try:
            self._have_started(answers, request)
            for place in range(len(request["cells"])):
                asked = time.monotonic()
                seconds = cell_seconds or self.limits.cell_seconds * stretch()
                seconds = min(seconds, left[own[place]])
                most = min(self.limits.answer_bytes, room)
                try:
                    text = wire.receive_text(answers, most, asked + seconds)
                finally:
                    run.took[place] = time.monotonic() - asked
                    left[own[place]] -= run.took[place]
                room -= len(text)
                answer = wire.read(text)
                if not _sound(answer, place, request["cells"][place]["kind"]):
                    raise wire.WireError("not one well-formed answer for each cell")
                run.answers[place] = answer
            place = len(request["cells"])
            self._nothing_more(answers)
            self._end(status)
            return run
        except wire.TooLate:
            run.why = "time"
        except wire.WireError as error:
            run.why = f"answer: {error}"
        except (wire.Ended, ConnectionError):
            run.why = self._end(status)
        run.stopped_at = place
        self._end(status)
        return run

    def _have_started(self, answers: socket.socket, request: dict) -> None:
        """Ask, and wait for the word that comes before any student code; NotStarted without it."""
        try:
            wire.send(answers, request)
            wire.receive(answers, 1 << 10, time.monotonic() + START_SECONDS)
        except (wire.Ended, wire.TooLate, ConnectionError) as error:
            raise NotStarted from error

    def _nothing_more(self, answers: socket.socket) -> None:
        """After its last answer a run closes: anything else was not sent by the runner."""
        try:
            wire.receive(answers, 1 << 16, time.monotonic() + 2.0)
        except (wire.Ended, wire.TooLate):
            return
        raise wire.WireError("more answers than cells")

    def _end(self, status: socket.socket) -> str:
        """Have all processes of the run ended, and return why they did."""
        try:
            status.shutdown(socket.SHUT_WR)
            said = wire.receive(status, 1 << 16, time.monotonic() + 15.0)
            if said["reason"] in ("memory", "processors", "processes"):
                return str(said["reason"])
            return f"exit {said['code']}"
        except (wire.Ended, wire.TooLate, wire.WireError, OSError):
            return "exit"

    def _end_warm_parent(self) -> None:
        """Have the warm parent end, and with it everything below; wait for it."""
        self.closed = True
        with self.control, suppress(OSError):  # OSError: it is gone
            self.control.shutdown(socket.SHUT_WR)
            self.control.settimeout(CLOSE_SECONDS)
            try:
                while self.control.recv(1 << 12):
                    pass
            except TimeoutError:
                if self.pid:
                    os.killpg(self.pid, signal.SIGKILL)
        self.scratch.close()

    def close(self) -> None:
        """End the warm parent, and with it everything below; once more does nothing."""
        if not self.closed:
            self._end_warm_parent()
        self.opened.close()


class Importer:
    """A process that imports the course once; the warm parents of all sandboxes are its forks.

    Where each thread imported for itself, a class of 30 took 9 % longer on two processors, and each
    further thread 52 MiB more. Threads may share one.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # see jail.HANDLES
        self._start()

    def _start(self) -> None:
        self.scratch = Scratch()
        self.complaints = Path(self.scratch.path) / "stderr"
        self.control, theirs = socket.socketpair()
        try:
            _copy_font_list(self.scratch.path)
            with open(self.complaints, "wb") as stderr, theirs:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "autograder.grade.sandbox.warm", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    cwd="/",
                    env=_environment(self.scratch.path),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    start_new_session=True,
                )
        except OSError as error:
            self.control.close()
            self.scratch.close()
            raise SandboxUnavailable(f"The sandbox did not start: {error}") from error

    def fork(self) -> socket.socket:
        """Return a channel to a new warm parent; a process that has died is replaced."""
        with self.lock:
            if self.process.poll() is not None:
                self.close()
                self._start()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    _send_handles(self.control, b"f", theirs)
                except BaseException:
                    ours.close()
                    raise
            return ours

    def close(self) -> None:
        """End the process. Its forks end with their sandboxes."""
        self.control.close()
        try:
            self.process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.scratch.close()


def _environment(scratch: str) -> dict[str, str]:
    """Return all that student code can find in its environment."""
    paths = [str(ABOVE), os.environ.get("PYTHONPATH", "")]
    libraries = os.environ.get("LD_LIBRARY_PATH")  # some interpreters do not start without
    return ({"LD_LIBRARY_PATH": libraries} if libraries else {}) | {
        "PATH": str(Path(sys.executable).parent),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONHASHSEED": "random",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "MPLCONFIGDIR": scratch,
        "IPYTHONDIR": scratch,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MALLOC_ARENA_MAX": "2",  # each thread's own takes 128 MiB of the room for addresses
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NBGRADER_EXECUTION": "autograde",
    }


def _copy_font_list(folder: str) -> None:
    """Copy what matplotlib knows of this machine's fonts, so that it does not search again."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    known = Path(os.environ.get("MPLCONFIGDIR") or Path(cache) / "matplotlib")
    for path in known.glob("fontlist-*.json"):
        with suppress(OSError):
            shutil.copyfile(path, Path(folder) / path.name)


def _send_handles(channel: socket.socket, word: bytes, *sockets: socket.socket) -> None:
    """Hand sockets on; NotStarted when this machine has no more handles to give.

    Handles on their way count for the user, and so do those of a run at work, which may have many
    until its cell is stopped: what is in the way is gone then.
    """
    deadline = time.monotonic() + HANDLES_SECONDS
    while True:
        try:
            socket.send_fds(channel, [word], [each.fileno() for each in sockets])
            return
        except OSError as error:
            if error.errno == errno.ETOOMANYREFS and time.monotonic() < deadline:
                time.sleep(0.05)
            elif error.errno in (errno.ETOOMANYREFS, errno.EMFILE, errno.ENFILE):
                raise NotStarted from error
            else:
                raise


def stretch() -> float:
    """Return how many times as long code may take here because the machine has more to do.

    At load 8 on two processors everything takes four times as long; students must not lose by it.
    The load counts what waits for something else as well, and a run could raise it in that way: so
    it counts only as far as anything has waited for a processor.
    """
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(max(busy, 1.0), 1 / max(1 - _waiting(), 1 / MOST_STRETCH))


def _waiting() -> float:
    """Return the share of time in which something waited for a processor, 1 if Linux tells none."""
    try:
        lines = PRESSURE.read_text().splitlines()
    except OSError:  # not every Linux counts it
        return 1.0
    shares = re.findall(r"some avg10=([\d.]+) avg60=([\d.]+)", lines[0]) if lines else []
    return max(map(float, shares[0])) / 100 if shares else 1.0


def _own_secrets() -> list[str]:
    """Return what is secret next to the autograder that runs here, such as on a worker.

    All of a course's folder; of an environment, which may have the course's packages, these.
    """
    if (ABOVE / "nbgrader_config.py").is_file():
        return [str(ABOVE)]
    return [str(ABOVE / name) for name in SECRET if (ABOVE / name).is_dir()]


def _sound(answer: Any, place: int, kind: str) -> bool:
    if not isinstance(answer, dict) or answer.get("n") != place:
        return False
    if kind == "cell":
        return isinstance(answer.get("outputs"), list) and set(answer) == {"n", "outputs"}
    return set(answer) in ({"n", "seen"}, {"n", "error"})
