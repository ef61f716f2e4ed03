"""What goes through a queue, and the simplest queue that there is."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One delivery: the message's `id` and `body`, and how often it has been received by now."""

    id: int | str
    body: str
    receives: int  # 1 at the first delivery


def fields(message):
    """Return [id, body, receives] of a Message, None of None: what checks look at."""
    if message is None:
        return None
    if not isinstance(message, Message):
        return f"{message!r} (no Message)"
    return [message.id, message.body, message.receives]


class ForgetfulQueue:
    """A plain list: what has been received is gone, whether or not it was worked off.

    The baseline. It delivers each message at most once.
    """

    def __init__(self):
        self.last_id, self.waiting = 0, deque()

    def publish(self, body, now):
        """Put `body` at the end; return its id."""
        self.last_id += 1
        self.waiting.append(Message(self.last_id, body, 1))
        return self.last_id

    def receive(self, now):
        """Take the first one out and return it, or None."""
        return self.waiting.popleft() if self.waiting else None

    def ack(self, id):
        """Return False: nothing is waiting for it."""
        return False

    def __len__(self):
        return len(self.waiting)


class EveryTime:
    """A consumer that applies whatever it is handed, again and again: the baseline."""

    def __init__(self, apply):
        self.apply = apply

    def handle(self, message):
        """Apply the message's body; return True."""
        self.apply(message.body)
        return True
