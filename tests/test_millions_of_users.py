"""The lab of notebook 10: a day through all tiers against theory, its goals, rings and pictures."""

import collections
import dataclasses
import heapq
import itertools
import math
import random
import re
from collections import deque
from dataclasses import replace
from functools import cache
from html import unescape

import numpy as np
import pytest
from matplotlib.colors import to_hex

from course.engine import theory
from course.engine.component import ComponentError
from course.engine.parameters import NEVER
from course.millions_of_users import (
    BALANCERS,
    DOUBLED,
    LAST_YEAR,
    ONE_BIG,
    ONE_OF_EACH,
    PUBLISHED,
    PUBLISHED_INCIDENTS,
    TWO_OF_EACH,
    Architecture,
    Incidents,
    architecture,
    budget,
    centers_of,
    chosen,
    data_sheet,
    draw_days,
    draw_incidents,
    explore,
    explore_design,
    explore_hot_keys,
    explore_ring,
    explore_store,
    goals_met,
    grow,
    heat,
    hit_ratio,
    look_back,
    place,
    refusals,
    replay,
    replay_ring,
    reshard,
    round_trip,
    shares,
    sheet,
    simulate,
    surprise_days,
    table,
)
from course.millions_of_users.baselines import TUNED, random_points
from course.millions_of_users.film import BOXES, REFUSED, TOO_MUCH, WHERE, WHOLE_DAY, film
from course.millions_of_users.gauges import GOAL, ZERO
from course.millions_of_users.model import _bill as bill_of
from course.millions_of_users.picture import used
from course.millions_of_users.sharding import key_names
from course.millions_of_users.sharding_film import ASTRAY, FLIGHT, KEYS, MOVES, middle
from course.millions_of_users.sharding_film import film as film_of_ring
from course.millions_of_users.sheet_page import parts
from course.millions_of_users.surprise import SurpriseDays
from course.millions_of_users.theory import fewest_moved, moved_by_modulo, shared_queue, waits
from course.millions_of_users.tiers import TIERS, flow, rate
from course.millions_of_users.traffic import STEP
from course.submit import examine
from course.view import style
from tests import capstone, films, oracles
from tests.course_scripts import ROOT, cells, solved
from tests.explorers import answers, assert_every_step_is_seen, corners, ends, shown

NAME = "10_millions_of_users"
SOLVED = solved(NAME)
RING, STORE, HOT, DESIGN = (
    SOLVED[name] for name in ("HashRing", "ShardedStore", "hot_keys", "design")
)
CALM = Incidents()
FITTING = Architecture(110, False, 3, 260, True, 3, 30, 3, "least connections")


# ── the goals: what passes, what does not, over how many days ──

SEEDS = range(25)  # 200 hidden days; benchmarks/capstone.py takes as many as one likes
FEW = range(0, 25, 4)


DEAREST = 3276  # of 6,000: four centers for 1,300 requests/s, at 0.97 of the budget


def points(design, seed, published=None):
    """Return D's points, of 8; `published`: the goals met on that day, if they are known."""
    days = [day.goals for day in capstone.hidden(design, seed)]
    return capstone.points(published or simulate(design).goals, days)


def test_a_careful_design_gets_all_points_on_every_seed():
    """Over 880 other days the availability was ≥ 0.99960 for a goal of 0.9995, p95 at most 153 ms
    for 160, lost writes 0.61 and the bill 0.89 of the goal: the thresholds' margins. The bill is
    1 / 1.33 = 0.75 of the budget by construction, on average."""
    assert all(simulate(DESIGN).goals.values())
    bills = []
    for seed in (*SEEDS, DEAREST):
        for day in capstone.hidden(DESIGN, seed):
            assert all(day.goals.values()), (seed, day.traffic.name, day.goals)
            bills.append(day.cost / day.traffic.budget)
    assert 0.71 < np.mean(bills) < 0.81 and min(bills) > 0.55 and max(bills) < 0.98


@pytest.mark.parametrize("name", ["right_generate_and_test", "right_tier_by_tier"])
def test_other_careful_designs_get_all_points_too(name):
    design = capstone.submitted(name)
    assert [points(design, seed) for seed in FEW] == [8] * len(FEW)


