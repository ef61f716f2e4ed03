"""The student's `serve` for real: a web server in a process of its own, SQLite behind it.

    for share, points in measure(serve, workers=2): ...

The server runs `serve` as a SimPy process in real time, so a second of work takes a
second; a real query then makes the answer. The load rises from run to run of one measurement.
"""

import asyncio
import inspect
import sqlite3
from dataclasses import dataclass

import numpy as np
import simpy

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.engine.record import Result
from course.real import calibrate
from course.real.clock import Clock
from course.real.load import Load, Measured
from course.real.load import measure as send
from course.real.processes import Stage
from course.real.server import seconds_of, serve
from course.single_server.model import Request, simulate

LOADS = (0.5, 0.7, 0.8, 0.9)  # how busy the workers are
SECONDS = 2.8  # s of traffic at each load
PHOTOS = 200


@dataclass(frozen=True)
class Point:
    """What was measured at one load. utilization: a share; run: a Measured; simulated: a Result.

    mean_work: of the requests measured (s). calibration: what the machine adds. over: whether all
    requests of this load are in.
    """

    utilization: float
    run: Measured
    simulated: Result
    mean_work: float
    calibration: calibrate.Calibration
    over: bool

    @property
    def mean_wait(self):
        """Mean wait (s): the latency without the work, and without what the machine adds."""
        return max(0.0, self.run.mean_latency - self.calibration.median - self.mean_work)


def traffic(utilization, *, workers, service_time, seed):
    """Return the Load of Poisson requests that keeps the workers busy for this share of time."""
    rate = utilization * workers / service_time
    count = max(2, round(rate * SECONDS))
    return Load(
        workload.poisson_arrivals(workload.stream(seed, "arrivals"), rate, count),
        workload.exponential_work(workload.stream(seed, "work"), service_time, count),
    )


def simulated(component, utilization, *, workers, service_time, seed):
    """Return the Result of the same requests in the simulation."""
    rate = utilization * workers / service_time
    count = max(2, round(rate * SECONDS))
    traffic = {"arrival_rate": rate, "service_time": service_time, "requests": count}
    return simulate(component, workers=workers, seed=seed, **traffic)


def measure(component, *, workers=2, service_time=0.015, seed=9, loads=LOADS):
    """Yield (share done, list of Points): the machine's answer at each of `loads`, one by one.

    component: the SimPy process `serve(env, workers, request)`. workers: of the server.
    service_time: the mean work (s), exponential. Takes about 3 s a load and 2 s to begin with.
    ValueError names a bad number, ComponentError says what the component did wrong. All processes
    and files are gone when the generator ends or is closed.
    """
    workers = parameters.count("workers", workers, at_most=16)
    chosen = {"workers": workers, "service_time": service_time, "seed": seed}
    plans = [traffic(load, **chosen) for load in loads]
    expected = [simulated(component, load, **chosen) for load in loads]
    points, calibration = [], None
    with Stage() as stage:
        server = stage.start("web-1", single_server, component, workers)

        def port():
            return stage.ready(server)[0]["port"]

        planned = [calibrate.load(), *plans]
        sent = send(stage, port, planned, names=("web-1",), workers=workers)
        for number, run in sent:
            if number == 0:
                calibrating = run
                continue
            if len(run) == 0:
                continue
            calibration = calibration or calibrate.calibration(calibrating)
            row = number - 1
            over = len(run) == len(plans[row].times)
            work = float(plans[row].works[np.isin(plans[row].times, run.arrived_at)].mean())
            point = Point(loads[row], run, expected[row], work, calibration, over)
            points[row:] = [point]
            yield (row + len(run) / len(plans[row].times)) / len(loads), list(points)


async def single_server(link, component, workers):
    """Run in a process: each request of /work is served by a process `component` of SimPy."""
    env, path = Clock(), f"{link.folder}/photos.sqlite"
    call = f"{name_of(component)}(env, workers, request)"

    def failed(error):
        try:
            with sentences(call):
                raise error
        except (ComponentError, NotImplementedError) as said:
            link.tell(error=str(said))

    env.start(asyncio.get_running_loop(), failed)
    places, came = simpy.Resource(env, workers), iter(range(1_000_000))
    database = _photos(path)

    async def answer(request):
        mine = Request(next(came), env.now, work=seconds_of(request))
        process = component(env, places, mine)
        if not inspect.isgenerator(process):
            link.tell(error=wrong_return(call, process, "a generator"))
        await env.run(process)
        photo = mine.number % PHOTOS
        (likes,) = database.execute("SELECT likes FROM photos WHERE id = ?", (photo,)).fetchone()
        return {"place": link.name, "photo": photo, "likes": likes}

    await serve(link, {"/work": answer, "/calibrate": answer})


def _photos(path):
    """Return a connection to a new SQLite file of photos and their likes."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE photos (id INTEGER PRIMARY KEY, likes INTEGER)")
    database.executemany("INSERT INTO photos VALUES (?, ?)", [(n, 41 * n) for n in range(PHOTOS)])
    database.commit()
    return database
