"""What each process of the site has: calls to the others, counters, a thread for components."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from course.engine.component import ComponentError, sentences
from course.site.calls import PATIENCE, Peer, Unreachable

REPORT_EVERY = 0.5  # s


class Box:
    """A process's view of the site.

    ports: of all processes, by name. done: a Counter of what happened here, told to the stage
    twice a second, with what `more()` returns.
    """

    def __init__(self, link, ports, more=dict):
        self.link, self.ports, self.more, self.done = link, ports, more, Counter()
        self.loop = asyncio.get_running_loop()
        self.peers = {name: Peer(name, port, link.token) for name, port in ports.items()}
        self.thread = ThreadPoolExecutor(1)  # one: a component is never called twice at a time
        self.fault = None
        self.reporting = asyncio.ensure_future(self._report())

    @property
    def port(self):
        """This process's own port."""
        return self.ports[self.link.name]

    @property
    def now(self):
        """The time (s) as components are told it, and as the `env.now` of those that take one."""
        return self.loop.time()

    def call(self, name, method, *arguments):
        """Return the coroutine of a call to another process."""
        return self.peers[name].call(method, *arguments)

    async def run(self, call, function, *arguments, passing=()):
        """Return what a student's function returns, which runs in the thread. call: its text.

        ComponentError if it fails; the box says why from then on.
        """

        def guarded():
            with sentences(call, (Unreachable, *passing)):
                return function(*arguments)

        try:
            return await self.loop.run_in_executor(self.thread, guarded)
        except (ComponentError, NotImplementedError) as error:
            self.fault = str(error)
            raise

    def wait(self, coroutine):
        """Wait, in the thread, until the loop has run a coroutine; return its value."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(2 * PATIENCE)

    async def forever(self):
        """Wait until the process is ended."""
        self.link.tell(port=self.port)
        await asyncio.Event().wait()

    async def _report(self):
        while True:
            await asyncio.sleep(REPORT_EVERY)
            self.link.tell(done=dict(self.done), fault=self.fault, **self.more())
