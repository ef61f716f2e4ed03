"""The lab of notebook 07: what its simulations must show, and what they do with what goes wrong."""

import math
import re

import numpy as np
import pytest

from course.data_centers import (
    Center,
    Deployment,
    NoHealthyCenter,
    architecture,
    distance_km,
    expected_after,
    expected_blind,
    expected_lost,
    expected_still_sent,
    explore,
    explore_deployment,
    explore_dns,
    explore_outage,
    explore_split,
    explore_sync,
    make_centers,
    moves,
    resolutions,
    simulate,
    simulate_deployment,
    simulate_sync,
)
from course.data_centers.model import PATIENCE, _waits
from course.data_centers.world import OPENING_ORDER, ROUND_TRIPS, WEIGHTS, nearest
from course.engine.cities import CITIES
from course.engine.component import ComponentError
from course.engine.parameters import NEVER
from tests import oracles
from tests.course_scripts import checks, solved, verdict
from tests.explorers import assert_every_step_is_seen, assert_stopped, corners, pictured, shown

SOLVED = solved("07_data_centers")
DNS, RESOLVER, STORE = (SOLVED[name] for name in ("GeoDNS", "CachingResolver", "LastWriterWins"))
SPLIT, DEPLOY = SOLVED["split"], SOLVED["rolling_deploy"]


def mean_and_error(values):
    """Return the mean of independent runs and its standard error."""
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))


# ── the outage: what the picture must show ──


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ttl", [5.0, 60.0, 120.0])
def test_errors_for_up_to_one_ttl_then_none(seed, ttl):
    result = simulate(seed=seed, ttl=ttl, dies_at=180)
    failed = result.arrived_at[result.unreached]
    assert failed.size and failed.min() >= 180
    assert 180 + 0.4 * ttl < failed.max() < 180 + ttl  # the last of some 35 uniform ends
    assert np.array_equal(result.failed, result.unreached)  # capacity is 1.2: nobody is refused
    assert simulate(seed=seed, ttl=0.0, dies_at=180).errors == 0
    assert simulate(seed=seed, ttl=ttl).errors == 0


@pytest.mark.parametrize("seed", range(4))
def test_traffic_goes_to_the_other_center_and_comes_back(seed):
    result = simulate(seed=seed, ttl=60.0, dies_at=120, returns_after=240)
    mine, times = result.place == 0, result.arrived_at

    def share(start, end):
        return mine[(times >= start) & (times < end)].mean()

    before = WEIGHTS[nearest([True, True]) == 0].sum()  # 34.4 %; a share's error is about 1 %
    assert abs(share(0, 120) - before) < 0.04
    assert share(180, 360) == 0.0
    assert 0 < share(360, 420) < before - 0.05  # back over one TTL, not at once
    assert abs(share(420, 600) - before) < 0.04
    assert np.array_equal(result.failed, mine & (times >= 120) & (times < 360))


@pytest.mark.parametrize(("ttl", "lasts"), [(10.0, 240.0), (60.0, 240.0), (120.0, 60.0)])
def test_mean_time_at_the_dead_center_against_theory(ttl, lasts):
    """A renewal process's age at a random moment; the band is four standard errors of 80 runs."""
    rates = 20.0 * WEIGHTS[nearest([True, True]) == 0]
    runs = [
        simulate(seed=seed, ttl=ttl, dies_at=180, returns_after=lasts).mean_after
        for seed in range(80)
    ]
    mean, error = mean_and_error(runs)
    expected = expected_after(ttl=ttl, lasts=lasts, rates=rates)
    assert error < 0.03 * expected
    assert abs(mean - expected) < 4 * error
    busy = min(ttl, lasts) - min(ttl, lasts) ** 2 / (2 * ttl)
    assert 0.6 * busy < expected < busy  # all resolvers busy: half a TTL


def test_who_is_still_sent_there_falls_in_a_straight_line():
    seconds, rates = np.array([0.0, 15, 30, 45, 59.9, 60]), 20.0 * WEIGHTS[nearest([1, 1]) == 0]
    runs = [simulate(seed=seed, dies_at=180).still_sent(seconds) for seed in range(80)]
    error = np.std(runs, axis=0, ddof=1) / math.sqrt(80)
    expected = expected_still_sent(seconds, ttl=60.0, lasts=240.0, rates=rates)
    assert np.all(np.abs(np.mean(runs, axis=0) - expected) <= 4 * error + 1e-3)
    assert expected[0] == pytest.approx(2 * expected[2]) and expected[-1] == 0
    fine = np.linspace(0, 300, 300_001)
    for world in ({"ttl": 60.0, "lasts": 240.0}, {"ttl": 200.0, "lasts": 90.0}):
        area = np.trapezoid(expected_still_sent(fine, **world, rates=rates), fine)
        assert area == pytest.approx(expected_after(**world, rates=rates), rel=1e-3)
    assert expected_after(ttl=0.0, lasts=60.0, rates=rates) == 0
    assert not expected_still_sent(seconds, ttl=0.0, lasts=60.0, rates=rates)[1:].any()


def test_how_often_the_dns_is_asked_against_theory():
    """A city asks once in ttl + 1/rate seconds. Counts vary less than Poisson ones: 4 × √n."""
    for ttl in (0.0, 5.0, 60.0, 300.0):
        asked = sum(int(simulate(seed=seed, ttl=ttl).asked.sum()) for seed in range(10))
        rates = 20.0 * WEIGHTS
        expected = 10 * 600 * float((rates / (1 + rates * ttl)).sum())
        assert abs(asked - expected) < 4 * math.sqrt(expected)


@pytest.mark.parametrize("lag", [0.0, 2.0, 30.0])
def test_writes_lost_are_those_of_the_lag(lag):
    """Poisson: 20/s, a fifth writes, 34.4 % in Washington; 60 runs, four standard deviations."""
    runs = [simulate(seed=seed, lag=lag, dies_at=300).writes_lost for seed in range(60)]
    expected = 60 * 20 * 0.2 * WEIGHTS[nearest([1, 1]) == 0].sum() * lag
    assert abs(sum(runs) - expected) <= 4 * math.sqrt(expected)
    result = simulate(seed=3, lag=lag, dies_at=300)
    times = result.arrived_at[result.traffic.writes & (result.place == 0)]
    assert result.writes_lost == np.sum((times >= 300 - lag) & (times < 300))
    assert simulate(seed=3, lag=lag).writes_lost == 0
    assert simulate(seed=3, lag=lag, dies_at=300, centers=1).writes_lost == 0


