"""Who asks for what and when: arrivals, work, popularity, the course of a day.

Each stream of random numbers has its own generator (`stream(seed, "arrivals")`), so that two
components can be compared on exactly the same traffic.
"""

import zlib

import numpy as np

from course.engine import parameters

DAY = 86_400.0


def stream(seed, name):
    """Return the NumPy generator of one named stream; same seed and name, same draws."""
    seed = parameters.count("seed", seed, at_least=0, at_most=2**63)
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def poisson_arrivals(rng, rate, count):
    """Return the times (s, ascending) of `count` Poisson arrivals at `rate` requests/s."""
    rate = parameters.number("arrival_rate", rate, above=0, unit="requests/s")
    return np.cumsum(rng.exponential(1 / rate, parameters.count("requests", count)))


def poisson_arrivals_until(rng, rate, until):
    """Return the times (s, ascending) of Poisson arrivals at `rate` requests/s in [0, until)."""
    rate = parameters.number("arrival_rate", rate, above=0, unit="requests/s")
    until = parameters.number("duration", until, above=0, unit="s")
    return np.sort(rng.uniform(0, until, rng.poisson(rate * until)))


def varying_arrivals(rng, rate_at, peak_rate, until):
    """Return Poisson arrivals in [0, until) whose rate is `rate_at(times)` requests/s.

    Thinning (Lewis and Shedler, 1979); ValueError when the rate exceeds `peak_rate`.
    """
    times = poisson_arrivals_until(rng, peak_rate, until)
    rates = np.asarray(rate_at(times), dtype=float)
    if rates.size and rates.max() > peak_rate * (1 + 1e-12):
        raise ValueError(f"peak_rate = {peak_rate!r}: the rate reaches {rates.max():g} requests/s")
    return times[rng.uniform(0, peak_rate, times.size) < rates]


def day_curve(times, *, low=0.4, busiest=20 * 3600):
    """Return the share of the day's peak rate at each time (s): 1 at `busiest`, `low` 12 h away."""
    phase = np.cos(2 * np.pi * (np.asarray(times) - busiest) / DAY)
    return low + (1 - low) * (1 + phase) / 2


def flash_crowd(times, *, start, factor, rise=60.0, fall=600.0):
    """Return the factor on the rate of a crowd that comes at `start` (s).

    1 before, up to `factor` within `rise` seconds, then back towards 1 exponentially (`fall` s).
    """
    since = np.asarray(times) - start
    climbing = np.clip(since / rise, 0, 1)
    fading = np.exp(-np.clip(since - rise, 0, None) / fall)
    return 1 + (factor - 1) * climbing * fading


def constant_work(rng, mean, count):
    """Return `count` works of exactly `mean` seconds (CV² = 0)."""
    return np.full(parameters.count("requests", count, at_least=0), _mean(mean))


def exponential_work(rng, mean, count):
    """Return `count` exponential works of `mean` seconds (CV² = 1)."""
    return rng.exponential(_mean(mean), parameters.count("requests", count, at_least=0))


def uneven_work(rng, mean, count, cv_squared=4.0):
    """Return `count` works of `mean` seconds: many short, few long.

    `cv_squared` > 1 is their squared coefficient of variation; two-phase hyperexponential with
    balanced means (Whitt, 1982).
    """
    cv_squared = parameters.number("cv_squared", cv_squared, above=1)
    count = parameters.count("requests", count, at_least=0)
    short = (1 + np.sqrt((cv_squared - 1) / (cv_squared + 1))) / 2
    means = np.where(rng.uniform(size=count) < short, 1 / (2 * short), 1 / (2 * (1 - short)))
    return rng.exponential(1.0, count) * means * _mean(mean)


def zipf_popularity(items, exponent):
    """Return the share of requests of each of `items` keys, most popular first, summing to 1."""
    items = parameters.count("items", items)
    exponent = parameters.number("exponent", exponent, at_least=0)
    weights = np.arange(1, items + 1, dtype=float) ** -exponent
    return weights / weights.sum()


def zipf_keys(rng, items, exponent, count):
    """Return `count` keys out of 0 … items − 1; key 0 is asked for most (Zipf's law)."""
    cumulative = np.cumsum(zipf_popularity(items, exponent))
    draws = rng.uniform(size=parameters.count("requests", count, at_least=0))
    return np.minimum(np.searchsorted(cumulative, draws, side="right"), items - 1)


def _mean(mean):
    return parameters.number("service_time", mean, above=0, unit="s")
