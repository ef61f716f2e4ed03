"""A web tier and a data tier, each with workers of its own; no drawing.

simulate_two_tiers(serve_two_tiers, web_workers=4, connections=1) → TwoTiers
"""

from dataclasses import dataclass

import simpy
from simpy.resources import resource

from course.engine import parameters, workload
from course.engine.record import Result
from course.engine.recursion import first_come_first_served
from course.single_server.model import Request, result_of, serve_each


@dataclass(frozen=True)
class TwoTiers:
    """Where the time of a run on two tiers went. Means are in seconds a request.

    `web_held` and `db_held` are how much of their time the web workers and the connections were
    taken (shares of 1); `result` has the arrivals and the ends of the requests.
    """

    result: Result
    web_wait: float
    web_work: float
    db_wait: float
    db_work: float
    web_held: float
    db_held: float


def simulate_two_tiers(
    component=None,
    *,
    seed=0,
    arrival_rate=8.0,
    web_time=0.05,
    db_time=0.1,
    web_workers=4,
    connections=1,
    requests=3000,
):
    """Return the TwoTiers of `requests` requests that need web work and then database work.

    component: a generator function of (env, web, database, request), run as a SimPy process for
    each request; `web` has `web_workers` places and `database` has `connections`. Without one it
    is one box: each of its `web_workers` workers does both kinds of work, without connections.
    Arrivals are Poisson at `arrival_rate` (requests/s); work is exponential with means of
    `web_time` and `db_time` (s), the same for every component.
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    web_workers = parameters.count("web_workers", web_workers)
    connections = parameters.count("connections", connections)
    web_time = parameters.number("web_time", web_time, above=0, unit="s")
    db_time = parameters.number("db_time", db_time, above=0, unit="s")
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), arrival_rate, requests)
    web_works = workload.exponential_work(workload.stream(seed, "web work"), web_time, requests)
    db_works = workload.exponential_work(workload.stream(seed, "db work"), db_time, requests)
    means = {"web_work": float(web_works.mean()), "db_work": float(db_works.mean())}
    if component is None:
        box = first_come_first_served(times, web_works + db_works, web_workers)
        unused = {"db_wait": 0.0, "db_held": float("nan")}
        return TwoTiers(box, web_wait=box.mean_wait, web_held=box.utilization, **means, **unused)
    env = simpy.Environment()
    web, database = MeasuredResource(env, web_workers), MeasuredResource(env, connections)
    seconds_of_db = db_works.tolist()
    served = serve_each(
        env,
        component,
        {"web": web, "database": database},
        times,
        web_works,
        lambda came: Request(
            came.number, came.arrived_at, web_work=came.work, db_work=seconds_of_db[came.number]
        ),
    )
    result = result_of(component, served, None, web_workers + connections)
    return TwoTiers(
        result,
        web_wait=web.waited / len(served),
        db_wait=database.waited / len(served),
        web_held=web.held / (web_workers * result.duration),
        db_held=database.held / (connections * result.duration),
        **means,
    )


class MeasuredResource(simpy.Resource):
    """A SimPy resource that adds up how long its places were waited for and held (s)."""

    def __init__(self, env, capacity):
        super().__init__(env, capacity)
        self.env, self.waited, self.held = env, 0.0, 0.0

    def request(self):
        """Ask for a place, as in SimPy."""
        turn = resource.Request(self)
        turn.asked_at, turn.given_back = self.env.now, False
        return turn

    def release(self, turn):
        """Give a place back, as in SimPy."""
        if turn.usage_since is not None and not turn.given_back:
            turn.given_back = True
            self.waited += turn.usage_since - turn.asked_at
            self.held += self.env.now - turn.usage_since
        return resource.Release(self, turn)
