"""The forgetful queue again, without a clock: the same run, several times faster.

The objects are in course.engine.queues: `ForgetfulQueue`, and a consumer that applies at every
delivery. The course has no queue with acks, and no consumer that remembers: students import this
package, and these are the solutions of exercises A and C.
"""

import heapq

import numpy as np

from course.engine.stations import NOT_YET


def forgetful(came, *, duration, workers, restart_time, away):
    """Return the columns of a QueueResult for `came`, a Traffic, before a ForgetfulQueue.

    What has been received never comes back, so messages are handled in order of publishing, and
    each takes the worker that is free first (Kiefer and Wolfowitz, 1955).
    """
    free, gone, done, received = [0.0] * workers, [], [], []
    for number, time in enumerate(came.times.tolist()):
        start = max(time, free[0])
        if away[0] <= start < away[1]:
            start = away[1]
        seconds, finished, crashes = came.fate(number, 0)
        left = start + seconds
        heapq.heapreplace(free, left + restart_time if crashes else left)
        received.append(start < duration)
        gone.append(left if left < duration else NOT_YET)
        finished = finished and left < duration and not came.store_fails(number, 0)
        done.append(left if finished else NOT_YET)
    gone, done = np.array(gone), np.array(done)
    times = np.arange(0, duration)
    return {
        "done_at": done,
        "gone_at": gone,
        "applied": (~np.isnan(done)).astype(int),
        "deliveries": np.array(received, dtype=int),
        "dead": np.zeros(len(gone), dtype=bool),
        "times": times,
        "backlog": np.searchsorted(came.times, times, "right")
        - np.searchsorted(np.sort(gone), times, "right"),  # nan, not gone yet, stands at the end
    }