def test_a_survivor_that_is_too_small_refuses_what_is_over_its_limit():
    """Fluid: of 20/s it serves 16; refused 20 %. A Poisson count's noise is 1.5 % of all."""
    result = simulate(seed=2, ttl=0.0, dies_at=0, returns_after=600, capacity=0.8, duration=600)
    late = result.arrived_at > 60
    assert abs(result.refused[late].mean() - 0.2) < 4 * 0.01
    assert PATIENCE - 0.1 < waits_in_line(result).max() <= PATIENCE
    assert (result.served & late).sum() / 540 == pytest.approx(16, rel=0.02)
    assert simulate(seed=2, ttl=0.0, dies_at=0, returns_after=600).refused.sum() == 0


def waits_in_line(result):
    """Return how long (s) the served ones waited, without their way to the center."""
    trips = ROUND_TRIPS[result.traffic.cities[result.served], result.place[result.served]]
    return result.wait - trips / 2


def test_the_wait_at_a_center_against_pollaczek_and_khinchine():
    """One center, constant spacing 1/100 s, busy 80 %; replications, four standard errors."""
    chosen = {"centers": 1, "arrival_rate": 80.0, "capacity": 1.25, "duration": 300.0}
    mean, error = mean_and_error(
        [waits_in_line(simulate(seed=seed, **chosen)).mean() for seed in range(12)]
    )
    expected = oracles.mean_wait_any_work(80.0, 0.01, 0.0)
    assert error < 0.03 * expected
    assert abs(mean - expected) < 4 * error


def test_waits_are_those_of_a_queue_written_out():
    rng = np.random.default_rng(4)
    times = np.sort(rng.uniform(0, 100, 800)).tolist()
    queue, expected = [], []  # when each request that was taken begins
    for time in times:
        begins = max(time, queue[-1] + 0.2 if queue else 0.0)
        if begins - time > PATIENCE:
            expected.append(math.nan)
        else:
            queue.append(begins)
            expected.append(begins - time)
    found = np.array(_waits(times, 0.2))
    assert np.allclose(found, expected, atol=1e-9, equal_nan=True)
    assert 0.2 < np.isnan(found).mean() < 0.5


def test_a_split_takes_whole_cities_and_keeps_to_the_percent():
    shares = []
    for percent in range(0, 101, 10):
        result = simulate(seed=1, split=percent)
        shares.append(result.shares[0])
        assert abs(result.shares[0] - percent / 100) < 0.04  # a city is up to 4 %
        cities = [set(result.traffic.cities[result.place == place]) for place in (0, 1)]
        assert not cities[0] & cities[1]
    assert shares == sorted(shares)
    near = simulate(seed=1).percentile(50)
    assert simulate(seed=1, split=50).percentile(50) > 1.3 * near  # distance no longer counts


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "world",
    [
        {},
        {"dies_at": 180, "ttl": 120.0},
        {"dies_at": 180, "ttl": 0.0, "capacity": 0.5},
        {"dies_at": 100, "ttl": 7.0, "returns_after": 3.0, "centers": 4},
        {"dies_at": 50, "ttl": 300.0, "centers": 3, "dies": "Frankfurt", "returns_after": 900},
        {"dies_at": 250, "ttl": 45.0, "centers": 1},
    ],
)
def test_three_ways_to_the_same_answers(world, seed):
    """All resolvers by table, one by one through a student's, and a student's DNS alone."""
    table = simulate(seed=seed, arrival_rate=8.0, **world)
    for dns, resolver in ((DNS, RESOLVER), (DNS, None), (None, RESOLVER)):
        mine = simulate(dns, resolver=resolver, seed=seed, arrival_rate=8.0, **world)
        for column in ("place", "asked", "failed", "arrived_at", "of_dead"):
            assert np.array_equal(getattr(mine, column), getattr(table, column)), column
        assert np.allclose(mine.after_outage, table.after_outage, atol=1e-9)


def test_with_one_center_an_outage_is_an_outage():
    result = simulate(seed=1, centers=1, dies_at=200, returns_after=100)
    during = (result.arrived_at >= 200) & (result.arrived_at < 300)
    assert np.array_equal(result.failed, during)
    nowhere = result.place == result.names.index("no center")
    assert nowhere.any() and not nowhere[~during].any()


def test_a_resolver_that_never_forgets_costs_the_whole_outage():
    class Elephant(RESOLVER):
        def __init__(self, dns, ttl):
            super().__init__(dns, 1e9)

    result = simulate(DNS, resolver=Elephant, seed=1, dies_at=180, returns_after=200)
    assert result.unreached[(result.place == 0) & (result.arrived_at > 180)][:100].all()
    assert result.mean_after > 1.5 * 60


def test_the_traffic_is_the_same_whatever_is_chosen():
    one = simulate(seed=4, ttl=5.0, dies_at=60)
    other = simulate(DNS, resolver=RESOLVER, seed=4, ttl=300.0, centers=4)
    assert np.array_equal(one.arrived_at, other.arrived_at)
    assert np.array_equal(one.traffic.cities, other.traffic.cities)
    assert len(simulate(seed=5)) != len(one)


def test_an_instance_is_copied_with_every_run():
    centers = make_centers(2)
    instance = DNS(centers)
    with pytest.raises(ComponentError, match="expected one of the centers it was made with"):
        simulate(instance, seed=1)  # it knows other centers than those of the run
    assert all(center.healthy for center in centers)


# ── distance, geoDNS, split ──


