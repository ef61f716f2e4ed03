"""Fakes to try an exercise with: they record how the student's code uses them."""

from types import GeneratorType

import simpy

from course.engine.component import (
    ComponentError,
    events_only,
    name_of,
    sentences,
    wrong_return,
)

A_WHILE = 1000.0  # seconds of the simulation


class NotingCache:
    """A cache that never expires anything by itself; `calls` lists every call.

    It has `get(key, now)`, `put(key, value, now)` and `invalidate(key)`; a call is recorded as a
    list such as ["put", "photo", 7, 1.5].
    """

    def __init__(self):
        self.held, self.calls = {}, []

    def get(self, key, now):
        """Return what is held for `key`, or None."""
        self.calls.append(["get", key, now])
        return self.held.get(key)

    def put(self, key, value, now):
        """Hold `value` for `key`."""
        self.calls.append(["put", key, value, now])
        self.held[key] = value

    def invalidate(self, key):
        """Hold nothing for `key` any more."""
        self.calls.append(["invalidate", key])
        self.held.pop(key, None)


def read_at(component, reads, load_time=1.0):
    """Return {"loads": …, "answers": …} of `reads`, a list of (key, time when a reader comes).

    `component` is made with a SimPy clock and a load that takes `load_time` seconds; each reader
    waits for its `get(key)`. loads: [key, time] of each; answers: [key, came, value, answered].
    ComponentError says in one sentence what the component did wrong.
    """
    env, loads, answers = simpy.Environment(), [], []

    def load(key):
        loads.append([key, env.now])
        yield env.timeout(load_time)
        return f"{key}, loaded at {env.now:g}"

    name = name_of(component)
    with sentences(f"{name}(env, load)"):
        flight = component(env, load)

    def reader(key, comes):
        yield env.timeout(comes)
        waiting = flight.get(key)
        if not isinstance(waiting, GeneratorType):
            expected = "a generator: a function with a yield in it"
            raise ComponentError(wrong_return(f"{name}.get({key!r})", waiting, expected))
        value = yield env.process(waiting)
        answers.append([key, comes, value, env.now])

    for key, comes in reads:
        env.process(reader(key, comes))
    call = f"{name}.get(key), for the reads {reads},"
    with sentences(call), events_only(f"{name}.get", "a process"):
        env.run(until=A_WHILE)  # not for ever, even if a process polls the clock
    return {"loads": sorted(loads), "answers": sorted(answers)}