MOST = Architecture(100_000, True, 1_000, 1_000_000, True, 4, 100_000, 10_000, "least connections")
TRIVIAL = {
    "one of each": ONE_OF_EACH,
    "one big server room": ONE_BIG,
    "last year's, doubled": DOUBLED,
    "two of each": TWO_OF_EACH,
    "everything at its most": MOST,
    "much of everything": Architecture(900, True, 9, 900, True, 4, 900, 9, "least connections"),
    "nothing more than needed to be valid": Architecture(1, False, 0, 0, False, 1, 0, 1, "random"),
    "tuned to the published day": TUNED,
    "the worked solution's constant": DESIGN(PUBLISHED),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_no_constant_gets_more_than_half_of_the_points_on_any_seed(name):
    published = simulate(TRIVIAL[name]).goals
    for seed in SEEDS[::5]:
        assert points(TRIVIAL[name], seed, published) <= 4, seed


def test_nor_does_the_best_of_many_constants():
    """A search over 40 constants around the one that fits, each at a seed of its own."""
    rng, best = random.Random(7), 0
    start = DESIGN(PUBLISHED)
    for seed in range(40):
        constant = replace(
            start,
            web_servers=round(start.web_servers * rng.uniform(0.1, 6)),
            autoscale=rng.random() < 0.6,
            replicas=rng.randint(1, 9),
            cache_gb=rng.uniform(0, 600),
            data_centers=rng.randint(2, 4),
            queue_workers=round(start.queue_workers * rng.uniform(0.2, 9)),
            shards=rng.randint(1, 9),
        )
        best = max(best, points(constant, seed))
    assert best <= 4


def test_a_bill_far_above_budget_and_a_site_that_hardly_answers_get_no_points():
    lavish = simulate(MOST)
    assert lavish.availability > 0.9995 and lavish.p95_latency < 0.16
    assert lavish.nothing_counts and not any(lavish.goals.values())
    empty = simulate(ONE_OF_EACH)
    assert empty.cost < empty.traffic.budget and not any(empty.goals.values())
    assert not simulate(FITTING).nothing_counts


def test_each_part_of_a_careful_design_is_needed():
    """Take one thing away and points are lost, on most seeds."""
    for changes in (
        {"cache_gb": 0},
        {"replicas": 0},
        {"data_centers": 1},
        {"data_centers": 2},
        {"data_centers": 4},
        {"queue_workers": 1},
        {"shards": 1},
        {"web_servers": 3},
    ):

        def less(traffic, changes=changes):
            return replace(DESIGN(traffic), **changes)

        assert np.median([points(less, seed) for seed in FEW[:3]]) < 8, changes


def test_the_data_sheet_shows_every_number_of_the_sheet_with_its_meaning():
    rows = [row for part in parts().values() for row in part]
    told = {}
    for names, values, meaning in rows:
        assert len(meaning) > 5, names
        told |= dict(zip(names.split(", "), map(float, values.split(", ")), strict=True))
    assert told == {name: value for name, value in vars(sheet).items() if name.isupper()}
    page = data_sheet().data
    assert page.count("<details>") == 5 and "<code>PAGE_SECONDS</code>" in page
    assert "1,000<" in page


def test_the_days_are_what_the_text_says():
    peaks = {"small": (1_000, 2_000), "medium": (6_000, 10_000), "large": (32_000, 48_000)}
    names = ["small", "small", "medium", "medium", *(4 * ["large"])]
    for seed in SEEDS:
        days = draw_days(random.Random(seed))
        assert [day.name for day in days] == names
        for day in days:
            low, high = peaks[day.name]
            assert low <= day.peak <= high and day.budget == budget(day)
            assert 0.2 <= day.night <= 0.5 and 0.5 <= day.static_share <= 0.7
            assert 0.04 <= day.write_share <= 0.12 and 0.01 <= day.upload_share <= 0.04
            assert 200 <= day.data_gb <= 1_000 and 0.75 <= day.skew <= 1.1
            assert 1.2 <= day.crowd <= 4.0 and day.crowd_rise in (60, 1800)
            assert day.lost_writes == 100 and 0 < day.read_share < 1
            users = sorted(day.regions.values(), reverse=True)
            many = sum(share > 0.1 for share in users)
            assert many in (2, 3, 4) and all(share < 0.01 for share in users[many:])
            assert sum(users) == pytest.approx(1)
    assert draw_days(random.Random(3)) == draw_days(random.Random(3))
    assert draw_days(random.Random(3)) != draw_days(random.Random(4))


def test_machines_die_when_they_have_most_to_do():
    """As the text says: a primary by day, the others with the neighbour's users, in the evening."""
    first = set()
    for seed in range(100):
        day = draw_incidents(seed)
        assert day == draw_incidents(seed) and {day.center, day.region} == {0, 1}
        assert day.web_server == day.cache_node == day.replica == day.data_center + sheet.DNS_TTL
        assert 6 <= day.primary / 3600 <= 16 and abs(day.crowd - day.data_center) >= 2 * 3600
        evening = sorted((day.crowd, day.data_center))
        assert 18.75 <= evening[0] / 3600 <= 19 and 21.25 <= evening[1] / 3600 <= 21.5
        first.add(day.crowd < day.data_center)
    assert first == {True, False}


def test_95_percent_busy_and_nothing_to_spare_misses_availability_on_every_seed():
    """And the same design with a machine to spare in each tier is right_tier_by_tier, above."""
    bare = capstone.submitted("wrong_95_percent_and_none_to_spare")
    assert all(simulate(bare).goals.values())
    for seed in FEW:
        assert not all(day.goals["availability"] for day in capstone.hidden(bare, seed)), seed


# ── conservation, theory, monotonicity ──


def some_designs(count=12):
    rng = random.Random(11)
    for _ in range(count):
        yield Architecture(
            rng.randint(1, 200),
            rng.random() < 0.5,
            rng.randint(0, 5),
            rng.choice([0, 13, 100, 700]),
            rng.random() < 0.5,
            rng.randint(1, 4),
            rng.randint(0, 40),
            rng.randint(1, 5),
            rng.choice(BALANCERS),
        )


@pytest.mark.parametrize("design", list(some_designs()), ids=range(12))
def test_every_request_is_served_or_refused_by_one_tier(design):
    for traffic, day in ((PUBLISHED, None), (draw_days(random.Random(2))[0], draw_incidents(5))):
        result = simulate(design, traffic=traffic, incidents=day, seed=1)
        refused = sum(result.refused.values())
        assert np.allclose(result.offered, result.served + refused, rtol=1e-9, atol=1e-6)
        assert all((part >= -1e-9).all() for part in result.refused.values())
        assert set(result.refused) == set(result.busy) == set(TIERS)
        assert np.all(np.diff(result.latency) >= 0) and np.isfinite(result.latency).all()
        assert 0 <= result.availability <= 1 and result.lost_writes >= 0
        assert result.cost == pytest.approx(sum(result.costs.values()))


def test_a_days_requests_are_those_of_its_curve():
    calm = simulate(FITTING, incidents=CALM)
    assert calm.offered.sum() == pytest.approx(PUBLISHED.mean * 86_400, rel=1e-9)
    assert calm.offered.max() / STEP == pytest.approx(PUBLISHED.peak, rel=1e-5)
    assert calm.availability == pytest.approx(1, abs=1e-12) and calm.lost_writes == 0
    crowd = rate(PUBLISHED, Incidents(crowd=17 * 3600.0)) / rate(PUBLISHED, CALM)
    assert crowd.max() == pytest.approx(3, rel=0.03) and crowd[: 17 * 120].max() == 1


def test_one_queue_for_all_is_mmc_within_what_sakasegawas_formula_promises():
    """Exact for one worker; else the mean wait is up to 3.5 % of the work longer, not shorter."""
    for workers, busy in itertools.product((1, 2, 4, 10, 30, 100), (0.4, 0.6, 0.8, 0.9, 0.95)):
        often, mean = shared_queue(busy, workers, 1.0)
        exact = theory.mean_wait(busy * workers, 1.0, workers)
        if workers == 1:
            assert often * mean == pytest.approx(exact, rel=1e-9)
        assert -0.002 < often * mean - exact < 0.035


def test_balancers_wait_in_the_order_of_notebook_02():
    busy, seconds = np.array([0.3, 0.6, 0.8, 0.9]), 0.02
    for servers in (2, 10, 100):
        means = []
        for balancer in BALANCERS:
            often, mean = waits(busy, np.full(4, float(servers)), seconds, balancer)
            assert np.all((often >= 0) & (often <= 1))
            means.append(often * mean)
        for worse, better in itertools.pairwise(means):
            assert np.all(worse >= better - 1e-12)
    often, mean = waits(np.array([0.8]), np.array([50.0]), 1.0, "random")
    assert float((often * mean)[0]) == pytest.approx(4)  # M/M/1 at 0.8
    often, mean = waits(np.array([0.9]), np.array([1e6]), 1.0, "power of two choices")
    assert 1 + float((often * mean)[0]) == pytest.approx(
        oracles.mean_latency_of_choices(0.9), abs=1e-6
    )
    often, mean = waits(np.array([0.8]), np.array([4.0]), 1.0, "round robin")
    exact = oracles.mean_latency_round_robin(0.8, 4)
    assert 1 + float((often * mean)[0]) == pytest.approx(exact, rel=0.1)  # an approximation
    for balancer in BALANCERS:  # one server: nothing to choose
        often, mean = waits(np.array([0.8]), np.array([1.0]), 1.0, balancer)
        assert float((often * mean)[0]) == pytest.approx(4)


@pytest.mark.parametrize("balancer", ["random", "least connections"])
def test_the_web_tier_alone_is_a_queue_of_the_textbook(balancer):
    """One center, pages only that the cache answers, 80 % busy all day: M/M/1 each, or M/M/c.

    12,000 requests drawn independently: the mean of an M/M/1 sojourn of 100 ms has a standard error
    of 0.9 ms. Less the way (60 ms on average) and the cache (1 ms); 4 standard errors.
    """
    web = 20
    traffic = replace(
        PUBLISHED,
        peak=0.8 * web / sheet.PAGE_SECONDS,
        night=1.0,
        static_share=0.0,
        write_share=0.0,
        upload_share=0.0,
        regions={"North America": 1.0, "Europe": 0.0, "Asia": 0.0, "South America": 0.0},
    )
    design = Architecture(web, False, 1, traffic.data_gb, False, 1, 1, 1, balancer)
    day = simulate(design, traffic=traffic, incidents=CALM)
    assert day.availability == 1 and np.allclose(day.busy["web servers"], 0.8)
    workers = web if balancer == "least connections" else 1
    exact = theory.mean_latency(0.8 * workers / 0.02, 0.02, workers)
    assert abs(day.latency.mean() - 0.061 - exact) < 4 * exact / math.sqrt(day.latency.size) + 4e-4


def test_a_tier_refuses_exactly_what_is_beyond_its_capacity():
    design = replace(FITTING, web_servers=30, data_centers=1, queue_workers=10_000, replicas=300)
    traffic = replace(PUBLISHED, night=1.0, static_share=0.0, write_share=0.0, upload_share=0.0)
    day = simulate(design, traffic=traffic, incidents=CALM)
    room = 30 * sheet.MOST_BUSY / sheet.PAGE_SECONDS
    assert day.availability == pytest.approx(room / traffic.peak)
    assert day.broke()[0][0] == "web servers"
    few = replace(design, web_servers=10_000, replicas=2, cache_gb=0, shards=3)
    reads = 3 * 2 * sheet.DATABASE_WORKERS * sheet.MOST_BUSY / sheet.QUERY_SECONDS
    day = simulate(few, traffic=traffic, incidents=CALM)
    assert day.availability == pytest.approx(reads / traffic.peak)
    assert day.broke()[0][0] == "database reads"


def test_replicas_do_not_help_writes_and_shards_do():
    traffic = replace(PUBLISHED, night=1.0, static_share=0.0, write_share=1.0, upload_share=0.0)
    design = replace(FITTING, web_servers=10_000, data_centers=1, shards=1)
    one, many, sharded = (
        simulate(replace(design, **changes), traffic=traffic, incidents=CALM).availability
        for changes in ({"replicas": 1}, {"replicas": 50}, {"shards": 4})
    )
    writes = sheet.DATABASE_WORKERS * sheet.MOST_BUSY / sheet.WRITE_SECONDS
    assert one == many == pytest.approx(writes / traffic.peak)
    assert sharded == pytest.approx(4 * one)


def test_a_backlog_of_photos_is_that_of_the_notebook_on_queues():
    """A second implementation, step by step: photos wait while more come than workers can do."""
    design = replace(FITTING, data_centers=1, queue_workers=60, web_servers=10_000)
    day = flow(design, PUBLISHED, CALM)
    waiting, late = 0.0, 0.0
    pages = PUBLISHED.peak * (1 - PUBLISHED.static_share) * rate(PUBLISHED, CALM) / PUBLISHED.peak
    for photos in pages * PUBLISHED.upload_share * STEP:
        waiting = max(0.0, waiting + photos - 60 / sheet.JOB_SECONDS * STEP)
        late += photos * (waiting * sheet.JOB_SECONDS / 60 > sheet.LATE)
    accepted = 1 - sum(day.refused[tier].sum() for tier in TIERS if tier != "queue") / (
        day.offered.sum()
    )
    assert accepted > 0.2 and day.refused["queue"].sum() == pytest.approx(late, rel=1e-9)


def test_lost_writes_are_those_of_the_rule():
    """Rates × seconds, by hand: the lag, however many replicas and data centers have a copy."""
    at = PUBLISHED_INCIDENTS
    for centers, replicas, shards in ((2, 1, 1), (3, 2, 4), (4, 4, 2)):
        design = replace(FITTING, data_centers=centers, replicas=replicas, shards=shards)
        design = replace(design, web_servers=900, cache_gb=500)
        day = flow(design, PUBLISHED, at)
        writes = rate(PUBLISHED, at) * (1 - PUBLISHED.static_share) * PUBLISHED.write_share
        share = shares(PUBLISHED, centers)[0]
        primary = writes[int(at.primary / STEP) - 1] * share / shards * sheet.LAG_NEAR
        center = writes[int(at.data_center / STEP) - 1] * share * sheet.LAG_FAR
        accepted = day.writes.sum() / 1e6
        assert day.lost_writes == pytest.approx((primary + center) / accepted, rel=1e-6)
    alone = simulate(replace(FITTING, data_centers=1, web_servers=900)).lost_writes
    assert alone > 1e4  # an hour of the evening
    few, many = (simulate(replace(FITTING, replicas=n, web_servers=900)) for n in (3, 9))
    assert few.lost_writes == pytest.approx(many.lost_writes, rel=1e-3)


def test_an_hour_is_lost_where_there_is_no_copy():
    design = replace(FITTING, replicas=0, shards=9, cache_gb=500, web_servers=900)
    dead = simulate(design, incidents=Incidents(primary=20 * 3600.0))
    share = shares(PUBLISHED, 3)[0]
    hour = rate(PUBLISHED, CALM)[19 * 120 : 20 * 120].sum() / rate(PUBLISHED, CALM).sum()
    assert dead.lost_writes == pytest.approx(1e6 * hour * share / 9, rel=0.01)


@pytest.mark.parametrize(
    "field", ["web_servers", "replicas", "cache_gb", "queue_workers", "shards"]
)
def test_more_of_anything_never_costs_less(field):
    for design in some_designs(8):
        design = replace(design, queue_workers=max(1, design.queue_workers), autoscale=False)
        # as many bytes as the site serves: with a design that serves all, only machines differ
        more = replace(design, **{field: getattr(design, field) + 3})
        less, costlier = simulate(design), simulate(more)
        assert costlier.cost > less.cost
        assert costlier.availability >= less.availability - 1e-3 or field == "replicas"


def test_the_bill_is_the_price_list_times_the_counts():
    for design in some_designs(6):
        design = replace(design, autoscale=False)
        bill = simulate(design).costs
        k = design.data_centers
        assert bill["data centers"] == 1000 * k and bill["web servers"] == pytest.approx(
            60 * k * design.web_servers
        )
        assert bill["database"] == 400 * k * design.shards * (1 + design.replicas)
        assert bill["cache"] == 12 * k * design.cache_gb
        assert bill["queue workers"] == 60 * k * design.queue_workers
    calm = simulate(replace(FITTING, cdn=False), incidents=CALM)
    kilobytes = PUBLISHED.static_share * sheet.FILE_KB + 0.4 * sheet.PAGE_KB
    gigabytes = calm.offered.sum() * kilobytes / 1e6 * sheet.DAYS
    assert calm.costs["bytes"] == pytest.approx(gigabytes * sheet.ORIGIN_GB)


def test_latency_and_availability_get_better_with_machines():
    for field, values in (
        ("web_servers", (20, 40, 80, 120)),
        ("replicas", (1, 2, 3, 5)),
        ("queue_workers", (5, 15, 25, 40)),
        ("cache_gb", (13, 130, 260, 500)),
    ):
        found = [simulate(replace(FITTING, **{field: value})).availability for value in values]
        assert found == sorted(found), field
    far, near = (simulate(replace(FITTING, data_centers=count)) for count in (1, 3))
    assert near.p95_latency < 0.16 < far.p95_latency


def test_autoscaling_follows_a_slow_crowd_and_not_a_fast_one():
    design = replace(FITTING, web_servers=60, autoscale=True, shards=6, replicas=6)
    crowd = Incidents(crowd=17 * 3600.0)
    slow, fast = (
        simulate(design, traffic=replace(PUBLISHED, crowd_rise=rise), incidents=crowd)
        for rise in (1800.0, 60.0)
    )
    assert slow.refused["web servers"].sum() == pytest.approx(0, abs=1e-6)
    assert fast.refused["web servers"].sum() > 1e5
    assert slow.web_servers.max() > slow.web_servers.min() == 180
    assert slow.web_servers.max() <= 4 * 180


def test_the_autoscaler_is_the_maximum_of_what_it_wanted():
    """A second implementation: the most that was wanted between 3 and 18 minutes before."""
    design = replace(FITTING, web_servers=8, autoscale=True, shards=9, replicas=9)
    day = flow(design, PUBLISHED, Incidents(crowd=17 * 3600.0))
    load = (day.files.sum(axis=1), day.web_servers)
    assert load[1].shape == (2880, 3)
    per_center = shares(PUBLISHED, 3)
    demand = rate(PUBLISHED, Incidents(crowd=17 * 3600.0))
    work = demand * (0.4 * sheet.PAGE_SECONDS + 0.6 * 0.05 * sheet.FILE_SECONDS)
    for center in range(3):
        wanted = np.ceil(work * per_center[center] / sheet.SCALE_TARGET - 1e-9)
        for at in (100, 1500, 2040, 2046, 2060, 2100, 2879):
            most = wanted[max(0, at - 36) : at - 5].max()
            assert day.web_servers[at, center] == min(max(most, 8), 32)


@pytest.mark.parametrize("dead", [7, -1, 3, 0.5, "Mars", "South America", True + 2])
def test_a_dead_data_center_that_is_not_there_is_named(dead):
    """Silently ignored, it would cost exactly the evening that exercise D is about."""
    with pytest.raises(ValueError, match=re.escape(f"dead = {dead!r}: must be None, a place from")):
        shares(PUBLISHED, 3, dead=dead)


def test_a_dead_data_center_may_be_named_or_counted():
    for number, name in enumerate(centers_of(PUBLISHED, 3)):
        assert shares(PUBLISHED, 3, dead=name) == shares(PUBLISHED, 3, dead=number)
        assert shares(PUBLISHED, 3, dead=number)[number] == 0


def answered_in_time(retries, most_waiting=math.inf):
    """Return the share of the requests of second 70 to 80 that are answered within a second.

    4 workers, 50 ms of work, 68 requests/s; from 0 s to 10 s the work takes three times as long.
    """
    rng = random.Random(5)
    free, waiting, good, asked, number = [-20.0] * 4, deque(), 0, 0, 0
    events, at = [], -20.0
    while at < 80:
        at += rng.expovariate(68)
        events.append((at, number, 0))
        number += 1
    heapq.heapify(events)
    while events:
        now, number, tries = heapq.heappop(events)
        while waiting and waiting[0] <= now:
            waiting.popleft()
        end = math.inf
        if len(waiting) < most_waiting:
            start = max(now, heapq.heappop(free))
            end = start + rng.expovariate(20) * (3 if 0 <= start < 10 else 1)
            heapq.heappush(free, end)
            waiting.append(start)
        if end - now <= 1 or tries == retries:
            if 70 <= now < 80:
                good, asked = good + (end - now <= 1), asked + 1
        else:  # gives up after a second; a refused one is told at once, and waits as long
            heapq.heappush(events, (now + 1, number, tries + 1))
    return good / asked


def test_the_text_says_that_an_overload_with_retries_outlives_its_cause():
    assert answered_in_time(retries=3) < 0.05
    assert answered_in_time(retries=0) > 0.95
    assert answered_in_time(retries=3, most_waiting=40) > 0.95


def test_data_centers_and_distances():
    assert centers_of(PUBLISHED, 2) == ["North America", "Europe"]
    assert shares(PUBLISHED, 1) == [1.0]
    assert shares(PUBLISHED, 3) == pytest.approx([0.455, 0.33, 0.215])
    assert shares(PUBLISHED, 3, dead=0) == pytest.approx([0, 0.785, 0.215])
    assert shares(PUBLISHED, 1, dead=0) == [0.0]
    assert round_trip("Asia", "Asia") == sheet.NEARBY
    assert round_trip("Europe", "North America") == round_trip("North America", "Europe")
    assert 0.1 < round_trip("Europe", "North America") < 0.2 < round_trip("Asia", "Europe") < 0.3
    with pytest.raises(ValueError, match="data_centers = 5"):
        shares(PUBLISHED, 5)
    with pytest.raises(ValueError, match="region = 'Mars'"):
        round_trip("Mars", "Asia")


def test_the_hit_ratio_is_ches_and_grows():
    found = [hit_ratio(PUBLISHED, size) for size in (0, 5, 50, 200, 500, 900)]
    assert found == sorted(found) and found[0] == 0 and found[-2:] == [1, 1]
    with pytest.raises(ValueError, match="cache_gb = -1"):
        hit_ratio(PUBLISHED, -1)


def test_a_dead_cache_node_takes_its_part_of_the_hits():
    for size, left in ((13, 0.0), (26, 0.5), (260, 0.95)):
        day = flow(replace(FITTING, cache_gb=size), PUBLISHED, Incidents(cache_node=3600.0))
        usual = hit_ratio(PUBLISHED, size)
        assert day.hits[119, 0] == usual and day.hits[120, 0] == pytest.approx(left * usual)
        assert day.hits[140, 0] == usual and (day.hits[:, 1:] == usual).all()


STEADY = replace(PUBLISHED, night=1.0, static_share=0.0, upload_share=0.0)


def test_a_dead_web_server_fails_its_part_for_three_seconds_and_is_missed_for_ten_minutes():
    design = replace(FITTING, data_centers=1, web_servers=200, shards=30, replicas=9)
    day = simulate(design, traffic=STEADY, incidents=Incidents(web_server=7 * 3600.0))
    assert day.refused["web servers"].sum() == pytest.approx(8000 * sheet.UNNOTICED / 200)
    tight = replace(design, web_servers=169)  # 168.4 are needed at 95 %
    day = simulate(tight, traffic=STEADY, incidents=Incidents(web_server=7 * 3600.0))
    missing = 8000 * 600 - 168 * sheet.MOST_BUSY / sheet.PAGE_SECONDS * 600
    assert day.refused["web servers"].sum() == pytest.approx(missing + 8000 * 3 / 169, rel=0.03)


def test_a_dead_primary_refuses_its_shards_writes_until_a_replica_is_promoted():
    design = replace(FITTING, data_centers=1, web_servers=900, shards=30, replicas=9)
    writes = 8000 * STEADY.write_share
    day = simulate(design, traffic=STEADY, incidents=Incidents(primary=7 * 3600.0))
    assert day.refused["database writes"].sum() == pytest.approx(writes * 30 / 30)
    assert day.refused["database reads"].sum() == pytest.approx(0, abs=1e-6)
    alone = replace(design, replicas=0, cache_gb=500)
    day = simulate(alone, traffic=STEADY, incidents=Incidents(primary=7 * 3600.0))
    assert day.refused["database writes"].sum() == pytest.approx(writes * 1800 / 30)
    misses = simulate(replace(alone, cache_gb=300), traffic=STEADY, incidents=CALM)
    assert misses.availability == 1  # all misses are read by primaries
    dead = Incidents(primary=7 * 3600.0)
    lost = simulate(replace(alone, cache_gb=300), traffic=STEADY, incidents=dead)
    unread = 8000 * STEADY.read_share * (1 - hit_ratio(STEADY, 300)) * 1800 / 30
    assert lost.refused["database reads"].sum() == pytest.approx(unread)


def test_when_the_only_replica_dies_its_primary_reads_too_and_refuses_both():
    design = replace(FITTING, data_centers=1, web_servers=900, shards=4, replicas=1, cache_gb=300)
    traffic = replace(STEADY, peak=3_000.0, write_share=0.4)
    calm = simulate(design, traffic=traffic, incidents=CALM)
    dead = simulate(design, traffic=traffic, incidents=Incidents(replica=7 * 3600.0))
    assert calm.availability == 1
    misses = 3_000 * 0.6 * (1 - hit_ratio(traffic, 300))
    busy = (1_200 * sheet.WRITE_SECONDS + misses * sheet.QUERY_SECONDS) / 16
    beyond = 1 - sheet.MOST_BUSY / busy
    assert beyond > 0.05
    for tier, requests in (("database reads", misses), ("database writes", 1_200)):
        assert dead.refused[tier].sum() == pytest.approx(requests * 1800 / 4 * beyond, rel=1e-6)


def test_users_of_a_dead_data_center_are_served_from_farther_away():
    """Half an hour of the day less a minute; the difference of two means of 12,000 has a standard
    error of 0.4 ms, the mean over four seeds 0.2 ms."""
    design = replace(FITTING, web_servers=900, shards=30, replicas=9)
    gone = Incidents(data_center=20 * 3600.0)
    rises = []
    for seed in range(4):
        calm, dead = (
            simulate(design, traffic=STEADY, incidents=day, seed=seed).latency.mean()
            for day in (CALM, gone)
        )
        rises.append(dead - calm)
    farther = round_trip("North America", "Europe") - sheet.NEARBY
    exact = 2 * farther * shares(STEADY, 3)[0] * 1740 / 86_400
    assert exact > 1e-3 and abs(np.mean(rises) - exact) < 8e-4


def test_an_upload_takes_its_photos_time_where_there_is_no_queue():
    traffic = replace(STEADY, peak=200.0, write_share=0.0, upload_share=1.0)
    design = replace(FITTING, web_servers=900)
    means = [
        simulate(replace(design, queue_workers=count), traffic=traffic, incidents=CALM).latency
        for count in (0, 100)
    ]
    assert means[0].mean() - means[1].mean() == pytest.approx(sheet.JOB_SECONDS, abs=0.02)


def test_the_cdn_is_paid_by_the_gigabyte_and_its_misses_twice():
    calm = simulate(FITTING, incidents=CALM)
    files = calm.offered.sum() * PUBLISHED.static_share * sheet.FILE_KB
    pages = calm.offered.sum() * (1 - PUBLISHED.static_share) * sheet.PAGE_KB
    origin = (files * (1 - sheet.EDGE_HITS) + pages) * sheet.ORIGIN_GB
    assert calm.costs["bytes"] == pytest.approx((files * sheet.EDGE_GB + origin) / 1e6 * sheet.DAYS)


def test_a_whole_day_takes_less_than_a_second():
    from time import perf_counter

    begin = perf_counter()
    simulate(FITTING)
    assert perf_counter() - begin < 1


# ── the way ──


the_way = cache(grow)


def test_the_way_is_as_the_text_tells_it():
    way = the_way()
    users = [step.users for step in way]
    assert users == sorted(users) and users[0] < 50_000 and 25e6 < users[-1] < 30e6
    assert [step.breaks_next for step in way][:3] == [
        "web servers",
        "database reads",
        "database reads",
    ]
    assert way[5].p95_latency > 0.5 > 0.16 > way[6].p95_latency  # the data centers
    assert way[5].lost_writes > 1000 * way[6].lost_writes
    assert way[4].cost_per_thousand < way[3].cost_per_thousand  # the CDN
    assert way[8] == replace(way[7], name=way[8].name)  # metrics serve no users
    assert way[-1].breaks_next == "web servers"
    text = table(way)
    assert len(text.splitlines()) == 11 and "27," in text


# ── rings, stores, celebrities ──


def test_keys_moved_are_a_shard_or_nearly_all():
    """Ten nodes and an eleventh: 1/11 against 10/11. A node's share at 128 points varies by 9 %."""
    found = [place(RING, seed=seed, keys=4_000) for seed in range(4)]
    for placed in found:
        assert placed.astray == 0 and placed.modulo_moved == pytest.approx(10 / 11, abs=0.01)
    moved = np.mean([placed.moved for placed in found])
    assert abs(moved - 1 / 11) < 0.03
    ghosts = [place(seed=seed, keys=20_000) for seed in range(30)]
    spread = 3 * 0.09 / 11 / math.sqrt(30)
    assert abs(np.mean([ghost.moved for ghost in ghosts]) - 1 / 11) < spread + 0.001


def test_imbalance_against_points():
    """One point: H₁₀ = 2.929, standard deviation about 0.9 a ring; 128 points: about 1.14."""
    ones = [place(seed=seed, points=1, keys=20_000).imbalance for seed in range(400)]
    exact = sum(1 / number for number in range(1, 11))
    assert abs(np.mean(ones) - exact) < 3 * np.std(ones) / math.sqrt(400) + 0.03
    many = [place(seed=seed, points=128, keys=20_000).imbalance for seed in range(20)]
    assert 1.08 < np.mean(many) < 1.22
    assert place(RING, points=128, keys=10_000).imbalance < 1.35


def test_the_contract_of_the_ring_at_100_000_keys():
    ring = RING([f"db-{number}" for number in range(10)])
    counts = dict.fromkeys((f"db-{number}" for number in range(10)), 0)
    for number in range(100_000):
        counts[ring.node(f"user-{number}")] += 1
    assert max(counts.values()) <= 1.35 * 10_000


def test_the_share_that_modulo_moves_is_that_of_counted_keys():
    for before, after in itertools.product(range(1, 12), repeat=2):
        for keys in (None, 1, 37, 1_000):
            numbers = np.arange(before * after if keys is None else keys)
            counted = float(np.mean(numbers % before != numbers % after))
            assert moved_by_modulo(before, after, keys) == counted, (before, after, keys)


@pytest.mark.parametrize(("before", "after"), [(4, 5), (5, 4), (4, 8), (1, 3), (3, 3)])
def test_a_rebalance_moves_little_and_loses_nothing(before, after):
    result = reshard(STORE, RING, shards=before, then=after)
    assert result.missing == result.left_behind == 0 and result.counted == result.moved
    assert result.before.sum() == result.after.sum() == 1000
    fewest = abs(1 - min(before, after) / max(before, after))
    assert result.moved / 1000 == pytest.approx(fewest, abs=0.12)


class Modulo:
    """Nodes by number: what a ring is better than."""

    def __init__(self, nodes, replicas=128):
        self.nodes = list(nodes)

    def node(self, key):
        return self.nodes[int(key.split("-")[1]) % len(self.nodes)]

    def add(self, node):
        self.nodes.append(node)

    def remove(self, node):
        self.nodes.remove(node)


def test_keys_that_go_astray_and_entries_left_behind_are_told():
    placed = place(Modulo, keys=4_000)
    assert placed.moved == pytest.approx(10 / 11, abs=0.02)
    assert placed.astray == pytest.approx(4_000 * 9 / 11, rel=0.05)  # 1 / 11 goes to the new one
    assert "from one old node to another" in explore_ring(Modulo).refresh()

    class Copies(STORE):
        def rebalance(self, new_ring):
            for entries in list(self.stores.values()):
                for key, value in list(entries.items()):
                    self.stores.setdefault(new_ring.node(key), {})[key] = value
            self.ring = new_ring
            return 0

    copied = reshard(Copies, RING)
    assert copied.missing == 0 and copied.left_behind > 100
    said = explore_store(Copies, RING).refresh()
    assert "were left behind" in said and "rebalance said 0!" in said


def test_a_celebritys_shard_is_hot_until_her_key_is_spread():
    for seed in range(5):
        heated = heat(HOT, seed=seed, celebrity=0.4)
        assert heated.before.sum() == pytest.approx(heated.after.sum()) and heated.wrong == 0
        assert heated.before.max() > 3 * 12_500 and heated.after.max() < 2 * 12_500
        assert heated.found[0] and heated.top[0] > 40_000 * 0.95
        ghost = heat(None, seed=seed, celebrity=0.4)
        assert (ghost.before == ghost.after).all() and not ghost.found.any() and not ghost.hot


def test_the_hot_picture_counts_all_keys_found_and_not_only_those_it_draws():
    calls = []

    def noting(accesses, shards, factor):
        calls.append(HOT(accesses, shards, factor))
        return calls[-1]

    explorer = explore_hot_keys(noting)
    for name, value in {"celebrity": 0, "shards": 16, "factor": 0.1, "skew": 0.8}.items():
        explorer.controls[name].value = value
    said = explorer.refresh()
    drawn = (explorer.picture.top.get_segments(), explorer.picture.found.get_segments())
    assert sum(map(len, drawn)) == 20 < len(calls[-1])
    assert f"with {len(calls[-1])} hot keys spread" in said


def heights(lines):
    """Return the tops of a picture's bars, from left to right."""
    return [float(segment[1][1]) for segment in lines.get_segments()]


def test_the_hot_picture_cuts_no_load_that_the_sliders_can_give():
    explorer = explore_hot_keys(HOT)
    axes = explorer.picture.before.axes
    low, high = axes.get_ylim()
    for values in itertools.product((0, 50, 60), (1, 2, 8, 16), (0.1, 2.0), (0.0, 0.6, 1.4)):
        moved_to(explorer, **dict(zip(explorer.controls, values, strict=True)))
        celebrity, shards, factor, skew = values
        world = {"celebrity": celebrity / 100, "shards": shards, "factor": factor, "skew": skew}
        heated = heat(HOT, seed=1, **world)
        for line, loads in (("before", heated.before), ("after", heated.after)):
            drawn = heights(getattr(explorer.picture, line))
            assert drawn == pytest.approx(np.sort(loads)[::-1] * shards / heated.accesses)
            assert low <= min(drawn) and max(drawn) < high
        keys = heights(explorer.picture.top) + heights(explorer.picture.found)
        assert max(keys) == pytest.approx(100 * heated.top[0] / heated.accesses) and max(keys) < 75
        limit = explorer.picture.limit.get_ydata()[0]
        assert limit == pytest.approx(100 * factor / shards)
        assert ("off the picture" in shown(explorer)) == (limit > 75)


def test_modulo_is_exactly_as_good_where_one_number_divides_the_other():
    """From 10 shards: to a tenth, a fifth, a half, all, and twice as many; nowhere else near."""
    shards = np.arange(1, 22)
    beyond = [moved_by_modulo(10, then) for then in shards] - fewest_moved(10, shards)
    same = shards[np.abs(beyond) < 1e-9]
    assert same.tolist() == [1, 2, 5, 10, 20]
    assert np.delete(beyond, same - 1).min() > 0.15


# ── what goes wrong, in one sentence ──

GOOD = dataclasses.asdict(FITTING)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"web_servers": 0}, "web_servers = 0: must be between 1 and 100000"),
        ({"web_servers": 2.5}, "web_servers = 2.5: must be a whole number"),
        ({"replicas": -1}, "replicas = -1: must be between 0 and 1000"),
        ({"cache_gb": -5}, "cache_gb = -5: must be ≥ 0 GB"),
        ({"cache_gb": math.nan}, "cache_gb = nan: must be a finite number (in GB)"),
        ({"data_centers": 0}, "data_centers = 0: must be between 1 and 4"),
        ({"data_centers": 5}, "data_centers = 5: must be between 1 and 4"),
        ({"queue_workers": -2}, "queue_workers = -2: must be between 0 and 100000"),
        ({"shards": 0}, "shards = 0: must be between 1 and 10000"),
        ({"autoscale": 1}, "autoscale = 1: must be True or False"),
        ({"cdn": "yes"}, "cdn = 'yes': must be True or False"),
        (
            {"balancer": "fastest"},
            "balancer = 'fastest': must be one of 'random', 'round robin', 'power of two choices', "
            "'least connections'",
        ),
    ],
)
def test_what_cannot_be_built_is_said_in_a_sentence(changes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Architecture(**GOOD | changes)

    def design(traffic):
        return Architecture(**GOOD | changes)

    with pytest.raises(
        ComponentError, match=re.escape(f"design(traffic) raised ValueError: {sentence}")
    ):
        simulate(design)
    assert sentence in explore_design(design).refresh()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"peak": 0}, "peak = 0: must be > 0"),
        ({"night": 2}, "night = 2: must be ≤ 1"),
        ({"crowd": 0.5}, "crowd = 0.5: must be ≥ 1"),
        ({"static_share": "much"}, "static_share = 'much': must be a finite number"),
        ({"regions": {"Europe": 1.0}}, "regions = {'Europe': 1.0}: must be the shares of North"),
    ],
)
def test_a_bad_day_is_said_in_a_sentence(changes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        replace(PUBLISHED, **changes)


def test_an_incident_that_does_not_happen_is_never_or_none():
    assert Incidents(crowd=None, primary=NEVER) == Incidents() == CALM and CALM.crowd == NEVER
    with pytest.raises(ValueError, match="data_center = -1: must be ≥ 0 s"):
        Incidents(data_center=-1)


def no_architecture(traffic):
    return {"web_servers": 3}


def fails(traffic):
    return traffic.peek


def never_ends(traffic):
    while True:
        pass


def unwritten(traffic):
    raise NotImplementedError("Exercise D: size every tier")


def test_designs_that_go_wrong(monkeypatch, capsys):
    sentence = "no_architecture(traffic) returned {'web_servers': 3}, expected an Architecture."
    with pytest.raises(ComponentError, match=re.escape(sentence)):
        simulate(no_architecture)
    with pytest.raises(ComponentError, match=r"fails\(traffic\) raised AttributeError"):
        chosen(fails, PUBLISHED)
    with pytest.raises(ComponentError, match="design returned 3, expected a function"):
        simulate(3)
    with pytest.raises(ValueError, match="seed = -1"):
        simulate(FITTING, seed=-1)
    assert explore_design(no_architecture).refresh() == sentence
    assert explore_design(unwritten).refresh() == "Not written yet. Exercise D: size every tier"
    for design, said in ((unwritten, "Not written yet. Exercise D"), (fails, "fails(traffic) rai")):
        refusals(design)
        assert capsys.readouterr().out.startswith(said)
    monkeypatch.setattr("course.view.explore.SECONDS", 0.3)
    explorer = explore_design(FITTING)
    explorer.seconds = 0.3
    explorer.run = lambda **values: never_ends(None)
    assert explorer.refresh().startswith("Stopped after 0.3 s")


class Ring:
    """A ring that goes wrong in one way."""

    def __init__(self, nodes, replicas=128):
        self.nodes = list(nodes)

    def node(self, key):
        return self.nodes[0]

    def add(self, node):
        self.nodes.append(node)

    def remove(self, node):
        self.nodes.remove(node)


class Stranger(Ring):
    def node(self, key):
        return "elsewhere"


class Raises(Ring):
    def node(self, key):
        raise RuntimeError("no ring today")


class CannotAdd(Ring):
    def add(self, node):
        raise TypeError("add what?")


class NoRemove:
    def __init__(self, nodes, replicas=128):
        self.node = self.add = None


class Unwritten(Ring):
    def node(self, key):
        raise NotImplementedError("Exercise A: find the next point")


class Unhashable(Ring):
    def node(self, key):
        return [self.nodes[0]]


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        (Stranger, r"Stranger\.node\('user-\d+'\) returned 'elsewhere', expected one of its nodes"),
        (Unhashable, r"Unhashable\.node\('user-\d+'\) returned \['db-1'\], expected one of its"),
        (Raises, r"Raises\.node\('user-\d+'\) raised RuntimeError: no ring today"),
        (CannotAdd, r"CannotAdd\.add\('db-11'\) raised TypeError: add what\?"),
        (NoRemove, r"NoRemove has no method node"),
        (Unwritten, r"Not written yet\. Exercise A: find the next point"),
    ],
)
def test_rings_that_go_wrong_are_told_in_a_sentence(ring, sentence):
    assert re.match(sentence, explore_ring(ring).refresh())


