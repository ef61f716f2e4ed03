"""Run functions in forked children, a few at a time, each with limits of its own.

For trusted code that may hang or eat memory, such as mutants; grading has grade/sandbox/. A child
has all that its parent has loaded, so nothing is imported again.
"""

import contextlib
import json
import math
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ANSWER_BYTES = 30_000  # fits into a pipe before it is read
GRACE = 0.002  # seconds between two looks at the children


@dataclass(frozen=True)
class ChildLimits:
    """What a child may use before it is killed."""

    cpu_seconds: float  # rounded up to whole seconds
    wall_seconds: float
    memory_bytes: int = 1 << 30  # on top of what the parent has


@dataclass(frozen=True)
class Ending:
    """How a child ended: the `answer` its work returned, or in `died` why there is no answer."""

    answer: Any
    died: str
    wall_seconds: float


@dataclass(frozen=True)
class _Child:
    pid: int
    pipe: int
    limits: ChildLimits
    started: float
    done: Callable[[Ending], None]


class ForkPool:
    """Runs at most `jobs` children at once."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.children: list[_Child] = []

    def start(
        self, work: Callable[[], Any], limits: ChildLimits, done: Callable[[Ending], None]
    ) -> None:
        """Fork a child that runs `work`, as soon as fewer than `jobs` are running.

        work: returns what JSON can hold. done: called in the parent when the child has ended; it
        is called from `start` and `wait`, in the order in which children end.
        """
        while len(self.children) >= self.jobs:
            self._look()
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of numpy: idle here
            pid = os.fork()
        if not pid:
            _run_child(work, limits, writing)
        os.close(writing)
        self.children.append(_Child(pid, reading, limits, time.monotonic(), done))

    def wait(self) -> None:
        """Return when all children have ended."""
        while self.children:
            self._look()

    def stop(self) -> None:
        """Kill all children and reap them; their `done` is not called."""
        for child in self.children:
            _kill(child.pid, living=True)
            os.waitpid(child.pid, 0)
            os.close(child.pipe)
        self.children = []

    def _look(self) -> None:
        time.sleep(GRACE)
        for child in list(self.children):
            took = time.monotonic() - child.started
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            late = not pid and took > child.limits.wall_seconds
            if late:
                _kill(child.pid, living=True)
                pid, status = os.waitpid(child.pid, 0)
            if pid:
                self.children.remove(child)
                _kill(child.pid)  # what it has left behind in its process group
                answer, died = _answer(child.pipe, status)
                child.done(Ending(answer, "took too long" if late else died, took))


def _answer(pipe: int, status: int) -> tuple[Any, str]:
    with os.fdopen(pipe, "rb") as stream:
        os.set_blocking(stream.fileno(), False)  # a grandchild may still hold the other end
        text = stream.read(2 * ANSWER_BYTES)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        slow = number in (signal.SIGXCPU, signal.SIGKILL)
        return None, "took too long" if slow else f"died of {signal.Signals(number).name}"
    try:
        return json.loads(text or b""), ""
    except ValueError:
        return None, f"ended with {os.WEXITSTATUS(status)} and no answer"


def _run_child(work: Callable[[], Any], limits: ChildLimits, pipe: int) -> None:
    """Run the work in this child process and exit: never returns."""
    try:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        seconds = math.ceil(limits.cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        memory = _memory_of_this_process() + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        os.write(pipe, json.dumps(work()).encode()[:ANSWER_BYTES])
        os._exit(0)
    except BaseException as error:
        print(error, file=sys.stderr)
    finally:
        os._exit(1)


def _memory_of_this_process() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as pages:
            return int(pages.read().split()[0]) * resource.getpagesize()
    except OSError:  # not Linux: a usual size of a notebook's process
        return 4 << 30


def _kill(group: int, living: bool = False) -> None:
    """Kill the process group; a `living` leader also by itself, as it may not lead it yet."""
    for kill in (os.killpg, os.kill)[: 1 + living]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(group, signal.SIGKILL)
