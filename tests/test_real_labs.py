"""Notebooks 01 and 02 for real: the student's classes in the processes, the clocks, the buttons."""

import asyncio
import contextlib
import io
import math
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from queue import SimpleQueue

import numpy as np
import pytest
import simpy

import course.load_balancer as balancing
import course.single_server as server
from course.engine import theory
from course.engine.component import ComponentError
from course.engine.record import Result
from course.load_balancer import real as real_balancing
from course.load_balancer import rivals
from course.load_balancer.theory import random_percentile
from course.real import clocks
from course.real.calibrate import Calibration
from course.real.clock import Clock
from course.real.load import Load, Measured
from course.real.load import measure as send
from course.real.processes import Stage
from course.real.proxy import proxy
from course.single_server import real as real_server
from course.view.live import explore_live
from tests.course_scripts import solved
from tests.explorers import shown

pytestmark = pytest.mark.by_value

NO_TIME = Calibration(0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def written():
    with contextlib.redirect_stdout(io.StringIO()):
        return solved("01_single_server") | solved("02_load_balancer")


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    assert Stage.current is None


# ── SimPy in real time ──


def test_a_process_of_simpy_takes_as_long_in_real_time(written):
    """One worker, three requests of 40 ms at once, one of them cut off while it waits."""

    class Asked:
        work = 0.04

    async def main():
        clock, requests = Clock(), [Asked() for _ in range(3)]
        loop = asyncio.get_running_loop()
        clock.start(loop)
        workers = simpy.Resource(clock, 1)
        serving = [
            asyncio.ensure_future(clock.run(written["serve"](clock, workers, each)))
            for each in requests
        ]
        began = loop.time()
        await asyncio.sleep(0.01)
        assert (workers.count, len(workers.queue)) == (1, 2)
        serving[1].cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        return requests, workers, loop.time() - began

    (first, cut, last), workers, took = asyncio.run(main())
    assert last.started_at == pytest.approx(first.finished_at)
    assert last.finished_at - last.started_at == pytest.approx(0.04)
    assert not hasattr(cut, "finished_at") and workers.count == 0
    assert 0.079 < took < 1.0


# ── one server ──


def test_serve_on_a_real_server_waits_as_in_the_simulation(written):
    few = {"workers": 1, "service_time": 0.02, "seed": 9, "loads": (0.5, 0.8)}
    *_, (share, points) = real_server.measure(written["serve"], **few)
    assert share == 1 and [point.utilization for point in points] == [0.5, 0.8]
    for point in points:
        assert point.over and point.run.errors == 0
        assert len(point.run) == len(point.simulated)
        assert (point.run.arrived_at == point.simulated.arrived_at).all()
        # nobody is answered before the simulated clock says so: real work takes its time
        early = point.simulated.finished_at - point.run.finished_at
        assert early.max() < 0.002
        assert 0 < point.calibration.median < 0.2


def never_gives_back(env, workers, request):
    turn = workers.request()
    yield turn
    request.started_at = env.now
    yield env.timeout(request.work)
    request.finished_at = env.now


def fails_in_real_time(env, workers, request):
    with workers.request() as turn:
        yield turn
        request.started_at = env.now
        yield env.timeout(request.work)
        if isinstance(env, simpy.Environment) and type(env) is not simpy.Environment:
            raise KeyError("photo")
    request.finished_at = env.now


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        (never_gives_back, "never_gives_back left "),
        (fails_in_real_time, "fails_in_real_time(env, workers, request) raised KeyError: 'photo'."),
    ],
)
def test_a_wrong_serve_is_one_sentence(component, sentence):
    with pytest.raises(ComponentError) as error:
        list(real_server.measure(component, loads=(0.5,)))
    assert str(error.value).startswith(sentence) and "\n" not in str(error.value)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_percentiles_of_the_formula_are_those_of_a_long_simulation(workers):
    rate = 8.0 * workers
    run = server.simulate(arrival_rate=rate, workers=workers, requests=200_000)
    for percent in (50, 95):
        formula = theory.latency_percentile(rate, 0.1, workers, percent)
        assert formula == pytest.approx(run.percentile(percent), rel=0.05)
    assert theory.latency_percentile(20.0, 0.1, 2, 50) == math.inf


# ── balancers ──