def test_distance_against_the_haversine_formula():
    rng = np.random.default_rng(1)
    for _ in range(200):
        (a, b), (c, d) = (
            (float(rng.uniform(-90, 90)), float(rng.uniform(-180, 180))) for _ in range(2)
        )
        lat, lon, to_lat, to_lon = map(math.radians, (a, b, c, d))
        half = math.sin((to_lat - lat) / 2) ** 2
        half += math.cos(lat) * math.cos(to_lat) * math.sin((to_lon - lon) / 2) ** 2
        expected = 2 * 6371 * math.asin(min(1.0, math.sqrt(half)))
        assert distance_km((a, b), [c, d]) == pytest.approx(expected, rel=1e-6, abs=1e-3)
    assert distance_km((10, 20), (10, 20)) == 0
    with pytest.raises(ValueError, match="latitude"):
        distance_km((91, 0), (0, 0))


def test_more_centers_are_nearer_and_the_nearest_are_found():
    runs = [resolutions(DNS, centers=centers) for centers in (1, 2, 3, 4)]
    means = [run.mean for run in runs]
    assert means == sorted(means, reverse=True) and means[0] > 1.8 * means[1]
    assert all(run.nearer == 0 for run in runs)
    for run in runs:
        assert np.array_equal(run.places, ROUND_TRIPS[:, : len(run.healthy)].argmin(axis=1))
    assert runs[3].shares.sum() == pytest.approx(1)
    farther = resolutions(DNS, centers=4, dead=1)
    assert farther.mean > means[3] and not (farther.places == 0).any()
    nobody = resolutions(DNS, centers=2, dead=2)
    assert (nobody.places == -1).all() and nobody.mean == math.inf


def test_a_dns_that_sends_everybody_to_the_last_center_is_found_out():
    run = resolutions(LastDNS, centers=2)
    assert run.nearer == np.sum(nearest([1, 1]) == 0)


def test_a_split_moves_who_must_and_new_lots_move_half():
    """Binomial: 3,000 users, four standard deviations are 3.6 points at most."""
    for after in (55, 70, 90):
        mine = moves(SPLIT, before=50, after=after, users=3000)
        assert abs(mine.moved.mean() - mine.fewest) < 0.036
        assert mine.fewest == pytest.approx(abs(after - 50) / 100)
        assert mine.against == 0
        assert abs(mine.redrawn - 0.5) < 0.036
        assert np.abs(mine.shares - mine.wanted).max() < 0.036
    drawn = moves(None, before=50, after=55, users=3000)
    assert drawn.moved.mean() == drawn.redrawn and drawn.against > 500
    for centers in (3, 4):
        mine = moves(SPLIT, before=20, after=60, centers=centers, users=3000)
        assert mine.against == 0 and mine.moved.mean() < mine.redrawn
        expected = 1 - 0.2 * 0.6 - 0.8 * 0.4 / (centers - 1)
        assert abs(mine.redrawn - expected) < 0.036


def test_who_leaves_a_center_that_grew_is_counted_for_every_center():
    """Washington's percent falls, so all others grow: with your rule too some leave one."""
    run = moves(SPLIT, before=50, after=10, centers=4)
    left = [old for old, new in zip(run.before, run.after, strict=True) if old != new and old != 0]
    assert run.against == len(left) > 300
    assert moves(SPLIT, before=50, after=10, centers=2).against == 0
    assert moves(None, before=50, after=10, centers=2).against > 60  # a tenth of 1,000 others
    assert moves(SPLIT, before=30, after=30, centers=4).against == 0


# ── data in two places ──


@pytest.mark.parametrize("ahead", [0.0, 3.0])
@pytest.mark.parametrize("lag", [1.0, 5.0])
def test_writes_lost_in_the_lag_against_theory(lag, ahead):
    """Ten runs of 40,000 writes, each center by itself; four standard errors."""
    world = {"lag": lag, "partition": 0, "duration": 4000.0, "write_rate": 10.0, "keys": 100}
    runs = [simulate_sync(seed=seed, clock_ahead=ahead, **world) for seed in range(10)]
    assert runs[0].rate == 0.05
    for center, window in ((0, ahead), (1, -ahead)):
        lost = [run.lost[run.writes.centers == center].mean() for run in runs]
        mean, error = mean_and_error(lost)
        expected = float(expected_lost(lag, 0.05, window))
        assert error < 0.002
        assert abs(mean - expected) <= 4 * error + 1e-4  # the run's end has no next write
    mean, error = mean_and_error([run.blind.mean() for run in runs])
    assert abs(mean - expected_blind(lag, 0.05)) < 4 * error < 0.01


def test_writes_lost_while_the_line_is_cut_against_theory():
    """30 runs; a write of the cut waits for its end: the expectation is the mean over the waits."""
    found, expected = [], []
    for seed in range(30):
        run = simulate_sync(seed=seed, lag=2.0, partition=60, write_rate=10.0, duration=300.0)
        held = (run.writes.times >= 60) & (run.writes.times < 120)
        waits = (run.arrived_at - run.writes.times)[held]
        assert waits.min() >= 2.0 and waits.max() < 62.0
        found.append(run.lost[held].mean())
        expected.append(expected_lost(waits, run.rate).mean())
    mean, error = mean_and_error(np.array(found) - np.array(expected))
    assert abs(mean) < 4 * error < 0.04
    assert np.mean(found) > 3 * expected_lost(2.0, 0.05)


def test_lost_and_blind_writes_are_those_of_the_definition():
    """Second implementation: every pair of writes of a key, written out."""
    for seed, ahead in ((1, 0.0), (2, 4.0)):
        run = simulate_sync(seed=seed, lag=3.0, partition=20, keys=10, clock_ahead=ahead)
        made, count = run.writes, len(run.lost)
        stamp = made.times + ahead * (made.centers == 1)
        lost, blind = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        for row in range(count):
            mine = made.keys == made.keys[row]
            later = np.flatnonzero(mine & (stamp > stamp[row]))
            if later.size:
                winner = later[stamp[later].argmin()]
                other = made.centers[winner] != made.centers[row]
                lost[row] = other and made.times[winner] < run.arrived_at[row]
            elsewhere = mine & (made.centers != made.centers[row]) & (made.times < made.times[row])
            blind[row] = (run.arrived_at[elsewhere] > made.times[row]).any()
        assert np.array_equal(run.lost, lost) and np.array_equal(run.blind, blind)


