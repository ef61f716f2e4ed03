"""A day of traffic, and servers that are started and stopped to follow it.

simulate_scaling(Autoscaler, target=0.6, cooldown=600) → Scaled

Pages are counted, not followed one by one: a step at a time, so many come, and the servers that run
can serve so many. Pages beyond that are turned away. A day has some 25 million of them.
"""

import math
from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)
from course.stateless_tier.baselines import Fixed, OneAtATime

CAPACITY = 50.0  # pages a second that one server can serve
PEAK = 500.0  # pages a second at the day's busiest hour
NIGHT = 0.15  # traffic 12 hours before the busiest hour, as a share of it
JUMPS = 0.08  # by how much (standard deviation) one step's traffic differs from the day's curve
HOUR = 3600.0


@dataclass(frozen=True)
class Scaled:
    """A run: a row a step of `every` seconds from `times` (s after midnight) on.

    `pages` that came and were `turned_away`; `serving` servers, and `paid` ones: those and the ones
    that are still starting.
    """

    times: np.ndarray
    every: float
    pages: np.ndarray
    turned_away: np.ndarray
    serving: np.ndarray
    paid: np.ndarray

    @property
    def server_hours(self):
        """Hours of servers that had to be paid for."""
        return float(self.paid.sum() * self.every / HOUR)

    @property
    def availability(self):
        """Share of the pages that were served."""
        return 1.0 - float(self.turned_away.sum() / max(1.0, self.pages.sum()))

    @property
    def needed(self):
        """Servers that would have been busy all the time (with a fraction)."""
        return self.pages / (CAPACITY * self.every)

    @property
    def changes(self):
        """How often the number of servers paid for was changed."""
        return int(np.sum(self.paid[1:] != self.paid[:-1]))


def traffic(*, seed=0, peak=PEAK, crowd=1.0, crowd_at=13.0, start=0.0, hours=24.0, every=60.0):
    """Return (times in s, pages in each step) of a part of a day.

    `peak` pages/s at the busiest hour (20 h), NIGHT times that 12 h away; at `crowd_at` (h) a crowd
    multiplies the traffic by `crowd` within a minute and fades over the next ten.
    """
    peak = parameters.number("peak", peak, above=0, unit="pages/s")
    crowd = parameters.number("crowd", crowd, at_least=1)
    every = parameters.number("every", every, above=0, unit="s")
    start = parameters.number("start", start, at_least=0, unit="h")
    hours = parameters.number("hours", hours, above=0, unit="h")
    times = start * HOUR + np.arange(0, hours * HOUR, every)
    middle = times + every / 2
    rate = peak * workload.day_curve(middle, low=NIGHT)
    rate *= workload.flash_crowd(middle, start=crowd_at * HOUR, factor=crowd)
    shape = 1 / JUMPS**2
    jumps = workload.stream(seed, "jumps").gamma(shape, 1 / shape, times.size)
    return times, workload.stream(seed, "arrivals").poisson(rate * jumps * every).astype(float)


def simulate_scaling(
    component=None,
    *,
    seed=0,
    target=0.6,
    minimum=2,
    maximum=40,
    cooldown=600.0,
    start_up=180.0,
    every=60.0,
    **day,
):
    """Return the Scaled of a day with `component.desired(now, utilization, running)`.

    component: a class (made with target, minimum, maximum, cooldown as far as it takes them) or an
    instance, asked every `every` seconds how many servers it would have; OneAtATime by default; or
    a Fixed number, which is never asked. `running` counts the servers that are starting too, and
    `utilization` is the mean over all of them: a starting server is 0 % busy, none more than 100 %.
    target: how busy the servers are meant to be (a share of 1).
    start_up: seconds until a new server serves; one too many stops at once, those still starting
    first. cooldown: seconds between two changes, for a component that takes it.
    day: peak, crowd, crowd_at, start and hours, as in `traffic`.
    ValueError names a bad number; ComponentError says what the component did wrong.
    """
    times, pages = traffic(seed=seed, every=every, **day)
    target = parameters.number("target", target, above=0, at_most=1)
    minimum = parameters.count("minimum", minimum, at_least=0)
    maximum = parameters.count("maximum", maximum, at_least=max(1, minimum))
    cooldown = parameters.number("cooldown", cooldown, at_least=0, unit="s")
    start_up = parameters.number("start_up", start_up, at_least=0, unit="s")
    room = CAPACITY * every
    if isinstance(component, Fixed):
        number = np.full(times.size, float(component.servers))
        return Scaled(times, every, pages, np.maximum(0, pages - number * room), number, number)
    limits = {"minimum": minimum, "maximum": maximum}
    rule = make(component or OneAtATime, target=target, cooldown=cooldown, **limits)
    (desired,) = methods(rule, "desired(now, utilization, running)")
    # it begins with what it will settle at
    usual = workload.day_curve(times[0] + every / 2, low=NIGHT) * day.get("peak", PEAK)
    running = min(maximum, max(minimum, math.ceil(usual / CAPACITY / target)))
    starting, columns = [], []  # `starting`: when each of them will serve, the latest last

    def call():
        return f"{name_of(rule)}.desired({end:g}, {busy:.4g}, {running})"

    with sentences(call):
        for now, demand in zip(times.tolist(), pages.tolist(), strict=True):
            while starting and starting[0] <= now:
                starting.pop(0)
            serving = running - len(starting)
            served = min(demand, serving * room)
            columns.append((demand - served, serving, running))
            end, busy = now + every, served / (running * room) if running else 0.0
            wanted = desired(end, busy, running)
            if isinstance(wanted, bool) or not isinstance(wanted, (int, np.integer)) or wanted < 0:
                expected = "a whole number of servers, 0 or more"
                raise ComponentError(wrong_return(call(), wanted, expected))
            if wanted > 10_000:
                raise ComponentError(wrong_return(call(), wanted, "at most 10,000 servers"))
            wanted = int(wanted)
            if wanted > running:
                starting += [end + start_up] * (wanted - running)
            elif wanted < running:
                del starting[max(0, len(starting) - (running - wanted)) :]
            running = wanted
    turned_away, serving, paid = np.array(columns).T
    return Scaled(times, every, pages, turned_away, serving, paid)
