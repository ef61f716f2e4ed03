"""The traffic of a simulation: arrivals, work, popularity of keys, a day's curve.

Each stream of random numbers has its own generator (`stream(seed, "arrivals")`), so that two
components meet exactly the same traffic. Functions that draw take the generator as `rng` and return
NumPy arrays; all of them raise ValueError for a number outside its range.
"""

import zlib

import numpy as np

from course.engine import parameters

DAY = 86_400.0


def stream(seed, name):
    """Return the NumPy generator of the stream `name`: the same seed and name give the same draws.

    seed: a whole number ≥ 0.
    """
    seed = parameters.count("seed", seed, at_least=0, at_most=2**63)
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def poisson_arrivals(rng, rate, count):
    """Return the times (s, ascending) of the first `count` Poisson arrivals at `rate` requests/s.

    The gaps between them are independent and exponential, with mean 1 / `rate`.
    """
    rate = parameters.number("arrival_rate", rate, above=0, unit="requests/s")
    return np.cumsum(rng.exponential(1 / rate, parameters.count("requests", count)))


def poisson_arrivals_until(rng, rate, until):
    """Return the times (s, ascending) of all Poisson arrivals in [0, until) at `rate` requests/s.

    How many there are is random, too: `rate` × `until` on average.
    """
    rate = parameters.number("arrival_rate", rate, above=0, unit="requests/s")
    until = parameters.number("duration", until, above=0, unit="s")
    return np.sort(rng.uniform(0, until, rng.poisson(rate * until)))


def varying_arrivals(rng, rate_at, peak_rate, until):
    """Return the times (s, ascending) of Poisson arrivals in [0, until) at a rate that varies.

    rate_at(times): the rates (requests/s) at an array of times (s). peak_rate: at least as high as
    any of them; ValueError if it is not. By thinning (Lewis and Shedler, 1979).
    """
    times = poisson_arrivals_until(rng, peak_rate, until)
    rates = np.asarray(rate_at(times), dtype=float)
    if rates.size and rates.max() > peak_rate * (1 + 1e-12):
        raise ValueError(f"peak_rate = {peak_rate!r}: the rate reaches {rates.max():g} requests/s")
    return times[rng.uniform(0, peak_rate, times.size) < rates]


def day_curve(times, *, low=0.4, busiest=20 * 3600):
    """Return the rate at each of `times` (s after midnight) as a share of the day's peak rate.

    A cosine: 1 at `busiest` (s after midnight), `low` twelve hours before and after.
    """
    phase = np.cos(2 * np.pi * (np.asarray(times) - busiest) / DAY)
    return low + (1 - low) * (1 + phase) / 2


def flash_crowd(times, *, start, factor, rise=60.0, fall=600.0):
    """Return by which factor a crowd that comes at `start` (s) raises the rate at each of `times`.

    1 before, up to `factor` within `rise` seconds, then back towards 1: what the crowd adds falls
    to 1/e every `fall` seconds.
    """
    since = np.asarray(times) - start
    climbing = np.clip(since / rise, 0, 1)
    fading = np.exp(-np.clip(since - rise, 0, None) / fall)
    return 1 + (factor - 1) * climbing * fading


def constant_work(rng, mean, count):
    """Return `count` works of exactly `mean` seconds each (CV² = 0); `rng` is not used."""
    return np.full(parameters.count("requests", count, at_least=0), _mean(mean))


def exponential_work(rng, mean, count):
    """Return `count` exponential works (s) with the given mean (CV² = 1)."""
    return rng.exponential(_mean(mean), parameters.count("requests", count, at_least=0))


def uneven_work(rng, mean, count, cv_squared=4.0):
    """Return `count` works (s) with the given mean: many short ones, few long ones.

    cv_squared: their squared coefficient of variation (variance / mean²), above 1. They are
    hyperexponential with two phases and balanced means (Whitt, 1982).
    """
    cv_squared = parameters.number("cv_squared", cv_squared, above=1)
    count = parameters.count("requests", count, at_least=0)
    short = (1 + np.sqrt((cv_squared - 1) / (cv_squared + 1))) / 2
    means = np.where(rng.uniform(size=count) < short, 1 / (2 * short), 1 / (2 * (1 - short)))
    return rng.exponential(1.0, count) * means * _mean(mean)


def zipf_popularity(items, exponent):
    """Return the share of the requests for each of `items` keys, most popular first, 1 in total.

    Zipf's law: the share of the k-th key is proportional to k^−exponent; with exponent 0 all keys
    are asked for equally often.
    """
    items = parameters.count("items", items)
    exponent = parameters.number("exponent", exponent, at_least=0)
    weights = np.arange(1, items + 1, dtype=float) ** -exponent
    return weights / weights.sum()


def zipf_keys(rng, items, exponent, count):
    """Return `count` requested keys, each one of 0 … items − 1, key 0 most often (Zipf's law)."""
    cumulative = np.cumsum(zipf_popularity(items, exponent))
    draws = rng.uniform(size=parameters.count("requests", count, at_least=0))
    return np.minimum(np.searchsorted(cumulative, draws, side="right"), items - 1)


def _mean(mean):
    return parameters.number("service_time", mean, above=0, unit="s")
