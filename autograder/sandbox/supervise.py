"""What watches a run from outside of it: the memory of all its processes, and its end."""

import os
import select
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from autograder.sandbox import wire
from autograder.sandbox.limits import Limits

EVERY = 0.05  # seconds between two looks
TICK = os.sysconf("SC_CLK_TCK")


def until_the_end(student: int, status: socket.socket, limits: Limits, namespaces: bool) -> None:
    """Wait until the run's first process ends, or end it; say why on `status`.

    It is ended when the grader closes `status`, when all processes of the run together hold more
    than their memory beside what they share with the warm parent, or when they keep more than one
    processor busy.
    """
    handle, inherited = os.pidfd_open(student), _own_bytes(os.getpid())
    started = time.monotonic()
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
        else:
            below, wall = _descendants(), time.monotonic() - started
            if _memory(below, inherited) > limits.memory_bytes:
                reason = "memory"
            elif sum(below.values()) > limits.processors * wall + limits.burst_seconds:
                reason = "processors"
            elif len(below) > limits.processes:  # with namespaces the kernel allows no more
                reason = "processes"
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    os.close(handle)
    _, code = os.waitpid(student, 0)
    if not namespaces:
        end_all_below()
    with suppress(OSError):  # the grader may have gone
        wire.send(status, {"reason": reason, "code": os.waitstatus_to_exitcode(code)})


def end_all_below() -> None:
    """Kill every descendant; orphans have become children of this process."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for number in (signal.SIGSTOP, signal.SIGKILL):  # a fork bomb is quicker than one kill
            for pid in _descendants():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _descendants() -> dict[int, float]:
    """Return the processes below this one, in whatever namespace, and the seconds each has run.

    The seconds hold those of its children that have ended.
    """
    children: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for pid, words in _stats():
        children.setdefault(int(words[1]), []).append(pid)
        seconds[pid] = sum(map(int, words[11:15])) / TICK
    found: dict[int, float] = {}
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found |= {pid: seconds[pid] for pid in below}
        waiting += below
    return found


def _stats() -> Iterator[tuple[int, list[str]]]:
    """Yield all processes, and what /proc says of each after its name."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_text(errors="replace")
            except OSError:
                continue
            yield int(entry), text.rpartition(")")[2].split()


def _memory(processes: Iterable[int], inherited: int) -> int:
    """Return the bytes that the processes have made beyond what they got from the warm parent."""
    return sum(max(_own_bytes(pid) - inherited, 0) for pid in processes)


def _own_bytes(pid: int) -> int:
    """Return a process's memory in RAM that is no file's: also what it shares with others."""
    found = 0
    try:
        with open(f"/proc/{pid}/status", errors="replace") as status:
            for line in status:
                if line.startswith(("RssAnon", "RssShmem")):
                    found += int(line.split()[1]) << 10
    except OSError:
        return 0
    return found