class Store:
    """A store that keeps all on one shard, and goes wrong in one way."""

    def __init__(self, ring, stores):
        self.ring, self.stores = ring, stores

    def put(self, key, value):
        self.stores.setdefault(self.ring.node(key), {})[key] = value

    def get(self, key):
        return None

    def rebalance(self, new_ring):
        return 0


class Silent(Store):
    def rebalance(self, new_ring):
        pass


class CannotPut(Store):
    def put(self, key, value):
        raise KeyError(key)


class NoDicts(Store):
    def put(self, key, value):
        self.stores["db-1"] = [value]


class UnwrittenStore(Store):
    def rebalance(self, new_ring):
        raise NotImplementedError("Exercise B: move what must move")


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        (Silent, r"Silent\.rebalance\(new_ring\) returned None, expected the number of keys moved"),
        (CannotPut, r"CannotPut\.put\('user-\d+', 'user-\d+'\) raised KeyError"),
        (NoDicts, r"NoDicts: stores\['db-1'\] should be a dict, it is list"),
        (UnwrittenStore, r"Not written yet\. Exercise B"),
        (Store, r"From 4 to 5 shards: 0 of 1,000 keys moved, 1,000 lost"),
    ],
)
def test_stores_that_go_wrong_are_told_in_a_sentence(store, sentence):
    assert re.match(sentence, explore_store(store, RING).refresh())


