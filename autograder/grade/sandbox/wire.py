"""Messages: JSON texts with their length before them, over a stream socket.

The grader's end trusts nothing: a message that is too long, late or not JSON is an error.
"""

import json
import select
import socket
import struct
import time
from typing import Any

HEADER = struct.Struct("!I")


class WireError(Exception):
    """What came is not a message, or is longer than is allowed."""


class Ended(Exception):
    """The other side has closed."""


class TooLate(Exception):
    """Nothing came in time."""


def send(channel: socket.socket, message: Any) -> None:
    """Send one message; ValueError or TypeError when it is not what JSON can hold."""
    text = json.dumps(message).encode()
    channel.sendall(HEADER.pack(len(text)) + text)


def receive(channel: socket.socket, most: int, deadline: float | None = None) -> Any:
    """Return the next message of at most `most` bytes, which must be here by `deadline`.

    deadline: of time.monotonic(); None waits for ever. Raises Ended, TooLate, WireError.
    """
    return read(receive_text(channel, most, deadline))


def receive_text(channel: socket.socket, most: int, deadline: float | None = None) -> bytes:
    """Return the next message as it came, not read yet; raises as `receive` does."""
    size = HEADER.unpack(_exactly(channel, HEADER.size, deadline))[0]
    if size > most:
        raise WireError(f"a message of {size} bytes, more than {most}")
    return _exactly(channel, size, deadline)


def read(text: bytes) -> Any:
    """Return what a message says; WireError when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from error


def has_something(handle: Any, seconds: float) -> bool:
    """Return whether a handle can be read, or has ended, within so many seconds."""
    watched = select.poll()  # not select.select, which knows the first 1024 handles only
    watched.register(handle, select.POLLIN)
    return bool(watched.poll(1000 * seconds))


def _exactly(channel: socket.socket, count: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        channel.settimeout(None if deadline is None else max(deadline - time.monotonic(), 1e-6))
        try:
            part = channel.recv(min(count - len(parts), 1 << 20))
        except TimeoutError as error:
            raise TooLate from error
        except ConnectionError as error:
            raise Ended from error
        if not part:
            raise Ended
        parts += part
    return bytes(parts)
