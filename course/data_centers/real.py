"""The student's DNS for real: two centers, one of which gets SIGKILL, and answers that age out.

    for run in measure(GeoDNS, CachingResolver, ttl=2, outage=OUTAGE): ...

The users are those of `rehearsal`.
"""

import numpy as np

from course.data_centers.boxes import dns_box, resolver_box, users_box
from course.data_centers.rehearsal import CENTERS, DURATION, Run, users
from course.data_centers.world import LOCATIONS, make_centers
from course.real.crowd import KILL, START, Schedule, watch
from course.real.processes import Stage
from course.real.server import web_server

DIES = CENTERS[0]


def measure(geo_dns, caching_resolver, *, ttl, outage=None, hands=None, **chosen):
    """Yield Runs as the users' requests are answered.

    geo_dns, caching_resolver: classes, as in `simulate`. ttl: in whole seconds. outage: (from, to)
    in seconds: the first center gets SIGKILL and is started again. hands: a SimpleQueue to which
    KILL or START may be put; a center dies once in a run. chosen: rate, duration of `users`.
    Requests before time 0 fill the caches and are left out. ComponentError says what a component
    did wrong. All processes and files are gone when the generator ends or is closed.
    """
    schedule = Schedule(zip(outage, (KILL, START), strict=True) if outage else (), hands)
    traffic = users(ttl, **chosen)
    with Stage() as stage:
        site = _Site(stage, geo_dns, caching_resolver, ttl)
        times, cities = traffic.times.tolist(), traffic.cities.tolist()
        people = stage.start("users", users_box, times, cities)
        people.send(**site.ready())
        seconds = DURATION + ttl
        for rows in watch(stage, people, schedule, site.act, seconds=seconds, heard=site.heard):
            yield _run(traffic, rows, site)


def _run(traffic, rows, site):
    order, places, failed = np.array(sorted(rows), dtype=int).reshape(-1, 3).T
    shown = traffic.times[order] >= 0
    order, places, failed = order[shown], places[shown], failed[shown].astype(bool)
    start, end = site.outage
    return Run(
        traffic.times[order],
        traffic.cities[order],
        places,
        failed,
        site.asked,
        None if start is None else (start, DURATION if end is None else end),
        site.noticed,
        len(rows) / len(traffic.times),
    )


class _Site:
    """The processes: the centers, the DNS, and the resolver of all users."""

    def __init__(self, stage, geo_dns, caching_resolver, ttl):
        self.stage, self.asked, self.noticed, self.outage = stage, 0, None, [None, None]
        centers = make_centers(len(CENTERS))
        self.centers = {name: stage.start(name, web_server) for name in CENTERS}
        self.dns = stage.start("DNS", dns_box, geo_dns, centers, LOCATIONS, ttl)
        world = centers, LOCATIONS, ttl
        self.resolver = stage.start("resolver", resolver_box, caching_resolver, *world)

    def ready(self):
        """Wait until all of it serves; return what the users must know."""
        told = self.stage.ready(*self.centers.values())
        self.ports = {name: said["port"] for name, said in zip(CENTERS, told, strict=True)}
        self.dns.send(ports=self.ports)
        self.resolver.send(dns=self.stage.ready(self.dns)[0]["port"])
        resolver = self.stage.ready(self.resolver)[0]["port"]
        return {"resolver": resolver, "centers": [*self.ports.values()]}

    def act(self, now, what):
        """Kill the first center or start it again, once each."""
        if what == KILL and self.outage[0] is None:
            self.stage.kill(self.centers[DIES])
            self.outage[0] = now
        elif what == START and self.outage[0] is not None and self.outage[1] is None:
            self.stage.start(DIES, web_server, port=self.ports[DIES])
            self.outage[1] = now

    def heard(self, now, message):
        """Count a question to the DNS; note when it saw that the center is dead."""
        self.asked += "asked" in message and now >= 0
        start = self.outage[0]
        if message.get("center") == DIES and start is not None and self.noticed is None:
            self.noticed = now - start
