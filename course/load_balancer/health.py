"""Which servers are dead and which are believed to be: probes, and what a checker makes of them.

Probes do not depend on the traffic, so what is believed is worked out before the traffic runs.
"""

import random
from dataclasses import dataclass
from itertools import count

from course.engine import parameters
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.load_balancer import network
from course.load_balancer.baselines import LastProbe

PROBE_EVERY = 1.0  # seconds; the first probe comes half of that after the start


@dataclass(frozen=True)
class Health:
    """What was true and what was believed of each server in `duration` seconds.

    Both are tuples of (name of the server, from, to) in seconds: `dead` when it was dead, `out`
    when the checker held it to be unhealthy, so that no balancer should have picked it.
    """

    dead: tuple
    out: tuple
    duration: float

    @property
    def unnoticed(self):
        """Seconds that a dead server was believed to be healthy."""
        return _seconds(self.dead) - self._noticed

    @property
    def wrongly_out(self):
        """Seconds that living servers were believed to be unhealthy, added up over the servers."""
        return _seconds(self.out) - self._noticed

    @property
    def false_alarms(self):
        """How often a living server was taken out."""
        return sum(
            not any(dead == name and begin <= start < end for dead, begin, end in self.dead)
            for name, start, _ in self.out
        )

    @property
    def _noticed(self):
        return sum(
            max(0.0, min(end, to) - max(begin, since))
            for dead, begin, end in self.dead
            for name, since, to in self.out
            if dead == name
        )


def watch(
    health_checker=None,
    *,
    seed=0,
    servers=4,
    duration=60.0,
    dies_at=None,
    returns_after=20.0,
    added_at=None,
    fall=3,
    rise=2,
    probe_loss=0.0,
):
    """Return the Health of the servers as `health_checker` sees it, without any traffic.

    The parameters are those of `simulate`, and so are the errors. Every server is probed once a
    second, and the same probes are lost for every checker.
    """
    duration = parameters.number("duration", duration, above=0, unit="s")
    joins = joining(servers, added_at)
    loss = parameters.number("probe_loss", probe_loss, at_least=0, at_most=1)
    limits = {"fall": parameters.count("fall", fall), "rise": parameters.count("rise", rise)}
    checker = _Beliefs(make(LastProbe if health_checker is None else health_checker, **limits))
    dead = _outage(dies_at, returns_after, duration)
    rng = random.Random(f"probes {seed}")
    for number in count():
        now = (number + 0.5) * PROBE_EVERY
        if now >= duration:
            return Health(dead, checker.out(duration), duration)
        for place, joined in enumerate(joins):
            answered = rng.random() >= loss  # drawn for every one: the same whatever happens
            name = network.web_server(place + 1).name
            if any(away == name and begin <= now < end for away, begin, end in dead):
                answered = False
            if joined <= now:
                checker.probe(name, answered, now)


def joining(servers, added_at):
    """Return from which time (s) each server is there, a list; one joins at `added_at`, if ever."""
    joins = [0.0] * parameters.count("servers", servers, at_most=120)
    added_at = parameters.time("added_at", added_at)
    return joins if added_at == parameters.NEVER else [*joins, added_at]


def _outage(dies_at, returns_after, duration):
    start = parameters.time("dies_at", dies_at)
    if start == parameters.NEVER:
        return ()
    length = parameters.number("returns_after", returns_after, above=0, unit="s")
    end = min(start + length, duration)
    return ((network.web_server(1).name, start, end),) if start < end else ()


class _Beliefs:
    """Asks a checker after every probe, and records when it held which server to be unhealthy."""

    def __init__(self, checker):
        self.name = name_of(checker)
        self.observe, self.is_healthy = methods(checker, "observe", "is_healthy")
        self.since, self.closed = {}, []

    def probe(self, server, answered, now):
        with sentences(lambda: f"{self.name}.observe({server!r}, {answered})"):
            self.observe(server, answered)
        with sentences(lambda: f"{self.name}.is_healthy({server!r})"):
            healthy = self.is_healthy(server)
        if not isinstance(healthy, bool):
            call = f"{self.name}.is_healthy({server!r})"
            raise ComponentError(wrong_return(call, healthy, "True or False"))
        if not healthy:
            self.since.setdefault(server, now)
        elif server in self.since:
            self.closed.append((server, self.since.pop(server), now))

    def out(self, end):
        return (*self.closed, *((server, since, end) for server, since in self.since.items()))


def _seconds(intervals):
    return sum(end - start for _, start, end in intervals)
