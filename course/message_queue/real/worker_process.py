"""A worker process: takes messages off the queue, works, hands the results to the photo store.

The photo store is the notebook. A worker asks it where the queue is, and again when the queue is
gone; it tells it what it begins and what it has finished, and goes on when it gets an answer.
"""

import json
import socket
import time

PAUSE = 0.01  # s between two questions
PATIENCE = 5.0  # s to wait for the queue's process to answer


class Connection:
    """Calls of the queue's process over one socket: a line of JSON there, a line back."""

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.lines = self.socket.makefile("rb")
        self.socket.sendall(token.encode() + b"\n")

    def call(self, *request):
        """Return the answer, a dict; ConnectionError if the other side is gone."""
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        line = self.lines.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("gone")
        return json.loads(line)

    def close(self):
        """Close the socket."""
        self.lines.close()
        self.socket.close()


async def work_off(link, number, work):
    """Take messages and work `work` s on each, until the process ends. number: of this worker."""
    while True:
        port = (await _ask(link, "where", number))["port"]  # 0 while the queue is down
        try:
            await _drain(link, Connection(port, link.token), number, work)
        except OSError:  # also a connection that broke, or an answer that did not come
            time.sleep(PAUSE)


async def _drain(link, queue, number, work):
    while True:
        message = _returned(link, queue.call("receive"))
        if message is None:
            time.sleep(PAUSE)
            continue
        await _ask(link, "begin", number, message)
        time.sleep(work)
        await _ask(link, "handle", number, message)
        _returned(link, queue.call("ack", message[0]))


async def _ask(link, what, number, message=None):
    link.tell(what=what, worker=number, message=message)
    return await link.hear()


def _returned(link, answer):
    if "error" in answer:
        link.tell(error=answer["error"])
    return answer.get("returned")
