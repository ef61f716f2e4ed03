"""Queues without a clock: for traffic whose way does not depend on how long the queues are.

Each request's times follow from those before it (Kiefer and Wolfowitz, 1955), several times faster
than event by event and the same to the last digits (tests/test_engine.py).
"""

import heapq

import numpy as np

from course.engine.record import Result


def first_come_first_served(times, works, workers=1):
    """Return the Result of one server: `workers` requests at a time, the others wait in order.

    `times` (s, ascending) and `works` (s): when each request comes and what it needs.
    """
    free, started = [0.0] * workers, []
    for time, work in zip(times.tolist(), works.tolist(), strict=True):
        start = max(time, free[0])
        heapq.heapreplace(free, start + work)
        started.append(start)
    started = np.array(started)
    finished = started + works
    return Result(
        arrived_at=np.asarray(times, dtype=float),
        started_at=started,
        finished_at=finished,
        failed=np.zeros(len(times), dtype=bool),
        place=np.zeros(len(times), dtype=np.int8),
        names=("server",),
        workers=workers,
        duration=float(finished.max(initial=0.0)),
    )
