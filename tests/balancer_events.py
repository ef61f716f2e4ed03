"""Notebook 02's balancer event by event, on SimPy's clock: what its recursion is compared with."""

from functools import partial

import simpy

from course.engine.component import make, methods
from course.engine.record import Recorder
from course.engine.servers import NoHealthyServer, ServerView
from course.engine.stations import Station, arrivals
from course.load_balancer import network
from course.load_balancer.health import joining
from course.load_balancer.model import traffic


def run(balancer, health, *, seed, servers=4, workers=1, added_at=None, **chosen):
    """Return the Result of `simulate(balancer, …)` with this `health`; errors are not caught."""
    env, there, joins = simpy.Environment(), [], joining(servers, added_at)
    load = {"arrival_rate": 84.0, "service_time": 0.04, "work": "uneven", "duration": 60.0}
    load |= {name: chosen[name] for name in load.keys() & chosen.keys()}
    times, works = traffic(seed, **load)
    recorder = Recorder(len(times))
    (pick,) = methods(make(balancer, seed=seed), "pick(servers)")

    def at(time, action):
        env.timeout(time).callbacks.append(lambda event: action())

    def add_server():
        server = Station(env, workers, recorder.add, place=len(there))
        server.host, server.healthy = network.web_server(len(there) + 1), True
        there.append(server)

    def change(name, action):
        action(next(server for server in there if server.host.name == name))

    def believe(healthy, server):
        server.healthy = healthy

    def receive(request):
        views = [ServerView(s.host.name, s.host.ipv4, s.active, s.healthy) for s in there]
        try:
            picked = pick(views[:])
        except NoHealthyServer:
            request.place, taken = len(joins), False
        else:
            [place] = [at for at, view in enumerate(views) if view is picked]
            taken = there[place].submit(request)
        if not taken:
            request.failed, request.finished_at = True, env.now
            recorder.add(request)

    for joined in joins:
        if joined:
            at(joined, add_server)
        else:
            add_server()
    for name, start, end in health.dead:
        at(start, partial(change, name, Station.fail))
        at(end, partial(change, name, Station.restore))
    for name, start, end in health.out:
        at(start, partial(change, name, partial(believe, False)))
        at(end, partial(change, name, partial(believe, True)))
    arrivals(env, times, works, receive)
    env.run()
    names = (*(server.host.name for server in there), network.NOWHERE)
    return recorder.result(workers=workers * len(joins), names=names, duration=health.duration)
