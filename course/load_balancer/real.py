"""The student's balancer for real: a reverse proxy before four web servers, and kill -9.

    for share, run in measure(LeastConnections, HealthChecker, dies_at=2.0): ...

The traffic is that of `simulate`. nginx and HAProxy, where they are installed, join as rivals: they
get the same requests for the same servers.
"""

import shutil
import socket
import time
from dataclasses import dataclass, replace

from course.engine.component import ComponentError
from course.load_balancer.baselines import LastProbe
from course.load_balancer.model import traffic
from course.load_balancer.rivals import RIVALS
from course.real import calibrate
from course.real.crowd import KILL, START, Schedule
from course.real.load import Load, Measured
from course.real.load import measure as send
from course.real.processes import Stage
from course.real.proxy import proxy
from course.real.server import web_server

SERVERS, RATE, SERVICE_TIME = 4, 84.0, 0.04
DURATION = 8.0  # s


@dataclass(frozen=True)
class Run:
    """A real run so far. run: a Measured; calibration: what the machine adds.

    dead: when web-1 was dead, as (from, to) in seconds of the run. share: of the requests that are
    answered or have failed.
    """

    run: Measured
    calibration: calibrate.Calibration
    dead: tuple
    share: float


def measure(
    balancer,
    health_checker=LastProbe,
    *,
    seed=1,
    dies_at=None,
    returns_after=3.0,
    duration=DURATION,
    hands=None,
):
    """Yield Runs of `duration` s of traffic on real servers, as the answers come in.

    balancer: a class or instance with `pick(servers)`, or the name of one of the rivals, which
    check health their own way. health_checker: with `observe` and `is_healthy`, made with fall = 3
    and rise = 2 if it takes them. dies_at: when web-1 gets SIGKILL (s, None for never); it is
    started again `returns_after` s later. hands: a SimpleQueue to which KILL or START may be put.
    ComponentError says what a component did wrong. All processes and files are gone when the
    generator ends or is closed.
    """
    times, works = traffic(seed, RATE, SERVICE_TIME, "uneven", duration)
    with Stage() as stage:
        site = _Site(stage, balancer, health_checker, seed)
        due = () if dies_at is None else ((dies_at, KILL), (dies_at + returns_after, START))
        schedule = Schedule(due, hands)

        def meanwhile(number, now):
            if number > 0:  # the calibration is over
                for what in schedule.due(now):
                    site.act(now, what)

        loads = [calibrate.load(), Load(times, works)]
        calibrating, calibration = None, None
        names = tuple(site.servers)
        sent = send(stage, site.ready, loads, names=names, workers=SERVERS, meanwhile=meanwhile)
        for number, run in sent:
            if number == 0:
                calibrating = run
            elif len(run):
                calibration = calibration or calibrate.calibration(calibrating)
                run = replace(run, duration=duration)
                yield Run(run, calibration, site.dead(duration), len(run) / len(times))


class _Site:
    """The processes: four servers, and before them the student's proxy or a rival."""

    def __init__(self, stage, balancer, health_checker, seed):
        self.stage, self.deaths = stage, []
        names = [f"web-{number + 1}" for number in range(SERVERS)]
        self.servers = {name: stage.start(name, web_server) for name in names}
        self.rival, self.front = balancer, None
        if not isinstance(balancer, str):
            limits = {"fall": 3, "rise": 2, "seed": seed}
            self.front = stage.start("proxy", proxy, balancer, health_checker, **limits)

    def ready(self):
        """Wait until all of it serves; return the port of the proxy or the rival."""
        told = self.stage.ready(*self.servers.values())
        self.ports = {name: said["port"] for name, said in zip(self.servers, told, strict=True)}
        if self.front is None:
            return _started_rival(self.stage, self.rival, self.ports)
        self.front.send(ports=self.ports)
        return self.stage.ready(self.front)[0]["port"]

    def act(self, now, what):
        """Kill web-1 or start it again, if it is not dead or alive already."""
        if what == KILL and not self.killed:
            self.stage.kill(self.servers["web-1"])
            self.deaths.append([now, None])
        elif what == START and self.killed:
            port = self.ports["web-1"]
            self.servers["web-1"] = self.stage.start("web-1", web_server, port=port)
            self.deaths[-1][1] = now

    @property
    def killed(self):
        """Whether web-1 is dead."""
        return self.servers["web-1"].killed

    def dead(self, duration):
        """Return (from, to) of each time that web-1 was dead (s)."""
        return tuple((start, duration if end is None else end) for start, end in self.deaths)


def _started_rival(stage, name, ports):
    """Start a rival and return its port, once it answers; ComponentError if it does not."""
    rival = RIVALS[name]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = stage.folder / "rival.conf"
    config.write_text(rival.config(port, ports, stage.token, stage.folder), encoding="utf-8")
    process = stage.start_program(name, rival.command(shutil.which(rival.program), config))
    until = time.monotonic() + 5.0
    while process.alive and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return port
        except OSError:
            time.sleep(0.05)
    raise ComponentError(f"{name} did not start; it was given {len(ports)} servers.")
