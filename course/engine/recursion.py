"""Queues without a clock, for traffic that does not look at the queues before it chooses one.

Each request's times follow from those before it (Kiefer and Wolfowitz, 1955). This is several times
faster than a simulation event by event, with the same results to the last digits
(tests/test_engine.py).
"""

import heapq

import numpy as np

from course.engine.record import Result


def first_come_first_served(times, works, workers=1):
    """Return the Result of a server: `workers` requests at a time, while the others wait in order.

    times: when each request comes (s, ascending); works: the seconds of a worker that it needs.
    Both are NumPy arrays of the same length.
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
