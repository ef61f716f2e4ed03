"""An open-loop load generator: each request leaves at its planned time, whatever the others do.

    for number, run in measure(stage, port, [Load(times, works)]): ...

The traffic is that of a simulation (course.engine.workload). Latency counts from the *planned*
time, so that a generator that falls behind cannot hide the wait of the requests it sent too late.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from course.engine import parameters
from course.engine.component import ComponentError
from course.engine.record import Result
from course.real.generator import REQUEST_TIMEOUT, generate

FASTEST = 1000  # requests/s, on average
LONGEST = 20.0  # s that one load lasts


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
