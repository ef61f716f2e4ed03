"""The traffic: rates, popularity and the shape of work, within bands derived from their noise."""

import math

import numpy as np
import pytest

from course.engine import workload


def rng(name="test", seed=1):
    return workload.stream(seed, name)


def test_streams_repeat_and_differ():
    draws = [rng(name, seed).random() for name, seed in (("a", 1), ("a", 1), ("b", 1), ("a", 2))]
    assert draws[0] == draws[1] and len(set(draws)) == 3


def test_poisson_arrivals_have_their_rate():
    times = workload.poisson_arrivals(rng(), 8.0, 40_000)
    gaps = np.diff(times)
    assert abs(gaps.mean() * 8 - 1) < 4 / math.sqrt(40_000)  # 4 standard errors of the mean
    assert abs(gaps.std() * 8 - 1) < 4 * math.sqrt(2 / 40_000)  # sd of an exponential's sd ≈ √(2/n)
    times = workload.poisson_arrivals_until(rng(), 8.0, 5000.0)
    assert abs(len(times) - 40_000) < 4 * math.sqrt(40_000)
    assert (np.diff(times) >= 0).all() and times[0] >= 0 and times[-1] < 5000


def test_varying_arrivals_follow_the_curve_of_the_day():
    times = workload.varying_arrivals(rng(), lambda t: 0.5 * workload.day_curve(t), 0.5, 86_400)
    by_hour = np.histogram(times, bins=24, range=(0, 86_400))[0]
    middles = (np.arange(24) + 0.5) * 3600
    expected = 3600 * 0.5 * workload.day_curve(middles)
    assert (np.abs(by_hour - expected) < 5 * np.sqrt(expected)).all()  # 24 Poisson counts, 5 sd
    assert workload.day_curve(20 * 3600) == 1.0 and workload.day_curve(8 * 3600) == pytest.approx(
        0.4
    )


def test_varying_arrivals_refuse_a_rate_above_the_peak():
    with pytest.raises(ValueError, match=r"peak_rate = 1: the rate reaches 2 requests/s"):
        workload.varying_arrivals(rng(), lambda t: np.full(len(t), 2.0), 1, 100)


def test_flash_crowd_comes_and_goes():
    times = np.array([0, 99, 130, 160, 10_000])
    factors = workload.flash_crowd(times, start=100, factor=5)
    assert factors[:4].tolist() == [1, 1, 3, 5] and factors[4] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("work", "cv_squared"),
    [
        (workload.constant_work, 0),
        (workload.exponential_work, 1),
        (workload.uneven_work, 4),
    ],
)
def test_work_has_its_mean_and_spread(work, cv_squared):
    works = np.array([work(rng(seed=seed), 0.04, 10_000) for seed in range(20)])
    means = works.mean(axis=1) / 0.04
    spreads = works.var(axis=1) / 0.04**2
    for found, expected in ((means, 1.0), (spreads, cv_squared)):
        error = 4 * found.std(ddof=1) / math.sqrt(20)  # 4 standard errors over replications
        assert abs(found.mean() - expected) <= error + 1e-12


def test_zipf_keys_are_as_popular_as_they_should():
    popularity = workload.zipf_popularity(100, 1.0)
    assert popularity.sum() == pytest.approx(1) and popularity[0] / popularity[9] == pytest.approx(
        10
    )
    counts = np.bincount(workload.zipf_keys(rng(), 100, 1.0, 100_000), minlength=100)
    expected = 100_000 * popularity
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: workload.poisson_arrivals(rng(), -3, 10),
            "arrival_rate = -3: must be > 0 requests/s",
        ),
        (
            lambda: workload.poisson_arrivals(rng(), math.nan, 10),
            "arrival_rate = nan: must be a finite",
        ),
        (lambda: workload.poisson_arrivals(rng(), "8", 10), "arrival_rate = '8': must be a finite"),
        (
            lambda: workload.poisson_arrivals(rng(), 8, 1.5),
            "requests = 1.5: must be a whole number",
        ),
        (lambda: workload.exponential_work(rng(), 0, 10), "service_time = 0: must be > 0 s"),
        (lambda: workload.uneven_work(rng(), 1, 10, 1), "cv_squared = 1: must be > 1"),
        (lambda: workload.zipf_popularity(0, 1), "items = 0: must be between 1 and"),
        (lambda: workload.stream(-1, "a"), "seed = -1: must be between 0"),
        (lambda: workload.poisson_arrivals_until(rng(), 1, 0), "duration = 0: must be > 0 s"),
    ],
)
def test_bad_numbers_are_named(call, sentence):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(sentence)
