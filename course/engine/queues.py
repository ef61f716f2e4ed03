"""What goes through a queue.

Light to import on purpose: the process of a real run that owns the queue imports nothing else of
this package.
"""

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