@pytest.mark.parametrize("seed", range(5))
def test_with_a_rule_they_agree_again_without_one_they_do_not(seed):
    world = {"lag": 1.0, "partition": 60, "keys": 100, "write_rate": 4.0}
    run = simulate_sync(STORE, seed=seed, **world)
    during = (run.times > 100) & (run.times <= 120)
    after = (run.times >= 124) & (run.times < 140)
    assert run.differing[during].mean() > 60
    assert run.differing[after].mean() < 12  # what is on its way: 4/s × 1 s, and what was deleted
    assert run.last_arrived[after].mean() > 2 * run.differing[after].mean()
    assert run.split == run.wrong == 0
    assert simulate_sync(seed=seed, **world).differing[-1] == run.last_arrived[-1]


def test_what_arrives_last_stays_in_small():
    """Two writes that cross: each center ends with the other's."""
    run = simulate_sync(seed=3, lag=100.0, partition=0, keys=1, write_rate=0.05, duration=240.0)
    assert len(run.lost) > 3 and run.last_arrived[-1] in (0, 1)
    run = simulate_sync(seed=3, lag=0.1, partition=60, write_rate=2.0, keys=100)
    made = run.writes
    cut = (made.times >= 60) & (made.times < 120)
    both = set(made.keys[cut & (made.centers == 0)]) & set(made.keys[cut & (made.centers == 1)])
    before, after = (run.last_arrived[run.times == time][0] for time in (120, 124))
    assert 0.5 * len(both) < after <= len(both) < 0.6 * before  # they swap what both have changed
    quick = simulate_sync(seed=3, lag=0.0, partition=0)
    assert not quick.lost.any() and not quick.blind.any() and not quick.last_arrived.any()


class ArrivalWins(STORE):
    def write(self, key, value, timestamp, center):
        self.latest[key] = ((timestamp, center, False), value)


class ForgetsToMerge(STORE):
    def merge(self, other):
        pass


def test_a_wrong_rule_leaves_the_centers_apart():
    world = {"seed": 1, "lag": 2.0, "partition": 60, "keys": 100, "write_rate": 4.0}
    arrival, forgets = (simulate_sync(wrong, **world) for wrong in (ArrivalWins, ForgetsToMerge))
    assert arrival.split > 0 and arrival.wrong > 0
    after = (forgets.times >= 124) & (forgets.times < 140)
    good = simulate_sync(STORE, **world)
    assert forgets.differing[after].mean() > 2 * good.differing[after].mean()


# ── deployment ──


@pytest.mark.parametrize("smallest_first", [False, True])
def test_rolling_hurts_one_center_everything_at_once_hurts_all(smallest_first):
    world = {"failing": 0.3, "bake_minutes": 10.0, "smallest_first": smallest_first}
    mine, at_once = simulate_deployment(DEPLOY, **world), simulate_deployment(**world)
    assert not mine.succeeded and not at_once.succeeded
    assert at_once.failed() == pytest.approx(0.3 * 12)  # watched for 10 min, 2 more to go back
    assert mine.failed() == pytest.approx(0.3 * 12 * mine.shares[0])
    assert mine.failed() < 0.16 * at_once.failed()
    assert mine.minutes == at_once.minutes == 14
    if smallest_first:
        assert list(mine.shares) == sorted(mine.shares) and mine.names[-1] == "Singapore"
    area = np.trapezoid(mine.failing_share(np.linspace(0, 120, 120_001)), dx=0.001)
    assert area == pytest.approx(mine.failed(), rel=1e-3)


def test_a_good_version_takes_longer_one_by_one():
    mine = simulate_deployment(DEPLOY, fault_at="nowhere")
    at_once = simulate_deployment(fault_at="nowhere")
    assert mine.succeeded and at_once.succeeded
    assert mine.minutes == 4 * 12 and at_once.minutes == 12
    assert mine.mixed == 3 * 12 and at_once.mixed == 0  # from minute 2 to 38
    assert mine.failed() == at_once.failed() == 0


@pytest.mark.parametrize("place", range(4))
def test_a_fault_in_one_center_is_found_there_and_all_go_back(place):
    run = simulate_deployment(DEPLOY, fault_at=place)
    assert run.minutes == 12 * (place + 1) + 2 * (place + 1)
    assert [who for _, who, what in run.changes if what == "v1"] == list(range(place, -1, -1))
    assert run.failed() == pytest.approx(simulate_deployment(fault_at=place).failed())
    assert run.spans("v2")[place] == [(12.0 * place + 2, 12.0 * (place + 1) + 2)]
    assert simulate_deployment(DEPLOY, centers=1, fault_at=3).succeeded


# ── what goes wrong becomes one sentence ──


class NoneDNS(DNS):
    def resolve(self, location):
        return None


class DividesDNS(DNS):
    def resolve(self, location):
        return 1 / 0


class Empty:
    def __init__(self, *arguments, **named):
        pass


class LastDNS(DNS):
    def resolve(self, location):
        return self.centers[-1]


TOKYO = r"\(35.69, 139.69\)"


@pytest.mark.parametrize(
    ("dns", "says"),
    [
        (NoneDNS, r"^NoneDNS.resolve\(\(.*\)\) returned None, expected one of the centers it was"),
        (DividesDNS, r"^DividesDNS.resolve\(\(.*\)\) raised ZeroDivisionError: division by zero."),
        (Empty, r"^Empty has no method resolve\(location\)."),
        (lambda centers: 7, r"^int has no method resolve\(location\)."),
        (lambda centers: centers[9], r"raised IndexError"),
    ],
)
def test_a_wrong_dns_is_one_sentence(dns, says):
    with pytest.raises(ComponentError, match=says):
        simulate(dns, seed=1)
    with pytest.raises(ComponentError, match=says):
        resolutions(dns)


