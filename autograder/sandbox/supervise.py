"""What watches a run from outside of it: the memory of all its processes, and its end."""

import os
import select
import signal
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import wire
from autograder.sandbox.limits import Limits

EVERY = 0.05  # seconds between two looks
PAGE = os.sysconf("SC_PAGE_SIZE")


def until_the_end(student: int, status: socket.socket, limits: Limits, namespaces: bool) -> None:
    """Wait until the run's first process ends, or end it; say why on `status`.

    It is ended when the grader closes `status`, or when all processes of the run together hold
    more than their memory beside what they share with the warm parent.
    """
    handle, inherited = os.pidfd_open(student), _own_pages(os.getpid())
    watched = select.poll()
    watched.register(handle, select.POLLIN)
    watched.register(status, select.POLLIN | select.POLLHUP)
    reason = ""
    while not reason:
        ready = {number for number, _ in watched.poll(EVERY * 1000)}
        if handle in ready:
            reason = "ended"
        elif status.fileno() in ready:
            reason = "stopped"
        elif _memory(_descendants(), inherited) > limits.memory_bytes:
            reason = "memory"
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    _, code = os.waitpid(student, 0)
    if not namespaces:
        _end_all_below()
    with suppress(OSError):  # the grader may have gone
        wire.send(status, {"reason": reason, "code": os.waitstatus_to_exitcode(code)})


def _end_all_below() -> None:
    """Kill every descendant; orphans have become children of this process."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        below = list(_descendants())
        for pid in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _descendants() -> Iterable[int]:
    """Return the processes below this one, in whatever namespace."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                words = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(words[1]), []).append(int(entry))
    found, waiting = [], [os.getpid()]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _memory(processes: Iterable[int], inherited: int) -> int:
    """Return the bytes of the processes' own pages beyond what they got from the warm parent."""
    return sum(max(_own_pages(pid) - inherited, 0) for pid in processes) * PAGE


def _own_pages(pid: int) -> int:
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except OSError:
        return 0
    return int(resident) - int(shared)
