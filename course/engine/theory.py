"""Formulas that the simulations must agree with. Rates in requests/s, times in seconds.

Sources: Kleinrock, Queueing Systems I (1975); Erlang (1917); Mitzenmacher (2001); Che, Tung and
Wang, Hierarchical Web caching systems (2002).
"""

import math

import numpy as np

from course.engine import parameters


def offered_load(arrival_rate, service_time):
    """Return the work that comes per second, in erlangs (Erlang, 1917): workers kept busy by it."""
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


def wait_percentile(percent, arrival_rate, service_time, workers=1):
    """Return the wait that `percent` % of requests do not exceed in M/M/c (inf when overloaded)."""
    busy = _busy(arrival_rate, service_time, workers)
    if busy >= 1:
        return math.inf
    waits = erlang_c(arrival_rate, service_time, workers)
    beyond = 1 - percent / 100
    if beyond >= waits:
        return 0.0
    return math.log(waits / beyond) * service_time / (workers * (1 - busy))


def latency_percentile(percent, arrival_rate, service_time):
    """Return the time in system that `percent` % do not exceed in M/M/1 (inf when overloaded)."""
    busy = _busy(arrival_rate, service_time)
    if busy >= 1:
        return math.inf
    return -math.log(1 - percent / 100) * service_time / (1 - busy)


def mean_wait_any_work(arrival_rate, service_time, cv_squared):
    """Return the mean wait of M/G/1 (Pollaczek–Khinchine); `cv_squared` of the work."""
    busy = _busy(arrival_rate, service_time)
    if busy >= 1:
        return math.inf
    return busy * service_time / (1 - busy) * (1 + cv_squared) / 2


def loss_with_room(arrival_rate, service_time, room):
    """Return the share of requests lost in M/M/1 with `room` for that many (M/M/1/K)."""
    busy = _busy(arrival_rate, service_time)
    if busy == 1:
        return 1 / (room + 1)
    return (1 - busy) * busy**room / (1 - busy ** (room + 1))


def mean_latency_with_room(arrival_rate, service_time, room):
    """Return the mean time in system of those that M/M/1/K serves."""
    busy = _busy(arrival_rate, service_time)
    weights = [busy**number for number in range(room + 1)]
    in_system = sum(number * weight for number, weight in enumerate(weights)) / sum(weights)
    served = arrival_rate * (1 - loss_with_room(arrival_rate, service_time, room))
    return in_system / served


def mean_latency_of_choices(busy, service_time=1.0, choices=2):
    """Return the mean time in system when each request picks the shortest of `choices` random
    queues among very many (Mitzenmacher, 2001); `busy` is the utilization, below 1."""
    if choices == 1:
        return service_time / (1 - busy)
    total, step = 0.0, 0
    while True:
        step += 1
        exponent = (choices**step - choices) / (choices - 1)
        term = busy**exponent
        total += term
        if term < 1e-15:
            return total * service_time


def mean_latency_round_robin(busy, servers, service_time=1.0):
    """Return the mean time in system of Poisson arrivals dealt in turn to `servers` M/M/1 queues.

    Each queue is E_k/M/1: the root σ of σ = (kρ / (kρ + 1 − σ))^k, latency 1 / (μ (1 − σ)).
    """
    rate = servers * busy
    sigma = busy
    for _ in range(10_000):
        following = (rate / (rate + 1 - sigma)) ** servers
        if abs(following - sigma) < 1e-15:
            break
        sigma = following
    return service_time / (1 - sigma)


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


def ideal_hit_ratio(popularity, capacity):
    """Return the hit ratio of a cache that holds the `capacity` most popular keys, always."""
    shares, capacity = _shares(popularity, capacity)
    return float(np.sort(shares)[::-1][:capacity].sum())


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
