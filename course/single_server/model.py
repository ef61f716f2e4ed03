"""The world of the first notebook: requests that come to one server; no drawing.

simulate(serve, arrival_rate=9.5, service_time=0.1, workers=1) → Result
"""

from types import GeneratorType

import numpy as np
import simpy

from course.engine import component as students
from course.engine import parameters, stations, workload
from course.engine.component import ComponentError
from course.engine.record import Result
from course.engine.recursion import first_come_first_served


class Request:
    """One request: it comes at `arrived_at` (s) and needs work, in seconds.

    On one server it needs `work`; on two tiers `web_work` and then `db_work`. `started_at` and
    `finished_at` (s) are None until your code sets them. It takes no other attributes.
    """

    __slots__ = (
        "arrived_at",
        "db_work",
        "finished_at",
        "number",
        "started_at",
        "web_work",
        "work",
    )

    def __init__(self, number, arrived_at=0.0, work=0.0, web_work=0.0, db_work=0.0):
        self.number, self.arrived_at = number, arrived_at
        self.work, self.web_work, self.db_work = work, web_work, db_work
        self.started_at = self.finished_at = None

    def __repr__(self):
        return f"Request({self.number})"


def simulate(
    component=None, *, seed=0, arrival_rate=8.0, service_time=0.1, workers=1, requests=5000
):
    """Return the Result of `requests` requests to one server, first come, first served.

    component: a generator function `serve(env, workers, request)`, run as a SimPy process for each
    request. Without one the engine's recursion serves them: exact, and much faster than a clock.
    Arrivals are Poisson at `arrival_rate` (requests/s); the work is exponential with a mean of
    `service_time` (s) on each of `workers` workers. The same `seed` gives the same traffic, with
    and without a component. The run ends when the last request has left.
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    workers = parameters.count("workers", workers)
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), arrival_rate, requests)
    works = workload.exponential_work(workload.stream(seed, "work"), service_time, requests)
    if component is None:
        return first_come_first_served(times, works, workers)
    env = simpy.Environment()
    served = serve_each(
        env,
        component,
        {"workers": simpy.Resource(env, workers)},
        times,
        works,
        lambda came: Request(came.number, came.arrived_at, work=came.work),
    )
    started = times_of(component, served, "started_at")
    return result_of(component, served, started, workers)


def serve_each(env, component, resources, times, works, make):
    """Run a process `component(env, *resources, request)` for each request; return the requests.

    resources: by the names of the parameters. make(came): what the component gets for a request
    of the engine. ComponentError if any request is left unfinished.
    """
    name = students.name_of(component)
    if not callable(component):
        raise ComponentError(f"{students.short(component)} is not a function: give the name alone.")
    call = f"{name}({', '.join(('env', *resources, 'request'))})"
    begun = []

    def start(came):
        request = make(came)
        process = component(env, *resources.values(), request)
        if not isinstance(process, GeneratorType):
            expected = "a generator: without a yield it is over before any time has passed"
            raise ComponentError(students.wrong_return(call, process, expected))
        begun.append((request, env.process(process)))

    stations.arrivals(env, times, works, start)
    such_as = "a timeout or a request for a worker"
    with students.sentences(call), students.events_only(name, such_as):
        env.run()
    left = sum(process.is_alive for _, process in begun)
    if left:
        why = "they wait for an event that never comes"
        if any(resource.count for resource in resources.values()):
            why = "a worker that is not given back serves nobody else"
        raise ComponentError(f"{name} left {left:,} of {len(begun):,} requests unfinished: {why}.")
    return [request for request, _ in begun]


def result_of(component, served, started, workers):
    """Return the Result of requests that a student's process served.

    started: when each got a worker (s), or None if that was not recorded. ComponentError if the
    times of a request are not in order.
    """
    arrived = np.array([request.arrived_at for request in served])
    finished = times_of(component, served, "finished_at")
    first = arrived if started is None else started
    in_order = (arrived <= first + 1e-9) & (first <= finished + 1e-9)
    wrong = np.flatnonzero(~(in_order & np.isfinite(finished)))
    if wrong.size:
        row = int(wrong[0])
        columns = {"arrived_at": arrived, "started_at": started, "finished_at": finished}
        times = ", ".join(
            f"{name} = {column[row]:.3f}" for name, column in columns.items() if column is not None
        )
        raise ComponentError(
            f"{students.name_of(component)} left request {row} with {times}: "
            "these must come in this order."
        )
    return Result(
        arrived_at=arrived,
        started_at=np.full(len(served), np.nan) if started is None else started,
        finished_at=finished,
        failed=np.zeros(len(served), dtype=bool),
        place=np.zeros(len(served), dtype=np.int8),
        names=("server",),
        workers=workers,
        duration=float(finished.max()),
    )


def times_of(component, served, attribute):
    """Return one time of each request; ComponentError where the student's code did not set it."""
    values = [getattr(request, attribute) for request in served]
    name, unset = students.name_of(component), sum(value is None for value in values)
    if unset:
        raise ComponentError(
            f"{name} left request.{attribute} unset for {unset:,} of {len(values):,} requests."
        )
    if not set(map(type, values)) <= {float, int}:
        for value in values:
            if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
                raise ComponentError(
                    f"{name} set request.{attribute} = {students.short(value)}: "
                    "must be a time in seconds, such as env.now."
                )
    return np.array(values, dtype=float)
