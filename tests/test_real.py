"""Real processes: they start, they carry traffic, and nothing of them is left afterwards."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing

import numpy as np
import pytest

from course.engine.component import ComponentError
from course.real import calibrate, processes
from course.real.load import Load, measure
from course.real.processes import Stage, StageOver
from course.real.server import TOKEN, web_server

pytestmark = [
    pytest.mark.by_value,
    pytest.mark.skipif(sys.platform == "win32", reason="it asks with POSIX's signals"),
]


def alive(pid):
    """Return whether a process is running: not one that has ended and is not yet waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def held(port):
    """Return whether somebody still listens there."""
    with closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def gone(pids, ports, folder, within=3.0):
    """Wait until nothing is left; return what is."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        left = [*filter(alive, pids), *filter(held, ports)]
        if not left and not os.path.exists(folder):
            return []
        time.sleep(0.02)
    return left or [str(folder)]


def asked(port, path, token=None):
    """Return the status of a request."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header(TOKEN, token)
    try:
        return urllib.request.urlopen(request, timeout=5).status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.fixture(scope="module")
def sites():
    made = []
    yield made
    for stage, _, _ in made:
        stage.close()


@pytest.fixture
def site(sites):
    """A stage with one web server of one worker, and its port; another test may have ended it."""
    if not sites or sites[-1][0].over:
        stage = Stage().__enter__()
        server = stage.start("web-1", web_server)
        sites.append((stage, server, stage.ready(server)[0]["port"]))
    return sites[-1]


def test_a_server_answers_who_knows_the_token_and_nobody_else(site):
    stage, _, port = site
    assert asked(port, "/work?seconds=0.001", stage.token) == 200
    assert asked(port, "/health", stage.token) == 200
    assert asked(port, "/work?seconds=0.001") == 403
    assert asked(port, "/health", "guessed") == 403


def test_a_server_listens_on_loopback_only(site):
    _, server, port = site
    listening = set()
    for table in ("tcp", "tcp6"):
        path = f"/proc/{server.pid}/net/{table}"
        if not os.path.exists(path):
            pytest.skip("there is no /proc/net to ask on this system")
        with open(path, encoding="utf-8") as rows:
            for row in list(rows)[1:]:
                local, state = row.split()[1], row.split()[3]
                if state == "0A" and int(local.partition(":")[2], 16) == port:
                    listening.add(local.partition(":")[0])
    assert listening == {"0100007F"}  # 127.0.0.1


def test_requests_leave_when_they_are_planned_even_if_none_is_answered(site):
    """One worker, 30 requests of 50 ms in 0.3 s: a closed loop would send them over 1.5 s."""
    stage, _, port = site
    plan = Load(np.arange(30) * 0.01, np.full(30, 0.05))
    shares = [(len(run), run) for _, run in measure(stage, port, [plan], names=("web-1",))]
    run = shares[-1][1]
    assert len(run) == 30 and run.errors == 0 and set(run.place) == {0}
    sent = run.arrived_at + run.late
    assert (run.late >= 0).all() and np.median(run.late) < 0.05
    assert sent[-1] < 0.29 + 0.3 < run.finished_at[0] + 29 * 0.05
    # one worker, first come first served: an answer each 50 ms at the soonest
    assert (np.sort(run.finished_at) >= 0.05 * np.arange(1, 31)).all()
    assert len(shares) > 3 and shares[0][0] < 30  # it tells of the answers while they come


def test_a_calibration_finds_what_the_machine_adds(site):
    stage, _, port = site
    *_, (_, run) = measure(stage, port, [calibrate.load()], names=("web-1",))
    found = calibrate.calibration(run)
    assert 0 < found.round_trip < 0.1 and 0 < found.low <= found.median <= found.high
    slower = {**vars(run), "finished_at": run.finished_at + 0.02}
    later = calibrate.calibration(type(run)(**slower))
    assert later.median == pytest.approx(found.median + 0.02)
    assert later.overshoot == pytest.approx(found.overshoot)
    calm, busy = (calibrate.Calibration(0, 0, 0.002, 0.004, high) for high in (0.05, 0.06))
    assert "less busy" in busy.words() and "less busy" not in calm.words()


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (np.arange(3000) / 2000, "arrival_rate = "),
        (np.array([0.0, 21.0]), "duration = 21.0: must be ≤ 20 s"),
    ],
)
def test_a_load_that_is_too_heavy_is_refused_before_anything_starts(site, times, sentence):
    stage, _, port = site
    count = len(stage.processes)
    with pytest.raises(ValueError, match=sentence):
        next(measure(stage, port, [Load(times, times * 0)], names=("web-1",)))
    assert len(stage.processes) == count


