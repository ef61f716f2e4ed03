"""Real web servers that write logs, while one of them is killed.

    for logs in measure(dies_at=2.0): ...

Four web servers behind a proxy, as in notebook 02, each a process that appends to a log of its own.
"""

import time
from dataclasses import dataclass

from course.engine import workload
from course.engine.servers import AnyServer, NeverNotices
from course.real.load import Load
from course.real.load import measure as send
from course.real.processes import Stage
from course.real.proxy import proxy
from course.real.server import web_server

SERVERS, RATE, SERVICE_TIME = 4, 84.0, 0.04
DURATION = 8.0  # s
EVERY = 25  # requests, after which the logs are looked at again
LAST_LINE = 0.1  # s: a server writes its line after the answer
AWAY = 3.0  # s until a killed server is started again


@dataclass(frozen=True)
class Logs:
    """What has been written so far. lines: a tuple of lines by the server's name.

    share: of the requests that are answered or have failed. dead: when web-1 was killed, and when
    it was started again (None: not yet), in seconds since 1970; () if it was not killed.
    """

    lines: dict
    share: float
    dead: tuple


def measure(*, seed=1, dies_at=2.0, duration=DURATION):
    """Yield Logs of `duration` s of traffic as they grow.

    dies_at: when web-1 gets SIGKILL (s, None for never); AWAY s later it is started again. All
    processes and files are gone when the generator ends or is closed.
    """
    times = workload.poisson_arrivals_until(workload.stream(seed, "arrivals"), RATE, duration)
    works = workload.exponential_work(workload.stream(seed, "work"), SERVICE_TIME, times.size)
    names = [f"web-{number + 1}" for number in range(SERVERS)]
    with Stage() as stage:
        servers = {name: stage.start(name, web_server, log=True) for name in names}
        front = stage.start("proxy", proxy, AnyServer, NeverNotices, seed=seed, log=True)
        dead = []

        def ready():
            ports.update(
                (name, said["port"])
                for name, said in zip(names, stage.ready(*servers.values()), strict=True)
            )
            front.send(ports=ports)
            return stage.ready(front)[0]["port"]

        def meanwhile(number, now):
            if dies_at is not None and not dead and now >= dies_at:
                stage.kill(servers["web-1"])
                dead.append(time.time())
            elif len(dead) == 1 and now >= dies_at + AWAY:
                stage.start("web-1", web_server, port=ports["web-1"], log=True)
                dead.append(time.time())

        ports = {}
        loads = [Load(times, works)]
        told = 0
        for _, run in send(stage, ready, loads, names=names, meanwhile=meanwhile):
            if len(run) < min(told + EVERY, len(times)):
                continue
            told = len(run)
            if told == len(times):
                time.sleep(LAST_LINE)
            lines = {name: _lines(stage.folder / f"{name}.log") for name in ("proxy", *names)}
            away = (*dead, None)[:2] if dead else ()
            yield Logs(lines, len(run) / len(times), away)


def _lines(path):
    """Return the lines that are whole: one may just be being written."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return tuple(text.splitlines(keepends=True)[: text.count("\n")])
