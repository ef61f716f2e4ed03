"""An open-loop load generator: each request leaves at its planned time, whatever the others do.

    for number, run in measure(stage, port, [Load(times, works)]): ...

The traffic is that of a simulation (course.engine.workload). Latency counts from the *planned*
time, so that a generator that falls behind cannot hide the wait of the requests it sent too late.
"""

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
import numpy as np

from course.engine import parameters
from course.engine.component import ComponentError
from course.engine.record import Result
from course.real.server import TOKEN

FASTEST = 1000  # requests/s, on average
LONGEST = 20.0  # s that one load lasts
REQUEST_TIMEOUT = 3.0  # s, after which a request has failed
TELL_EVERY = 0.1  # s


@dataclass(frozen=True)
class Load:
    """Planned traffic. times: when each request leaves (s, ascending); works: what it needs (s).

    path: /work, or /calibrate for requests that must leave no trace in what the student remembers.
    """

    times: np.ndarray
    works: np.ndarray
    path: str = "/work"


@dataclass(frozen=True)
class Measured(Result):
    """What was measured, in the columns of a simulation's Result, from the planned times on.

    late: seconds by which each request left after its planned time.
    """

    late: np.ndarray = field(kw_only=True)


def measure(stage, port, loads, *, names, workers=1, meanwhile=None):
    """Send the loads one after the other; yield (number of the load, Measured so far) as it grows.

    port: of the server on loopback, or a function that waits until there is one and returns it;
    the generator, a process of its own, starts meanwhile. names: of the places that may answer;
    workers: of all of them.
    meanwhile: called about fifty times a second with the number of the load and the time (s) in it.
    ValueError names a load that is too heavy; errors of the processes are those of `Stage.next`.
    """
    for load in loads:
        _refuse_too_much(load)
    plans = [(load.path, load.times.tolist(), load.works.tolist()) for load in loads]
    process = stage.start("load generator", generate, plans)
    process.send(port=port() if callable(port) else port)
    rows, number, began = [], None, 0.0
    until = time.monotonic() + sum(load.times[-1] + 2 * REQUEST_TIMEOUT for load in loads) + 10
    while True:
        heard = stage.next(0.02)
        if heard and heard[0] is process and "begins" in heard[1]:
            rows, number, began = [], heard[1]["begins"], heard[1]["at"]
        elif heard and heard[0] is process and "rows" in heard[1]:
            rows += heard[1]["rows"]
            over = heard[1]["over"]
            yield number, _measured(loads[number], rows, names, workers)
            if over and number == len(loads) - 1:
                stage.kill(process)
                return
        if meanwhile and number is not None:
            meanwhile(number, time.monotonic() - began)
        if time.monotonic() > until:
            raise ComponentError("The load generator did not finish in time.")


def _refuse_too_much(load):
    parameters.count("requests", len(load.times))
    length = parameters.number("duration", float(load.times[-1]), at_most=LONGEST, unit="s")
    rate = len(load.times) / max(length, 1.0)
    parameters.number("arrival_rate", rate, at_most=FASTEST, unit="requests/s")


def _measured(load, rows, names, workers):
    rows = sorted(rows)
    order = [row[0] for row in rows]
    columns = np.array([row[1:4] for row in rows], dtype=float).reshape(-1, 3).T
    planned = load.times[order]
    return Measured(
        arrived_at=planned,
        started_at=np.full(len(rows), np.nan),
        finished_at=columns[1],
        failed=columns[2].astype(bool),
        place=np.array([_place(row[4], names) for row in rows], dtype=np.int8),
        names=(*names, "no server"),
        workers=workers,
        duration=float(columns[1].max(initial=0.0)),
        late=columns[0] - planned,
    )


def _place(name, names):
    return names.index(name) if name in names else len(names)


async def generate(link, plans):
    """Run in a process: send each plan's requests, tell of the answers ten times a second."""
    port = (await link.hear())["port"]
    async with aiohttp.ClientSession(
        base_url=f"http://127.0.0.1:{port}",
        headers={TOKEN: link.token},
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT),
    ) as session:
        for number, (path, times, works) in enumerate(plans):
            began = time.monotonic()
            link.tell(begins=number, at=began)
            await _send(link, session, began, path, times, works)


async def _send(link, session, began, path, times, works):
    """Send the requests of one plan; it is over when the last one is answered or has failed."""
    rows, tasks = [], []

    async def one(row, seconds):
        sent, failed, place = time.monotonic() - began, 0, None
        try:
            async with session.get(path, params={"seconds": repr(seconds)}) as answer:
                failed = int(answer.status != 200)
                place = (await answer.json(content_type=None))["place"] if not failed else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            failed = 1
        rows.append((row, sent, time.monotonic() - began, failed, place))

    def tell(over=False):
        link.tell(rows=rows, over=over)
        rows.clear()

    told = 0.0
    for row, (planned, seconds) in enumerate(zip(times, works, strict=True)):
        while (early := planned - (time.monotonic() - began)) > 0:
            await asyncio.sleep(min(early, TELL_EVERY))
            if time.monotonic() - began > told + TELL_EVERY:
                tell()
                told = time.monotonic() - began
        tasks.append(asyncio.ensure_future(one(row, seconds)))
    while (await asyncio.wait(tasks, timeout=TELL_EVERY))[1]:
        tell()
    await asyncio.gather(*tasks)  # an error that is not a request's is one of ours: say it
    tell(over=True)
