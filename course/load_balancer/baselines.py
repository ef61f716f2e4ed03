"""What the course brings along: two balancers, two health checkers, and a run without a clock.

Which server these balancers pick does not depend on how long the queues are. So each request's
times follow from those before it (Kiefer and Wolfowitz, 1955), several times faster than event by
event and the same to the last digits (tests/test_load_balancer.py). The run is not made of the
objects of model.py for that speed: a slider's move shows random balancing each time.
"""

import heapq

import numpy as np

from course.engine import workload
from course.engine.parameters import NEVER
from course.engine.record import Result
from course.engine.servers import NoHealthyServer
from course.engine.stations import NOT_YET
from course.load_balancer import network


class RandomBalancer:
    """The baseline: any healthy server, all equally likely."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, servers):
        """Return one of the healthy `servers` at random; NoHealthyServer if there are none."""
        return self.choose(_only_healthy(servers))

    def choose(self, healthy):
        """Return any of them."""
        return healthy[int(self.rng.random() * len(healthy))]


class ByClient:
    """Another baseline: a client stays with its server as long as the same servers are healthy.

    200 clients; a few of them (a whole office behind one address, say) send far more than most.
    """

    def __init__(self, rng):
        self.clients = _clients(rng)

    def pick(self, servers):
        """Return the healthy server that the next request's client is tied to."""
        return self.choose(_only_healthy(servers))

    def choose(self, healthy):
        """Return the one that the next client is tied to."""
        return healthy[next(self.clients) % len(healthy)]


class NeverNotices:
    """No health checks at all: every server is believed to be healthy, always."""

    def observe(self, name, ok):
        """Take no notice of a probe."""

    def is_healthy(self, name):
        """Return True."""
        return True


class LastProbe:
    """Believes the last probe of each server, whatever came before."""

    def __init__(self):
        self.last = {}

    def observe(self, name, ok):
        """Remember how the probe of the server called `name` went."""
        self.last[name] = ok

    def is_healthy(self, name):
        """Return whether the last probe of that server was answered."""
        return self.last.get(name, True)


def dealt(choose, times, works, *, health, joins, workers):
    """Return the Result of requests that `choose(healthy servers)` deals to the servers.

    times, works: when each request comes and what it needs of a worker (s); joins: from which time
    (s) each server is there; health: the Health that says which are dead, and which out, when.
    """
    servers = [_Server(place, workers) for place in range(len(joins))]
    changes, healthy, rows = _changes(servers, joins, health), [], []
    for time, work in zip(times.tolist(), works.tolist(), strict=True):
        while changes[-1][0] <= time:
            _, server, what, value = changes.pop()
            server.change(what, value)
            healthy = [server for server in servers if server.there and server.healthy]
        if healthy:
            server = choose(healthy)
            rows.append((*server.serve(time, work), server.place))
        else:
            rows.append((NOT_YET, time, True, len(servers)))
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


def _changes(servers, joins, health):
    """Return what changes when, as (time, server, what, value), the latest first."""
    changes = [(NEVER, servers[0], "there", True)]  # never reached: the list is never empty
    changes += [(at, server, "there", True) for server, at in zip(servers, joins, strict=True)]
    named = {server.name: server for server in servers}
    for what, intervals in (("up", health.dead), ("healthy", health.out)):
        for name, start, end in intervals:
            changes += [(start, named[name], what, False), (end, named[name], what, True)]
    for name, start, _ in health.dead:
        named[name].dies_at = start
    return sorted(changes, key=lambda change: change[0], reverse=True)


class _Server:
    """A web server: whether it is there, up and held to be healthy; when each worker is free."""

    def __init__(self, place, workers):
        self.name, self.place = network.web_server(place + 1).name, place
        self.free, self.dies_at = [0.0] * workers, NEVER
        self.there, self.up, self.healthy = False, True, True

    def change(self, what, value):
        setattr(self, what, value)
        if what == "up":
            self.free = [0.0] * len(self.free)  # what was here has failed

    def serve(self, time, work):
        """Return (started, finished, failed) of a request that comes at `time`."""
        if not self.up:
            return NOT_YET, time, True
        start = max(time, self.free[0])
        end = start + work
        heapq.heapreplace(self.free, end)
        if time < self.dies_at < end:
            return start if start < self.dies_at else NOT_YET, self.dies_at, True
        return start, end, False


def _only_healthy(servers):
    found = [each for each in servers if each.healthy]
    if found:
        return found
    raise NoHealthyServer


def _clients(rng):
    """Yield the number of the client that sends each request; 0 sends most."""
    popularity = workload.zipf_popularity(200, 0.7).cumsum().tolist()
    while True:
        yield from rng.choices(range(200), cum_weights=popularity, k=2000)
