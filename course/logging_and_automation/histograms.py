"""Latencies of several hosts, one of them slow, and what can be read off their histograms.

The student's Histogram counts the latencies of each host; merged, it counts those of all.
"""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np

from course.engine import parameters, workload
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)

FASTEST, SLOWEST = 0.005, 10.0  # seconds, the first and the last bound
REQUESTS = 2400
TYPICAL = 0.08  # seconds, the median of a host that is well
SPREAD = 0.5  # standard deviation of the latency's logarithm


@dataclass(frozen=True)
class Latencies:
    """What hosts measured, in seconds: `hosts` has an array of latencies for each."""

    hosts: tuple
    bounds: tuple
    quantile: float
    merged: float  # the merged histogram's quantile
    of_hosts: tuple  # the quantile of each host's histogram, nan for one without requests

    @property
    def everything(self):
        """The latencies of all hosts."""
        return np.concatenate(self.hosts)

    @property
    def true(self):
        """The quantile of all latencies: the value of rank ⌈q × count⌉."""
        return float(np.quantile(self.everything, self.quantile, method="inverted_cdf"))

    @property
    def average(self):
        """The mean of the hosts' quantiles: what should never be computed."""
        return float(np.nanmean(self.of_hosts))


def measure(
    histogram,
    *,
    seed=0,
    hosts=5,
    slow_share=0.04,
    slowness=10.0,
    buckets=20,
    quantile=0.99,
    requests=REQUESTS,
):
    """Return the Latencies of `requests` requests on `hosts` hosts, counted by `histogram`.

    histogram: a class made with `bounds`, a list of s, that has `observe(seconds)`, `merge(other)`
    and `quantile(share)`.
    slow_share: of all requests, on the last host, which takes `slowness` times as long; the others
    share the rest evenly.
    buckets: how many bounds from 5 ms to 10 s, each the same factor above the one before.

    Raises ValueError, which names a bad number, and ComponentError, which says in one sentence what
    the class did wrong.
    """
    quantile = parameters.number("quantile", quantile, at_least=0, at_most=1)
    bounds = make_bounds(buckets)
    latencies = draw_latencies(
        seed=seed, hosts=hosts, slow_share=slow_share, slowness=slowness, requests=requests
    )
    merged, of_hosts = merged_quantile(histogram, bounds, latencies, quantile)
    return Latencies(
        hosts=latencies, bounds=bounds, quantile=quantile, merged=merged, of_hosts=of_hosts
    )


def merged_quantile(histogram, bounds, latencies, quantile):
    """Return (quantile of all, quantiles of each host), in s, as the class `histogram` says.

    latencies: of each host, an array of s; nan for what has none.
    """
    histograms = [_observed(histogram, bounds, each) for each in latencies]
    merged = histograms[0]
    name = name_of(histogram)
    for other in histograms[1:]:
        with sentences(f"{name}.merge(other)"):
            result = merged.merge(other)
        if result is None or not hasattr(result, "quantile"):
            raise ComponentError(wrong_return(f"{name}.merge(other)", result, f"a new {name}"))
        merged = result
    of_hosts = tuple(
        _quantile(one, name, quantile, len(each))
        for one, each in zip(histograms, latencies, strict=True)
    )
    return _quantile(merged, name, quantile, sum(map(len, latencies))), of_hosts


def make_bounds(buckets):
    """Return `buckets` ascending bounds (s) from 5 ms to 10 s, rounded to 0.1 ms."""
    buckets = parameters.count("buckets", buckets, at_least=2, at_most=200)
    return tuple(np.round(np.geomspace(FASTEST, SLOWEST, buckets), 4).tolist())


def draw_latencies(*, seed, hosts, slow_share, slowness, requests=REQUESTS):
    """Return a tuple of arrays, the latencies (s) of each host; the last one is the slow one."""
    hosts = parameters.count("hosts", hosts, at_least=2, at_most=100)
    slow_share = parameters.number("slow_share", slow_share, at_least=0, at_most=1)
    slowness = parameters.number("slowness", slowness, at_least=1, at_most=1000)
    requests = parameters.count("requests", requests, at_least=hosts)
    rng = workload.stream(seed, "latencies")
    ones = TYPICAL * rng.lognormal(0.0, SPREAD, requests)
    slow = round(slow_share * requests)
    others = np.array_split(ones[slow:], hosts - 1)
    return (*others, ones[:slow] * slowness)


def _observed(histogram, bounds, latencies):
    """Return a new histogram that has observed the latencies of one host."""
    name = name_of(histogram)
    made = make(histogram, bounds=list(bounds))
    observe, *_ = methods(made, "observe", "merge", "quantile")

    def call():
        return f"{name}.observe({latency:.4g})"

    with sentences(call):
        for latency in latencies.tolist():
            observe(latency)
    return made


def _quantile(made, name, quantile, count):
    call = f"{name}.quantile({quantile:g})"
    with sentences(call):
        value = made.quantile(quantile)
    if not count and value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value):
        raise ComponentError(wrong_return(call, value, "a number of seconds"))
    return float(value)
