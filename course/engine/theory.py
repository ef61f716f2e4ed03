"""Formulas that pictures show beside a simulation. Rates in requests/s, times in seconds.

Sources: Kleinrock, Queueing Systems I (1975); Erlang (1917); Che, Tung and Wang, Hierarchical Web
caching systems (2002). Formulas that only tests use are in tests/oracles.py.
"""

import math

import numpy as np

from course.engine import parameters


def offered_load(arrival_rate, service_time):
    """Return the work that arrives per second, in erlangs (Erlang, 1917): workers it keeps busy."""
    rate = parameters.number("arrival_rate", arrival_rate, at_least=0, unit="requests/s")
    return rate * parameters.number("service_time", service_time, at_least=0, unit="s")


def _busy(arrival_rate, service_time, workers=1):
    load = offered_load(arrival_rate, service_time)
    return load / parameters.count("workers", workers)


def erlang_c(arrival_rate, service_time, workers):
    """Return the probability that a request must wait in M/M/c (1.0 when overloaded)."""
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return 1.0
    blocked = 1.0  # Erlang B by its recursion over the workers: no factorials to overflow
    load = busy * workers
    for worker in range(1, workers + 1):
        blocked = load * blocked / (worker + load * blocked)
    return blocked / (1 - busy * (1 - blocked))


def mean_wait(arrival_rate, service_time, workers=1):
    """Return the mean wait of M/M/c (inf when overloaded)."""
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return math.inf
    return erlang_c(arrival_rate, service_time, workers) * service_time / (workers * (1 - busy))


def mean_latency(arrival_rate, service_time, workers=1):
    """Return the mean time in system of M/M/c: wait and service (inf when overloaded)."""
    return mean_wait(arrival_rate, service_time, workers) + service_time


def lru_hit_ratio(popularity, capacity):
    """Return the hit ratio of an LRU cache of `capacity` keys (Che's approximation).

    `popularity`: the share of requests of each key. A key is held if it was asked for in the last
    T requests, and T is such that `capacity` keys are held.
    """
    shares, capacity = _shares(popularity, capacity)
    if capacity >= len(shares):
        return 1.0
    window = capacity * 1.0  # Newton from below: the keys held are concave in T, at most T of them
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
    """Return the hit ratio of a key asked for `rate` times/s and kept `ttl` s from its load.

    Poisson requests, and a hit does not renew: a load serves rate × ttl more. Arrays are welcome.
    """
    more = np.asarray(rate, dtype=float) * ttl
    return more / (1 + more)


def stale_probability(age, lag, write_rate=0.0):
    """Return the probability that a replica lacks a write of `age` s ago; arrays are welcome.

    Entries take an exponential time of mean `lag` s each and are applied in order: the write must
    have come, and each of the Poisson writes (`write_rate`/s) before it.
    """
    missing = np.exp(-np.asarray(age, dtype=float) / lag)
    return 1 - (1 - missing) * np.exp(-write_rate * lag * missing)