@pytest.mark.parametrize(
    ("hot_keys", "sentence"),
    [
        (lambda accesses, shards, factor: None, "returned None, expected a list of keys."),
        (lambda accesses, shards, factor: 7, "returned 7, expected a list of keys."),
        (lambda accesses, shards, factor: [7], "returned 7, expected keys of accesses."),
        (lambda accesses, shards, factor: [[7]], "returned [7], expected keys of accesses."),
        (lambda accesses, shards, factor: [accesses["me"]], "raised KeyError: 'me'."),
    ],
)
def test_hot_keys_that_go_wrong_are_told_in_a_sentence(hot_keys, sentence):
    said = unescape(explore_hot_keys(hot_keys).refresh())
    assert said == f"<lambda>(accesses, 8, 0.5) {sentence}"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: place(nodes=0), "nodes = 0: must be between 1 and 200"),
        (lambda: place(points=0), "points = 0"),
        (lambda: place(keys=3), "keys = 3: must be between 10 and 1000000"),
        (lambda: reshard(STORE, RING, shards=0), "shards = 0"),
        (lambda: reshard(STORE, RING, then=-1), "then = -1"),
        (lambda: heat(HOT, factor=0), "factor = 0: must be > 0"),
        (lambda: heat(HOT, celebrity=2), "celebrity = 2: must be ≤ 1"),
        (lambda: heat(HOT, shards=0), "shards = 0"),
    ],
)
def test_bad_numbers_are_named(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()


def test_a_bad_prediction_is_named():
    said = explore(prediction=-5).refresh()
    assert said == "prediction = -5: must be > 0 dollars"


# ── pictures ──


EXPLORERS = {
    "experiment": lambda: explore(prediction=30_000),
    "design": lambda: explore_design(DESIGN),
    "ring": lambda: explore_ring(RING),
    "ring without one": explore_ring,
    "store": lambda: explore_store(STORE, RING),
    "hot keys": lambda: explore_hot_keys(HOT),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_corner_of_every_explorer_is_drawn(name):
    """Each control alone at its ends, as all combinations of nine are many; then all at once."""
    explorer = EXPLORERS[name]()
    for moved, control in explorer.controls.items():
        start = control.value
        assert list(corners(explorer, fixed=set(explorer.controls) - {moved}))
        control.value = start
    for end in (0, 1):
        assert len(list(corners(explorer, lambda control, end=end: [ends(control)[end]]))) == 1


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_step_is_seen(name):
    assert_every_step_is_seen(EXPLORERS[name]())


def test_the_scoreboards_words_are_true():
    explorer = explore(prediction=30_000)
    said = unescape(explorer.refresh())
    last = simulate(LAST_YEAR, seed=1)
    assert f"{last.availability:.3%} answered" in said and f"{last.cost:,.0f} dollars" in said
    finding = "This design: 3 of 4 goals, missed: availability; most is refused by the queue."
    assert said.startswith(finding)
    assert "You predicted 30,000" in said
    broke = {tier: lost for tier, _, lost in last.broke(0.001)}
    told = re.search(r"Refused, of the whole day's requests: (.*?)\. You", said)[1]
    named = re.findall(r"([a-z ]+?) ([\d.]+)% \(since", told.replace(", ", ""))
    assert named[0] == ("queue", "0.40") and [float(lost) for _, lost in named] == sorted(
        (float(lost) for _, lost in named), reverse=True
    )
    assert sum(float(lost) for _, lost in named) == pytest.approx(
        100 * sum(broke.values()), abs=0.05
    )
    said = unescape(explore_design(DESIGN).refresh())
    assert said.startswith("design: 4 of 4 goals.")
    expensive = explore_design(MOST)
    assert "no company pays such a bill" in expensive.refresh()


def test_the_experiment_can_be_won_as_the_text_says():
    """All goals for less than 45,000 dollars, with what the sliders offer."""
    assert all(simulate(TUNED).goals.values()) and simulate(TUNED).cost < 45_000
    doubled, room = simulate(DOUBLED), simulate(ONE_BIG)
    assert all(doubled.goals.values()) and round(doubled.cost, -2) == 65_500
    assert round(100 * room.availability) == 97 and room.p95_latency > 0.5
    assert round(1e6 / room.lost_writes) == 9
    assert not any(room.goals.values()) and f"{simulate().availability:.0%}" == "61%"
    explorer = explore()
    for key, value in {
        "web_servers": 80,
        "balancer": "least connections",
        "cache_gb": 143,
        "replicas": 2,
        "queue_workers": 20,
        "data_centers": 3,
    }.items():
        explorer.controls[key].value = value
    said = explorer.refresh()
    assert "4 of 4 goals" in said
    assert dollars_of(said) < 45_000


def moved_to(explorer, **values):
    """Move controls, redraw once, and return the words."""
    for control in explorer.controls.values():
        control.unobserve_all("value")
    for name, value in values.items():
        explorer.controls[name].value = value
    return unescape(explorer.refresh())


def dollars_of(said):
    return int(re.search(r"([\d,]+) dollars", said)[1].replace(",", ""))


def test_the_steps_of_the_experiment_answer_what_they_ask():
    said = answers(explore())
    assert said[1] == (
        "The crowd comes, and web servers refuse for the first time. But the queue loses most: "
        "0.40% of the day's requests, since 00:21."
    )
    assert said[2].startswith("Nearly: 0.01% of the day's requests")
    enough = simulate(replace(LAST_YEAR, queue_workers=20), seed=1)
    assert not enough.refused["queue"].any()
    dollars = [dollars_of(said[number]) for number in (3, 4, 5)]
    assert dollars == [2_417, 3_617, 1_886]
    left = [re.search(r"from 0.26% to ([\d.]+)%", said[number])[1] for number in (3, 4, 5)]
    assert left == ["0.02", "0.02", "0.05"]
    assert "1.35% of" in said[6] and "6.0% of the day's writes" in said[6] and "missed" in said[6]
    assert "0.02% of" in said[7] and "missed: 95 % within 542 ms" in said[7]
    assert said[8] == "95 % within 155 ms instead of 157 ms, for 8,825 dollars a month more."


def test_the_steps_of_a_designs_days_answer_with_its_numbers():
    """Twice the peak is twice the machines; a slow crowd is followed; and tuning pays for it."""
    said = answers(explore_design(DESIGN))
    assert all(told.startswith("4 of 4 goals, for 7") for told in said.values())
    web = [int(re.search(r"(\d+) web servers", told)[1]) for told in said.values()]
    usual = DESIGN(PUBLISHED).web_servers
    assert web[0] == pytest.approx(2 * usual, rel=0.03) and web[1] < 0.6 * usual
    assert "web servers or more" in said[2] and "or more" not in said[1] + said[3]
    tuned = [float(re.search(r"answers ([\d.]+)%", told)[1]) for told in said.values()]
    assert max(tuned) < 99.95 and tuned[0] < 99


def test_a_gauge_says_how_much_of_each_goal_is_used():
    """Left of the line at 1 is a goal that is met, right of it one that is missed; by eye, too."""
    picture = explore().picture
    for design in (LAST_YEAR, DOUBLED, ONE_BIG, TUNED):
        result = simulate(design, seed=1)
        picture.show(name="it", result=result, beaten=result)
        widths = [bar.get_width() for bar in picture.bars]
        marks = [figure.get_text()[0] for figure in picture.figures]
        colours = [to_hex(bar.get_facecolor()).upper() for bar in picture.bars]
        assert [{True: "✓", False: "✗"}[met] for met in result.goals.values()] == marks
        assert colours == [style.BLUE if mark == "✓" else style.VERMILION for mark in marks]
        if not result.nothing_counts:
            assert [width <= 1 for width in widths] == list(result.goals.values())
        assert (picture.ghost.get_xdata() == widths).all() and max(widths) <= 2
        lost = {tier: rows.sum() / result.offered.sum() for tier, rows in result.refused.items()}
        drawn = [text.get_text() for text in picture.losses]
        for tier, text in zip(TIERS, drawn, strict=True):
            assert text == "–" or text == f"{lost[tier]:.2%}".replace("%", " %")
        bold = [
            tier
            for tier, text in zip(TIERS, picture.losses, strict=True)
            if text.get_weight() == "bold"
        ]
        assert bold == [max(lost, key=lost.get)]


def test_the_legend_names_what_is_in_the_picture_only():
    for explorer, names in (
        (explore(), ["to beat: last year's, doubled", "your last ten designs"]),
        (explore(prediction=9), ["to beat: last year's, doubled", "your last ten designs",
                                 "your prediction"]),
        (explore_design(DESIGN), ["to beat: tuned to one day"]),
    ):  # fmt: skip
        legend = explorer.picture.ghost.axes.get_legend()
        assert [text.get_text() for text in legend.get_texts()] == names


def test_the_trace_has_the_last_ten_designs_and_a_moved_slider_once():
    explorer, picture = explore(), None
    picture = explorer.picture

    def trace():
        return len(picture.trace.get_xdata()) // 4

    assert trace() == 0
    for count in (80, 100, 120):  # one slider, moved on
        explorer.controls["web_servers"].value = count
        assert trace() == 1
    explorer.controls["shards"].value = 3
    assert trace() == 2 and picture.trace.get_xdata()[7] == pytest.approx(
        simulate(replace(LAST_YEAR, web_servers=120)).cost / PUBLISHED.budget
    )
    for number in range(1, 9):
        explorer.experiment.press(number)
        explorer.experiment.press(number)  # asked for its answer, it is no second attempt
    assert trace() == 9
    for name in ("cdn", "autoscale", "cdn"):
        explorer.controls[name].value = not explorer.controls[name].value
    assert trace() == 10


def test_eight_surprise_days_are_judged_as_the_grader_judges_them(monkeypatch):
    monkeypatch.setattr(SurpriseDays, "best", None)
    days = surprise_days(TUNED)
    said = days.press()
    graded = capstone.hidden(TUNED, 1)
    met = sum(sum(day.goals.values()) for day in graded)
    assert met < 16 and f"Draw 1: {met} of 32 goals" in said and "Best so far" not in said
    assert days.table.value.count("✓ ") == met and days.table.value.count("✗ ") == 32 - met
    for day in graded:
        assert f"{day.availability:.3%}".replace("%", " %") in days.table.value
        assert f"{day.cost:,.0f}, " in days.table.value
    assert "no goal counts: it answers less than 99 %" in days.table.value

    def few_workers(traffic):
        plan = DESIGN(traffic)
        return replace(plan, queue_workers=math.ceil(0.7 * plan.queue_workers))

    days = surprise_days(few_workers)
    days.press()
    assert "most refused: queue, " in days.table.value


def test_a_careful_designs_bills_are_what_the_surprise_days_say_of_one(monkeypatch):
    """Its score is some 75 % of the budgets, and the best one of the session stays."""
    monkeypatch.setattr(SurpriseDays, "best", None)
    days, scores = surprise_days(DESIGN), []
    for draw in (1, 2, 3):
        said = days.press()
        assert f"Draw {draw}: 32 of 32 goals" in said
        mine, careful = (
            int(re.search(rf"{what} ([\d,]+)", said)[1].replace(",", ""))
            for what in ("Your bills:", "a careful design: about")
        )
        assert mine == pytest.approx(careful, rel=0.06)
        scores.append(float(re.search(r"Your score: ([\d.]+)%", said)[1]))
        assert f"Best so far: {min(scores)}%" in said
    assert f"Best so far: {min(scores)}%" in surprise_days(TUNED).press()


def test_surprise_days_say_in_a_sentence_what_went_wrong(monkeypatch):
    monkeypatch.setattr("course.millions_of_users.surprise.SECONDS", 0.3)
    for design, said in (
        (no_architecture, "no_architecture(traffic) returned {'web_servers': 3}, expected an"),
        (unwritten, "Not written yet. Exercise D: size every tier"),
        (never_ends, "Stopped after 0.3 s"),
    ):
        days = surprise_days(design)
        assert days.press().startswith(said) and "<table" not in days.table.value
        assert days.bar.layout.display == "none" and not days.button.disabled


def test_failures_are_drawn_in_the_row_of_their_tier():
    picture = explore().picture
    drawn = sorted(zip(*picture.deaths.get_data(), strict=True))
    rows = [TIERS[round(row + 0.36)] for _, row in drawn]
    assert [hour for hour, _ in drawn] == [7, 9.5, 12, 14.5, 20]
    assert rows == ["web servers", *["database reads"] * 2, "database writes", "data centers"]
    assert picture.crowd.get_xdata() == [17, 17]


def test_the_budget_is_not_shown_before_the_prediction():
    text = (ROOT / "solutions" / f"{NAME}.py").read_text(encoding="utf-8")
    before = text[: text.index("prediction = None")]
    assert "PUBLISHED)" not in before and "budget" not in before.split("## The picture")[1]
    assert f"{PUBLISHED.budget:,.0f}" not in before


def test_a_day_twice_as_busy_a_slow_crowd_and_other_regions_keep_the_point_in_the_box():
    explorer = explore_design(DESIGN)
    start = {name: control.value for name, control in explorer.controls.items()}
    for values in ({"peak": 16_000}, {"crowd_rise": 1800}, {"europe": 12}, {"incidents": 5}):
        said = moved_to(explorer, **start | values)
        assert said.startswith("design: 4 of 4 goals."), values
    explorer = explore_design(TUNED)
    assert shown(explorer).startswith("Architecture: 4 of 4 goals.")
    for values in ({"peak": 12_000}, {"crowd": 3.2}, {"upload_share": 3}, {"incidents": 1}):
        said = moved_to(explorer, **start | values)
        assert "3 of 4 goals, missed: availability" in said, values


def test_the_sums_of_the_folds():
    """The slowest of 16 exponential answers of 10 ms; eight tiers of 99.9 %; a month of 30 days."""
    text = (ROOT / "solutions" / f"{NAME}.py").read_text(encoding="utf-8")
    drawn = np.random.default_rng(1).exponential(10.0, (20_000, 16)).max(axis=1)
    assert abs(drawn.mean() - 33.8) < 4 * 12.6 / math.sqrt(20_000)  # its σ: 10 ms × √Σ 1/k²
    for number, said in (
        (drawn.mean(), "{:.0f} ms with 16 shards, 3.38 times"),
        (100 * (1 - 0.99**16), "{:.0f} % of these pages are slow"),
        (100 * 0.999**8, "$0.999^8 = {:.1f}$ %"),
        (720 * (1 - 0.999**8), "{:.1f} hours of errors a month"),
        (60 * 720 * 0.001, "instead of {:.0f} minutes"),
    ):
        assert said.format(number) in text, said.format(number)


def test_the_steps_about_celebrities_answer_what_they_ask():
    said = answers(explore_hot_keys(HOT))
    assert "4.5 × its fair share. With 1 key copied to all 8 shards" in said[1]
    assert said[2].startswith("No: ") and "8.8 × its fair share. With 1 key copied" in said[2]
    assert said[2].endswith("the busiest has 1.2 ×.")
    assert "With 21 keys copied to all 16 shards, the busiest has 1.1 ×." in said[3]
    assert "16 writes instead of one" in said[3]


def test_the_steps_about_a_rebalance_answer_what_they_ask():
    said = answers(explore_store(STORE, RING))
    for number, fewest, modulo in ((1, 20, 80), (2, 50, 50), (3, 50, 50)):
        assert f"need {fewest}%, and modulo moves {modulo}%." in said[number]
        assert abs(int(said[number].split("%")[0]) - fewest) < 10  # 64 points: an eighth
    assert "divides" not in said[1] and "divides" in said[2] and "divides" in said[3]
    assert said[4].startswith("2 of 1,000 keys move") and "holds 2.2 × the mean" in said[4]


def test_the_steps_about_the_ring_answer_what_they_ask():
    said = answers(explore_ring(RING))
    assert "9.8% of the keys. Modulo would move 91%, most of them between" in said[1]
    assert "has 3.68 × the mean" in said[2] and "takes 3.3% of" in said[2]
    assert f"{sum(1 / number for number in range(1, 11)):.2f} × the mean on average" in said[2]
    assert "has 1.51 × the mean" in said[3]


def test_what_a_node_takes_of_the_drawn_ring_is_where_its_points_are():
    """A key moves to the new node if the next point clockwise is one of its own."""
    for nodes, points in ((10, 1), (10, 128), (1, 1), (20, 8)):
        picture = explore_ring(RING).picture
        places, owner = random_points(1, nodes + 1, points)
        placed = place(RING, seed=1, nodes=nodes, points=points, keys=500)
        picture.show(placed=placed, points=(places, owner))
        after = [owner[min(range(places.size), key=lambda at: (places[at] - key) % 1)]
                 for key in picture.keys]  # fmt: skip
        drawn = np.column_stack(picture.moved.get_data())
        assert len(drawn) == after.count(nodes)
        radii = np.hypot(*drawn.T)
        assert np.allclose(radii, 0.82)
        x, y = (np.asarray(each).reshape(-1, 10)[:, :9] for each in picture.taken.get_data())
        taken = (np.diff(np.unwrap(np.arctan2(x, y)), axis=1).sum() / (2 * np.pi)) % 1
        order = np.argsort(places)
        arcs = np.diff(places[order], prepend=places[order][-1] - 1)
        assert taken == pytest.approx(arcs[owner[order] == nodes].sum())


def test_a_ring_with_one_point_is_drawn_whole_or_said_to_be_cut():
    """All the sliders can give: what is above the axis stands at its edge, with a sentence."""
    explorer = explore_ring(RING)
    for nodes, points in itertools.product((3, 10, 20), (1, 2)):
        said = moved_to(explorer, nodes=nodes, points=points)
        drawn = heights(explorer.picture.loads.mine)
        assert max(drawn) <= explorer.picture.loads.mine.axes.get_ylim()[1]
        fullest = float(re.search(r"has ([\d.]+) × the mean", said)[1])
        assert ("is drawn at the upper edge" in said) == (fullest > 4.0)
        assert max(drawn) == pytest.approx(min(fullest, 4.0), abs=0.006)


def test_the_rings_words_are_true():
    explorer = explore_ring(RING)
    placed = place(RING, seed=1, keys=1_500)
    said = explorer.refresh()
    assert f"{placed.imbalance:.2f} × the mean" in said and f"{placed.moved:.1%}" in said
    assert "all of them to the new node" in said


def test_goals_met_is_what_a_check_needs():
    plan = chosen(DESIGN, PUBLISHED)
    assert set(map(type, plan.values())) <= {int, float, bool, str}
    goals, told = goals_met(plan)
    assert all(goals.values()) and told.startswith("published day: 99.9")
    with pytest.raises(TypeError):
        goals_met(plan | {"power": 3})


@pytest.mark.parametrize(
    ("design", "why"),
    [
        (MOST, "no company pays such a bill"),
        (replace(FITTING, web_servers=20), "it answers less than 99 %"),
    ],
)
def test_goals_met_says_why_no_goal_counts(design, why):
    """Without that: "lost writes missed", and then a number far below the goal."""
    goals, told = goals_met(dataclasses.asdict(design))
    assert not any(goals.values()) and told.endswith(f"). No goal counts, as {why}")
    _, told = goals_met(dataclasses.asdict(replace(FITTING, data_centers=2)))
    assert "No goal counts" not in told


def test_a_failed_goal_comes_with_the_tiers_that_refused_the_greatest_loss_first(capsys):
    _, told = goals_met(dataclasses.asdict(LAST_YEAR))
    assert "Missed: availability. First the queue refused, at 00:21. Refused, of the" in told
    assert "Refused, of the whole day's requests: queue 0.40% (since 00:21), database" in told
    _, told = goals_met(dataclasses.asdict(replace(FITTING, data_centers=2)))
    assert "Missed: p95 latency. Refused, of the whole day's requests: data centers" in told
    refusals(LAST_YEAR)
    rows = capsys.readouterr().out.splitlines()[1:]
    lost = [float(row.split()[-1].rstrip("%")) for row in rows]
    assert rows[0].startswith("queue") and lost == sorted(lost, reverse=True) and len(lost) >= 4


def test_the_text_of_design_is_true_of_the_model():
    """A crowd fades to 37 % every ten minutes; a center pays for shards × (1 + replicas) nodes."""
    crowd = rate(PUBLISHED, Incidents(crowd=17 * 3600.0)) / rate(PUBLISHED, CALM) - 1
    top = int(crowd.argmax())
    for tens in (1, 2):
        assert crowd[top + 20 * tens] / crowd[top] == pytest.approx(0.37**tens, rel=0.02)
    nodes = simulate(replace(FITTING, shards=5, replicas=2)).costs["database"] / sheet.DATABASE_NODE
    assert nodes == FITTING.data_centers * 5 * (1 + 2)
    another = replace(PUBLISHED, name="another")
    assert simulate(FITTING, seed=3).incidents == PUBLISHED_INCIDENTS
    assert simulate(FITTING, traffic=another, seed=3).incidents == draw_incidents(3)


def test_the_model_answers_numbers_are_those_of_the_data_sheet():
    """24 of 30 million new users in South America, the others where ours are, our three centers."""
    design, ours = DESIGN(PUBLISHED), centers_of(PUBLISHED, 3)
    ways = {center: round(round_trip("South America", center), 2) for center in ours}
    assert ways == {"North America": 0.19, "Europe": 0.24, "Asia": 0.37}
    near = shares(PUBLISHED, 3)[0]

    def washington(south, new=30.0):
        return (4.5 * near + south + (new - south) * near) / (4.5 + new)

    assert washington(24) == pytest.approx(0.83, abs=0.005)
    assert 0.69 < washington(15.1) < 0.71 and washington(30) == pytest.approx(0.93, abs=0.005)
    grown = replace(  # users nearest to Washington count as North America
        PUBLISHED,
        name="both companies",
        peak=PUBLISHED.peak * 34.5 / 4.5,
        regions={"North America": 0.83, "Europe": 0.10, "Asia": 0.07, "South America": 0.0},
    )
    pages = grown.peak * (1 - grown.static_share)
    assert round(pages, -2) == 24_500 and design.data_centers == 3 and design.shards == 2
    day = flow(design, grown, CALM)
    busy = day.busy["web servers"].max() * design.web_servers
    assert 400 < busy < 415 and round(design.web_servers, -1) == 100
    alone = replace(design, web_servers=10_000, cache_gb=grown.data_gb)
    workers = flow(alone, grown, CALM).busy["database writes"].max() * sheet.DATABASE_WORKERS
    assert workers == pytest.approx(2 + 6.6, abs=0.15)
    first = simulate(design, traffic=grown, incidents=CALM).broke()[0][0]
    assert first == "web servers"


def test_place_may_be_deleted_and_then_nothing_is_reported_as_not_written():
    """A stub that is left in a ring that hashes elsewhere is: so the text says to delete it."""
    (cell,) = (cell for cell in cells(NAME) if cell.grade_id == "hash_ring")
    head, place_method = cell.text.split("    def place(")
    assert "or to delete if you do not" in place_method
    stub = (
        '    def place(self, text):\n        raise NotImplementedError("Exercise A: hash a text")\n'
    )
    folder = ROOT / "tests" / "submissions" / NAME / "hash_ring"
    for path in folder.glob("right_*.py"):  # tests/test_submissions.py: they pass every check
        written = path.read_text(encoding="utf-8")
        assert "def place(" not in written and "BEGIN SOLUTION" in head
        for source, notes in ((written, ()), (written + stub, ("Not written yet: exercise A.",))):
            of_grader = {"nbgrader": {"grade_id": "hash_ring"}}
            saved = {"cells": [{"cell_type": "code", "source": source, "metadata": of_grader}]}
            assert examine(saved, NAME, []).notes == notes


def test_nothing_is_drawn_while_nbgrader_executes(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert explore() is explore_ring() is surprise_days(DESIGN) is architecture() is None
    look_back()
    assert not capsys.readouterr().out


def test_the_way_back_is_drawn_and_printed(monkeypatch, capsys):
    monkeypatch.setattr("course.millions_of_users.grow", the_way)
    assert "shard 3" in architecture().label
    look_back()
    assert "10 eight shards" in capsys.readouterr().out


# ── the films ──


@pytest.mark.parametrize("watch", ["crowd", "data_center", "primary", WHOLE_DAY])
def test_the_film_of_a_day_is_its_run(watch):
    incidents = None if watch == "crowd" else draw_incidents(3)
    incidents = incidents or PUBLISHED_INCIDENTS
    reel = film(DESIGN, watch=watch, incidents=incidents)
    films.check(reel)
    dot = int(re.search(r"A dot is ([\d,]+) requests", reel.captions[0][1])[1].replace(",", ""))
    for lane, design in zip(reel.lanes, (DESIGN, LAST_YEAR), strict=True):
        run = simulate(design, seed=1, incidents=incidents)
        until = np.searchsorted(run.times, reel.end)
        here = slice(np.searchsorted(run.times, reel.start), until)
        told = {counter.name: counter.at(reel.end) for counter in lane.counters}
        share = run.served[:until].sum() / run.offered[:until].sum()
        assert told["answered since midnight:"] == f"{share:.3%}"
        for tier, refused in run.refused.items():
            lost = refused[here].sum()
            assert (f"{tier} {lost:,.0f}" in told["refused here:"]) == (lost >= 1)
        arrivals = [each for each in films.moving(lane, "many") if each.story == []]
        crosses = [each for each in arrivals if reel.codes[REFUSED] in each.states]
        for box in set(WHERE.values()):
            tiers = [tier for tier, where in WHERE.items() if where == box]
            refused = sum(run.refused[tier][here].sum() for tier in tiers)
            mine = [
                each
                for each in crosses
                if each.part_of.name == box and when(reel, each) <= reel.end
            ]
            assert abs(len(mine) * dot - refused) <= 0.51 * dot * len(tiers)
        came = [each for each in arrivals if reel.start <= when(reel, each) <= reel.end]
        assert abs(len(came) * dot - run.offered[here].sum()) <= 11 * dot


def when(reel, actor):
    """Return when a dot has come to the tier where it ends: a refused one goes on to the pile."""
    refused = reel.codes[REFUSED]
    return actor.times[actor.states.index(refused) if refused in actor.states else -1]


def test_a_dot_goes_where_the_run_has_it():
    reel = film(LAST_YEAR, watch="crowd")
    day = flow(LAST_YEAR, PUBLISHED, PUBLISHED_INCIDENTS)
    here = (day.times >= reel.start) & (day.times < reel.end)
    cached, reads = (each[here].sum() for each in (day.cached, day.reads))
    assert cached + (day.refused["database reads"][here]).sum() <= reads * 1.2
    dots = [each for each in films.moving(reel.lanes[0], "many") if when(reel, each) <= reel.end]
    fine = [each for each in dots if reel.codes[REFUSED] not in each.states]
    ends_at = {box: sum(each.part_of.name == box for each in fine) for box in ("CDN", "cache")}
    assert ends_at["CDN"] / ends_at["cache"] == pytest.approx(
        day.edge[here].sum() / cached, rel=0.02
    )
    misses = sum(each.part_of.name == "shards" for each in fine)
    expected = reads - cached + day.writes[here].sum()
    assert misses / ends_at["cache"] == pytest.approx(expected / cached, rel=0.1)


def test_what_is_refused_is_piled_up_below_its_tier_and_stays():
    reel = film(LAST_YEAR, watch="crowd")
    piled = collections.defaultdict(list)
    for actor in films.moving(reel.lanes[0], "many"):
        if reel.codes[REFUSED] in actor.states and when(reel, actor) < reel.end - 60:
            piled[actor.part_of.name].append(actor.place(reel.end)[:2])
    assert set(piled) == {"web servers", "shards", "queue"}
    for box, places in piled.items():
        x, y, wide, high = BOXES[box]
        assert len(set(places)) == len(places)
        assert all(abs(across - x) < wide and y + high < down for across, down in places)


@pytest.mark.parametrize(
    ("watch", "box", "minutes"),
    [("data_center", "data centers", 30), ("web_server", "web servers", 10)],
)
def test_a_cross_says_what_died_and_for_how_long(watch, box, minutes):
    reel = film(LAST_YEAR, watch=watch)
    (sign,) = films.moving(reel.lanes[0], "what died")
    died = getattr(PUBLISHED_INCIDENTS, watch)
    assert (sign.times[0], sign.times[-1]) == (died, died + 60 * minutes)
    x, y, wide, high = BOXES[box]
    across, down, *_ = sign.place(died)
    assert abs(across - x) < wide and abs(down - y) < high and sign.part_of.name == box


def test_the_captions_say_what_is_refused_and_can_be_read():
    reel = film(DESIGN, watch="crowd")
    run = simulate(LAST_YEAR, seed=1)
    here = slice(int(reel.start / STEP), int(reel.end / STEP))
    said = [words for _, words in reel.captions if "refuses requests" in words]
    assert all("last year's design refuses" in words for words in said)
    for tier, refused in run.refused.items():
        since = np.flatnonzero(refused[here] > 1e-4 * run.offered[here])
        mine = [words for words in said if tier in words]
        assert len(mine) == bool(since.size)
        if mine:
            told = int(mine[0][:2]) * 60 + int(mine[0][3:5])
            assert 0 <= (reel.start + STEP * since[0]) / 60 - told < 6
    assert np.diff([time for time, _ in reel.captions]).min() >= 2.4 * reel.rate
    assert "meets 4 of 4 goals" in reel.captions[-1][1]


def test_the_lamps_say_how_busy_each_tier_is_and_when_it_refuses():
    reel = film(LAST_YEAR, watch="crowd")
    run = simulate(LAST_YEAR, seed=1)
    refused = set()
    for name, tier in (("web servers", "web servers"), ("queue", "queue")):
        (lamp,) = [each for each in reel.lanes[0].actors if each.name == name]
        for time in np.arange(reel.start, reel.end, 600):
            step = int(time / STEP)
            _, _, _, ring, state = lamp.place(time)
            assert ring == pytest.approx(min(run.busy[tier][step], 1))
            hurt = run.refused[tier][step] > 1e-4 * run.offered[step]
            assert (state == reel.codes[TOO_MUCH]) == hurt
            refused.add(hurt)
    assert refused == {True, False}


@pytest.mark.parametrize("design", [DESIGN, ONE_BIG])
def test_the_gauges_end_where_the_goals_are(design):
    reel = film(design, watch=WHOLE_DAY)
    shares = used(simulate(design, seed=1))
    markers = [each for each in reel.lanes[0].actors if each.name.endswith("of what is allowed")]
    assert len(markers) == 4
    for marker, share in zip(markers, shares, strict=True):
        assert (marker.xs[-1] - ZERO) / (GOAL - ZERO) == pytest.approx(min(share, 2), abs=1e-6)
        assert (marker.states[-1] == reel.codes[TOO_MUCH]) == (share > 1)
    assert len([each for each in film().lanes[0].actors if "allowed" in each.name]) == 3


@pytest.mark.parametrize(("design", "watch"), [(DESIGN, "crowd"), (LAST_YEAR, "primary")])
def test_the_gauges_show_what_has_been_used_since_midnight(design, watch):
    # Of each goal by hand: requests counted one step after the other, the sample's quantile, and
    # the bill of a day of which only the beginning came.
    reel = film(design, watch=watch)
    result = simulate(design, seed=1)
    day = flow(result.architecture, PUBLISHED, PUBLISHED_INCIDENTS)
    refused, _, lost, bill = [
        each for each in reel.lanes[0].actors if each.name.endswith("of what is allowed")
    ]
    p95 = next(a for a in reel.lanes[0].actors if a.name.startswith("95 % within"))
    for time in (*refused.times[::9], refused.times[-1]):
        until = round(time / STEP)

        def share(marker, time=time):
            return (marker.place(time)[0] - ZERO) / (GOAL - ZERO)

        came, served = sum(result.offered[:until]), sum(result.served[:until])
        allowed = (1 - PUBLISHED.availability) * sum(result.offered)
        assert share(refused) == pytest.approx(min(2, (came - served) / allowed), abs=1e-6)
        taken = result.latency[result.came_in < until]
        slow = np.quantile(taken, 0.95 * came / served) / PUBLISHED.p95_latency
        assert share(p95) == pytest.approx(slow, abs=1e-6)
        kinds = ("files", "reads", "writes", "uploads", "edge")
        begun = {kind: getattr(day, kind) * 1.0 for kind in kinds}
        for column in begun.values():
            column[until:] = 0
        part = bill_of(replace(day, **begun))
        servers = day.web_servers.sum(axis=1)
        part["web servers"] *= servers[:until].sum() / servers.sum()
        for fixed in ("data centers", "database", "cache", "queue workers"):
            part[fixed] *= until / servers.size
        assert share(bill) == pytest.approx(sum(part.values()) / PUBLISHED.budget, abs=1e-6)
    happened = PUBLISHED_INCIDENTS.primary if watch == "primary" else 0
    if happened:
        assert lost.place(happened - 60)[0] < lost.place(reel.end)[0]
    assert share(bill, reel.start) < share(bill, reel.end) < used(result)[3]


def test_the_sample_of_answers_knows_when_each_request_came():
    # While a data center is out its users go to a farther one: that takes longer.
    result = simulate(DESIGN, seed=1)
    assert (np.diff(result.latency) >= 0).all() and len(result.came_in) == len(result.latency)
    outage = flow(result.architecture, PUBLISHED, PUBLISHED_INCIDENTS).outage[result.came_in]
    assert result.latency[outage].mean() > 1.5 * result.latency[~outage].mean()


def test_the_film_of_a_day_tells_the_line_that_built_it():
    def two_ways(traffic):
        if traffic.peak > 1_000:
            return LAST_YEAR
        return TWO_OF_EACH

    packed = film(two_ways).packed()
    lane = packed["lanes"][0]
    _, words, listing, line, cell = lane["stories"][lane["names"].index("web servers")][0]
    assert "web_servers=60, autoscale=False" in words and cell == "design(PUBLISHED)"
    _, first, lines = packed["listings"][listing]
    assert lines[line - first].strip() == "return LAST_YEAR"
    dot = lane["names"].index("many requests")
    assert lane["stories"][lane["tellers"][dot]]


def test_other_incidents_and_bad_designs_have_other_films():
    player = replay(DESIGN)
    before = player.reel.start
    player.controls["incidents"].value = 3
    assert player.reel.start != before == PUBLISHED_INCIDENTS.crowd - 900
    assert "returned 5, expected an Architecture" in replay(lambda traffic: 5).sentence.value

    def unwritten(traffic):
        raise NotImplementedError("Exercise D: size every tier")

    assert "Not written yet. Exercise D" in replay(unwritten).sentence.value


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("nodes", "points"), [(4, 64), (1, 1), (8, 8)])
def test_the_film_of_a_ring_is_its_run(seed, nodes, points):
    reel = film_of_ring(RING, nodes=nodes, points=points, seed=seed)
    films.check(reel)
    keys = key_names(KEYS, seed)
    numbers = np.array([int(key.removeprefix("user-")) for key in keys])
    placed = place(RING, seed=seed, nodes=nodes, points=points, keys=KEYS)
    rings = [RING([f"db-{n + 1}" for n in range(count)], points) for count in (nodes, nodes + 1)]
    mine = [np.array([int(ring.node(key)[3:]) - 1 for key in keys]) for ring in rings]
    rule = [numbers % nodes, numbers % (nodes + 1)]
    for lane, (before, after) in zip(reel.lanes, (mine, rule), strict=True):
        actors = films.moving(lane, "user")
        assert [actor.name for actor in actors] == keys
        moved, astray = (counter.at(reel.end) for counter in lane.counters)
        assert moved == (before != after).sum()
        assert astray == ((before != after) & (after != nodes)).sum()
        assert [reel.codes[MOVES] in actor.states for actor in actors] == list(
            (before != after) & (after == nodes)
        )
        assert sum(reel.codes[ASTRAY] in actor.states for actor in actors) == astray
        for i, actor in enumerate(actors):
            if i + FLIGHT <= KEYS:
                assert near(actor.place(KEYS), nodes + 1) == before[i]
            assert near(actor.place(reel.end), nodes + 1) == after[i]
        assert len({actor.place(reel.end)[:2] for actor in actors}) == KEYS
    assert reel.lanes[0].counters[0].at(reel.end) == round(placed.moved * KEYS)


def near(place, shards):
    """Return the number of the shard that a place is in; None if it is on its way."""
    gaps = [math.dist(place[:2], middle(number, shards)) for number in range(shards)]
    return int(np.argmin(gaps)) if min(gaps) < 37 else None


def test_the_film_of_a_ring_tells_the_call_and_its_line():
    class TwoWays:
        def __init__(self, nodes, replicas):
            self.nodes = list(nodes)

        def node(self, key):
            if key.endswith("7") and len(self.nodes) == 5:
                return "db-5"
            return self.nodes[0]

        def add(self, node):
            self.nodes.append(node)

        remove = add

    reel = film_of_ring(TwoWays)
    packed = reel.packed()
    lane = packed["lanes"][0]
    key = next(i for i, name in enumerate(lane["names"]) if name.endswith("7"))
    told, again = lane["stories"][key]
    _, first, lines = packed["listings"][told[2]]
    assert lines[told[3] - first].strip() == "return self.nodes[0]"
    assert lines[again[3] - first].strip() == 'return "db-5"'
    assert "returned 'db-1'" in told[1] and "returned 'db-5'. Its row has to move." in again[1]
    assert eval(told[4], {"TwoWays": TwoWays}) == "db-1"
    *setup, last = again[4].splitlines()
    scope = {"TwoWays": TwoWays}
    exec("\n".join(setup), scope)
    assert eval(last, scope) == "db-5"


@pytest.mark.parametrize("fails_at", [0, 3, KEYS + 4])
def test_the_film_of_a_ring_that_fails_ends_there(fails_at):
    class Fails(RING):
        asked = 0

        def node(self, key):
            Fails.asked += 1
            return super().node(key) if Fails.asked <= fails_at else None

    player = replay_ring(Fails)
    assert "returned None, expected one of its nodes" in player.sentence.value
    assert player.reel.end == fails_at + 1 + (fails_at > KEYS)
    assert len(films.moving(player.reel.lanes[0], "user")) == min(fails_at, KEYS)


def test_a_function_that_makes_a_ring_has_a_film_too():
    made = film_of_ring(lambda nodes, replicas: RING(nodes, replicas))
    assert made.lanes[0].counters == film_of_ring(RING).lanes[0].counters


def test_a_ring_that_cannot_be_made_has_no_film():
    class Grows(CannotAdd):
        def __init__(self, nodes, replicas):
            self.add(nodes[0])

    player = replay_ring(Grows)
    assert "raised TypeError: add what?" in player.sentence.value and player.reel is None


def test_a_ring_that_is_not_written_has_no_film():
    player = replay_ring(Unwritten)
    assert "Not written yet" in player.sentence.value and player.reel is None


def test_a_ring_that_cannot_add_has_a_film_up_to_then():
    player = replay_ring(CannotAdd)
    assert "add('db-5')" in unescape(player.sentence.value)
    assert len(films.moving(player.reel.lanes[0], "user")) == KEYS
    assert player.reel.end == KEYS + 1