def test_a_dead_center_or_a_false_alarm_of_a_dns_is_one_sentence():
    class Dead(DNS):
        def resolve(self, location):
            return self.centers[0]

    with pytest.raises(ComponentError, match="and a healthy one"):
        resolutions(Dead, dead=1)
    for wrong in (Dead, NoneDNS):
        with pytest.raises(ComponentError) as error:
            resolutions(wrong, dead=2)
        expected = "expected NoHealthyCenter to be raised, as no center is healthy."
        assert str(error.value).endswith(expected)

    class Gloomy(DNS):
        def resolve(self, location):
            raise NoHealthyCenter

    with pytest.raises(ComponentError, match=rf"^Gloomy.resolve\({TOKYO}\) raised NoHealthyCenter"):
        resolutions(Gloomy)


class NoneWhenAllAreDead(DNS):
    def resolve(self, location):
        return super().resolve(location) if any(each.healthy for each in self.centers) else None


class NoneForAnError(RESOLVER):
    def resolve(self, location, now):
        try:
            return super().resolve(location, now)
        except Exception:
            return None


class AnotherError(RESOLVER):
    def resolve(self, location, now):
        try:
            return super().resolve(location, now)
        except Exception:
            raise ValueError("no answer") from None


class EmptyMin(DNS):
    def resolve(self, location):
        healthy = [each for each in self.centers if each.healthy]
        if not healthy:
            raise ValueError("nobody")
        return min(healthy, key=lambda center: distance_km(location, center.location))


@pytest.mark.parametrize(
    ("component", "grade_id", "says"),
    [
        (NoneWhenAllAreDead, "geo_dns_check_2", "be raised; yours returned None"),
        (EmptyMin, "geo_dns_check_2", "be raised; yours raised ValueError: nobody"),
        (NoneForAnError, "caching_resolver_check_2", "passes on; yours returned None"),
        (AnotherError, "caching_resolver_check_2", "passes on; yours raised ValueError: no answer"),
        (NoneForAnError, "caching_resolver_hidden_2", "of it); yours returned None, after 2"),
        (AnotherError, "caching_resolver_hidden_2", "yours raised ValueError: no answer, after 2"),
    ],
)
def test_a_check_says_in_words_what_resolve_did(component, grade_id, says):
    exercise = grade_id.split("_check")[0].split("_hidden")[0]
    (cell,) = (cell for cell in checks("07_data_centers", exercise) if cell.grade_id == grade_id)
    message = verdict(cell, SOLVED | {component.__mro__[1].__name__: component})
    assert says in message and "bases" not in message and "AttributeError" not in message


class NoneResolver(RESOLVER):
    def resolve(self, location, now):
        return None


class RaisingResolver(RESOLVER):
    def resolve(self, location, now):
        return {}[location]


class TooFew(RESOLVER):
    def resolve(self, location):
        return self.dns.resolve(location)


@pytest.mark.parametrize(
    ("resolver", "says"),
    [
        (
            NoneResolver,
            r"^NoneResolver.resolve\(\(.*\), .*\) returned None, expected a center that",
        ),
        (RaisingResolver, r"^RaisingResolver.resolve\(\(.*\), 35.*\) raised KeyError: "),
        (TooFew, r"^TooFew.resolve\(\(.*\), .*\) raised TypeError: "),
        (Empty, r"^Empty has no method resolve\(location, now\)."),
    ],
)
def test_a_wrong_resolver_is_one_sentence(resolver, says):
    with pytest.raises(ComponentError, match=says):
        simulate(DNS, resolver=resolver, seed=1, dies_at=100)
    assert re.search(says, shown(explore_outage(DNS, resolver)))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (lambda user, weights: None, r"\(0, {.*}\) returned None, expected one of Washington, S"),
        (lambda user, weights: [], r"\(0, {.*}\) returned \[\], expected one of|raised TypeError"),
        (lambda user, weights: weights["Rome"], r"\(0, {.*}\) raised KeyError: 'Rome'."),
    ],
)
def test_a_wrong_split_is_one_sentence(rule, says):
    rule.__name__ = "split"
    with pytest.raises(ComponentError, match=says):
        moves(rule)
    assert re.search(says, shown(explore_split(rule)))


def test_a_split_that_fails_now_and_then_is_one_sentence():
    state = {"calls": 0}

    def split(user_id, weights):
        state["calls"] += 1
        if state["calls"] == 50:
            raise OSError
        return "Washington"

    with pytest.raises(ComponentError, match=r"^split\(49, {.*}\) does not always do the same"):
        moves(split)


def broken_store(method):
    def fail(self, *arguments):
        raise ValueError("what?")

    return type("Store", (STORE,), {method: fail})


@pytest.mark.parametrize(
    ("method", "says"),
    [
        ("write", r"^Store.write\('photo-\d+', 'text \d+', .*, '\w+'\) raised ValueError: what\?."),
        ("delete", r"^Store.delete\('photo-\d+', .*, '\w+'\) raised ValueError: what\?."),
        ("merge", r"^Store.merge\(other\) raised ValueError: what\?."),
        ("get", r"^Store.get\(key\) raised ValueError: what\?."),
    ],
)
def test_a_wrong_store_is_one_sentence(method, says):
    with pytest.raises(ComponentError, match=says):
        simulate_sync(broken_store(method), seed=1)
    assert re.search(says, shown(explore_sync(broken_store(method))))
    with pytest.raises(ComponentError, match=r"^Empty has no method write."):
        simulate_sync(Empty)


def deploys_a_name(centers, version, deploy, healthy):
    try:
        deploy(centers[0].name, version)
    except Exception:
        return Deployment(False, [], [])


def never_ends(centers, version, deploy, healthy):
    while True:
        deploy(centers[0], version)


def says_yes(centers, version, deploy, healthy):
    return True


def lists_names(centers, version, deploy, healthy):
    return Deployment(True, [center.name for center in centers], [])


def divides(centers, version, deploy, healthy):
    return 1 / 0


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (deploys_a_name, "deploys_a_name called deploy with 'Washington', expected one of"),
        (never_ends, "never_ends calls deploy and healthy more than 200 times."),
        (says_yes, r"says_yes\(.*\) returned True, expected a Deployment of True or False"),
        (lists_names, r"lists_names\(.*\) returned Deployment\(.*, expected a Deployment"),
        (divides, r"divides\(centers, 'v2', deploy, healthy\) raised ZeroDivisionError"),
    ],
)
def test_a_wrong_deployment_is_one_sentence(function, says):
    with pytest.raises(ComponentError, match=says):
        simulate_deployment(function)
    assert re.search(says, shown(explore_deployment(function)))


