"""A formula for random balancing: each server is a queue of its own, with its share of the traffic.

With uneven work that is an M/H₂/1 queue. Its wait is of phase type (Neuts, Matrix-Geometric
Solutions, 1981), so its percentiles need no simulation.
"""

import math

import numpy as np

from course.engine import parameters, theory


def random_percentile(arrival_rate, service_time, servers, percent, cv_squared=4.0):
    """Return the latency (s) that `percent` % do not exceed behind random balancing.

    servers: with one worker each. The work is hyperexponential with balanced means, as
    `workload.uneven_work` draws it. inf if the servers are overloaded.
    """
    servers = parameters.count("servers", servers)
    rate = arrival_rate / servers
    busy = theory.offered_load(rate, service_time)
    if busy >= 1:
        return math.inf
    short = (1 + math.sqrt((cv_squared - 1) / (cv_squared + 1))) / 2
    start = np.array([short, 1 - short])  # of a request: in which phase its work is
    ends = 2 * start / service_time  # the rate at which each phase ends
    left = busy * start / ends / service_time  # of the request that is being served
    waits = np.diag(-ends) + np.outer(ends, left)
    phases = np.zeros((4, 4))  # first the wait, then the work
    phases[:2, :2], phases[2:, 2:] = waits, np.diag(-ends)
    phases[:2, 2:] = np.outer(-waits.sum(axis=1), start)
    begin = np.concatenate([left, (1 - busy) * start])
    values, vectors = np.linalg.eig(phases)
    weights = (begin @ vectors) * np.linalg.solve(vectors, np.ones(4))

    def longer(time):
        return float((weights * np.exp(values * time)).sum().real)

    return theory.inverted(longer, 1 - percent / 100)
