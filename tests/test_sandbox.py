"""The sandbox by itself: what one run leaves for the next, what it counts, and what it survives."""

import ast
import errno
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.files import LENGTH, NOTES, printable, printable_notes
from autograder.grade.execute import Bench
from autograder.grade.sandbox import client
from autograder.grade.sandbox.client import Importer, NotStarted, Run, Sandbox, SandboxUnavailable
from autograder.grade.sandbox.limits import MIB, Limits
from autograder.grade.sandbox.scratch import Scratch
from course.checks import SEED
from tests.attacks import outside
from tests.course_scripts import ROOT, cells, exercises
from tests.importing import shared_importer
from tests.test_attacks import shut_in

pytestmark = shut_in
LIMITS = Limits(cell_seconds=20.0, memory_bytes=256 * MIB)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(["random"], LIMITS, importer=shared_importer())
    yield box
    box.close()


def run(sandbox: Sandbox, *texts: str) -> Run:
    return sandbox.run([{"kind": "cell", "text": text} for text in texts])


def said(found: Run, place: int = 0) -> str:
    """Return what a cell printed; what went wrong in it is a failure here."""
    outputs = found.answers[place]["outputs"]
    assert not [output for output in outputs if output["output_type"] == "error"], outputs
    return "".join(output.get("text", "") for output in outputs)


def test_nothing_is_left_for_the_next(sandbox: Sandbox) -> None:
    for _ in range(2):
        assert said(run(sandbox, outside.LEAVE)) == "found: []\n"
        assert said(run(sandbox, outside.KEYRING)).startswith("no:")


def test_the_warm_parent_stays_as_it_was(sandbox: Sandbox) -> None:
    change = (
        "import random, sys, os, json, builtins\n"
        "random.seed(1); random.Random = None; json.dumps = None; os.environ['LEFT'] = '1'\n"
        "builtins.len = lambda x: 7; sys.path.insert(0, '/evil'); sys.modules['random'] = None\n"
        "get_ipython().user_ns['left'] = 1; sys.setrecursionlimit(50)"
    )
    run(sandbox, change)
    look = (
        "import random, sys, os, json\n"
        "print(random.Random is None, json.dumps is None, 'LEFT' in os.environ, len([]), "
        "'/evil' in sys.path, 'left' in globals(), sys.getrecursionlimit() > 900)"
    )
    assert said(run(sandbox, look)) == "False False False 0 False False True\n"


def test_runs_draw_different_numbers(sandbox: Sandbox) -> None:
    draw = "import random; print(random.random())"
    assert said(run(sandbox, draw)) != said(run(sandbox, draw))


def test_memory_that_belongs_to_no_process_is_refused(sandbox: Sandbox) -> None:
    text = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "try:\n    os.memfd_create('m'); print('a memory file')\n"
        "except PermissionError:\n    print('refused')\n"
        "print(libc.shmget(0, 1 << 20, 0o1666), libc.msgget(0, 0o1666), end=' ')\n"
        "print(libc.semget(0, 32000, 0o1666))\n"
        "print(libc.syscall(0x40000000 | 319, b'm', 0))"
    )
    assert said(run(sandbox, text)) == "refused\n-1 -1 -1\n-1\n"


def test_memory_is_counted_also_when_it_is_shared(sandbox: Sandbox) -> None:
    shared = (
        "import mmap, os\n"
        "for _ in range(2): os.fork()\n"
        "held = mmap.mmap(-1, 100 << 20)\n"
        "for place in range(0, len(held), 4096): held[place] = 1\n"
        "import time; time.sleep(20)"
    )
    assert run(sandbox, "1", shared).why == "memory"


def test_the_folders_next_to_the_autograder_are_hidden_and_not_imported_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where no folder is named, as on a cluster's worker."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    box = Sandbox(["random"], LIMITS)
    try:
        assert box.setting["secret"] == [str(ROOT)]
        paths = said(run(box, "import sys; print(*sys.path, sep='\\n')")).splitlines()
        assert str(ROOT) in paths and str(ROOT / "autograder") not in paths
    finally:
        box.close()


FINDS = """
import os
def found(top):
    for folder, _, names in os.walk(top):
        for name in names:
            try:
                text = open(os.path.join(folder, name)).read()
                yield text if "secret" in text or "open" in text else ""
            except OSError as error:
                pass
print(sorted({text for top in TOPS for text in found(top) if text}))
"""


