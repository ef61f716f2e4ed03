"""The forgetful queue without a clock: each message's times follow from those before it.

What has been received never comes back, so messages are worked off in order of publishing (Kiefer
and Wolfowitz, 1955): each takes the worker that is free first.
"""

import heapq

import numpy as np

NEVER = float("nan")


def forgetful(came, *, duration, workers, restart_time, away):
    """Return the columns of a QueueResult for `came`, a Traffic, before a ForgetfulQueue."""
    free, gone, done, received = [0.0] * workers, [], [], []
    for number, time in enumerate(came.times.tolist()):
        start = max(time, free[0])
        if away[0] <= start < away[1]:
            start = away[1]
        seconds, finished, crashes = came.fate(number, 0)
        left = start + seconds
        heapq.heapreplace(free, left + restart_time if crashes else left)
        received.append(start < duration)
        gone.append(left if left < duration else NEVER)
        finished = finished and left < duration and not came.store_fails(number, 0)
        done.append(left if finished else NEVER)
    gone, done = np.array(gone), np.array(done)
    times = np.arange(0, duration)
    left = np.sort(np.where(np.isnan(gone), np.inf, gone))
    return {
        "done_at": done,
        "gone_at": gone,
        "applied": (~np.isnan(done)).astype(int),
        "deliveries": np.array(received, dtype=int),
        "dead": np.zeros(len(gone), dtype=bool),
        "times": times,
        "backlog": np.searchsorted(came.times, times, "right")
        - np.searchsorted(left, times, "right"),
    }
