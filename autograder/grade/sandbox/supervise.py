"""What watches a run from outside of it: the memory of all its processes, and its end."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.grade.sandbox import system, wire
from autograder.grade.sandbox.limits import Limits

EVERY = 0.05  # seconds between two looks
TICK = os.sysconf("SC_CLK_TCK")


def until_the_end(
    student: int, status: socket.socket, limits: Limits, end_rest: Callable[[], None]
) -> None:
    """Wait until the run's first process ends, or end it; say why on `status`.

    It is ended when the grader closes `status`, or when all its processes together hold more than
    their memory (besides what they share with the warm parent) or keep more than one processor
    busy. end_rest: called when it has ended, and before `status` says so.
    """
    handle, inherited = system.handle_of(student), _own_bytes(os.getpid())
    started = looked = time.monotonic()
    seen: dict[tuple[int, int], float] = {}  # the seconds of all processes there ever were
    unseen = 0.0  # about the seconds of those that live between two looks only
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
            below, now = _descendants(), time.monotonic()
            wall, since, looked = now - started, now - looked, now
            found = {(pid, each.born): each for pid, each in below.items()}
            new = [each for key, each in found.items() if key not in seen]
            seen |= {key: each.own for key, each in found.items()}
            # the time of a child that was never waited for is not added to its parent's, and one
            # that lives less than EVERY is seen once, if at all: whoever is new and runs stands for
            # others that ran since the last look. So the larger of both sums
            unseen += since * sum(each.runs for each in new)
            busy = max(sum(each.seconds for each in below.values()), sum(seen.values()) + unseen)
            if _memory(below, inherited, limits.memory_bytes) > limits.memory_bytes:
                reason = "memory"
            elif busy > limits.processors * wall + limits.burst_seconds:
                reason = "processors"
            elif len(below) > limits.processes:  # in namespaces the kernel allows no more
                reason = "processes"
    system.kill(handle)
    os.close(handle)
    _, code = os.waitpid(student, 0)
    end_rest()
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


@dataclass(frozen=True)
class _Process:
    """A process's processor time in seconds: its own, and with that of children it waited for."""

    own: float
    seconds: float
    born: int  # in ticks since boot: the same pid may be given twice
    runs: bool  # or waits for a processor only


def _descendants() -> dict[int, _Process]:
    """Return the processes below this one, in whatever namespace, by number."""
    children: dict[int, list[int]] = {}
    about: dict[int, _Process] = {}
    for pid, words in _stats():
        children.setdefault(int(words[1]), []).append(pid)
        own, waited_for = (sum(map(int, words[n : n + 2])) / TICK for n in (11, 13))
        about[pid] = _Process(own, own + waited_for, int(words[19]), words[0] == "R")
    found: dict[int, _Process] = {}
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found |= {pid: about[pid] for pid in below}
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


def _memory(processes: Collection[int], inherited: int, most: int) -> int:
    """Return the bytes that the processes have made beyond what they got from the warm parent.

    An upper bound, as long as that is not above `most`; then exactly, which is slow: a page that
    several share counts once.
    """
    at_most = sum(_own_bytes(pid) for pid in processes) - inherited
    if len(processes) > 1 and at_most > most:
        return sum(_share(pid, inherited) for pid in processes) - inherited
    return at_most


def _share(pid: int, inherited: int) -> int:
    """Return the bytes of a process, of each page only its share if others have it too."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", errors="replace") as rollup:
            lines = [line.split() for line in rollup if line.startswith(("Pss_Anon", "Pss_Shmem"))]
    except OSError:  # it has ended, or may not be looked at
        lines = []
    return sum(int(words[1]) << 10 for words in lines) or max(_own_bytes(pid) - inherited, 0)


def _own_bytes(pid: int) -> int:
    """Return the bytes of a process in RAM that belong to no file, also those that it shares."""
    found = 0
    try:
        with open(f"/proc/{pid}/status", errors="replace") as status:
            for line in status:
                if line.startswith(("RssAnon", "RssShmem")):
                    found += int(line.split()[1]) << 10
    except OSError:
        return 0
    return found
