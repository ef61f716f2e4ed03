"""The student's EdgeCache for real: an origin, four caching proxies, and users far away.

    for run in measure(EdgeCache, max_age=2, outage=OUTAGE): ...

The requests are those of `rehearsal`.
"""

import time
from contextlib import suppress
from queue import Empty, SimpleQueue

import numpy as np

from course.cdn.boxes import edge_box, origin_box, users_box
from course.cdn.rehearsal import AT, DURATION, KILL, NEAR, PHOTOS, SERVED_BY, START, Run, users
from course.cdn.world import BEHIND, URLS
from course.engine.component import ComponentError
from course.real.processes import Stage


def measure(edge_cache, *, max_age, outage=None, hands=None, **chosen):
    """Yield Runs as the pages come in.

    edge_cache: a class with `fetch(url, now)`, made with `origin`. max_age: in whole seconds, what
    the origin's Cache-Control says. outage: (from, to) in seconds: the origin gets SIGKILL and is
    started again. hands: a SimpleQueue to which KILL or START may be put; the origin dies once in a
    run. chosen: requests, duration of `users`. ComponentError says what a component did wrong. All
    processes and files are gone when the generator ends or is closed.
    """
    hands, asking, urls = hands or SimpleQueue(), users(**chosen), URLS[:PHOTOS]
    due = [] if outage is None else [(outage[0], KILL), (outage[1], START)]
    with suppress(Empty):
        while True:
            hands.get_nowait()  # pressed when nothing ran
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
        rows, began, died, back = [], None, None, None
        until = time.monotonic() + DURATION + 20
        while time.monotonic() < until:
            heard = stage.next(0.02)
            now = -1.0 if began is None else time.monotonic() - began
            what = due.pop(0)[1] if due and due[0][0] <= now else None
            with suppress(Empty):
                what = what or hands.get_nowait()
            if what == KILL and died is None:
                stage.kill(origin)
                died = now
            elif what == START and died is not None and back is None:
                stage.start("origin", origin_box, urls, max_age, port=port)
                back = now
            if not heard or heard[0] is not people:
                continue
            message = heard[1]
            if "begins" in message:
                began = message["begins"]
                continue
            rows += message["rows"]
            dead = None if died is None else (died, DURATION if back is None else back)
            yield _run(asking, edges, rows, dead)
            if message["over"]:
                return
        raise ComponentError("The users did not finish in time.")


def _run(asking, edges, rows, outage):
    numbers, status, took, headers = zip(*rows, strict=True) if rows else ((), (), (), ("",))
    order = np.argsort(numbers)
    at = np.array(numbers, dtype=int)[order]
    columns = asking.times[at], edges[at], asking.photos[at]
    status, took = np.array(status, dtype=object)[order], np.array(took, dtype=float)[order]
    return Run(*columns, status, took, headers[-1], outage, len(rows) / len(asking.times))
