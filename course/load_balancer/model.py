"""The world of notebook 02: one balancer, several web servers, servers that die and come back.

    simulate(RoundRobin, seed=1, dies_at=20) → BalancedResult

Requests need uneven work (many short, few long). The balancer's `pick(servers)` chooses a web
server for each; a health checker, told of one probe a second, says which servers are healthy.

There is no SimPy clock: what happens to a request follows from those before it (servers.py).
"""

import heapq
from dataclasses import dataclass, field

import numpy as np

from course.engine import parameters, workload
from course.engine.component import make
from course.engine.record import Result
from course.load_balancer.baselines import ByClient, RandomBalancer
from course.load_balancer.health import Health, joining, watch
from course.load_balancer.servers import balanced, dealt

BASELINES = (RandomBalancer, ByClient)  # they do not look at queues and need no views
WORKS = {
    "uneven": workload.uneven_work,  # CV² = 4
    "exponential": workload.exponential_work,
    "constant": workload.constant_work,
}


@dataclass(frozen=True)
class BalancedResult(Result):
    """A run behind a balancer, with what was true and believed of the servers' `health`."""

    health: Health = field(kw_only=True)


def simulate(
    component=None,
    *,
    seed=0,
    servers=4,
    workers=1,
    arrival_rate=84.0,
    service_time=0.04,
    work="uneven",
    duration=60.0,
    dies_at=None,
    returns_after=20.0,
    added_at=None,
    health_checker=None,
    fall=3,
    rise=2,
    probe_loss=0.0,
):
    """Return the BalancedResult of `duration` seconds of traffic behind one balancer.

    component: a class or instance with `pick(servers)`; RandomBalancer by default.
    servers, workers: web servers, and workers of each.
    arrival_rate: requests/s; each needs `service_time` seconds of a worker on average, distributed
    as `work` says: "uneven" (many short, few long), "exponential" or "constant".
    dies_at: when web-1 dies (s, None for never); it comes back `returns_after` seconds later.
    added_at: when one more server joins (s, None for never).
    health_checker: a class (made with `fall` and `rise` if it takes them) or an instance, with
    `observe(name, ok)` and `is_healthy(name)`; LastProbe by default. A probe of a living server is
    lost with probability `probe_loss`.
    Traffic and probes are the same for every component. ValueError names a bad number;
    ComponentError says in one sentence what the component did wrong.
    """
    times, works = traffic(seed, arrival_rate, service_time, work, duration)
    health = watch(
        health_checker,
        seed=seed,
        servers=servers,
        duration=duration,
        dies_at=dies_at,
        returns_after=returns_after,
        added_at=added_at,
        fall=fall,
        rise=rise,
        probe_loss=probe_loss,
    )
    workers = parameters.count("workers", workers, at_most=1000)
    balancer = make(RandomBalancer if component is None else component, seed=seed)
    world = {"health": health, "joins": joining(servers, added_at), "workers": workers}
    if type(balancer) in BASELINES:
        run = dealt(balancer.choose, times, works, **world)
    else:
        run = balanced(balancer, times, works, **world)
    return BalancedResult(**vars(run), health=health)


def traffic(seed, arrival_rate, service_time, work, duration):
    """Return (times, works) in seconds: when each request comes, and what it needs of a worker."""
    parameters.choice("work", work, tuple(WORKS))
    arrivals_stream = workload.stream(seed, "arrivals")
    times = workload.poisson_arrivals_until(arrivals_stream, arrival_rate, duration)
    return times, WORKS[work](workload.stream(seed, "work"), service_time, times.size)


def shared_queue(
    *,
    seed=0,
    servers=4,
    arrival_rate=84.0,
    service_time=0.04,
    work="uneven",
    duration=60.0,
    dies_at=None,
    returns_after=20.0,
    added_at=None,
):
    """Return the latencies (s) of the same traffic with one queue for all servers, an array.

    The ideal: no balancer can do better than never to let a request wait while a server is idle.
    A server that is away takes no new request, and nothing fails. By the recursion of Kiefer and
    Wolfowitz (1955): each request takes the worker that is free first. Parameters as in `simulate`.
    """
    times, works = traffic(seed, arrival_rate, service_time, work, duration)
    free, latencies = joining(servers, added_at), []
    away = parameters.time("dies_at", dies_at)
    for time, needs in zip(times.tolist(), works.tolist(), strict=True):
        if max(time, free[0]) >= away:
            heapq.heapreplace(free, max(free[0], away + returns_after))
            away = parameters.NEVER
        finished = max(time, free[0]) + needs
        heapq.heapreplace(free, finished)
        latencies.append(finished - time)
    return np.array(latencies)