async def writes_a_file(link):
    """And then hangs in a call of C that never lets go: it cannot notice that its input ends."""
    with open(f"{link.folder}/photos.txt", "w", encoding="utf-8") as file:
        file.write("12")
    print("what a student prints is no message")
    link.tell(wrote=file.name)
    ctypes.PyDLL(None).sleep(60)


async def goes_wrong(link, how):
    if how == "exit":
        os._exit(3)
    if how == "student":
        raise ComponentError("pick(servers) returned 7, expected a server.")
    raise KeyError("photo")


def test_a_second_stage_ends_the_first_and_its_folder_goes(site):
    with Stage() as first:
        written = first.ready(first.start("writer", writes_a_file))[0]["wrote"]
        assert os.path.isfile(written)
        pids = [process.pid for process in first.processes] + [first.warden.pid]
        with Stage() as second:
            assert gone(pids, [], first.folder) == []
            with pytest.raises(StageOver):
                first.next(1.0)
            with pytest.raises(StageOver):
                first.start("late", writes_a_file)
            assert second.folder.is_dir()
        assert not second.folder.exists()


async def measures(link, function):
    link.tell(km=round(function((0.0, 0.0), (0.0, 1.0))), loaded=[*sys.modules])


def test_a_labs_function_with_a_cache_is_sent_without_its_lab():
    """A process that imported the lab would spend a second on its pictures."""
    from course.data_centers import distance_km  # not above: the process imports this file

    with Stage() as stage:
        (told,) = stage.ready(stage.start("far", measures, distance_km))
    assert told["km"] == 111  # a degree of the equator
    assert not [name for name in told["loaded"] if "matplotlib" in name or "centers" in name]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("exit", "The process odd ended by itself."),
        ("student", "pick(servers) returned 7, expected a server."),
        ("ours", "The process odd failed: KeyError: 'photo'"),
    ],
)
def test_what_goes_wrong_in_a_process_is_one_sentence(how, sentence):
    with pytest.raises(ComponentError) as error, Stage() as stage:
        stage.ready(stage.start("odd", goes_wrong, how))
    assert str(error.value) == sentence
    assert not stage.folder.exists()


async def who(link):
    link.tell(parent=os.getppid(), folder=os.getcwd())
    await link.hear()
    os._exit(3)


@pytest.mark.parametrize("forks", [True, False])
def test_processes_are_forked_where_that_is_safe_and_else_started_anew(forks, monkeypatch):
    if forks and not processes.FORKS:
        pytest.skip("forks are only safe on Linux")
    monkeypatch.setattr(processes, "FORKS", forks)
    with Stage() as stage:
        first, second = stage.start("first", who), stage.start("second", who)
        parents = set()
        for told in stage.ready(first, second):
            parents.add(told["parent"])
            assert told["folder"] == os.path.realpath(stage.folder)
        assert (os.getpid() in parents) is not forks and len(parents) == 1
        stage.kill(first)
        assert not first.alive and second.alive
        assert not os.path.exists(f"/proc/{first.pid}")  # waited for: its number is free
        second.send(end=True)
        with pytest.raises(ComponentError, match="second ended by itself"):
            while stage.next(5.0) is None:  # of the first one's end
                pass
        until = time.monotonic() + 3
        while second.alive and time.monotonic() < until:
            time.sleep(0.01)  # its last words come a moment before its end
        assert not second.alive


@pytest.mark.skipif(not processes.FORKS, reason="forks are only safe on Linux")
def test_after_the_forker_was_killed_there_is_another_one():
    with Stage() as stage:
        old = processes._forker()
        process = stage.start("first", who)
        stage.ready(process)
        old.popen.kill()
        old.popen.wait()
        assert stage.ready(stage.start("second", who))[0]["parent"] != old.popen.pid
        stage.kill(process)
        assert gone([process.pid], [], "no folder") == []
    assert gone([each.pid for each in stage.processes], [], stage.folder) == []


