"""Formulas that this lab's pictures show next to a run. Rates in 1/s, times in seconds."""

import numpy as np

from course.engine import theory


def expected_still_sent(seconds, *, ttl, lasts, rates):
    """Return the share of a dead center's users still sent there `seconds` after its death.

    ttl: how long (s) a resolver keeps an answer. lasts: the outage's length (s). rates: requests/s
    of each city that the center had served. Arrays of seconds are welcome.

    Poisson requests: at any moment a resolver holds an answer with probability r·ttl / (1 + r·ttl),
    and what is left of its time is uniform in 0 … ttl (a renewal process with cycles of ttl and an
    exponential wait; Cox, Renewal Theory, 1962). After `lasts` s the center is back.
    """
    seconds = np.asarray(seconds, dtype=float)
    left = np.clip(1 - seconds / ttl, 0, None) if ttl else np.zeros_like(seconds)
    return np.where(seconds < lasts, _held(rates, ttl) * left, 0.0)


def expected_after(*, ttl, lasts, rates):
    """Return for how long (s) a user of the dead center is still sent there, on average.

    The integral of `expected_still_sent` over all `seconds`.
    """
    if not ttl:
        return 0.0
    lasts = min(lasts, ttl)
    return _held(rates, ttl) * (lasts - lasts**2 / (2 * ttl))


def _held(rates, ttl):
    """Return the share of the requests for which a resolver holds an answer."""
    rates = np.asarray(rates, dtype=float)
    return float(np.average(theory.ttl_hit_ratio(rates, ttl), weights=rates))


def expected_lost(wait, rate, clock_ahead=0.0):
    """Return the probability that a write is lost which the other center has `wait` s later.

    rate: writes/s of its key in each center. clock_ahead: by how much (s) the other center's clock
    is ahead of this one's; its writes then outrank more than they should.

    By timestamps, the key's next write comes after an exponential time of rate 2 × `rate`, from the
    other center with probability ½. It has not seen this one if it was made within `wait`.
    """
    window = np.clip(np.asarray(wait, dtype=float) + clock_ahead, 0, None)
    return (1 - np.exp(-2 * rate * window)) / 2


def expected_blind(wait, rate):
    """Return the probability that a write has not seen the other center's newest one of its key.

    wait: how long (s) a write is on its way. rate: writes/s of a key in each center.
    """
    return 1 - np.exp(-rate * np.asarray(wait, dtype=float))
