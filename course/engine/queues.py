"""Messages, and the simplest queue and consumer there are, in every lab that has some.

Light to import on purpose: the process of a real run that owns a queue imports nothing else.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One delivery of a message.

    id: what `publish` returned. body: the text that was published. receives: how often the message
    has been received by now, 1 at its first delivery.
    """

    id: int | str
    body: str
    receives: int


def fields(message):
    """Return [id, body, receives] of a Message, and None for None: what checks look at.

    Anything else comes back as a text that says so.
    """
    if message is None:
        return None
    if not isinstance(message, Message):
        return f"{message!r} (no Message)"
    return [message.id, message.body, message.receives]


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