@pytest.mark.parametrize("course", ["src/zero/", ""])
@pytest.mark.parametrize("asked", ["home", "var/home"])
def test_of_a_course_in_the_environment_only_what_is_imported_is_seen(
    course: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pip install -e git+…` puts it, or the course is the environment; also below a link."""
    files = {
        "__init__.py": "",
        "lib/own.py": "# open environment",
        f"{course}solutions/02.py": "secret solution",
        f"{course}.git/objects": "secret history",
        f"{course}downloads/ada.ipynb": "secret submission",
        f"{course}grades.csv": "secret grades",
        f"{course}course/world/__init__.py": "# open course",
    }
    for name, text in files.items():
        path = tmp_path / "var" / "home" / "toolbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "home").symlink_to("var/home")
    (tmp_path / "var" / "home" / "toolbox" / course / "link").symlink_to("solutions")
    root = tmp_path / asked / "toolbox" / course
    paths = (tmp_path / asked, root / "course", ROOT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))
    tops = [str(tmp_path / place / "toolbox") for place in ("home", "var/home")]
    with Sandbox(["toolbox", "world"], LIMITS, secret=[str(root)]) as box:
        found = said(run(box, FINDS.replace("TOPS", repr(tops))))
    assert found == "['# open course', '# open environment']\n"


def test_runs_leave_no_open_files_in_the_warm_parent(sandbox: Sandbox) -> None:
    def open_files() -> list[int]:
        parent = sandbox.pid
        return [len(os.listdir(f"/proc/{pid}/fd")) for pid in (parent, *children(parent))]

    def at_rest() -> list[int]:
        """A warm parent closes a run's sockets a little after it has told its end."""
        found: list[int] = []
        while found != (found := open_files()):
            time.sleep(0.05)
        return found

    run(sandbox, "1")
    before = at_rest()
    for _ in range(5):
        run(sandbox, "1")
    assert at_rest() == before and len(before) == 2


def test_what_a_cell_keeps_to_write_with_writes_in_the_next_one(sandbox: Sandbox) -> None:
    keeps = "import logging, sys; logging.basicConfig(stream=sys.stdout, format='%(message)s')"
    later = ("logging.error('told')", "sys.stdout.close()", "print(1, flush=True)")
    found = run(sandbox, keeps, *later)
    texts = [[out["text"] for out in found.answers[n]["outputs"]] for n in (1, 3)]
    assert texts == [["told\n"], ["1\n"]]


def test_a_run_has_the_seed_that_it_is_given(sandbox: Sandbox) -> None:
    asks = [{"kind": "observe", "text": "from course.checks import SEED as seen"}]
    seen = [sandbox.run(asks, seed=seed).answers[0]["seen"] for seed in (4711, None)]
    assert seen == [4711, SEED]


def test_pictures_take_no_checks_room_and_may_be_bytes(sandbox: Sandbox) -> None:
    png = "class P:\n    def _repr_png_(self): return b'\\x89PNG' + b'x' * 1_000_000\nP()"
    asks = {"kind": "observe", "text": "seen = 'x' * 1_000_000"}
    found = sandbox.run([{"kind": "cell", "text": png}] * 12 + [asks])
    shown = [bool(found.answers[n]["outputs"][0].get("data")) for n in range(12)]
    assert shown == [True] * 6 + [False] * 6
    assert len(found.answers[12]["seen"]) == 1_000_000


def test_an_error_that_cannot_be_told_is_an_error(sandbox: Sandbox) -> None:
    text = "class E(Exception):\n    def __str__(self): return 1 / 0\nraise E"
    found = sandbox.run([{"kind": "observe", "text": text}, {"kind": "cell", "text": "1"}])
    assert found.answers[0]["error"]["ename"] == "E" and 1 in found.answers


def test_a_machine_without_handles_to_give_is_asked_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another run has too many on their way, for as long as that run may go on."""
    send, often = socket.send_fds, client.STARTS + 3
    times = iter(range(99))

    def full(*arguments: Any) -> int:
        if next(times) < often:
            raise OSError(errno.ETOOMANYREFS, "Too many references")
        return send(*arguments)

    monkeypatch.setattr(socket, "send_fds", full)
    assert said(run(sandbox, "print(1)")) == "1\n" and next(times) == often + 1


def test_thirty_threads_have_room() -> None:
    """With what one run may have by default; each thread's own heap would take too much of it."""
    text = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
together = Barrier(30)
def work(number):
    held = [bytes(1000) for _ in range(1000)]
    together.wait(20)
    return len(held)
print(sum(ThreadPoolExecutor(30).map(work, range(30))))
"""
    with Sandbox([], Limits(cell_seconds=20.0), importer=shared_importer()) as box:
        assert said(run(box, text)) == "30000\n"


SHORT_LIVED = """
import os, signal, time
if {way!r} != "waited for":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def work(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
if {way!r} == "chains":
    for _ in range(2):
        if os.fork() == 0:
            while os.fork() == 0:  # each ends when the next one has begun
                work(0.005)
            os._exit(0)
    time.sleep(30)
while True:
    if os.fork() == 0:
        work(0.3)
        os._exit(0)
    try:
        os.wait()
    except ChildProcessError:
        pass
"""


@pytest.mark.parametrize("way", ["waited for", "not waited for", "chains"])
def test_processors_of_short_lived_processes_count(way: str) -> None:
    limits = Limits(cell_seconds=10.0, processors=0.0, burst_seconds=0.7)
    box = Sandbox([], limits, importer=shared_importer())
    found = run(box, SHORT_LIVED.format(way=way))
    box.close()
    assert found.why == "processors"


def test_processes_that_are_waited_for_count_once() -> None:
    """A loop of short programs is one busy processor, not two; the allowance is for the start."""
    limits = Limits(cell_seconds=10.0, processors=1.25, burst_seconds=1.0)
    box = Sandbox([], limits, importer=shared_importer())
    # counted twice it would have used up the allowance in 1.3 s
    text = """
import os, time
end = time.monotonic() + 3
while time.monotonic() < end:
    if os.fork() == 0:
        start = time.process_time()
        while time.process_time() < start + 0.01: pass
        os._exit(0)
    os.wait()
print("done")
"""
    found = run(box, text)
    box.close()
    assert found.why == "" and said(found) == "done\n"


@pytest.mark.parametrize(
    ("load", "pressure", "factor"),
    [
        (8.0, "some avg10=99.00 avg60=80.00 avg300=1.00 total=1", 4.0),
        (8.0, "some avg10=50.00 avg60=60.00 avg300=1.00 total=1", 2.5),
        (99.0, "some avg10=2.00 avg60=0.00 avg300=1.00 total=1", 1 / 0.98),  # they wait for a disk
        (99.0, "some avg10=100.00 avg60=99.00 avg300=1.00 total=1", 6.0),
        (0.5, "some avg10=90.00 avg60=0.00 avg300=1.00 total=1", 1.0),
        (8.0, "", 4.0),
        (8.0, None, 4.0),
    ],
)
def test_time_is_longer_as_far_as_processors_are_short(
    load: float,
    pressure: str | None,
    factor: float,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if pressure is not None:
        (tmp_path / "cpu").write_text(pressure)
    monkeypatch.setattr(client, "PRESSURE", tmp_path / "cpu")
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert client.stretch() == pytest.approx(factor)


def test_memory_of_programs_that_inherited_nothing_counts() -> None:
    limits = Limits(cell_seconds=20.0, memory_bytes=200 << 20)
    box = Sandbox(["matplotlib.pyplot"], limits, importer=shared_importer())
    held = "import time; x = bytearray(b'1' * (25 << 20)); time.sleep(30)"
    text = f"""
import subprocess, sys, time
all = [subprocess.Popen([sys.executable, "-S", "-c", {held!r}]) for _ in range(16)]
time.sleep(30)
"""
    found = run(box, text)
    box.close()
    assert found.why == "memory"


def test_few_processors_for_many_processes() -> None:
    limits = Limits(cell_seconds=30.0, processors=0.0, burst_seconds=0.5)
    box = Sandbox([], limits, importer=shared_importer())
    found = run(box, "import os\nfor _ in range(3): os.fork()\nwhile True: pass")
    box.close()
    assert found.why == "processors"


def test_cells_are_read_as_ipython_reads_them(sandbox: Sandbox) -> None:
    found = run(
        sandbox,
        "x = 3",
        "In [1]: y = x + 1",
        "%precision 2\nprint(x, y)",
        "  print('indented')",
        "await __import__('asyncio').sleep(0)\nprint('awaited')",
        "names = !echo one; echo two\nprint('a\\d')",
        "x?",
        "# pasted\nIn [2]: z = y + 1\nprint(z)",
        "time (print(x))",
        "names",
    )
    assert [said(found, place) for place in (2, 3, 4)] == ["3 4\n", "indented\n", "awaited\n"]
    assert said(found, 7) == "5\n" and said(found, 8).startswith("3\n")
    assert set(found.answers) == set(range(10))


def test_a_run_that_was_killed_from_outside_is_run_again(sandbox: Sandbox) -> None:
    """As Linux does it when memory is short; killed twice it is told."""
    text = "import time\nopen('begun', 'w').close()\ntime.sleep(4)\nprint('done')"

    def kill(times: int) -> None:
        before: set[str] = set()
        for _ in range(times):
            deadline = time.monotonic() + 20
            while not (new := set(students()) - before) and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.3)  # until it has begun
            before |= new
            for pid in new:
                os.kill(int(pid), signal.SIGKILL)

    def students() -> list[str]:
        return [pid for first in children(sandbox.pid) for pid in children(int(first))]

    for times, why in ((1, ""), (2, "exit -9")):
        killer = threading.Thread(target=kill, args=[times])
        killer.start()
        found = run(sandbox, text)
        killer.join()
        assert found.why == why
    assert said(run(sandbox, "print(1)")) == "1\n"


def test_folders_of_graders_that_were_killed_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    child = os.fork()
    if child == 0:
        Scratch()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    (tmp_path / "autograder-not-yet").mkdir()  # of one that has not locked it yet
    with closing(Scratch()) as one, closing(Scratch()) as other:
        names = {Path(one.path).name, Path(other.path).name, "autograder-not-yet"}
        assert {path.name for path in tmp_path.iterdir()} == names and not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["autograder-not-yet"]


def test_a_module_that_cannot_be_imported_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="No module named 'no_such_module'"):
        Sandbox(["no_such_module"], LIMITS)
    assert not list(tmp_path.iterdir())


def test_a_warm_parent_that_does_not_end_is_killed_with_all_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox([], LIMITS, importer=shared_importer()) as box:
        assert said(run(box, "print(1)")) == "1\n"
        below = [int(pid) for pid in children(box.pid)]
        assert below and all(map(is_alive, below))
        for pid in below:
            os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(client, "CLOSE_SECONDS", 0.2)
    deadline = time.monotonic() + 10
    while any(map(is_alive, below)) and time.monotonic() < deadline:
        time.sleep(0.01)  # they end a little after their parent
    left = [pid for pid in below if is_alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left and not Path(box.scratch.path).exists()


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_an_importer_that_died_is_replaced() -> None:
    with closing(Importer()) as importer, Sandbox([], LIMITS, importer=importer) as first:
        importer.process.kill()
        importer.process.wait()
        with Sandbox([], LIMITS, importer=importer) as second:
            assert [said(run(box, "print(1)")) for box in (first, second)] == ["1\n"] * 2


def test_a_warm_parent_that_died_is_started_anew() -> None:
    box = Sandbox([], LIMITS, importer=shared_importer())
    try:
        assert said(run(box, "print(1)")) == "1\n"
        os.kill(int(children(box.pid)[0]), signal.SIGKILL)
        assert said(run(box, "print(2)")) == "2\n"
    finally:
        box.close()
        box.close()  # once more does nothing


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07two\nlines", "\\x1b]0;owned\\x07two\\nlines"),
        ("gnp\u202e \ud800", "gnp\\u202e \\ud800"),
        ("Grüße, 東京", "Grüße, 東京"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_long_and_many_notes_are_cut() -> None:
    assert len(printable("\n" * 10 * LENGTH)) == LENGTH
    notes = printable_notes(["same", "same", *(f"note {n}" for n in range(100))])
    assert notes[:2] == ["same", "note 0"] and len(notes) == NOTES + 1
    assert notes[-1] == f"and {101 - NOTES} more notes like these"


AS_ANOTHER_USER = """
import os
import platform
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.sandbox.limits import Limits
assert os.getuid() == 12345
box = Sandbox(["random"], Limits(), secret=[PREFIX + "/include"])
text = '''
import os
import platform
print(os.getuid(), os.getgroups(), os.path.exists("/home/owner"), "CapEff:\t0000000000000000"
      in open("/proc/self/status").read())
for act in (lambda: os.chmod(PREFIX + "/include", 0o777), lambda: open("/left", "w"),
            lambda: os.listdir(PREFIX + "/include"), lambda: os.kill(2, 9)):
    try:
        act()
        print("done")
    except OSError as error:
        print(type(error).__name__)
'''
run = box.run([{"kind": "cell", "text": text}])
box.close()
print(run.why, run.answers[0]["outputs"][0]["text"])
"""


def test_a_grader_without_rights_shuts_in_as_well() -> None:
    """As root this is tried as another user; without rights all other tests are that already."""
    if os.geteuid() != 0:
        pytest.skip("not root: all tests of the sandbox run without rights already")
    script = AS_ANOTHER_USER.replace("PREFIX", repr(sys.prefix))
    who = {"user": 12345, "group": 12345, "extra_groups": []}
    place = {"cwd": "/", "env": {"PYTHONPATH": str(ROOT), "HOME": "/"}}
    try:
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, **who, **place
        )
    except OSError as error:
        pytest.skip(f"another user cannot run this interpreter: {error}")
    assert ran.returncode == 0, ran.stderr
    first, *acts = ran.stdout.strip().splitlines()
    assert first == "1000 [] False True"
    assert acts == ["OSError", "OSError", "PermissionError", "ProcessLookupError"]


def test_an_interpreter_without_handles_of_processes_grades_too(tmp_path):
    """As conda's, which is built for kernels that had none; also what is forked below has none."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\ndel os.pidfd_open, signal.pidfd_send_signal\n"
    )
    script = """
import os
import platform
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.sandbox.limits import Limits
assert not hasattr(os, "pidfd_open")
box = Sandbox(["json"], Limits(cell_seconds=1.0))
loop = {"kind": "cell", "text": "while True: pass"}
asks = {"kind": "observe", "text": "import os; seen = hasattr(os, 'pidfd_open')"}
print(box.run([loop]).why, box.run([asks]).answers[0]["seen"])
box.close()
"""
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert ran.stdout == "time False\n", ran.stderr


NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9]*.py"))[1:]


def plan(name: str, wanted: set[str]) -> dict:
    """Return the plan of a notebook with the worked solutions of the wanted exercises."""
    found = []
    for cell in cells(name):
        if cell.kind == "check":
            observe, judge = cell.halves()
            kind = "hidden" if cell.hidden else "visible"
            found.append({"kind": kind, "id": cell.grade_id, "text": observe, "judge": judge})
        elif cell.kind in ("code", "solution"):
            text = cell.text if cell.kind == "code" or cell.grade_id in wanted else ""
            found.append({"kind": "cell", "text": text})
    return {"cells": found, "files": {}, "seed": 4711}


def bench(*names: str, importer: Importer) -> Bench:
    texts = [cell.text for name in names for cell in cells(name) if cell.kind == "code"]
    modules = sorted(set(re.findall(r"(?m)^from (course\.\w+) import", "\n".join(texts))))
    return Bench(modules, Limits(cell_seconds=30.0), importer=importer)


@pytest.fixture(scope="module")
def warm() -> Iterator[Bench]:
    """One warm parent for all notebooks and all runs."""
    used = bench(*NOTEBOOKS, importer=shared_importer())
    yield used
    used.close()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_warm_gives_what_a_cold_start_gives(warm: Bench, name: str) -> None:
    """A worked submission and half of one, after each other from the parent that all have used.

    One of the two is also run in a sandbox started for it alone.
    """
    half = set(exercises(name)[::2])
    submissions = [plan(name, set(exercises(name))), plan(name, half)]
    outcomes = [warm.assess(submission)["checks"] for submission in submissions]
    assert all(check["passed"] for check in outcomes[0].values()), json.dumps(outcomes[0])
    assert not all(check["passed"] for check in outcomes[1].values())
    chosen = NOTEBOOKS.index(name) % 2
    with closing(Importer()) as own, closing(bench(name, importer=own)) as alone:
        cold = alone.assess(submissions[chosen])["checks"]
    for check, found in outcomes[chosen].items():
        assert found == cold[check], check


def test_only_local_and_network_sockets_can_be_had(sandbox: Sandbox) -> None:
    text = (
        "import socket\nhad = []\n"
        "for family in range(60):\n"
        "    try:\n"
        "        socket.socket(family, socket.SOCK_DGRAM).close()\n"
        "        had.append(family)\n"
        "    except OSError:\n"
        "        pass\n"
        "a, b = socket.socketpair()\na.send(b'x')\nprint(had, b.recv(1))"
    )
    assert said(run(sandbox, text)) in ("[1, 2] b'x'\n", "[1, 2, 10] b'x'\n")


def test_a_check_that_sees_too_much_has_an_error_and_ends_nothing(sandbox: Sandbox) -> None:
    texts = ("seen = 'x' * 5_000_000", "seen = 1")
    found = sandbox.run([{"kind": "observe", "text": text} for text in texts])
    assert found.stopped_at is None
    assert "too much" in found.answers[0]["error"]["evalue"]
    assert found.answers[1]["seen"] == 1


def test_a_run_that_the_machine_cannot_start_is_nobodys_fault(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, tries = Sandbox._have_started, []

    def fails(box: Sandbox, answers: socket.socket, request: dict) -> None:
        tries.append(request)
        if len(tries) < 3:
            raise NotStarted
        started(box, answers, request)

    monkeypatch.setattr(Sandbox, "_have_started", fails)
    assert said(run(sandbox, "print(1)")) == "1\n" and len(tries) == 3
    monkeypatch.setattr(client, "STARTS", 2)
    tries[:] = []
    with pytest.raises(SandboxUnavailable, match="could be started"):
        run(sandbox, "print(1)")


# each would succeed, or fail for another reason than a refusal, where nothing is refused
TELLS_OR_HOLDS = """
import ctypes, errno, fcntl, mmap, os, random, socket
libc = ctypes.CDLL(None, use_errno=True)
handle = os.open(random.__file__, os.O_RDONLY)
held = mmap.mmap(handle, 4096, prot=mmap.PROT_READ)
own = open("own", "w+b")
own.write(b"x" * 4096)
own.flush()
def asked(call):
    try:
        call()
        return "done"
    except OSError as error:
        return "refused" if error.errno == errno.EPERM else errno.errorcode[error.errno]
def raw(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
print({
    "lease": asked(lambda: fcntl.fcntl(own, 1024, fcntl.F_RDLCK)),
    "notify": asked(lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), 1026, 1)),
    "no wait": asked(lambda: os.preadv(handle, [bytearray(9)], 0, 8)),
    "evict": asked(lambda: os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)),
    "will need": asked(lambda: held.madvise(mmap.MADV_WILLNEED)),
    "page out": asked(lambda: held.madvise(21)),
    "in memory": asked(lambda: raw(27, 0, 4096, bytes(9))),
    "cache": asked(lambda: raw(451, handle, bytes(16), bytes(99), 0)),
    "who reads": asked(lambda: raw(294, 0)),
    "vsock pair": asked(lambda: raw(53, 40, 1, 0, bytes(8))),
    "netlink pair": asked(lambda: raw(53, 16, 3, 0, bytes(8))),
    "table": asked(lambda: raw(154, 0, bytes(16), 16)),
})
print({
    "lock": asked(lambda: fcntl.lockf(own, fcntl.LOCK_EX | fcntl.LOCK_NB)),
    "handle": asked(lambda: os.dup(handle)),
    "close on exec": asked(lambda: fcntl.fcntl(handle, fcntl.F_SETFD, 1)),
    "read": asked(lambda: os.preadv(handle, [bytearray(9)], 0)),
    "not needed": asked(lambda: mmap.mmap(-1, 4096).madvise(mmap.MADV_DONTNEED)),
    "pair": asked(socket.socketpair),
})
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
def test_calls_that_tell_or_hold_are_refused_and_their_kin_are_not(sandbox: Sandbox) -> None:
    refused, honest = map(ast.literal_eval, said(run(sandbox, TELLS_OR_HOLDS)).splitlines())
    assert set(refused.values()) == {"refused"}, refused
    assert set(honest.values()) == {"done"}, honest
