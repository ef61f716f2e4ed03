"""SimPy in real time: a student's process serves a real request, line for line.

    clock = Clock()
    clock.start(asyncio.get_running_loop())
    await clock.run(serve(clock, workers, request))

Events happen when their time has come, up to a timer's overshoot late. `now` is then the time they
were planned for, so lateness does not add up from one request to the next.
"""

import asyncio

import simpy


class Clock(simpy.Environment):
    """An Environment whose time is that of the running event loop since `start`."""

    def start(self, loop, failed=None):
        """Begin at 0. failed: called with an exception that no process caught."""
        self.loop, self.failed, self.began, self.alarm = loop, failed, loop.time(), None

    async def run(self, generator):  # type: ignore[override]
        """Run a process from now on; return when it has ended. Cancelled, it is interrupted."""
        self._catch_up()
        process, ended = self.process(generator), self.loop.create_future()
        process.callbacks.append(lambda _: ended.done() or ended.set_result(None))
        self._catch_up()
        try:
            await ended
        except asyncio.CancelledError:
            if process.is_alive:
                process.interrupt("the connection was closed")
                process.defused = True
                self._catch_up()
            raise

    def _catch_up(self):
        """Let everything happen that is due, then set an alarm for what comes next."""
        now = self.loop.time() - self.began
        try:
            while self.peek() <= now:
                self.step()
        except Exception as error:
            if self.failed is None:
                raise
            self.failed(error)
        self._now = max(self._now, now)
        if self.alarm:
            self.alarm.cancel()
        self.alarm = None
        if self.peek() < float("inf"):
            self.alarm = self.loop.call_at(self.began + self.peek(), self._catch_up)
