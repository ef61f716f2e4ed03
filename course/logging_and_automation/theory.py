"""What an alert must do by probability theory: false alarms a day, delay, verdicts on a canary.

Each window is above the threshold with a fixed probability, independently of the others, and the
alert fires at the end of a run of `needed` such windows (Feller, An Introduction to Probability
Theory and Its Applications, 1968, chapter XIII: success runs).
"""

import numpy as np

from course.logging_and_automation.model import DAY, LASTS, WINDOW


def more_than(errors, requests, error_rate):
    """Return P(more than `errors` of `requests` independent requests fail); arrays of `errors`."""
    return 1 - np.cumsum(_binomial(requests, error_rate))[np.asarray(errors, dtype=int)]


def above(threshold, requests, error_rate):
    """Return P(a window's error rate is above the threshold); an array of them is welcome."""
    most = np.floor(np.asarray(threshold, dtype=float) * requests + 1e-9)
    return np.clip(more_than(np.minimum(most, requests), requests, error_rate), 0, 1)


def false_alarms(chance, needed, windows=DAY):
    """Return the expected number of alarms in that many windows, each above with `chance`.

    A run's `needed`-th window starts one: at the very beginning, or after a window that was not.
    """
    if needed > windows:
        return 0.0 * chance
    return chance**needed * (1 + (windows - needed) * (1 - chance))


def mean_delay(chance, needed, windows=LASTS):
    """Return the mean of min(time of the first alarm, the whole length), in seconds.

    By the chain of run lengths: after each window, how likely is each length, and no alarm yet?
    """
    chance = np.atleast_1d(np.asarray(chance, dtype=float))
    lengths = np.zeros((needed, chance.size))
    lengths[0] = 1.0
    waited = np.zeros(chance.size)
    for _ in range(windows):
        quiet = lengths.sum(axis=0)
        waited += quiet
        lengths[1:] = lengths[:-1] * chance
        lengths[0] = quiet * (1 - chance)
    return waited * WINDOW


def _binomial(requests, error_rate):
    """Return the probabilities of 0, 1, …, `requests` failures."""
    if error_rate in (0, 1):
        return (np.arange(requests + 1) == requests * error_rate).astype(float)
    steps = np.arange(1, requests + 1)
    ratios = np.log((requests - steps + 1) / steps) + np.log(error_rate / (1 - error_rate))
    logs = np.concatenate([[0.0], np.cumsum(ratios)]) + requests * np.log1p(-error_rate)
    return np.exp(logs)
