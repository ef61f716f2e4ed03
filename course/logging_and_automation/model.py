"""The world of notebook 09: failed requests counted every ten seconds, and an alert that watches.

    simulate(Alert, seed=1, threshold=0.02, for_seconds=60) → Watched

One quiet day shows the false alarms; forty incidents of twenty minutes show how long the alert
takes to notice; one of them, with the quiet minutes around it, is in the picture.

There is no clock: an alert changes nothing of what it watches, so the counts of all windows are
drawn at once and shown to it one after another.
"""

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
from course.logging_and_automation.baselines import burns, fires, states

WINDOW = 10  # seconds: errors are counted over each
DAY = 8640  # windows
LASTS = 120  # windows that an incident lasts when it is not ended earlier
BEFORE, AFTER = 60, 60  # quiet windows around the incident that is shown
INCIDENTS = 40
ERROR_RATE = 0.01  # of a version that is well
LONG, SHORT = 30, 6  # windows of a burn-rate alert: five minutes and one
SPREAD, MEMORY = 0.4, 300.0  # of errors in bunches: σ of the rate's logarithm, and seconds
STATES = ("ok", "pending", "firing")
FIRING = 2


@dataclass(frozen=True)
class Counts:
    """Failed requests in each window of `requests` requests: the same for every alert."""

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
    """What an alert did with the counts; a state is 0 (ok), 1 (pending) or 2 (firing)."""

    counts: Counts
    states: np.ndarray  # of the windows shown
    false_alarms: int  # on the quiet day
    delays: np.ndarray  # s until it noticed each incident; the whole length where it never did
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
    error_rate=ERROR_RATE,
    burst=0.08,
    bunched=False,
    threshold=0.02,
    for_seconds=0.0,
):
    """Return the Watched of an alert on the error rate, over a quiet day and forty incidents.

    component: a class or an instance with `update(now, value)`, which is called every ten seconds
    with the time (s) and the share of failed requests, and returns "ok", "pending" or "firing". A
    class is called for each series, with `threshold` and `for_seconds`. None: the built-in one.
    arrival_rate: requests/s. error_rate, burst: the shares of them that fail on a quiet day and in
    an incident. bunched: whether the quiet day's errors come in bunches, see `count_errors`.

    Raises ValueError, which names a bad number, and ComponentError, which says in one sentence what
    the component did wrong.
    """
    counts = count_errors(seed, arrival_rate, error_rate, burst, bunched)
    threshold = parameters.number("threshold", threshold, at_least=0, at_most=1)
    for_seconds = parameters.number("for_seconds", for_seconds, at_least=0, unit="s")
    shown, quiet, incidents = (
        each / counts.requests for each in (counts.shown, counts.quiet, counts.incidents)
    )
    if component is None:
        needed = windows_needed(for_seconds)
        shown, quiet = (states(each > threshold, needed) for each in (shown, quiet))
        firing = fires(incidents > threshold, needed)
    else:
        settings = {"threshold": threshold, "for_seconds": for_seconds}
        shown, quiet = (follow(component, settings, each) for each in (shown, quiet))
        firing = np.zeros(incidents.shape, dtype=bool)
        for row, rates in zip(firing, incidents, strict=True):
            row[:] = follow(component, settings, rates, until_firing=True) == FIRING
    delays, noticed = delays_of(firing)
    alarms = int(starts(quiet == FIRING))
    return Watched(counts, shown, alarms, delays, noticed, threshold, for_seconds)


def follow(component, settings, values, until_firing=False):
    """Return the state of a new alert of the student's after each value, one every WINDOW s."""
    alert, name = make(component, **settings), name_of(component)
    (update,) = methods(alert, "update(now, value)")
    found = np.zeros(len(values), dtype=np.int8)

    def call():
        return f"{name}.update({now}, {value:g})"

    with sentences(call):
        for number, value in enumerate(values.tolist()):
            now = (number + 1) * WINDOW
            returned = update(now, value)
            if not isinstance(returned, str) or returned not in STATES:
                expected = "'ok', 'pending' or 'firing'"
                raise ComponentError(wrong_return(call(), returned, expected))
            found[number] = state = STATES.index(returned)
            if until_firing and state == FIRING:
                break
    return found


