"""What the course brings along: a queue that forgets, a consumer that applies at every delivery.

The forgetful queue exists twice: `ForgetfulQueue` is the object, and `forgetful` gives the same run
without a clock, several times faster. The course has no queue with acks, and no consumer that
remembers: students import this package, and these are the solutions of exercises A and C.
"""

import heapq
from collections import deque

import numpy as np

from course.engine.stations import NOT_YET
from course.message_queue.messages import Message


class ForgetfulQueue:
    """A plain list: what has been received is gone, whether or not the work on it was finished.

    It delivers each message at most once.
    """

    def __init__(self):
        self.last_id, self.waiting = 0, deque()

    def publish(self, body, now):
        """Put `body` at the end; return its id."""
        self.last_id += 1
        self.waiting.append(Message(self.last_id, body, 1))
        return self.last_id

    def receive(self, now):
        """Take the first message out and return it; None if there is none."""
        return self.waiting.popleft() if self.waiting else None

    def ack(self, id):
        """Return False: nothing waits for an ack."""
        return False

    def __len__(self):
        return len(self.waiting)


class EveryTime:
    """A consumer that applies whatever it is given, however often."""

    def __init__(self, apply):
        self.apply = apply

    def handle(self, message):
        """Apply the message's body; return True."""
        self.apply(message.body)
        return True


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
