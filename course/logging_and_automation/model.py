"""The world of notebook 09: failed requests counted every ten seconds, and an alert that watches.

    simulate(Alert, seed=1, threshold=0.02, for_seconds=60) → Watched

One quiet day shows the false alarms; forty incidents of twenty minutes show how long the alert
takes to notice; one of them, with the quiet minutes around it, is the one in the picture.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, make, name_of, sentences, wrong_return

WINDOW = 10  # seconds: errors are counted over each
DAY = 8640  # windows
LASTS = 120  # windows that an incident lasts, if nobody ends it
BEFORE, AFTER = 60, 60  # quiet windows around the incident that is shown
INCIDENTS = 40
STATES = ("ok", "pending", "firing")
FIRING = 2


@dataclass(frozen=True)
class Counts:
    """Failed requests of each window, `requests` a window: the same for every alert."""

    requests: int
    quiet: np.ndarray  # a day
    shown: np.ndarray  # one incident, with what is before and after it
    incidents: np.ndarray  # rows of LASTS windows, the first of them the one shown

    @property
    def simulated(self):
        """How many requests were counted."""
        return self.requests * (self.quiet.size + self.shown.size + self.incidents.size)


@dataclass(frozen=True)
class Watched:
    """What an alert made of the counts; a state is 0 (ok), 1 (pending) or 2 (firing)."""

    counts: Counts
    states: np.ndarray  # of the windows shown
    false_alarms: int  # on the quiet day
    delays: np.ndarray  # seconds to notice each incident; its whole length where it never did
    noticed: np.ndarray  # which incidents it noticed at all
    threshold: float
    for_seconds: float

    @property
    def delay(self):
        """Mean delay in seconds."""
        return float(self.delays.mean())

    @property
    def missed(self):
        """How many incidents were over before the alert fired."""
        return int((~self.noticed).sum())


def simulate(
    component=None,
    *,
    seed=0,
    arrival_rate=10.0,
    error_rate=0.01,
    burst=0.08,
    threshold=0.02,
    for_seconds=0.0,
):
    """Return what an alert on the error rate does on a quiet day and in forty incidents.

    component: a class or instance with `update(now, value)`, made with `threshold` and
    `for_seconds`; by default the built-in one. `arrival_rate` in requests/s; a share `error_rate`
    of them fails on a quiet day, `burst` in an incident. ValueError names a bad number;
    ComponentError says in one sentence what the component did wrong.
    """
    counts = count_errors(seed, arrival_rate, error_rate, burst)
    threshold = parameters.number("threshold", threshold, at_least=0, at_most=1)
    for_seconds = parameters.number("for_seconds", for_seconds, at_least=0, unit="s")
    if component is None:
        shown, quiet, firing = _watch(counts, threshold, for_seconds)
    else:
        student = _Student(component, threshold, for_seconds)
        shown = student.states(counts.shown / counts.requests)
        quiet = student.states(counts.quiet / counts.requests)
        firing = np.zeros(counts.incidents.shape, dtype=bool)
        for row, errors in zip(firing, counts.incidents / counts.requests, strict=True):
            row[:] = student.states(errors, until_firing=True) == FIRING
    delays, noticed = delays_of(firing)
    return Watched(
        counts, shown, int(starts(quiet == FIRING)), delays, noticed, threshold, for_seconds
    )


def count_errors(seed, arrival_rate=10.0, error_rate=0.01, burst=0.08):
    """Return the Counts: independent requests, so a window's errors are binomial."""
    arrival_rate = parameters.number(
        "arrival_rate", arrival_rate, at_least=0.1, at_most=1e6, unit="requests/s"
    )
    error_rate = parameters.number("error_rate", error_rate, at_least=0, at_most=1)
    burst = parameters.number("burst", burst, at_least=0, at_most=1)
    requests = round(arrival_rate * WINDOW)
    quiet = workload.stream(seed, "quiet").binomial(requests, error_rate, DAY + BEFORE + AFTER)
    during = workload.stream(seed, "incidents").binomial(requests, burst, (INCIDENTS, LASTS))
    shown = np.concatenate([quiet[DAY : DAY + BEFORE], during[0], quiet[DAY + BEFORE :]])
    return Counts(requests, quiet[:DAY], shown, during)


def _watch(counts, threshold, for_seconds):
    """Return (states shown, states of the quiet day, where it fires in incidents), built in."""
    shown, quiet, during = (
        states(each / counts.requests > threshold, for_seconds)
        for each in (counts.shown, counts.quiet, counts.incidents)
    )
    return shown, quiet, during == FIRING


def trade_off(counts, thresholds, for_seconds):
    """Return (false alarms on the quiet day, mean delay in s) for each threshold, as arrays."""
    limits = np.asarray(thresholds, dtype=float)
    quiet = counts.quiet / counts.requests > limits[:, None]
    during = counts.incidents / counts.requests > limits[:, None, None]
    alarms = starts(fires(quiet, for_seconds))
    delays, _ = delays_of(fires(during, for_seconds))
    return alarms, delays.mean(axis=-1)


def windows_needed(for_seconds):
    """Return how many windows in a row must be above: the first, and those of `for_seconds`."""
    return 1 + int(np.ceil(for_seconds / WINDOW))


def fires(above, for_seconds):
    """Return where an alert fires, given where the value is above, along the last axis.

    In one sweep: a window ends a long enough run if that many before it and itself are all above.
    """
    needed = windows_needed(for_seconds)
    total = np.zeros((*above.shape[:-1], above.shape[-1] + 1), dtype=np.int32)
    np.cumsum(above, axis=-1, out=total[..., 1:])
    firing = np.zeros(above.shape, dtype=bool)
    if needed <= above.shape[-1]:
        firing[..., needed - 1 :] = total[..., needed:] - total[..., :-needed] == needed
    return firing


def states(above, for_seconds):
    """Return the state (0 ok, 1 pending, 2 firing) of each window, along the last axis."""
    return above.astype(np.int8) + fires(above, for_seconds)


def starts(firing):
    """Return how often a row of bools begins to be true, along the last axis."""
    return firing[..., 0] + np.count_nonzero(firing[..., 1:] & ~firing[..., :-1], axis=-1)


def delays_of(firing):
    """Return (seconds until each row first fires, whether it does): LASTS windows at most."""
    noticed = firing.any(axis=-1)
    return np.where(noticed, firing.argmax(axis=-1) + 1, LASTS) * float(WINDOW), noticed


class _Student:
    """Asks a student's alert about one series of error rates after another, each with a new one."""

    def __init__(self, component, threshold, for_seconds):
        self.component, self.name = component, name_of(component)
        self.settings = {"threshold": threshold, "for_seconds": for_seconds}

    def states(self, values, until_firing=False):
        """Return the state after each value, one every WINDOW seconds."""
        alert = make(self.component, **self.settings)
        update = getattr(alert, "update", None)
        if not callable(update):
            raise ComponentError(f"{self.name} has no method update(now, value).")
        found = np.zeros(len(values), dtype=np.int8)
        for number, value in enumerate(values.tolist()):
            now = (number + 1) * WINDOW
            try:
                returned = update(now, value)
            except Exception:
                with sentences(self._call(now, value)):
                    raise
            if not isinstance(returned, str) or returned not in STATES:
                expected = "'ok', 'pending' or 'firing'"
                raise ComponentError(wrong_return(self._call(now, value), returned, expected))
            found[number] = state = STATES.index(returned)
            if until_firing and state == FIRING:
                break
        return found

    def _call(self, now, value):
        return f"{self.name}.update({now}, {value:g})"