def stub(*_, **__):
    raise NotImplementedError("Exercise X: write me")


class Stub:
    __init__ = write = delete = merge = get = resolve = stub


class LazyStub:
    def __init__(self, dns=None, ttl=0, centers=()):
        pass

    resolve = stub


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore_dns(Stub),
        lambda: explore_dns(LazyStub),
        lambda: explore_split(stub),
        lambda: explore_outage(DNS, Stub),
        lambda: explore_outage(DNS, LazyStub),
        lambda: explore_outage(LazyStub, RESOLVER),
        lambda: explore_sync(Stub),
        lambda: explore_deployment(stub),
    ],
)
def test_a_stub_is_a_friendly_sentence(make):
    found = make()
    assert "Not written yet. Exercise X: write me" in shown(found)
    assert not pictured(found)


def test_code_that_never_ends_is_stopped():
    assert_stopped(explore_dns, DNS, "resolve")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("centers", 0, "between 1 and 4"),
        ("centers", 2.5, "whole number"),
        ("ttl", -1, "≥ 0 s"),
        ("ttl", float("inf"), "finite"),
        ("dies", "Rome", "must be one of 'Washington', 'Singapore'"),
        ("dies_at", -5, "≥ 0 s"),
        ("returns_after", 0, "> 0 s"),
        ("lag", -0.1, "≥ 0 s"),
        ("capacity", 0, "> 0"),
        ("arrival_rate", 0, "> 0 requests/s"),
        ("write_share", 1.5, "≤ 1"),
        ("duration", 0, "> 0 s"),
        ("split", 101, "≤ 100 %"),
        ("seed", -1, "between 0"),
    ],
)
def test_a_bad_parameter_of_the_outage_is_named(name, value, says):
    with pytest.raises(ValueError, match=f"^{name} = {value!r}: ") as error:
        simulate(**{"dies_at": 10} | {name: value})
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: simulate(DNS, split=50), "^split = 50: must be None"),
        (lambda: simulate_sync(lag=-1), "^lag = -1: must be ≥ 0 s"),
        (lambda: simulate_sync(partition=-1), "^partition = -1"),
        (lambda: simulate_sync(write_rate=0), "^write_rate = 0"),
        (lambda: simulate_sync(keys=0), "^keys = 0"),
        (lambda: simulate_sync(clock_ahead=1e9), "^clock_ahead = "),
        (lambda: simulate_sync(deletes=2), "^deletes = 2"),
        (lambda: simulate_sync(duration=0), "^duration = 0"),
        (lambda: simulate_sync(seed=1.5), "^seed = 1.5"),
        (lambda: simulate_deployment(centers=5), "^centers = 5"),
        (lambda: simulate_deployment(fault_at="here"), "^fault_at = 'here'"),
        (lambda: simulate_deployment(fault_at=4), "^fault_at = 4"),
        (lambda: simulate_deployment(deploy_minutes=-1), "^deploy_minutes = -1"),
        (lambda: simulate_deployment(bake_minutes=-1), "^bake_minutes = -1"),
        (lambda: simulate_deployment(failing=1.1), "^failing = 1.1"),
        (lambda: moves(before=-1), "^before = -1"),
        (lambda: moves(after=200), "^after = 200"),
        (lambda: moves(centers=1), "^centers = 1"),
        (lambda: moves(users=0), "^users = 0"),
        (lambda: resolutions(DNS, centers=9), "^centers = 9"),
        (lambda: resolutions(DNS, dead=-1), "^dead = -1"),
        (lambda: make_centers("two"), "^centers = 'two'"),
    ],
)
def test_other_bad_parameters_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# ── the pictures ──