def test_random_balancing_sends_each_request_where_the_simulation_does(written):
    chosen = {"seed": 3, "duration": 1.5}
    *_, last = real_balancing.measure(balancing.RandomBalancer, written["HealthChecker"], **chosen)
    simulated = balancing.simulate(seed=3, duration=1.5)
    assert last.share == 1 and last.dead == () and last.run.errors == 0
    # on a busy machine two requests may come to the proxy in the other order, and swap servers
    assert (np.bincount(last.run.place) == np.bincount(simulated.place)).all()
    assert (last.run.place == simulated.place).mean() > 0.7  # by chance: 0.25
    assert (last.run.arrived_at == simulated.arrived_at).all()


def test_kill_9_fails_requests_until_the_checker_notices(written):
    """Dead from 0.3 s; probes at 0.5, 1.5 and 2.5 s fail. Then it is started again by hand."""
    hands, runs = SimpleQueue(), []
    chosen = {"seed": 1, "dies_at": 0.3, "returns_after": 60, "duration": 4.6, "hands": hands}
    checker = written["HealthChecker"]
    for run in real_balancing.measure(balancing.RandomBalancer, checker, **chosen):
        runs.append(run)
        if run.share > 0.75 and len(runs) > 1 and runs[-2].share <= 0.75:
            hands.put(real_balancing.START)
    last = runs[-1]
    lost = last.run.arrived_at[last.run.failed]
    assert len(lost) > 10 and lost.max() < 2.5 + 0.6  # 0.5 s that a probe may take
    [(start, end)] = last.dead
    assert 0.3 <= start < 0.6 and 3.0 < end < 4.6
    served_after = (last.run.place == 0) & (last.run.arrived_at > 0.6) & ~last.run.failed
    assert not served_after.any()  # two good probes have not come before the end


class PicksAName:
    def pick(self, servers):
        return "web-1"


class SaysNothing:
    def observe(self, name, ok):
        assert not ok  # no server is there

    def is_healthy(self, name):
        return None


@pytest.mark.parametrize(
    ("balancer", "checker", "sentence"),
    [
        (PicksAName, balancing.NeverNotices, "PicksAName.pick(servers) returned 'web-1', exp"),
        (
            balancing.RandomBalancer,
            SaysNothing,
            "SaysNothing.is_healthy('web-1') returned None, expected True or False.",
        ),
    ],
)
def test_a_wrong_component_in_the_proxy_is_one_sentence(balancer, checker, sentence):
    with pytest.raises(ComponentError) as error, Stage() as stage:
        front = stage.start("proxy", proxy, balancer, checker, probe_every=0.1)
        front.send(ports={"web-1": 9})
        port = stage.ready(front)[0]["port"]
        plan = Load(np.array([0.0, 0.1]), np.zeros(2))
        list(send(stage, port, [plan, plan], names=("web-1",)))
        stage.next(2.0)
    assert str(error.value).startswith(sentence)


def test_without_a_healthy_server_the_proxy_refuses():
    with Stage() as stage:
        checked = balancing.RandomBalancer, balancing.LastProbe
        front = stage.start("proxy", proxy, *checked, probe_every=0.1)
        front.send(ports={"web-1": 9})
        port = stage.ready(front)[0]["port"]
        plan = Load(np.array([0.0, 0.5]), np.zeros(2))
        *_, (_, run) = send(stage, port, [plan], names=("web-1",))
        assert run.errors == 2 and run.place.tolist() == [1, 1]  # "no server"


@pytest.mark.parametrize("name", ["nginx, least_conn", "HAProxy, leastconn"])
def test_a_rival_serves_the_same_requests(name):
    program = rivals.RIVALS[name].program
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    *_, last = real_balancing.measure(name, duration=0.6)
    assert last.share == 1 and last.run.errors == 0
    assert (np.bincount(last.run.place, minlength=4) > 2).all()


@pytest.mark.parametrize("name", rivals.RIVALS)
def test_a_rival_is_told_what_it_understands(name, tmp_path):
    rival = rivals.RIVALS[name]
    if not shutil.which(rival.program):
        pytest.skip(f"{rival.program} is not installed")
    config = tmp_path / "rival.conf"
    config.write_text(rival.config(18080, {"web-1": 9, "web-2": 10}, "token", tmp_path))
    test = {"nginx": "-t", "haproxy": "-c"}[rival.program]
    command = [*rival.command(shutil.which(rival.program), config), test]
    asked = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert asked.returncode == 0, asked.stderr
    asked_for = {"nginx": "least_conn;", "haproxy": name.partition(", ")[2]}[rival.program]
    assert asked_for in config.read_text()


@pytest.mark.parametrize("servers", [1, 4])
def test_the_formula_of_random_balancing_is_a_long_simulation(servers):
    run = balancing.simulate(servers=servers, arrival_rate=18.0 * servers, duration=2000.0)
    for percent in (50, 95):
        formula = random_percentile(18.0 * servers, 0.04, servers, percent)
        assert formula == pytest.approx(run.percentile(percent), rel=0.1)
    assert random_percentile(100.0, 0.04, 4, 50) == math.inf


