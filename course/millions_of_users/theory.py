"""Closed formulas of this lab: waits at web servers and databases, keys that move between shards.

Rates in requests/s, times in seconds; all of them take NumPy arrays where they say so.
"""

import math

import numpy as np


def waits(busy, servers, seconds, balancer):
    """Return (probability of a wait, mean of those waits in s) at `servers` web servers; arrays.

    busy: their utilization, below 1; seconds: mean work of a request; balancer: one of BALANCERS.
    "least connections" is taken for one shared queue (M/M/c), "random" for a queue per server
    (M/M/1), "round robin" for M/M/1 with more even arrivals (Allen and Cunneen, 1990), and "power
    of two choices" follows Mitzenmacher (2001), but is never better than a shared queue. M/M/1 is
    exact; M/M/c is Sakasegawa's approximation (1977). Two choices are exact for very many servers
    only: with 4 at 80 % the wait is 29 % longer than this says.
    """
    shared = shared_queue(busy, servers, seconds)
    if balancer == "least connections":
        return shared
    if balancer == "random":
        return busy, seconds / (1 - busy)
    if balancer == "round robin":
        mean = busy / (1 - busy) * (1 + 1 / servers) / 2
        return mean / (1 + mean), seconds * (1 + mean)
    mean = sum(busy ** (2**choice - 2) for choice in range(2, 9)) * seconds
    mean = np.maximum(mean, shared[0] * shared[1])
    often = np.maximum(busy**2, shared[0])
    return often, mean / np.maximum(often, 1e-300)


def shared_queue(busy, workers, seconds):
    """Return (probability of a wait, mean of those waits in s) of M/M/c; numbers or arrays.

    busy: utilization, below 1; seconds: mean work. P(wait) ≈ busy^(√(2(c + 1)) − 1) (Sakasegawa,
    1977): exact for one worker; for more, the mean wait over all requests is too long by at most
    3.5 % of the work (tests/test_millions_of_users.py).
    """
    often = busy ** (np.sqrt(2 * (workers + 1)) - 1)
    return often, seconds / (workers * (1 - busy))


def fewest_moved(before, after):
    """Return the share of the keys that must move so that all shards hold equally many.

    before: the number of shards; after: their number afterwards, or an array of such numbers.
    """
    after = np.asarray(after, dtype=float)
    return np.maximum(1 - before / after, 0) + np.maximum(1 - after / before, 0)


def moved_by_modulo(before, after, keys=None):
    """Return the share of the keys 0 … keys − 1 with key % before ≠ key % after.

    keys: how many; by default as many as both divide, which is the share of all integers. In such
    a period only the first min(before, after) remainders agree (Chinese remainder theorem).
    """
    period, agreeing = math.lcm(before, after), min(before, after)
    keys = period if keys is None else keys
    staying = keys // period * agreeing + min(keys % period, agreeing)
    return (keys - staying) / keys