EXPLORERS = {
    "first": lambda: explore(prediction=100),
    "dns": lambda: explore_dns(DNS),
    "split": lambda: explore_split(SPLIT),
    "outage": lambda: explore_outage(DNS, RESOLVER),
    "sync": lambda: explore_sync(STORE),
    "deployment": lambda: explore_deployment(DEPLOY),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_corner_is_a_picture_with_words(name):
    assert all(len(sentence) > 60 for sentence in corners(EXPLORERS[name]()))


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_step_is_seen(name):
    assert_every_step_is_seen(EXPLORERS[name](), all)


def test_the_first_picture_says_what_the_run_says():
    explorer = explore(prediction=77)
    result = simulate(seed=1, ttl=120.0, dies_at=180, capacity=1.2)
    words = shown(explorer)
    assert f"{result.mean_after:.0f} s on average" in words and "You predicted 77 s." in words
    assert 55 < result.mean_after < 59  # the notebook says: about 57 seconds
    assert f"{result.unreached.sum():,} were sent to a dead center" in words
    assert f"{result.writes_lost} writes that Washington" in words
    picture = explorer.picture
    assert list(picture.guess[0].get_xdata()) == [77]
    assert picture.mean.get_xdata()[0] == pytest.approx(result.mean_after)
    assert picture.lost.get_width() == result.writes_lost
    assert picture.theory.get_ydata()[-1] == 0 < picture.theory.get_ydata()[0] <= 100
    failing = len(picture.later.failing.get_xdata())
    assert failing == np.sum(result.of_dead & (result.after_outage > 30)) > 10
    assert len(picture.before.failing.get_xdata()) == 0
    assert len(picture.before.cities[0].get_offsets()) == result.of_dead.sum()
    assert len(picture.later.cities[0].get_offsets()) == 0  # nobody is served by the dead one
    answered = sum(line.get_ydata().sum() * 15 for line in picture.lines)
    assert answered == pytest.approx(result.served.sum())
    explorer.controls["dies_at"].value = NEVER
    assert "No outage: 34% of the requests to Washington" in shown(explorer)
    assert not picture.errors.get_visible()


def test_the_notebooks_own_numbers():
    """Figures that its text gives in words."""
    shares = WEIGHTS[nearest([1, 1]) == 0].sum(), WEIGHTS[nearest([1] * 4) == 1].sum()
    assert 0.32 < shares[0] < 0.36 and 0.5 < shares[1] < 0.56  # a third; half of the people
    washington, singapore = (center.location for center in make_centers(2))
    assert distance_km(washington, singapore) == pytest.approx(15_500, abs=100)
    assert 2 * 15_500 / 200_000 == 0.155
    small = simulate(seed=1, ttl=120.0, dies_at=180, capacity=0.8, arrival_rate=20.0)
    assert small.refused.sum() > 500  # "and now?"
    enough = {"centers": 4, "dies": "Singapore", "dies_at": 180, "arrival_rate": 8.0, "seed": 1}
    assert simulate(**enough, capacity=0.9).refused.sum() == 0
    assert simulate(**enough, capacity=0.65).refused.sum() > 50
    assert simulate(**enough | {"centers": 2}, capacity=0.9).refused.sum() > 50
    theirs = nearest([1] * 4) == 1  # "nearly all of Singapore's users to one place"
    to_others = np.bincount(nearest([1, 0, 1, 1])[theirs], WEIGHTS[theirs])
    assert to_others.max() > 0.95 * WEIGHTS[theirs].sum()
    one, two = (resolutions(DNS, centers=centers).mean for centers in (1, 2))
    assert two / one == pytest.approx(0.5, abs=0.02)  # "halved"
    assert not simulate_deployment(DEPLOY, bake_minutes=0).succeeded  # "even after 0 minutes"
    assert simulate_deployment(DEPLOY, bake_minutes=0, fault_at="nowhere").succeeded


def test_a_prediction_that_is_no_number_is_a_sentence():
    said = shown(explore(prediction="much"))
    assert "prediction = 'much': must be a finite number (in s)" in said
    assert "prediction = -1: must be ≥ 0 s" in shown(explore(prediction=-1))
    assert "predicted" not in shown(explore())


def test_the_outage_picture_compares_with_the_built_in_resolver():
    assert "the same, request by request" in shown(explore_outage(DNS, RESOLVER))

    class Impatient(RESOLVER):
        def __init__(self, dns, ttl):
            super().__init__(dns, ttl / 2)

    assert "not the same." in shown(explore_outage(DNS, Impatient))


def test_the_dns_picture_counts_who_could_be_nearer():
    assert "No city has a nearer healthy center" in shown(explore_dns(DNS))
    words = shown(explore_dns(LastDNS))
    assert f"{np.sum(nearest([1, 1]) == 0)} cities have a nearer healthy center" in words
    explorer = explore_dns(DNS)
    explorer.controls["dead"].value = 2
    assert "No center is healthy" in shown(explorer)
    assert len(explorer.picture.map.failing.get_xdata()) == len(CITIES)


def test_the_split_picture_tells_who_moved():
    explorer = explore_split(SPLIT)
    run = moves(SPLIT, before=50, after=90, users=2000)
    assert f"{run.moved.mean():.1%}"[:-1] in shown(explorer)
    assert "Nobody left a center whose percent grew" in shown(explorer)
    assert len(explorer.picture.ring.get_offsets()) == run.moved[:400].sum()

    def drawn(user_id, weights):
        lot = hash((user_id, tuple(weights.values()))) % 1000 / 10
        return "Washington" if lot < weights["Washington"] else "Singapore"

    left = r"\d+ of the users left a center though its percent grew\."
    assert re.search(left, shown(explore_split(drawn)))
    explorer.controls["centers"].value = 4
    explorer.controls["after"].value = 10
    assert re.search(left, shown(explorer)) and "Nobody" not in shown(explorer)


def test_the_sync_picture_says_whether_they_agree():
    explorer = explore_sync(STORE)
    run = simulate_sync(STORE, seed=1, lag=2.0, partition=60, keys=80, writes_until=180)
    assert f"{run.lost.sum():,} of {len(run.lost):,} writes are lost" in shown(explorer)
    assert "in the end both centers hold the same" in shown(explorer)
    assert (explorer.picture.cut.get_x(), explorer.picture.cut.get_width()) == (60, 60)
    explorer.controls["clock_ahead"].value = 5.0
    assert "Singapore's clock is 5 s ahead" in shown(explorer)
    assert "in the end the centers differ on" in shown(explore_sync(ArrivalWins))
    assert "do not hold what has the latest timestamp" in shown(explore_sync(ArrivalWins))


def test_the_deployment_picture_shows_who_ran_what():
    explorer = explore_deployment(DEPLOY)
    assert "rolled back after 14 minutes" in shown(explorer)
    explorer.controls["fault_at"].value = "nowhere"
    assert "The deployment succeeded after 48 minutes" in shown(explorer)
    old, good, bad = (len(bars.get_paths()) for bars in explorer.picture.bars)
    assert (old, good, bad) == (4, 4, 0)
    explorer.controls["fault_at"].value = 2
    old, good, bad = (len(bars.get_paths()) for bars in explorer.picture.bars)
    assert (old, good, bad) == (7, 2, 1)  # three of the four went there and back


def moved(explorer, **values):
    """Return the words below the picture after these controls were set."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return shown(explorer)


def failing(words):
    """Return (share of the requests that fail, the same with one center), in percent."""
    told = re.search(r"([\d.]+)% of the requests fail \(with one center .*? (\d+)%\)", words)
    return float(told[1]), float(told[2])


def test_the_first_experiment_is_what_its_steps_say():
    explorer = explore()
    two, one = failing(moved(explorer))
    assert (two, one) == (3, 40)  # four minutes of ten
    asked = [
        float(re.search(r"asked ([\d.]+) times", moved(explorer, ttl=ttl))[1])
        for ttl in (5.0, 120.0, 300.0)
    ]
    assert asked == [9.1, 0.8, 0.3]
    words = moved(explorer, lasts=1)  # answers kept for 5 min: many never notice
    assert 40 < float(re.search(r"for (\d+) s on average", words)[1]) < 60
    words = moved(explorer, ttl=120.0, lasts=4, capacity=80)
    refused = int(re.search(r"([\d,]+) refused", words)[1].replace(",", ""))
    assert refused == 826
    two, one = failing(words)  # one center alone is overloaded all the time it is up, too
    assert one > 40 + 0.15 * 60 and two < one
    peace = {"seed": 1, "arrival_rate": 20.0, "capacity": 0.8}
    assert simulate(**peace).refused.sum() == 0 and simulate(centers=1, **peace).refused.any()
    dashed = explorer.picture.alone.get_ydata()
    assert min(dashed) > 0 and max(dashed) == pytest.approx(20, rel=0.2)
    assert "have an answer within 204 ms" in moved(explorer, capacity=120)
    assert "have an answer within 267 ms" in moved(explorer, split=50)
    lost = [
        int(re.search(r"([\d,]+) writes that", moved(explorer, split="nearest", lag=lag))[1])
        for lag in (0.1, 10.0, 60.0)
    ]
    assert lost[0] < lost[1] < lost[2]


def test_a_resolver_that_leaves_out_the_dead_sends_nobody_there():
    class Sees(RESOLVER):
        def resolve(self, location, now):
            if location in self.answers and not self.answers[location][0].healthy:
                del self.answers[location]
            return super().resolve(location, now)

    result = simulate(DNS, resolver=Sees, seed=1, dies_at=180, arrival_rate=8.0)
    assert result.unreached.sum() == 0 == result.mean_after
    assert simulate(DNS, resolver=RESOLVER, seed=1, dies_at=180, arrival_rate=8.0).mean_after > 20


def test_the_builtin_hash_is_told_from_a_hash_that_lasts():
    def own(user_id, weights):
        return list(weights)[hash(user_id) % 100 >= weights["Washington"]]

    words = shown(explore_split(own))
    share = re.search(r"another process would give (\d+)% of the users", words)
    assert 5 < int(share[1]) < 40  # 2 · 0.9 · 0.1 = 18 %, of 200 users: s.e. 2.7
    assert "another process" not in shown(explore_split(SPLIT))
    assert "hash" not in SPLIT.__globals__


def test_after_the_last_write_only_the_rule_brings_the_centers_together():
    explorer = explore_sync(STORE)
    mine, ghost = explorer.picture.mine, explorer.picture.ghost
    late = mine.get_xdata() >= 180 + 4  # the lag is 2 s, and a look comes every 4 s
    assert not mine.get_ydata()[late].any() and ghost.get_ydata()[late].min() > 5
    assert min(mine.get_ydata()[5:45]) > 0  # while people write there is always some on the way
    lost = [
        float(re.search(r"lost \(([\d.]+)%\)", moved(explorer, partition=0, lag=lag))[1])
        for lag in (0.1, 2.0, 10.0, 30.0)
    ]
    assert lost == sorted(lost) and lost[0] < 2 and 40 < lost[-1] < 50
    moved(explorer, lag=0.1, clock_ahead=5.0)
    run = simulate_sync(
        STORE, seed=1, lag=0.1, partition=0, keys=80, clock_ahead=5.0, writes_until=180
    )
    assert run.lost[run.writes.centers == 0].mean() > 0.15  # "Who loses now?" Washington
    assert run.lost[run.writes.centers == 1].mean() < 0.01


def test_the_deployment_experiment_is_what_its_steps_say():
    explorer = explore_deployment(DEPLOY)

    def cost(words):
        told = re.search(r"down for ([\d.]+) minutes \(all at once: ([\d.]+)\)", words)
        return float(told[1]), float(told[2])

    usual, at_once = cost(moved(explorer))
    lanes = [text.get_text() for text in explorer.picture.names]
    assert lanes == ["Washington", "Singapore", "Frankfurt", "São Paulo"]
    smallest, _ = cost(moved(explorer, smallest_first=True))
    assert sorted(lanes) == sorted(text.get_text() for text in explorer.picture.names) != lanes
    assert smallest < usual < at_once / 3
    words = moved(explorer, smallest_first=False, fault_at="nowhere", bake_minutes=0)
    assert "succeeded after 8 minutes" in words
    words = moved(explorer, bake_minutes=20)
    assert "succeeded after 88 minutes" in words and "For 66 minutes not all" in words
    mine, at_once = cost(moved(explorer, fault_at=1, bake_minutes=10))
    assert mine == at_once  # "What has rolling gained now?" Nothing


def test_users_gain_by_moving_as_little_as_they_must():
    explorer = explore_split(SPLIT)
    told = re.search(r"([\d.]+)% of the users move", moved(explorer))
    assert float(told[1]) == pytest.approx(40, abs=6 * 1.1)  # 2,000 users: s.e. 1.1 points
    words = moved(explorer, after=55)
    assert re.search(r"about 5% must; with every user drawn anew (4[5-9]|5[0-5])% do", words)
    words = moved(explorer, centers=4)
    share, must = re.search(r"([\d.]+)% of the users move; about (\d+)% must", words).groups()
    assert float(share) > 1.5 * int(must)  # "do more of your users move than must?"
    assert re.search(r"\d+ of the users left a center though", moved(explorer, after=10))


def test_the_architecture_has_the_dns_beside_the_way_and_not_on_it():
    picture = architecture()
    assert "data centers: Washington, Singapore" in picture.label
    assert "users, New York to geoDNS, users, Tokyo to geoDNS" in picture.label
    assert "users, New York to Washington, users, Tokyo to Singapore" in picture.label
    assert "geoDNS to" not in picture.label
    for one, other in (("Washington", "Singapore"), ("Singapore", "Washington")):
        assert f"data, {one} to data, {other}" in picture.label


def test_nothing_is_drawn_while_nbgrader_runs(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert [make() for make in EXPLORERS.values()] == [None] * 6
    assert architecture() is None


def test_centers_are_new_and_themselves():
    one, other = make_centers(4), make_centers(4)
    assert [center.name for center in one] == list(OPENING_ORDER)
    assert one[0] is not other[0] and one[0] != other[0] and len({*one, *other}) == 8
    assert one[0].healthy and one[0].version == "v1"
    assert Center("a", (0, 0), False, "v2").version == "v2"
