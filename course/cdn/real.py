"""The student's EdgeCache for real: an origin, four caching proxies, and users far away.

    for run in measure(EdgeCache, max_age=2, outage=OUTAGE): ...

The requests are those of `rehearsal`.
"""

import numpy as np

from course.cdn.boxes import edge_box, origin_box, users_box
from course.cdn.rehearsal import AT, DURATION, NEAR, PHOTOS, SERVED_BY, Run, users
from course.cdn.world import BEHIND, URLS
from course.real.crowd import KILL, START, Schedule, watch
from course.real.processes import Stage


def measure(edge_cache, *, max_age, outage=None, hands=None, **chosen):
    """Yield Runs as the pages come in.

    edge_cache: a class with `fetch(url, now)`, made with `origin`. max_age: in whole seconds, what
    the origin's Cache-Control says. outage: (from, to) in seconds: the origin gets SIGKILL and is
    started again. hands: a SimpleQueue to which KILL or START may be put; the origin dies once in a
    run. chosen: requests, duration of `users`. ComponentError says what a component did wrong. All
    processes and files are gone when the generator ends or is closed.
    """
    schedule = Schedule(zip(outage, (KILL, START), strict=True) if outage else (), hands)
    asking, urls = users(**chosen), URLS[:PHOTOS]
    edges = SERVED_BY[asking.cities]
    plan = [
        [at, edge, URLS[photo], way]
        for at, edge, photo, way in zip(
            asking.times.tolist(),
            edges.tolist(),
            asking.photos.tolist(),
            NEAR[asking.cities].tolist(),
            strict=True,
        )
    ]
    with Stage() as stage:
        origin = stage.start("origin", origin_box, urls, max_age)
        proxies = [
            stage.start(name, edge_box, edge_cache, urls, float(way))
            for name, way in zip(AT, BEHIND[: len(AT)], strict=True)
        ]
        people = stage.start("users", users_box, plan)
        port = stage.ready(origin)[0]["port"]
        for proxy in proxies:
            proxy.send(origin=port)
        people.send(edges=[said["port"] for said in stage.ready(*proxies)])
        dead = []  # from, to

        def act(now, what):
            if what == KILL and not dead:
                stage.kill(origin)
                dead.append(now)
            elif what == START and len(dead) == 1:
                stage.start("origin", origin_box, urls, max_age, port=port)
                dead.append(now)

        for rows in watch(stage, people, schedule, act, seconds=DURATION):
            yield _run(asking, edges, rows, (*dead, DURATION)[:2] if dead else None)


def _run(asking, edges, rows, outage):
    numbers, status, took, headers = zip(*rows, strict=True) if rows else ((), (), (), ("",))
    order = np.argsort(numbers)
    at = np.array(numbers, dtype=int)[order]
    columns = asking.times[at], edges[at], asking.photos[at]
    status, took = np.array(status, dtype=object)[order], np.array(took, dtype=float)[order]
    return Run(*columns, status, took, headers[-1], outage, len(rows) / len(asking.times))
