"""The process that owns the student's queue and serves it on a socket of this computer.

The first line of a connection is the stage's token. Each further line is a call, [method,
arguments …] as JSON, and one line goes back: {"returned": …} or {"error": sentence}.
"""

import asyncio
import hmac
import json
import socketserver
import threading
import time
from pathlib import Path

from course.engine.component import ComponentError, name_of, sentences, wrong_return


async def own_queue(link, queue, path, visibility_timeout):
    """Make the queue once the notebook says so; tell the port, and serve until the process ends."""
    await link.hear()
    served = Served(queue, path, visibility_timeout)
    with Server(("127.0.0.1", 0), Caller) as server:
        server.served, server.token = served, link.token.encode()
        link.tell(port=server.server_address[1])
        await asyncio.to_thread(server.serve_forever)


class Served:
    """The student's queue, one call at a time."""

    def __init__(self, queue, path, visibility_timeout):
        self.name, self.lock = name_of(queue), threading.Lock()
        with sentences(f"{self.name}({Path(path).name!r}, {visibility_timeout:g})"):
            self.queue = queue(path, visibility_timeout)

    def call(self, method, *arguments):
        """Return what the queue's method gave, as JSON can hold it."""
        now = time.monotonic()
        with self.lock:
            if method == "len":
                with sentences(f"len({self.name})"):
                    return len(self.queue)
            told = [*map(repr, arguments)] if method == "ack" else [*map(repr, arguments), "now"]
            call = f"{self.name}.{method}({', '.join(told)})"
            with sentences(call):
                if method == "ack":
                    return bool(self.queue.ack(*arguments))
                given = getattr(self.queue, method)(*arguments, now)
            return _plain(call, method, given)


def _plain(call, method, given):
    """Return an id as it is, and a Message as a list of its fields."""
    if method != "receive" or given is None:
        return given
    if type(given).__name__ != "Message":  # it may be of another import than this one
        raise ComponentError(wrong_return(call, given, "a Message or None"))
    return [given.id, given.body, given.receives]


class Caller(socketserver.StreamRequestHandler):
    """One connection, of the producer or a worker."""

    def handle(self):
        try:
            if not hmac.compare_digest(self.rfile.readline().strip(), self.server.token):
                return
            for line in self.rfile:
                try:
                    answer = {"returned": self.server.served.call(*json.loads(line))}
                except Exception as error:
                    answer = {"error": str(error)}
                self.wfile.write(json.dumps(answer).encode() + b"\n")
        except OSError:  # the other side was killed
            return


class Server(socketserver.ThreadingTCPServer):
    """Takes connections, each in a thread of its own."""

    daemon_threads = True
    served: Served
    token: bytes
