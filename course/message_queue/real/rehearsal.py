"""Each method called once in this process: a stub or a slip shows before any process is started."""

import inspect
import tempfile
from pathlib import Path

from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.engine.queues import EveryTime, Message


def rehearse(queue, consumer=None):
    """Call each method of the class `queue`, with a file of its own, and of `consumer`.

    ComponentError says in one sentence what went wrong.
    """
    name = name_of(queue)
    if not inspect.isclass(queue):
        raise ComponentError(f"{name} is not a class: a process of its own must make it.")
    with tempfile.TemporaryDirectory(prefix="queue-") as folder:
        with sentences(f"{name}(path, 30.0)"):
            made = queue(str(Path(folder) / "try.queue"), 30.0)
        methods(made, "publish", "receive", "ack", "__len__")
        call = f"{name}.publish('a.jpg', 0.0)"
        with sentences(call):
            id = made.publish("a.jpg", 0.0)
        if type(id) not in (int, str):
            raise ComponentError(wrong_return(call, id, "an int or a string"))
        call = f"{name}.receive(0.0)"
        with sentences(call):
            message = made.receive(0.0)
        if not isinstance(message, Message):
            raise ComponentError(wrong_return(call, message, "a Message"))
        with sentences(f"{name}.ack({id!r})"):
            made.ack(id)
        with sentences(f"len({name})"):
            len(made)
    made = make(consumer or EveryTime, apply=lambda body: None)
    handle(made, name_of(consumer), message)


def handle(consumer, name, message, passing=()):
    """Return whether the consumer applied the message; ComponentError if it does not say so.

    passing: exceptions of the store, which are not the consumer's.
    """
    (method,) = methods(consumer, "handle")
    call = f"{name}.handle({message})"
    with sentences(call, passing=passing):
        applied = method(message)
    if not isinstance(applied, bool):
        raise ComponentError(wrong_return(call, applied, "True or False"))
    return applied
