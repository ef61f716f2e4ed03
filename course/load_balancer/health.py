"""Who is dead and who is believed to be: probes of every server, and what a checker makes of them.

Probes do not depend on the traffic, so what is believed is worked out before the traffic runs.
"""

import random
from dataclasses import dataclass
from itertools import count

from course.engine import parameters
from course.engine.component import ComponentError, make, name_of, sentences, wrong_return
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
    """Return the Health of the servers as `health_checker` sees it; parameters as in `simulate`."""
    duration = parameters.number("duration", duration, above=0, unit="s")
    servers = parameters.count("servers", servers, at_most=120)
    loss = parameters.number("probe_loss", probe_loss, at_least=0, at_most=1)
    joins = [0.0] * servers
    if added_at is not None:
        joins.append(parameters.number("added_at", added_at, at_least=0, unit="s"))
    checker = _Beliefs(
        make(
            LastProbe if health_checker is None else health_checker,
            fall=parameters.count("fall", fall),
            rise=parameters.count("rise", rise),
        )
    )
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


def _outage(dies_at, returns_after, duration):
    if dies_at is None:
        return ()
    start = parameters.number("dies_at", dies_at, at_least=0, unit="s")
    length = parameters.number("returns_after", returns_after, above=0, unit="s")
    end = min(start + length, duration)
    return ((network.web_server(1).name, start, end),) if start < end else ()


class _Beliefs:
    """Asks a checker after every probe, and keeps when it held whom to be unhealthy."""

    def __init__(self, checker):
        self.checker, self.name = checker, name_of(checker)
        for method in ("observe", "is_healthy"):
            if not callable(getattr(checker, method, None)):
                raise ComponentError(f"{self.name} has no method {method}.")
        self.since, self.closed = {}, []

    def probe(self, server, answered, now):
        with sentences(f"{self.name}.observe({server!r}, {answered})"):
            self.checker.observe(server, answered)
        call = f"{self.name}.is_healthy({server!r})"
        with sentences(call):
            healthy = self.checker.is_healthy(server)
        if not isinstance(healthy, bool):
            raise ComponentError(wrong_return(call, healthy, "True or False"))
        if not healthy:
            self.since.setdefault(server, now)
        elif server in self.since:
            self.closed.append((server, self.since.pop(server), now))

    def out(self, end):
        return (*self.closed, *((server, since, end) for server, since in self.since.items()))


def _seconds(intervals):
    return sum(end - start for _, start, end in intervals)
