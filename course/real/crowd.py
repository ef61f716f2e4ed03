"""A process that plays the users, and what happens to the site meanwhile, by plan or by hand.

In its process the crowd sends its requests, and `tell_until_over` tells of the answers. In the
notebook `watch` yields them as they come, and has done what a Schedule says is due.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue

from course.engine.component import ComponentError

TELL_EVERY = 0.1  # s
PATIENCE = 20.0  # s that a crowd may take longer than planned
KILL, START = "kill", "start"


async def tell_until_over(link, tasks, rows, every=TELL_EVERY):
    """Tell of the `rows` that `tasks` append, until all tasks are over: {"rows": …, "over": …}."""
    while (await asyncio.wait(tasks, timeout=every))[1]:
        link.tell(rows=rows, over=False)
        rows.clear()
    await asyncio.gather(*tasks)  # an error that is not a request's is one of ours: say it
    link.tell(rows=rows, over=True)


class Schedule:
    """What is to happen in a run.

    planned: (time in s, what) each, in order of time. hands: a SimpleQueue to which a reader's
    buttons put what is to happen now; what was pressed before the run is forgotten.
    """

    def __init__(self, planned=(), hands=None):
        self.planned, self.hands = deque(planned), hands or SimpleQueue()
        with suppress(Empty):
            while True:
                self.hands.get_nowait()

    def due(self, now):
        """Yield what has become due by `now` (s)."""
        while self.planned and self.planned[0][0] <= now:
            yield self.planned.popleft()[1]
        with suppress(Empty):
            while True:
                yield self.hands.get_nowait()


def watch(stage, crowd, schedule, act, *, seconds, heard=None):
    """Yield the list of all rows so far whenever the process `crowd` tells of more, until its end.

    act(now, what): does what the Schedule says is due, `now` s after the crowd began. seconds: that
    the crowd needs. heard(now, message): called with what other processes tell. ComponentError if
    it is not over in time; errors of the processes are those of `Stage.next`.
    """
    rows, began, until = [], None, time.monotonic() + seconds + PATIENCE
    while time.monotonic() < until:
        came = stage.next(0.02)
        now = -1.0 if began is None else time.monotonic() - began
        if began is not None:
            for what in schedule.due(now):
                act(now, what)
        if came is None:
            continue
        process, message = came
        if process is not crowd:
            if heard:
                heard(now, message)
        elif "begins" in message:
            began = message["begins"]
        elif message["rows"] or message["over"]:
            rows += message["rows"]
            yield rows
            if message["over"]:
                return
    raise ComponentError(f"The {crowd.name} did not finish in time.")