# ── the clocks ──


def run_of(latency, failed=()):
    arrived, zeros = np.arange(len(latency)) * 1.0, np.zeros(len(latency))
    return Result(
        arrived_at=arrived,
        started_at=arrived,
        finished_at=arrived + latency,
        failed=np.isin(np.arange(len(latency)), failed),
        place=zeros.astype(np.int8),
        names=("web-1",),
        workers=1,
        duration=float(len(latency)),
    )


def test_what_the_machine_adds_is_taken_off_and_banded():
    run = run_of(np.linspace(0.1, 0.2, 101), failed=[0])
    reading = clocks.measured(run, Calibration(0.001, 0.001, 0.001, 0.002, 0.005))
    assert reading.p50 == pytest.approx((0.1485, 0.1455, 0.1495))
    assert reading.failed == pytest.approx(1 / 101)
    simulated = clocks.simulated(run, [run_of(np.full(9, 0.14)), run_of(np.full(9, 0.16))])
    assert simulated.p50 == pytest.approx((0.1505, 0.141, 0.159))
    assert "overlap" in clocks.gap(simulated, reading)
    slow = clocks.measured(run_of(np.full(9, 0.4)), NO_TIME)
    assert "166% above" in clocks.gap(simulated, slow) and "busy" in clocks.gap(simulated, slow)
    nobody = clocks.measured(run_of(np.full(2, 0.1), failed=[0, 1]), NO_TIME)
    assert not nobody.known and clocks.gap(simulated, nobody) == "There is nothing to compare."


# ── the buttons ──


@pytest.fixture
def without_processes(monkeypatch):
    """Let a measurement answer at once what the simulation says."""

    def measured(result):
        columns = {name: getattr(result, name) for name in Result.__dataclass_fields__}
        return Measured(**columns, late=np.zeros(len(result)))

    def one_server(component, *, workers, service_time, seed):
        points = []
        for at in real_server.LOADS:
            chosen = {"workers": workers, "service_time": service_time, "seed": seed}
            run = real_server.simulated(component, at, **chosen)
            work = float((run.finished_at - run.started_at).mean())
            points.append(real_server.Point(at, measured(run), run, work, NO_TIME, True))
            yield len(points) / len(real_server.LOADS), list(points)

    def balanced(balancer, *, seed, dies_at, hands, health_checker):
        rule = balancing.RandomBalancer if isinstance(balancer, str) else balancer
        traffic = {"seed": seed, "duration": real_balancing.DURATION, "dies_at": dies_at}
        run = balancing.simulate(rule, health_checker=health_checker, returns_after=3.0, **traffic)
        dead = () if dies_at is None else ((dies_at, dies_at + 3.0),)
        yield real_balancing.Run(replace(measured(run)), NO_TIME, dead, 1.0)

    monkeypatch.setattr(real_server, "measure", one_server)
    monkeypatch.setattr(real_balancing, "measure", balanced)
    monkeypatch.setattr(balancing, "installed", lambda: ["nginx, least_conn"])


def press(explorer, name):
    """Press each step twice; assert that the notebook's text lists them; return the answers."""
    text = (f"solutions/{name}.py", "## It runs for real")
    with open(text[0], encoding="utf-8") as script:
        told = script.read().partition(text[1])[2].partition("# %%\n")[0]
    answers = []
    for number, step in enumerate(explorer.experiment.steps, start=1):
        assert "(Press again" in explorer.experiment.press(number)
        answers.append(explorer.experiment.press(number).partition(step.question)[2])
        listed = re.search(rf"(?m)^# {number}\. \*(.+?)\*", told)[1].lower()
        assert listed == step.does.lower() or listed in ("nginx",), step.does
    return answers


def test_one_servers_steps_answer_with_what_was_measured(written, without_processes):
    explorer = server.explore_real(written["serve"])
    assert shown(explorer).startswith("Nothing is measured yet")
    two, four = press(explorer, "01_single_server")
    waits = [point.mean_wait / 0.015 for point in explorer.outcome["points"]]
    assert f"{waits[-1]:.1f} times the service time at 90%" in four
    assert "At 90% a request waited" in two
    assert "This machine's p50 is that of the simulation." in shown(explorer)
    landed = explorer.picture.machine.get_ydata()
    assert np.allclose(landed, explorer.picture.simulated.get_ydata(), atol=1e-6)


