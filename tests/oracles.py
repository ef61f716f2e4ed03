"""Formulas and second implementations that only tests compare a simulation with.

Rates in requests/s, times in seconds. Sources: Kleinrock, Queueing Systems I (1975); Mitzenmacher,
The power of two choices in randomized load balancing (2001).
"""

import math
from itertools import combinations, combinations_with_replacement

import numpy as np

from course.engine.theory import erlang_c, offered_load


def wait_percentile(percent, arrival_rate, service_time, workers=1):
    """Return the wait that `percent` % of requests do not exceed in M/M/c (inf when overloaded)."""
    busy = offered_load(arrival_rate, service_time) / workers
    if busy >= 1:
        return math.inf
    waits = erlang_c(arrival_rate, service_time, workers)
    beyond = 1 - percent / 100
    if beyond >= waits:
        return 0.0
    return math.log(waits / beyond) * service_time / (workers * (1 - busy))


def latency_percentile(percent, arrival_rate, service_time):
    """Return the time in system that `percent` % do not exceed in M/M/1 (inf when overloaded)."""
    busy = offered_load(arrival_rate, service_time)
    if busy >= 1:
        return math.inf
    return -math.log(1 - percent / 100) * service_time / (1 - busy)


def mean_wait_any_work(arrival_rate, service_time, cv_squared):
    """Return the mean wait of M/G/1 (Pollaczek–Khinchine); `cv_squared` of the work."""
    busy = offered_load(arrival_rate, service_time)
    if busy >= 1:
        return math.inf
    return busy * service_time / (1 - busy) * (1 + cv_squared) / 2


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


def mean_latency_of_few_choices(busy, servers, choices, longest):
    """Return the mean time in system, in service times, when each request picks the shortest of
    `choices` different ones of a few M/M/1 queues. Their Markov chain, solved: states are sorted
    lengths, of which none exceeds `longest`; then Little's law.
    """
    states = list(combinations_with_replacement(range(longest + 1), servers))
    places = {state: place for place, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))  # from, to

    def move(state, at, by, rate):
        lengths = list(state)
        lengths[at] += by
        rates[places[state], places[tuple(sorted(lengths))]] += rate

    chosen = list(combinations(range(servers), choices))
    for state in states:
        for shortest in (min(those) for those in chosen):
            if state[shortest] < longest:
                move(state, shortest, 1, busy * servers / len(chosen))
        for at in range(servers):
            if state[at]:
                move(state, at, -1, 1.0)
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0  # one of the equations follows from the others: all shares add up to 1
    shares = np.linalg.solve(balance, np.eye(len(states))[0])
    return float(shares @ np.sum(states, axis=1)) / (busy * servers)


def lost_share(load, workers, places):
    """Return the share of Poisson arrivals that find all `places` taken (M/M/c/K).

    load: in erlangs. With as many places as workers it is Erlang's B formula, which holds for any
    distribution of the work.
    """
    weights = [1.0]
    for number in range(1, places + 1):
        weights.append(weights[-1] * load / min(number, workers))
    return weights[-1] / sum(weights)


def repaired_per_second(machines, up, repair, crew):
    """Return the throughput of machine repair: a closed network, by its birth-death chain.

    Each of `machines` runs for `up` seconds on average, and then needs one of a `crew` for `repair`
    seconds.
    """
    weights = [1.0]
    for broken in range(1, machines + 1):
        weights.append(weights[-1] * (machines - broken + 1) / up / (min(broken, crew) / repair))
    at_work = sum(min(broken, crew) * weight for broken, weight in enumerate(weights))
    return at_work / sum(weights) / repair


def ideal_hit_ratio(popularity, capacity):
    """Return the hit ratio of a cache that holds the `capacity` most popular keys, always."""
    return float(np.sort(popularity)[::-1][:capacity].sum())
