"""Formulas that pictures show next to a simulation: rates in requests/s, times in seconds.

Sources: Kleinrock, Queueing Systems I (1975); Erlang (1917); Che, Tung and Wang, Hierarchical Web
caching systems (2002). Formulas that only tests use are in tests/oracles.py.
"""

import math

import numpy as np

from course.engine import parameters


def offered_load(arrival_rate, service_time):
    """Return the work that arrives per second, in erlangs: how many workers it keeps busy.

    arrival_rate × service_time (Erlang, 1917). ValueError names a number below 0.
    """
    rate = parameters.number("arrival_rate", arrival_rate, at_least=0, unit="requests/s")
    return rate * parameters.number("service_time", service_time, at_least=0, unit="s")


def _busy(arrival_rate, service_time, workers=1):
    load = offered_load(arrival_rate, service_time)
    return load / parameters.count("workers", workers)


def erlang_c(arrival_rate, service_time, workers):
    """Return the probability that a request must wait in M/M/c; 1 if overloaded (Erlang, 1917)."""
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return 1.0
    blocked = 1.0  # Erlang B, by recursion over the workers: factorials would overflow
    load = busy * workers
    for worker in range(1, workers + 1):
        blocked = load * blocked / (worker + load * blocked)
    return blocked / (1 - busy * (1 - blocked))


def mean_wait(arrival_rate, service_time, workers=1):
    """Return the mean wait (s) in M/M/c; inf if overloaded (Kleinrock, chapter 3)."""
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return math.inf
    return erlang_c(arrival_rate, service_time, workers) * service_time / (workers * (1 - busy))


def mean_latency(arrival_rate, service_time, workers=1):
    """Return the mean latency (s) in M/M/c, which is wait and service; inf if overloaded."""
    return mean_wait(arrival_rate, service_time, workers) + service_time


def latency_percentile(arrival_rate, service_time, workers, percent):
    """Return the latency (s) that `percent` % of the requests do not exceed in M/M/c.

    inf if overloaded. The wait is 0 or, with Erlang's probability, exponential (Kleinrock, chapter
    3); the service time is added to it, and the sum is inverted by bisection.
    """
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return math.inf
    waits, serves = erlang_c(arrival_rate, service_time, workers), 1 / service_time
    clears = workers * (1 - busy) * serves
    if math.isclose(clears, serves):
        clears *= 1 + 1e-9  # both exponentials alike: the limit, near enough

    def longer(time):
        late = (clears * math.exp(-serves * time) - serves * math.exp(-clears * time)) / (
            clears - serves
        )
        return (1 - waits) * math.exp(-serves * time) + waits * late

    return inverted(longer, 1 - percent / 100)


def inverted(longer, share):
    """Return the time (s) at which `longer(time)`, which falls from 1 to 0, is `share`."""
    low, high = 0.0, 1.0
    while longer(high) > share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if longer(middle) > share else (low, middle)
    return high


def lru_hit_ratio(popularity, capacity):
    """Return the hit ratio (0 to 1) of an LRU cache with room for `capacity` keys.

    popularity: the share of the requests for each key. By the approximation of Che, Tung and Wang:
    the cache holds a key if it was among the last T requests, with T such that it holds `capacity`
    keys on average.
    """
    shares, capacity = _shares(popularity, capacity)
    if capacity >= len(shares):
        return 1.0
    window = capacity * 1.0  # Newton from below: the keys held are at most T, and concave in T
    for _ in range(200):
        held = _held(shares, window)
        step = (capacity - held.sum()) / (shares @ (1 - held))
        window += step
        if step <= 1e-14 * window:
            break
    return float(shares @ _held(shares, window))


def _held(shares, window):
    """Return the probability that each key was among the last `window` requests."""
    return -np.expm1(-shares * window)


def _shares(popularity, capacity):
    shares = np.asarray(popularity, dtype=float)
    return shares[shares > 0], parameters.count("capacity", capacity, at_least=0)


def ttl_hit_ratio(rate, ttl):
    """Return the hit ratio (0 to 1) of a key that is asked for `rate` times/s and kept for `ttl` s.

    Requests are Poisson and a hit does not renew the time, so each load is followed by rate × ttl
    hits on average. `rate` may be an array.
    """
    more = np.asarray(rate, dtype=float) * ttl
    return more / (1 + more)


def stale_probability(age, lag, write_rate=0.0):
    """Return the probability that a replica does not have a write that was made `age` s ago.

    Each log entry takes an exponential time of mean `lag` s to the replica, and they are applied in
    order: the write must have arrived, and so must all writes before it (Poisson, `write_rate`/s).
    `age` may be an array.
    """
    missing = np.exp(-np.asarray(age, dtype=float) / lag)
    return 1 - (1 - missing) * np.exp(-write_rate * lag * missing)