def count_errors(seed, arrival_rate=10.0, error_rate=ERROR_RATE, burst=0.08, bunched=False):
    """Return the Counts of independent requests: a window's errors are binomial.

    bunched: the quiet day's error rate wanders about `error_rate`: its logarithm is normal with
    the standard deviation SPREAD, and forgets where it was within MEMORY seconds (first-order
    autoregression). The other parameters are those of `simulate`; ValueError names a bad one.
    """
    arrival_rate = parameters.number(
        "arrival_rate", arrival_rate, at_least=0.1, at_most=1e6, unit="requests/s"
    )
    error_rate = parameters.number("error_rate", error_rate, at_least=0, at_most=1)
    burst = parameters.number("burst", burst, at_least=0, at_most=1)
    requests = round(arrival_rate * WINDOW)
    windows = DAY + BEFORE + AFTER
    usual = error_rate * _wandering(seed, windows) if bunched else error_rate
    quiet = workload.stream(seed, "quiet").binomial(requests, np.minimum(usual, 1), windows)
    during = workload.stream(seed, "incidents").binomial(requests, burst, (INCIDENTS, LASTS))
    shown = np.concatenate([quiet[DAY : DAY + BEFORE], during[0], quiet[DAY + BEFORE :]])
    return Counts(requests, quiet[:DAY], shown, during)


def _wandering(seed, windows):
    """Return a factor for each window, 1 on average, near that of the window before."""
    kept = float(np.exp(-WINDOW / MEMORY))
    steps = workload.stream(seed, "bunches").normal(0, SPREAD, windows)
    steps[1:] *= (1 - kept**2) ** 0.5
    logarithm, found = 0.0, []
    for step in steps.tolist():
        logarithm = kept * logarithm + step
        found.append(logarithm)
    return np.exp(np.array(found) - SPREAD**2 / 2)


def burn_rate(counts, thresholds, usual=ERROR_RATE):
    """Return what `trade_off` does, for an alert on the last five minutes and the last minute.

    It fires while both have a larger share of errors than the threshold. Before an incident
    `usual` is the share.
    """
    before = np.full((len(counts.incidents), LONG), usual)
    during = np.hstack([before, counts.incidents / counts.requests])
    delays, _ = delays_of(burns(during, thresholds, LONG, SHORT)[..., LONG:])
    quiet = burns(counts.quiet / counts.requests, thresholds, LONG, SHORT)
    return starts(quiet), delays.mean(axis=-1)


def trade_off(counts, thresholds, for_seconds):
    """Return (false alarms on the quiet day, mean delay in s) of the built-in alert, as arrays.

    An entry for each of `thresholds`.
    """
    limits, needed = np.asarray(thresholds, dtype=float), windows_needed(for_seconds)
    quiet = counts.quiet / counts.requests > limits[:, None]
    during = counts.incidents / counts.requests > limits[:, None, None]
    delays, _ = delays_of(fires(during, needed))
    return starts(fires(quiet, needed)), delays.mean(axis=-1)


def windows_needed(for_seconds):
    """Return how many windows in a row must be above: the first, and those of `for_seconds`."""
    return 1 + int(np.ceil(for_seconds / WINDOW))


def starts(firing):
    """Return how often a row of bools begins to be true, along the last axis."""
    return firing[..., 0] + np.count_nonzero(firing[..., 1:] & ~firing[..., :-1], axis=-1)


def delays_of(firing):
    """Return (seconds until each row first fires, whether it does): LASTS windows at most."""
    noticed = firing.any(axis=-1)
    return np.where(noticed, firing.argmax(axis=-1) + 1, LASTS) * float(WINDOW), noticed