def test_the_balancers_steps_answer_with_what_was_measured(written, without_processes):
    balancers = [written[name] for name in ("LeastConnections", "RoundRobin")]
    explorer = balancing.explore_real(*balancers, health_checker=written["HealthChecker"])
    three, left, failed, rival = press(explorer, "02_load_balancer")
    simulated = {
        each.__name__: balancing.simulate(each, seed=4, duration=8.0)
        for each in (balancing.RandomBalancer, balancers[0])
    }
    random, mine = (run.percentile(95) for run in simulated.values())
    assert three.count(": p50") == 3 and f"{mine / random:.0%}: " in left
    lost = balancing.simulate(
        balancers[0],
        seed=4,
        duration=8.0,
        dies_at=2,
        returns_after=3.0,
        health_checker=written["HealthChecker"],
    ).errors
    assert f"{lost} of" in failed and f"{lost} in the simulation" in failed
    assert "random" in rival and "LeastConnections" in rival
    assert len(explorer.picture.machine.get_xdata()) == 3  # those with the same day and kill
    explorer.take({"algorithm": "nginx, least_conn", "dies_at": 2})
    assert "web-1 was killed at 2.0 s and was back at 5.0 s. " in shown(explorer)
    assert "nginx tries the next server when a connection fails." in shown(explorer)


def test_where_no_rival_is_installed_a_sentence_says_so(written, monkeypatch):
    there = {"nginx", "haproxy"}
    monkeypatch.setattr(shutil, "which", lambda program: program if program in there else None)
    assert rivals.missing() == ""
    there.remove("haproxy")
    assert rivals.missing() == "HAProxy could join, but is not installed on this machine."
    there.clear()
    explorer = balancing.explore_real(written["RoundRobin"])
    assert "nginx and HAProxy could join, but are not installed" in shown(explorer)
    assert len(explorer.experiment.steps) == 3


def test_what_is_not_written_yet_is_said_and_nothing_starts(written):
    class LeastConnections:
        def pick(self, servers):
            raise NotImplementedError("Exercise B: choose the least busy server")

    explorer = balancing.explore_real(LeastConnections)
    assert shown(explorer) == "Not written yet. Exercise B: choose the least busy server"
    explorer.experiment.press(2)
    explorer.start_button.click()
    assert explorer.measured is None and Stage.current is None
    assert shown(explorer).startswith("Not written yet.")


def test_nothing_starts_while_nbgrader_executes(written, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert server.explore_real(written["serve"]) is None
    assert balancing.explore_real(written["RoundRobin"]) is None


class OnePoint:
    def __init__(self):
        from course.view import style

        self.figure, axes = style.figure(columns=1)
        (self.line,) = axes.plot([], [])
        self.moving = (self.line,)

    def show(self, *, number):
        return f"number {number}", ""


def test_a_measurement_is_drawn_as_it_comes_and_can_be_stopped(monkeypatch):
    """In a kernel it runs in the background; a moved slider or Stop ends it and closes it."""
    from course.view.explore import slider

    monkeypatch.setattr("course.view.live.in_a_kernel", lambda: True)
    go, closed, pressed = threading.Semaphore(0), threading.Event(), []

    def measure(rate):
        try:
            for number in range(1, 100):
                assert go.acquire(timeout=10)
                yield number / 100, {"number": number}
        finally:
            closed.set()

    explorer = explore_live(
        {"rate": slider("rate", 1, 1, 9, 1)},
        lambda rate: {"number": 0},
        measure,
        OnePoint(),
        actions={"kill": lambda: pressed.append("kill")},
    )

    def seen(button):
        return button.layout.display != "none"

    stop, kill = explorer.during
    assert shown(explorer) == "number 0. " and not seen(stop) and not seen(kill)
    explorer.start()
    assert seen(stop) and seen(kill)
    kill.click()
    assert pressed == ["kill"]
    go.release(3)
    while explorer.outcome["number"] < 3:
        explorer.thread.join(0.01)
    assert explorer.bar.value == 3 and explorer.bar.layout.display is None
    explorer.controls["rate"].value = 2
    go.release()
    explorer.wait()
    assert closed.is_set() and not seen(stop) and explorer.bar.layout.display == "none"
    assert explorer.measured is None


@pytest.mark.skipif(sys.platform == "win32", reason="it asks for POSIX's limits")
def test_a_process_has_limits():
    async def limits(link):
        import resource

        link.tell(seconds=resource.getrlimit(resource.RLIMIT_CPU)[0])

    with Stage() as stage:
        assert stage.ready(stage.start("limited", limits)) == [{"seconds": 60}]
