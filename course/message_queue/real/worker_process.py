"""A worker process: takes messages off the queue, works, hands the results to the photo store.

Run as a script by `run.py` with the port of the photo store, its own number, and how long (s)
the work on a photo takes. It asks the store where the queue is, and again when the queue is gone.
"""

import json
import socket
import sys
import time

PAUSE = 0.01  # s between two questions


class Connection:
    """Calls over one socket: a line of JSON there, a line back."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.lines = self.socket.makefile("rb")

    def call(self, *request):
        """Return the answer to a call; ConnectionError if the other side is gone."""
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        line = self.lines.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError("gone")
        return json.loads(line)

    def close(self):
        """Close the socket."""
        self.lines.close()
        self.socket.close()


def main(store_port, number, work):
    store = Connection(store_port)
    while True:
        port = store.call("where", number)  # 0 while the queue is down
        try:
            drain(Connection(port), store, number, work)
        except (ConnectionError, TimeoutError, OSError):
            time.sleep(PAUSE)


def drain(queue, store, number, work):
    while True:
        message = answer(queue, store, number, "receive")
        if message is None:
            time.sleep(PAUSE)
            continue
        tell(store, "begin", number, message)
        time.sleep(work)
        tell(store, "handle", number, message)
        answer(queue, store, number, "ack", message[0])


def answer(queue, store, number, *request):
    given = queue.call(*request)
    if "error" in given:
        tell(store, "error", number, given["error"])
    return given["returned"]


def tell(store, *request):
    try:
        store.call(*request)
    except (ConnectionError, TimeoutError):
        sys.exit()  # everything is over


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    except (OSError, KeyError):
        sys.exit()
