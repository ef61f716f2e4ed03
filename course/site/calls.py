"""Calls between the site's processes, on loopback: a line of JSON there, a line of JSON back.

    await answer(link, {"get": get}, port)          get(key) → a value, or a coroutine of one
    value = await Peer(port, token).call("get", 7)

The first line of a connection is the stage's token. HTTP stays where HTTP is the subject, between
users, edge, balancer and web servers; behind them, a page asks up to four processes.
"""

import asyncio
import hmac
import inspect
import json
from itertools import count
from typing import Any

PATIENCE = 2.0  # s that an answer may take
LONGEST = 1 << 20  # bytes of a line


class Unreachable(Exception):
    """The process that was called is dead, does not answer, or failed; str() says which."""


async def answer(link, methods, port):
    """Begin to answer calls of the methods, a dict of functions by name."""

    async def one(line, writer):
        number, method, arguments = json.loads(line)
        try:
            value = methods[method](*arguments)
            if inspect.isawaitable(value):
                value = await value
            said = [number, value, None]
        except Exception as error:  # of the student's code, too: whoever called is told
            said = [number, None, f"{type(error).__name__}: {error}"]
        writer.write(json.dumps(said).encode() + b"\n")

    async def talk(reader, writer):
        token = await reader.readline()
        tasks = set()
        if hmac.compare_digest(token.strip(), link.token.encode()):
            while line := await reader.readline():
                task = asyncio.ensure_future(one(line, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", port, limit=LONGEST)


class Peer:
    """Another process, as whoever calls it sees it; connects when it is first called."""

    def __init__(self, name, port, token):
        self.name, self.port, self.token = name, port, token
        self.writer: Any = None  # while it is connected
        self.waiting, self.numbers = {}, count()
        self.connecting = asyncio.Lock()

    async def call(self, method, *arguments):
        """Return what the method returns; Unreachable if there is no answer."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self.writer is None:
                    await self._connect()
                number, future = next(self.numbers), asyncio.get_running_loop().create_future()
                self.waiting[number] = future
                self.writer.write(json.dumps([number, method, arguments]).encode() + b"\n")
                value, error = await future
        except (OSError, TimeoutError) as gone:
            raise Unreachable(f"{self.name} does not answer") from gone
        if error:
            raise Unreachable(f"{self.name}: {error}")
        return value

    async def _connect(self):
        async with self.connecting:
            if self.writer is None:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, limit=LONGEST
                )
                writer.write(self.token.encode() + b"\n")
                self.writer = writer
                self.listening = asyncio.ensure_future(self._listen(reader, writer))

    async def _listen(self, reader, writer):
        try:
            while line := await reader.readline():
                number, value, error = json.loads(line)
                future = self.waiting.pop(number, None)
                if future and not future.done():
                    future.set_result((value, error))
        except OSError:
            pass
        writer.close()
        self.writer, waiting, self.waiting = None, self.waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("it is gone"))
