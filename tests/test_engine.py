"""The engine against a recursion on the same traffic, against Little's law, and against theory."""

import heapq
import math
from fractions import Fraction

import numpy as np
import pytest
import simpy

from course.engine import theory, workload
from course.engine.record import Recorder, milliseconds
from course.engine.recursion import first_come_first_served
from course.engine.stations import Request, Station, arrivals
from tests import oracles


def run(times, works, workers=1, watch=None):
    """Return the Result of one station fed with the traffic; `watch` is called after each step."""
    env = simpy.Environment()
    recorder = Recorder(len(times))
    station = Station(env, workers, recorder.add)

    arrivals(env, times, works, station.submit)
    while env.peek() < math.inf:
        env.step()
        if watch:
            watch(env, station)
    return recorder.result(workers=workers)


def test_the_recursion_of_the_labs_is_the_station():
    times, works = traffic(3, 5000, rate=2.9)
    station, recursion = run(times, works, 3), first_come_first_served(times, works, 3)
    for column in ("arrived_at", "started_at", "finished_at"):
        assert np.allclose(getattr(station, column), getattr(recursion, column), rtol=1e-12)
    assert recursion.utilization == pytest.approx(station.utilization, rel=1e-12)
    assert recursion.availability == 1 and recursion.duration == pytest.approx(station.duration)


def traffic(seed, count, rate=0.8, work=workload.exponential_work):
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), rate, count)
    return times, work(workload.stream(seed, "work"), 1.0, count)


def recursion(times, works, workers):
    """Kiefer–Wolfowitz: the wait of each request, from when each worker gets free. No events."""
    free, waits = [0.0] * workers, []
    for time, work in zip(times.tolist(), works.tolist(), strict=True):
        start = max(time, heapq.heappop(free))
        heapq.heappush(free, start + work)
        waits.append(start - time)
    return np.array(waits)


@pytest.mark.parametrize("workers", [1, 2, 4, 7])
def test_waits_are_those_of_an_independent_recursion(workers):
    times, works = traffic(workers, 20_000, rate=0.9 * workers)
    result = run(times, works, workers)
    difference = np.abs(result.wait - recursion(times, works, workers)).max()
    assert difference < 1e-12 * times[-1]  # 12 digits of the clock's last reading


@pytest.mark.parametrize("workers", [1, 3])
def test_littles_law_holds_exactly(workers):
    """∫ N dt, summed while it runs, is the sum of the times in the system, without rounding."""
    area, last, number = Fraction(0), Fraction(0), 0

    def watch(env, station):
        nonlocal area, last, number
        now = Fraction(env.now)
        area += number * (now - last)
        last, number = now, station.active

    result = run(*traffic(5, 3000, rate=0.9 * workers), workers, watch)
    served = result.served
    sojourns = zip(result.arrived_at[served], result.finished_at[served], strict=True)
    assert area == sum(Fraction(end) - Fraction(start) for start, end in sojourns)


def band(values):
    """Return the mean over replications and 4 of its standard errors, estimated from them."""
    values = np.asarray(values)
    return values.mean(), 4 * values.std(ddof=1) / math.sqrt(len(values))


def replications(measure, count=12, customers=20_000, **kind):
    return band([measure(run_kind(seed, customers, **kind)) for seed in range(count)])


def run_kind(seed, customers, *, busy=0.8, workers=1, work=None):
    times, works = traffic(seed, customers, busy * workers, work=work or workload.exponential_work)
    return run(times, works, workers)


def four_times_uneven(rng, mean, count):
    return workload.uneven_work(rng, mean, count, cv_squared=4.0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({}, theory.mean_wait(0.8, 1)),
        ({"workers": 4}, theory.mean_wait(3.2, 1, 4)),
        ({"work": workload.constant_work}, oracles.mean_wait_any_work(0.8, 1, 0)),
        ({"work": four_times_uneven}, oracles.mean_wait_any_work(0.8, 1, 4)),
        ({"busy": 100 / 110, "workers": 110, "customers": 100_000}, theory.mean_wait(100, 1, 110)),
    ],
    ids=["M/M/1", "M/M/4", "M/D/1", "M/G/1", "square-root staffing"],
)
def test_mean_wait_is_that_of_theory(kind, expected):
    mean, width = replications(lambda result: result.mean_wait, **kind)
    assert abs(mean - expected) < width
    assert width < 0.25 * expected  # the band would notice an error of a quarter


