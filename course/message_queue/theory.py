"""Closed formulas of this lab: a backlog without chance, and how much workers can finish."""

import numpy as np

from course.message_queue.model import AWAY_FROM, BURST_LENGTH, BURST_START


def fluid_backlog(
    times,
    *,
    publish_rate=5.0,
    burst=4.0,
    burst_start=BURST_START,
    burst_length=BURST_LENGTH,
    capacity=12.0,
    away_from=AWAY_FROM,
    away_for=0.0,
):
    """Return how many messages wait at each of `times` when nothing is left to chance.

    A fluid flows in at the publish rate, and out at `capacity` as long as there is any. What is
    left is the inflow less the outflow, never below empty (Newell, Applications of Queueing
    Theory, 1982).

    times: s, ascending, from 0 on. publish_rate, capacity: messages/s; the first is `burst` times
    as high for `burst_length` s from `burst_start` on. Nothing flows out for `away_for` s from
    `away_from` on.
    """
    times = np.asarray(times, dtype=float)
    in_burst = np.clip(times - burst_start, 0, burst_length)
    published = publish_rate * (times + (burst - 1) * in_burst)
    away = np.clip(times - away_from, 0, away_for)
    net = published - capacity * (times - away)
    return net - np.minimum(np.minimum.accumulate(net), 0)


def capacity(workers, work_time=0.5, crash_probability=0.0, restart_time=2.0):
    """Return the messages/s that `workers` can finish when a crashed delivery is repeated.

    work_time: mean s of work on a message. A crash costs three quarters of it on average, and
    `restart_time` s.
    """
    crash = crash_probability
    if crash >= 1:
        return 0.0
    busy = (1 - crash) * work_time + crash * (0.75 * work_time + restart_time)
    return workers * (1 - crash) / busy
