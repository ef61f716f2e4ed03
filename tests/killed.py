"""Kernels with real processes that are killed, and what is left of them: for tests and benchmarks.

left, processes, ports = killed("02_load_balancer", after=1.5)
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

import course
from tests.course_scripts import ROOT, cells, solved
from tests.test_real import alive, held

SITE = "my_site()"
KINDS = (
    "02_load_balancer",
    "05_cdn",
    "06_stateless_tier",
    "07_data_centers",
    "08_message_queue",
    SITE,
)
MARK = "COURSE_KILLED"  # a variable that all processes of a kernel have inherited
KERNEL = "import sys; from tests.killed import play; play(sys.argv[1])"
BEGINS = "the real processes begin\n"


def opened(name):
    """Return the last Explorer of real processes in a notebook, the worked solutions in it."""
    names, calls = solved(name), ("explore_real(", "explore_crash(")
    (*_, call) = (cell.text for cell in cells(name) if cell.text.startswith(calls))
    os.environ.pop("NBGRADER_EXECUTION", None)
    return eval(call, names)


def play(kind):
    """Be the kernel: measure again and again, or run the student's own site."""
    if kind == SITE:
        shown = course.my_site(ROOT / "notebooks")
        print(BEGINS, end="", flush=True)
        shown.start()
        time.sleep(60)
    explorer = opened(kind)
    print(BEGINS, end="", flush=True)
    until = time.monotonic() + 60  # nobody may come and kill it
    while time.monotonic() < until:
        explorer.start()


def killed(kind, *, after=0.0, processes=0, within=3.0):
    """Kill a kernel and its group; return (what is left, processes and ports that it had).

    kind: of KINDS. after: seconds after the reader has pressed the button, and not before there are
    so many processes. within: seconds after which nothing may be left.
    """
    mark = uuid.uuid4().hex
    with TemporaryDirectory() as folder:
        kernel = subprocess.Popen(
            [sys.executable, "-c", KERNEL, kind],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": folder, MARK: mark},
            cwd=ROOT,
            start_new_session=True,
            text=True,
        )
        with kernel:
            while kernel.stdout.readline() not in (BEGINS, ""):
                pass
            time.sleep(after)
            until = time.monotonic() + 30
            while len(family := marked(mark)) <= processes and time.monotonic() < until:
                time.sleep(0.02)
            ports = listening(family)
            os.killpg(kernel.pid, signal.SIGKILL)
        until = time.monotonic() + within
        while (left := _left(mark, ports, folder)) and time.monotonic() < until:
            time.sleep(0.05)
        return left, len(family) - 1, len(ports)


def _left(mark, ports, folder):
    return [*filter(alive, marked(mark)), *filter(held, ports), *os.listdir(folder)]


def marked(mark):
    """Return the numbers of all processes with this mark."""
    found, text = [], f"{MARK}={mark}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended, or is another user's
            continue
    return found


def listening(pids):
    """Return the ports of TCP at which these processes listen."""
    sockets = set()
    for pid in pids:
        try:
            sockets |= {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
        except OSError:
            continue
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    return [int(row[1].partition(":")[2], 16) for row in ours]