@pytest.mark.parametrize("percent", [50, 95, 99])
def test_percentiles_are_those_of_theory(percent):
    mean, width = replications(lambda result: result.percentile(percent))
    assert abs(mean - oracles.latency_percentile(percent, 0.8, 1)) < width


@pytest.mark.parametrize(
    ("load", "workers", "places", "work"),
    [
        (8, 10, 10, workload.exponential_work),  # Erlang B, which any distribution has
        (8, 10, 10, workload.constant_work),
        (8, 10, 10, four_times_uneven),
        (3.6, 4, 10, workload.exponential_work),
    ],
)
def test_a_station_that_is_full_loses_what_theory_says(load, workers, places, work):
    """The band is four standard errors of 10 runs; it must notice an error of a tenth."""

    def lost(seed):
        env, turned_away = simpy.Environment(), []
        station = Station(env, workers, lambda request: None)
        times, works = traffic(seed, 10_000, load, work)
        submit = [turned_away.append, station.submit]
        arrivals(env, times, works, lambda each: submit[station.active < places](each))
        env.run()
        return len(turned_away) / len(times)

    mean, width = band([lost(seed) for seed in range(10)])
    expected = oracles.lost_share(load, workers, places)
    assert abs(mean - expected) < width < 0.1 * expected


def test_busy_time_and_throughput_are_those_of_the_traffic():
    times, works = traffic(3, 5000)
    result = run(times, works)
    assert result.utilization == pytest.approx(works.sum() / result.duration, rel=1e-12)
    assert result.throughput == pytest.approx(5000 / result.finished_at.max(), rel=1e-12)
    assert result.availability == 1.0


def test_a_station_that_fails_loses_what_it_holds_and_comes_back():
    env = simpy.Environment()
    recorder = Recorder(4)
    station = Station(env, 1, recorder.add)
    for number in range(3):
        assert station.submit(Request(number, 0.0, 10.0))
    env.run(until=4)
    station.fail()
    assert not station.submit(Request(3, 4.0, 1.0)) and station.active == 0
    station.restore()
    late = Request(3, 4.0, 1.0)
    late.arrived_at = 4.0
    assert station.submit(late)
    env.run()
    assert env.now == 10.0  # the old timer still went off, and finished nothing
    assert list(recorder.failed) == [1, 1, 1, 0]
    assert list(recorder.finished) == [4.0, 4.0, 4.0, 5.0]


def test_number_in_system_counts_who_is_there():
    result = run(np.array([1.0, 2.0, 3.0]), np.array([5.0, 1.0, 1.0]))
    assert result.number_in_system([0, 1.5, 2.5, 6.5, 7.5, 9]).tolist() == [0, 1, 2, 2, 1, 0]
    assert result.number_in_system([2.5], "server").tolist() == [2]
    assert result.number_in_system([2.5], "other").tolist() == [0]


def test_the_summary_tells_the_run_in_words():
    env, recorder = simpy.Environment(), Recorder(2)
    station = Station(env, 1, recorder.add)
    arrivals(env, np.array([1.0, 2.0]), np.array([5.0, 9.0]), station.submit)
    env.run(until=6.5)
    station.fail()
    assert recorder.result(workers=1).summary() == (
        "2 requests in 6 s: mean latency 5.0 s, 99 % within 5.0 s, workers 85% busy, 1 failed."
    )


def test_a_run_without_requests_has_no_latency():
    result = Recorder(0).result(workers=1)
    assert math.isnan(result.mean_latency) and math.isnan(result.percentile(99))
    assert (result.throughput, result.utilization, result.availability) == (0.0, 0.0, 1.0)
    assert milliseconds(result.mean_latency) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "40 ms"), (0.0004, "0.4 ms"), (1.26, "1.3 s")]
)
def test_milliseconds_read_as_people_read_them(seconds, text):
    assert milliseconds(seconds) == text