KERNEL = """
import json, sys, time
from course.real.processes import Stage
from course.real import processes
from course.real.server import web_server
from tests.test_real import writes_a_file
stage = Stage().__enter__()
server, writer = stage.start("web-1", web_server), stage.start("writer", writes_a_file)
port = stage.ready(server, writer)[0]["port"]
pids = [server.pid, writer.pid, stage.warden.pid]
if processes.FORKS:
    pids.append(processes._forker().popen.pid)
print(json.dumps({"pids": pids, "ports": [port], "folder": str(stage.folder)}), flush=True)
time.sleep(60)
"""


def test_kill_9_of_the_kernel_leaves_no_process_no_port_and_no_file():
    """Even of its whole group, as Jupyter kills a kernel; one process is deaf in a call of C."""
    pipe = subprocess.PIPE
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL],
        stdout=pipe,
        env=os.environ | {"PYTHONPATH": "."},
        start_new_session=True,
    )
    with kernel:
        told = json.loads(kernel.stdout.readline())
        assert all(map(alive, told["pids"])) and os.listdir(told["folder"]) == ["photos.txt"]
        if processes.FORKS:
            os.kill(told["pids"][-1], signal.SIGSTOP)  # as deaf as while it imports
        os.killpg(kernel.pid, signal.SIGKILL)
    assert gone(told["pids"], told["ports"], told["folder"]) == []


def test_a_stage_that_is_forgotten_ends_by_itself():
    stage = Stage(seconds=5.0).__enter__()
    try:
        process = stage.start("writer", writes_a_file)
        stage.ready(process)
        assert gone([process.pid], [], stage.folder, within=8.0) == []
    finally:
        stage.close()


NO_POSIX = """
import asyncio, functools, os, shutil, signal, socket, subprocess, sys, tempfile
socket.socketpair = functools.partial(socket.socketpair, socket.AF_UNIX)
lacks = {os: "fork forkpty setsid setpgid killpg getuid geteuid getgid nice sched_setaffinity",
         socket: "AF_UNIX send_fds recv_fds", signal: "SIGALRM SIGHUP SIGUSR1 setitimer alarm"}
for module, names in lacks.items():
    for name in names.split():
        delattr(module, name)
sys.modules |= dict.fromkeys(("fcntl", "pwd", "grp", "termios", "pty"))
"""
EVERYTHING = """
import os
os.environ["NBGRADER_EXECUTION"] = "no drawing"
from course.real import processes
processes.FORKS = False
from course.cdn import real as cdn
from course.data_centers import real as centers
from course.load_balancer import real as balancing
from course.message_queue import real as queues
from course.single_server import real as server
from course.stateless_tier import real as tier, rehearsal
from tests.course_scripts import solved
balancers, tiers = solved("02_load_balancer"), solved("06_stateless_tier")
queue = solved("08_message_queue")
dns = solved("07_data_centers")
assert not rehearsal.redis_is_here()
killed = {"dies_at": 0.3, "returns_after": 0.5, "duration": 1.5}
for run in (
    balancing.measure(balancers["LeastConnections"], balancers["HealthChecker"], **killed),
    tier.measure(tiers["SessionStore"], tiers["handle"], where=rehearsal.STORE, duration=1.0),
    cdn.measure(solved("05_cdn")["EdgeCache"], max_age=1, requests=40, duration=1.0),
    centers.measure(dns["GeoDNS"], dns["CachingResolver"], ttl=1, rate=20.0, duration=1.0),
    queues.measure(queue["DurableQueue"], queue["IdempotentConsumer"], messages=12),
):
    *_, last = run
    assert last.share == 1, last
*_, (share, points) = server.measure(solved("01_single_server")["serve"], loads=(0.5,))
print("all of it has run", share)
"""


def test_nothing_of_it_needs_what_only_posix_has(tmp_path):
    """As on Windows: no fork, no sockets that are files, no limits, fewer signals."""
    (tmp_path / "sitecustomize.py").write_text(NO_POSIX)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}.", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", EVERYTHING]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ran.stdout.endswith("all of it has run 1.0\n"), ran.stderr
    assert not list(tmp_path.glob("course-real-*"))
