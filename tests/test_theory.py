"""The formulas against the course's table of numbers, which were simulated independently."""

import math

import numpy as np
import pytest

from course.engine import theory
from course.engine.workload import zipf_popularity
from tests import oracles


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (theory.mean_wait(0.8, 1), 4.0),
        (theory.mean_latency(0.8, 1), 5.0),
        (oracles.latency_percentile(50, 0.8, 1), 3.4657),
        (oracles.latency_percentile(95, 0.8, 1), 14.9787),
        (oracles.latency_percentile(99, 0.8, 1), 23.0259),
        (theory.mean_wait(0.95, 1), 19.0),
        (theory.erlang_c(3.2, 1, 4), 0.5964),
        (theory.mean_wait(3.2, 1, 4), 0.7455),
        (oracles.wait_percentile(99, 3.2, 1, 4), 5.1105),
        (oracles.mean_wait_any_work(0.8, 1, 0), 2.0),
        (oracles.mean_wait_any_work(0.8, 1, 4), 10.0),
        (theory.erlang_c(100, 1, 110), 0.2370),
        (theory.mean_wait(100, 1, 110), 0.0237),
        (oracles.mean_latency_round_robin(0.8, 4), 3.2674),
        (theory.mean_latency(3.2, 1, 4), 1.7455),
        (oracles.mean_latency_of_choices(0.5), 1.2657),
        (oracles.mean_latency_of_choices(0.8), 1.9474),
        (oracles.mean_latency_of_choices(0.9), 2.6141),
        (oracles.mean_latency_of_choices(0.99), 5.4320),
        (oracles.mean_latency_of_choices(0.99, choices=1), 100),
        (oracles.mean_latency_of_few_choices(0.5, 4, 2, 9), 1.3245),
        (oracles.lost_share(8, 10, 10), 0.1217),
        (oracles.lost_share(3.6, 4, 10), 0.0672),
        (oracles.repaired_per_second(4, 0.05, 0.1, 1), 9.9842),
        (theory.lru_hit_ratio(zipf_popularity(10_000, 0.8), 1000), 0.4367),
        (theory.lru_hit_ratio(zipf_popularity(10_000, 1.0), 1000), 0.6756),
        (oracles.ideal_hit_ratio(zipf_popularity(10_000, 0.8), 1000), 0.5706),
        (oracles.ideal_hit_ratio(zipf_popularity(10_000, 1.0), 1000), 0.7648),
        (theory.ttl_hit_ratio(2, 10), 0.9524),
        (theory.stale_probability(2, 1), 0.1353),
    ],
)
def test_formula_gives_the_number_of_the_table(found, expected):
    assert found == pytest.approx(expected, abs=0.5e-4 * max(1, abs(expected) / 10))


def test_overload_waits_for_ever():
    assert theory.mean_wait(1.0, 1) == math.inf
    assert oracles.mean_wait_any_work(2.0, 1, 1) == math.inf
    assert oracles.wait_percentile(99, 5, 1, 4) == math.inf
    assert oracles.latency_percentile(99, 2, 1) == math.inf
    assert theory.erlang_c(5, 1, 4) == 1.0


def test_boundaries():
    assert oracles.wait_percentile(10, 0.5, 1, 1) == 0.0
    with pytest.raises(ValueError, match="workers = 0"):
        theory.mean_wait(1, 1, 0)


def test_caches_at_their_ends():
    popularity = zipf_popularity(50, 1.0)
    assert theory.lru_hit_ratio(popularity, 0) == pytest.approx(0, abs=1e-12)
    assert oracles.ideal_hit_ratio(popularity, 0) == 0
    assert theory.lru_hit_ratio(popularity, 50) == 1.0
    assert oracles.ideal_hit_ratio(popularity, 60) == pytest.approx(1.0)
    # all keys alike: whichever are held, the hit ratio is their share
    assert theory.lru_hit_ratio(np.full(1000, 1e-3), 300) == pytest.approx(0.3)


def test_in_order_staleness_against_drawn_delays():
    """Writes at rate 3/s with delays of mean 1 s: the newest entry waits for all older ones."""
    rng, age = np.random.default_rng(4), 1.5
    runs, older = 20_000, 60
    ages = age + np.cumsum(rng.exponential(1 / 3, (runs, older)), axis=1)
    ages = np.column_stack([np.full(runs, age), ages])
    stale = (rng.exponential(1.0, ages.shape) > ages).any(axis=1).mean()
    expected = theory.stale_probability(age, 1.0, write_rate=3)
    noise = math.sqrt(expected * (1 - expected) / runs)
    assert abs(stale - expected) < 4 * noise
    assert expected > 1.5 * theory.stale_probability(age, 1.0)  # the order costs
