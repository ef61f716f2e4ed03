"""What happens to requests on the web servers, by recursion.

A request's times follow from those before it on its server (Kiefer and Wolfowitz, 1955), as soon as
it is known which server that is. That needs no clock: whoever chooses by the queues sees the
requests that have not left yet. The result is that of a simulation event by event, to the last bit
(tests/balancer_events.py is one), in half the time or less.
"""

import heapq

import numpy as np

from course.engine.component import methods, name_of, sentences
from course.engine.parameters import NEVER
from course.engine.record import Result
from course.engine.servers import NoHealthyServer, Picker, ServerState
from course.engine.stations import NOT_YET
from course.load_balancer import network


def balanced(balancer, times, works, *, health, joins, workers):
    """Return the Result of requests that the `balancer`'s `pick(servers)` sends to the servers.

    times, works: when each request comes and what it needs of a worker (s); joins: from which time
    (s) each server is there; health: the Health that says which are dead, and which out, when.
    ComponentError says in one sentence what the balancer did wrong.
    """
    call = f"{name_of(balancer)}.pick(servers)"
    (pick,) = methods(balancer, "pick(servers)")
    picker = Picker(pick, call)
    servers = [_Server(place, workers) for place in range(len(joins))]
    changes, there, rows = _changes(servers, joins, health), [], []
    leaving = [(NEVER, 0)]  # a heap: when each request leaves, and the place of its server
    with sentences(call):
        for time, work in zip(times.tolist(), works.tolist(), strict=True):
            while changes[-1][0] <= time:
                _, server, what, value = changes.pop()
                server.change(what, value)
                there = [server for server in servers if server.there]
            while leaving[0][0] <= time:
                servers[heapq.heappop(leaving)[1]].active -= 1
            try:
                server = picker.choose(there)
            except NoHealthyServer:
                rows += NOT_YET, time, True, len(servers)
                continue
            row = server.serve(time, work)
            server.active += 1
            heapq.heappush(leaving, (row[1], server.place))
            rows += row
    return _result(times, rows, servers, workers, health)


def dealt(choose, times, works, *, health, joins, workers):
    """Return the Result of requests that `choose(healthy servers)` deals to the servers.

    The other parameters are those of `balanced`.
    """
    servers = [_Server(place, workers) for place in range(len(joins))]
    changes, healthy, rows = _changes(servers, joins, health), [], []
    for time, work in zip(times.tolist(), works.tolist(), strict=True):
        while changes[-1][0] <= time:
            _, server, what, value = changes.pop()
            server.change(what, value)
            healthy = [server for server in servers if server.there and server.healthy]
        if healthy:
            rows += choose(healthy).serve(time, work)
        else:
            rows += NOT_YET, time, True, len(servers)
    return _result(times, rows, servers, workers, health)


class _Server(ServerState):
    """A web server: whether it is there, up and held to be healthy; when each worker is free.

    active: how many requests are in service or waiting now, for `balanced`, which counts them.
    """

    def __init__(self, place, workers):
        host = network.web_server(place + 1)
        super().__init__(host.name, host.ipv4)
        self.place, self.free, self.dies_at = place, [0.0] * workers, NEVER
        self.there, self.up = False, True

    def change(self, what, value):
        """Set "there", "up" or "healthy"."""
        setattr(self, what, value)
        if what == "up":
            self.free = [0.0] * len(self.free)  # what was here has failed

    def serve(self, time, work):
        """Return (started, finished, failed, place) of a request that comes at `time`."""
        if not self.up:
            return NOT_YET, time, True, self.place
        start = self.free[0]
        if start < time:  # `max` takes longer
            start = time
        end = start + work
        heapq.heapreplace(self.free, end)
        if time < self.dies_at <= end:
            return start if start < self.dies_at else NOT_YET, self.dies_at, True, self.place
        return start, end, False, self.place


def _changes(servers, joins, health):
    """Return what changes when, as (time, server, what, value), the latest first."""
    changes = [(at, server, "there", True) for server, at in zip(servers, joins, strict=True)]
    named = {server.name: server for server in servers}
    for what, intervals in (("up", health.dead), ("healthy", health.out)):
        for name, start, end in intervals:
            changes += [(start, named[name], what, False), (end, named[name], what, True)]
    for name, start, _ in health.dead:
        named[name].dies_at = start
    never = (NEVER, servers[0], "there", True)  # never reached: the list is never empty
    return [never, *sorted(changes, key=lambda change: change[0])[::-1]]


def _result(times, rows, servers, workers, health):
    """Return the Result; rows: started, finished, failed, place of each request in turn."""
    started, finished, failed, place = np.array(rows, dtype=float).reshape(-1, 4).T
    return Result(
        arrived_at=times,
        started_at=started,
        finished_at=finished,
        failed=failed.astype(bool),
        place=place.astype(np.int8),
        names=(*(server.name for server in servers), network.NOWHERE),
        workers=workers * len(servers),
        duration=health.duration,
    )
