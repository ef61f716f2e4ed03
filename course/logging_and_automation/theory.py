"""Closed formulas of this lab: what alerts, canaries and retention come to by probability theory.

Of an alert: each window is above the threshold with a fixed probability, independently of the
others, and the alert fires at the end of a run of `needed` such windows (Feller, An Introduction to
Probability Theory and Its Applications, 1968, chapter XIII: success runs).
"""

import numpy as np

from course.logging_and_automation.model import DAY, LASTS, WINDOW


def more_than(errors, requests, error_rate):
    """Return P(more than `errors` of `requests` independent requests fail); a number or array."""
    return 1 - np.cumsum(_binomial(requests, error_rate))[np.asarray(errors, dtype=int)]


def above(threshold, requests, error_rate):
    """Return P(a window's error rate is above `threshold`, a number or an array)."""
    most = np.floor(np.asarray(threshold, dtype=float) * requests + 1e-9)
    return np.clip(more_than(np.minimum(most, requests), requests, error_rate), 0, 1)


def false_alarms(chance, needed, windows=DAY):
    """Return the expected number of alarms in `windows` windows, each above with `chance`.

    An alarm begins with the `needed`-th window of a run, and a run begins with the first window of
    all or after one that is not above.
    """
    if needed > windows:
        return 0.0 * chance
    return chance**needed * (1 + (windows - needed) * (1 - chance))


def mean_delay(chance, needed, windows=LASTS):
    """Return the mean of min(time of the first alarm, length of the incident), in seconds.

    chance: of a window to be above, a number or an array. By the Markov chain of run lengths: how
    likely is each length, without an alarm so far, after each of `windows` windows?
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


def expected_retention(signing, chance, day, after):
    """Return the expected share of those active on `day` who are active `after` days later.

    signing: how many users sign up on each day. chance: the matrix of `users.chances`. nan if that
    day is beyond the calendar.
    """
    if day + after >= chance.shape[1]:
        return float("nan")
    weights = signing * chance[:, day]
    return float(weights @ chance[:, day + after] / weights.sum())


def _binomial(requests, error_rate):
    """Return the probabilities of 0, 1, …, `requests` failures."""
    if error_rate in (0, 1):
        return (np.arange(requests + 1) == requests * error_rate).astype(float)
    steps = np.arange(1, requests + 1)
    ratios = np.log((requests - steps + 1) / steps) + np.log(error_rate / (1 - error_rate))
    logs = np.concatenate([[0.0], np.cumsum(ratios)]) + requests * np.log1p(-error_rate)
    return np.exp(logs)
