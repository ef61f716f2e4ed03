"""The lab of notebook 04: its simulations against theory, and what it does with what goes wrong."""

import dataclasses
import math
import re
import sqlite3
from contextlib import closing
from functools import partial

import numpy as np
import pytest

import course.cache as lab
from course.cache import (
    Fifo,
    Lfu,
    NoCache,
    NotingCache,
    RandomEviction,
    architecture,
    baselines,
    explore,
    explore_eviction,
    explore_expiry,
    explore_nodes,
    explore_real,
    explore_stampede,
    measure,
    read_at,
    redis_tier,
    replay,
    replay_stampede,
    simulate,
    simulate_expiry,
    simulate_nodes,
    simulate_stampede,
)
from course.cache.expiry import LEAVE, REMOVE
from course.cache.film import EVICTED, LOADS, ROOM, TRAFFIC, film
from course.cache.film import HIT as ANSWERED_BY_CACHE
from course.cache.film import SEED as FILMED
from course.cache.real import PHOTOS, Timeless, make_file, measure_file
from course.cache.real_picture import RealPicture
from course.cache.stampede import LOADED, OTHER, until_it_fails
from course.cache.stampede_film import AFTER, BEFORE, LOAD, OTHER_RATE, READ_RATE, stampede_film
from course.cache.stampede_film import TTL as LIVES
from course.cache.stampede_picture import at_the_first_expiry
from course.cache.theory import ceiling, expiry_shares, fifo_curve
from course.cache.traffic import traffic
from course.engine import theory, workload
from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from course.engine.parameters import NEVER
from course.real.processes import Stage
from tests import films, oracles
from tests.course_scripts import solved
from tests.explorers import (
    answers,
    assert_every_step_is_seen,
    assert_stopped,
    corners,
    pictured,
    shown,
)

SOLVED = solved("04_cache")
LRU, TTL, FRONT, FLIGHT = (
    SOLVED[name] for name in ("LRUCache", "TTLCache", "ReadThrough", "SingleFlight")
)


class Everybody:
    """No single flight: each get starts its own load."""

    def __init__(self, env, load):
        self.env, self.load = env, load

    def get(self, key):
        return (yield self.env.process(self.load(key)))


def hit_ratios(component, seeds=3, requests=220_000, **chosen):
    """Return the hit ratio of each seed's run, its warm-up of 20,000 requests left out."""
    runs = [
        simulate(component, seed=seed, requests=requests, warm_up=20_000, **chosen)
        for seed in range(seeds)
    ]
    return np.array([run.hit_ratio for run in runs])


# ── eviction against theory ──


@pytest.mark.parametrize(("skew", "che", "ideal"), [(0.8, 0.4367, 0.5706), (1.0, 0.6756, 0.7648)])
def test_lru_against_ches_approximation(skew, che, ideal):
    """3 × 200,000 reads: a hit ratio's standard error is √(¼ / 600,000) = 0.00065.

    (Hits of neighbouring reads are nearly independent.) Che's formula itself is 0.001 too low.
    """
    popularity = workload.zipf_popularity(10_000, skew)
    assert theory.lru_hit_ratio(popularity, 1000) == pytest.approx(che, abs=1e-4)
    assert oracles.ideal_hit_ratio(popularity, 1000) == pytest.approx(ideal, abs=1e-4)
    measured = hit_ratios(LRU, skew=skew, capacity=1000).mean()
    assert abs(measured - che - 0.001) < 4 * 0.00065


def stack_distances(keys):
    """The same as `baselines.stack_distances`, by the definition: how deep in a stack a key is."""
    stack, distances = [], []
    for key in keys:
        if key in stack:
            distances.append(len(stack) - 1 - stack.index(key))
            stack.remove(key)
        else:
            distances.append(math.inf)
        stack.append(key)
    return np.array(distances)


@pytest.mark.parametrize("seed", range(3))
def test_lru_of_every_size_is_what_the_stack_distances_say(seed):
    asked = {"seed": seed, "photos": 300, "skew": 0.9, "arrival_rate": 300.0}
    keys = traffic(**asked, write_share=0.0, requests=3000, load_time=0.02).keys.tolist()
    distances = stack_distances(keys)
    assert np.array_equal(distances, baselines.stack_distances(keys))
    for capacity in (0, 1, 7, 60, 299, 300):
        run = simulate(LRU, capacity=capacity, requests=3000, warm_up=0, **asked)
        assert np.array_equal(run.hit, distances < capacity), capacity


def test_fifos_curve_is_below_lrus_formula_and_reaches_all():
    for skew in (0.5, 1.0, 1.4):
        popularity = workload.zipf_popularity(10_000, skew)
        sizes, fifo = fifo_curve(popularity)
        assert np.all(np.diff(fifo) > 0) and fifo[-1] > 0.9
        for size in (20, 100, 500, 1000):
            assert np.interp(size, sizes, fifo) < theory.lru_hit_ratio(popularity, size) + 1e-3


@pytest.mark.parametrize("cache", [Fifo, RandomEviction])
def test_fifo_and_random_eviction_are_equally_good(cache):
    """The curve between its points is 0.01 off at most; the noise is 0.001."""
    popularity = workload.zipf_popularity(10_000, 1.0)
    sizes, fifo = fifo_curve(popularity, points=400)
    measured = hit_ratios(cache, seeds=2, capacity=500).mean()
    assert abs(measured - np.interp(500, sizes, fifo)) < 0.004


@pytest.mark.parametrize("seed", range(3))
def test_lfu_keeps_favourites_and_lru_follows_new_ones(seed):
    chosen = {"seed": seed, "requests": 30_000, "warm_up": 10_000, "capacity": 500}
    lfu, lru, fifo = (simulate(cache, **chosen).hit_ratio for cache in (Lfu, LRU, Fifo))
    assert lfu > lru + 0.02 and lru > fifo + 0.03
    moving = [simulate(cache, new_every=8.0, **chosen).hit_ratio for cache in (Lfu, LRU)]
    assert moving[1] > moving[0] + 0.03


def slow_lfu(capacity, keys):
    """LFU again, by search: the fewest uses go, of equals the one longest at its count."""
    uses, since, hits = {}, {}, []
    for time, key in enumerate(keys):
        hits.append(key in uses)
        if key not in uses and capacity and len(uses) == capacity:
            victim = min(uses, key=lambda other: (uses[other], since[other]))
            del uses[victim], since[victim]
        if capacity:
            uses[key], since[key] = uses.get(key, 0) + 1, time
    return np.array(hits)


@pytest.mark.parametrize("capacity", [0, 1, 3, 20])
def test_the_quick_lfu_is_the_slow_one(capacity):
    asked = {"seed": 3, "photos": 60, "skew": 0.8, "arrival_rate": 300.0}
    keys = traffic(**asked, write_share=0.0, requests=2000, load_time=0.02).keys.tolist()
    run = simulate(Lfu, capacity=capacity, requests=2000, warm_up=0, **asked)
    assert np.array_equal(run.hit, slow_lfu(capacity, keys))


def test_the_notebooks_own_numbers():
    """The text says: five percent of the photos answer more than half of the reads."""
    small, large = (simulate(seed=1, capacity=size) for size in (500, 1000))
    assert small.hit_ratio == pytest.approx(0.557, abs=0.001)
    assert large.hit_ratio - small.hit_ratio < 0.2 * small.hit_ratio
    assert simulate(seed=1, skew=0.5).database_load > 1
    assert simulate(NoCache, seed=1).hit_ratio == 0
    assert simulate(NoCache, seed=1).database_load == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("ttl", [NEVER, 1.0])
@pytest.mark.parametrize("write_share", [0.0, 0.2])
def test_no_size_beats_the_ceiling_of_expiry_and_writes(ttl, write_share):
    """With room for everything LRU reaches it. 3 × 300,000 requests: standard error < 0.0006."""
    popularity = workload.zipf_popularity(200, 1.0)
    asked = {"ttl": ttl, "write_share": write_share, "arrival_rate": 300.0}
    most = ceiling(popularity, **asked)
    runs = hit_ratios(LRU, photos=200, capacity=200, requests=300_000, **asked)
    assert abs(runs.mean() - most) < 4 * 0.0006
    smaller = hit_ratios(LRU, seeds=1, photos=200, capacity=50, requests=60_000, **asked)
    assert smaller[0] < most + 0.002


def read_latency(hit_ratio):
    """Return the mean latency (s) of 300 reads/s by theory: a look-up, and for misses Erlang C."""
    queries = theory.mean_latency(300.0 * (1 - hit_ratio), 0.02, 4)
    return 0.001 + (1 - hit_ratio) * queries


def test_read_latency_against_erlang_c():
    """Misses of independent reads are nearly a Poisson stream: 10 runs of 40,000 requests.

    The band is four standard errors over the runs, which must be below 3 %, and 2 % for "nearly".
    """
    runs = [simulate(seed=seed, requests=44_000, capacity=300) for seed in range(10)]
    ratio = np.mean([run.hit_ratio for run in runs])
    expected = read_latency(ratio)
    means = [run.read_latency.mean() for run in runs]
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    assert error < 0.03 * expected
    assert abs(np.mean(means) - expected) < 4 * error + 0.02 * expected


def test_traffic_is_the_same_for_every_cache_and_seed_decides_it():
    one, other = simulate(LRU, seed=4, write_share=0.1), simulate(Fifo, seed=4, write_share=0.1)
    assert np.array_equal(one.arrived_at, other.arrived_at)
    assert np.array_equal(one.write, other.write) and 0.07 < one.write.mean() < 0.13
    assert not np.array_equal(one.arrived_at, simulate(seed=5, write_share=0.1).arrived_at)
    again = simulate(LRU, seed=4, write_share=0.1)
    assert np.array_equal(one.hit, again.hit) and not np.array_equal(one.hit, other.hit)


def test_writes_cost_the_database_and_age_what_the_cache_holds():
    none, some = (simulate(LRU, seed=2, write_share=share) for share in (0.0, 0.3))
    assert some.hit_ratio < none.hit_ratio - 0.1
    assert some.database_rate > none.database_rate + 50
    assert math.isnan(simulate(seed=2, write_share=1.0).hit_ratio)


# ── expiry ──


@pytest.mark.parametrize("cache", [TTL, None])
def test_one_photo_against_the_formula(cache):
    """Rate × ttl = 20 → 20/21. From load to load come 1 + Poisson(20) reads: with n reads the

    standard error of the share of loads is √(20 / 21³ / n).
    """
    run = simulate_expiry(
        cache, photos=1, arrival_rate=20, ttl=1.0, write_share=0.0, requests=100_000
    )
    assert theory.ttl_hit_ratio(20, 1.0) == pytest.approx(20 / 21)
    assert abs(run.hit_ratio - 20 / 21) < 4 * math.sqrt(20 / 21**3 / 100_000)


@pytest.mark.parametrize("on_write", [LEAVE, REMOVE])
@pytest.mark.parametrize("ttl", [0.3, 5.0])
def test_both_prices_of_a_time_to_live_against_theory(on_write, ttl):
    """8 runs of 40,000 requests; four standard errors, which are below 0.004."""
    popularity = workload.zipf_popularity(1000, 1.0)
    removes = on_write == REMOVE
    loads, stale = expiry_shares(
        popularity, [ttl], arrival_rate=100.0, write_share=0.05, removes=removes
    )
    runs = [
        simulate_expiry(TTL, seed=seed, ttl=ttl, on_write=on_write, requests=40_000)
        for seed in range(8)
    ]
    for measured, expected in (
        ([1 - run.hit_ratio for run in runs], loads[0]),
        ([run.stale_ratio for run in runs], stale[0]),
    ):
        error = np.std(measured, ddof=1) / math.sqrt(len(measured))
        assert error < 0.004 and abs(np.mean(measured) - expected) <= 4 * error


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("on_write", [LEAVE, REMOVE])
def test_photo_by_photo_is_what_the_cache_does(seed, on_write):
    for ttl in (0.1, 2.0, 50.0):
        chosen = {"seed": seed, "ttl": ttl, "on_write": on_write, "write_share": 0.2}
        one, other = simulate_expiry(TTL, **chosen), simulate_expiry(**chosen)
        assert np.array_equal(one.hit, other.hit) and np.array_equal(one.stale, other.stale)
        assert one.purged > 0 and other.purged is None


@pytest.mark.parametrize("seed", range(4))
def test_short_lives_load_and_long_ones_go_stale(seed):
    runs = [simulate_expiry(TTL, seed=seed, ttl=ttl) for ttl in (0.1, 1, 10, 50)]
    loads, stale = [run.load_rate for run in runs], [run.stale_ratio for run in runs]
    assert loads == sorted(loads, reverse=True) and loads[0] > 4 * loads[-1]
    assert stale == sorted(stale) and stale[-1] > 0.3
    assert simulate_expiry(TTL, seed=seed, ttl=50, on_write=REMOVE).stale_ratio == 0


# ── the tier ──


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("dies_at", [None, 0, 8, 23])
@pytest.mark.parametrize("nodes", [1, 3])
def test_the_students_tier_is_what_the_times_of_loads_say(seed, dies_at, nodes):
    chosen = {"seed": seed, "nodes": nodes, "dies_at": dies_at, "write_share": 0.1}
    one, other = simulate_nodes(FRONT, TTL, **chosen), simulate_nodes(**chosen)
    for column in ("miss", "finished_at", "stale"):
        assert np.array_equal(getattr(one, column), getattr(other, column)), column
    assert not one.stale.any()


@pytest.mark.parametrize("seed", range(4))
def test_one_node_dead_drowns_the_database_and_one_of_four_does_not(seed):
    one, four = (simulate_nodes(seed=seed, nodes=nodes, dies_at=8) for nodes in (1, 4))
    for run in (one, four):
        assert run.database_rate([0, 8])[0] < 40
    assert one.database_rate([8, 16])[0] > 270  # of the 200 that it can do
    assert 80 < four.database_rate([8, 16])[0] < 150
    assert one.latency_over_time([14, 16])[0] > 1 and four.latency_over_time([14, 16])[0] < 0.05
    assert one.database_rate([16, 18])[0] > 100  # it comes back empty


# ── the stampede ──


@pytest.mark.parametrize("seed", range(4))
def test_the_recursion_is_the_event_simulation(seed):
    for world in ({}, {"read_rate": 400, "ttl": 1.0}, {"load_time": 0.02, "other_rate": 160}):
        quick, events = (
            simulate_stampede(seed=seed, **world),
            simulate_stampede(Everybody, seed=seed, **world),
        )
        assert np.array_equal(quick.place, events.place)
        assert np.allclose(quick.finished_at, events.finished_at, rtol=0, atol=1e-9)
        assert np.allclose(np.sort(quick.load_ends), np.sort(events.load_ends), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_single_flight_flattens_the_stampede(seed):
    """A page that lives 4 s and loads in some 0.3 s expires 3 times in 15 s: 3 loads."""
    many, one = (simulate_stampede(each, seed=seed, ttl=4.0) for each in (None, FLIGHT))
    assert one.loads == 3 and many.loads > 80
    times = np.arange(0, 15, 0.01)
    assert many.at_the_database(times).max() > 10 * one.at_the_database(times).max()
    assert many.percentile(99) > 3 and one.percentile(99) < 0.5
    assert np.array_equal(many.arrived_at, one.arrived_at)
    assert not np.isnan(one.finished_at).any()


def test_reads_of_a_fresh_page_take_a_millisecond():
    run = simulate_stampede(FLIGHT, ttl=100.0)
    assert run.loads == 0
    assert np.allclose(run.latency[run.place == 0], 0.001)


def test_what_exercises_are_tried_out_with():
    cache = NotingCache()
    cache.put("a", 1, 0)
    assert [cache.get("a", 5), cache.invalidate("a"), cache.get("a", 6)] == [1, None, None]
    assert cache.calls == [
        ["put", "a", 1, 0],
        ["get", "a", 5],
        ["invalidate", "a"],
        ["get", "a", 6],
    ]
    seen = read_at(Everybody, [("a", 0), ("a", 0.5)], load_time=2.0)
    assert seen["loads"] == [["a", 0], ["a", 0.5]]
    assert [answer[3] for answer in seen["answers"]] == [2.0, 2.5]


CELL = """
class SingleFlight:
    def __init__(self, env, load):
        self.env, self.load, self.flights = env, load, {}

    def get(self, key):
        BODY
        yield
"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "yield self.load(key)",
            "SingleFlight.get yielded a generator: a process yields SimPy events only, and a "
            "generator must be started first: yield env.process(load(…)).",
        ),
        ("yield 5", "yielded 5: a process yields SimPy events only, such as a process."),
        ("del self.flights[key]", "raised KeyError: 'page'."),
        ("open('nowhere')", "raised FileNotFoundError"),
    ],
)
def test_a_first_try_at_simpy_is_one_sentence_in_a_cell_that_has_no_file(body, says):
    """SimPy quotes the file of the process it complains of; a notebook's cell is in none."""
    made = {}
    exec(compile(CELL.replace("BODY", body), "/tmp/ipykernel_1/no_such_file.py", "exec"), made)
    with pytest.raises(ComponentError) as error:
        read_at(made["SingleFlight"], [("page", 0), ("page", 0.25)])
    assert says in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(ComponentError, match=re.escape(says.replace("'page'", "'front page'"))):
        simulate_stampede(made["SingleFlight"])


# ── for real ──


def test_the_real_run_hits_where_the_simulation_hits(tmp_path):
    for cache, timeless in ((LRU, True), (TTL, False)):
        run = measure(FRONT, cache, timeless=timeless, folder=tmp_path, write_share=0.05)
        assert np.array_equal(run.hit, run.simulated) and 0.3 < run.hit.mean() < 0.95
        assert not run.stale.any() and len(run) + len(run.saves) == 4000
        assert np.median(run.latency[~run.hit]) > 5 * np.median(run.latency[run.hit])
        assert list(tmp_path.iterdir()) == []


def test_the_real_lru_hits_where_the_stack_distances_say(tmp_path):
    run = measure(FRONT, LRU, timeless=True, folder=tmp_path, write_share=0.0, capacity=40)
    asked = {"seed": 0, "photos": PHOTOS, "skew": 1.0, "arrival_rate": 100.0}
    keys = traffic(**asked, write_share=0.0, requests=4000, load_time=0.02).keys.tolist()
    assert np.array_equal(run.hit, stack_distances(keys) < 40)


def test_a_cache_that_takes_no_none_is_never_given_one(tmp_path):
    """Exercise A promises: values are anything but None."""

    class TakesNoNone(LRU):
        def put(self, key, value):
            assert value is not None, "None is no value"
            super().put(key, value)

    run = measure(FRONT, TakesNoNone, timeless=True, folder=tmp_path, write_share=0.1)
    assert not run.stale.any() and len(run.saves) > 300 and 0.3 < run.hit.mean() < 0.9


def test_a_timeless_cache_forgets_what_is_invalidated_until_it_is_put_again():
    cache = Timeless(LRU(2))
    cache.put("a", 1, 0.0)
    cache.invalidate("a")
    cache.invalidate("never there")
    assert cache.get("a", 1.0) is cache.get("never there", 1.0) is None
    cache.put("a", 2, 2.0)
    assert cache.get("a", 3.0) == 2


def test_a_write_that_leaves_the_entry_is_seen_to_be_stale(tmp_path):
    class Forgets(FRONT):
        def write(self, key, value, now, save):
            save(key, value)

    run = measure(Forgets, LRU, timeless=True, folder=tmp_path, write_share=0.1)
    assert run.stale.sum() > 50


def test_the_temporary_folder_is_removed_whatever_happens(tmp_path):
    class Stops(FRONT):
        def get(self, key, now):
            raise SystemExit

    for component, error in ((Stops, SystemExit), (FrontRaises, ComponentError)):
        with pytest.raises(error):
            measure(component, LRU, timeless=True, folder=tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path):
    path = tmp_path / "photos.sqlite"
    chosen = {"timeless": True, "requests": 50, "patience": 0.05}
    with pytest.raises(DatabaseUnavailable, match="no such file"):
        measure_file(path, FRONT, LRU, **chosen)
    path.write_text("not a database, and long enough to be looked at" * 50)
    with pytest.raises(DatabaseUnavailable, match="not a SQLite database"):
        measure_file(path, FRONT, LRU, **chosen)
    path.unlink()
    make_file(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnavailable, match="lock") as error:
        measure_file(path, FRONT, LRU, **chosen)
    other.close()
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_vanishes_while_it_is_used_is_one_sentence(tmp_path):
    path = tmp_path / "photos.sqlite"
    make_file(path)

    class Vanishes(FRONT):
        def get(self, key, now):
            if path.exists() and now > 5:
                path.unlink()
                path.write_bytes(b"")
            return super().get(key, now)

    with pytest.raises((DatabaseUnavailable, ComponentError)) as error:
        for _ in range(2):  # the second run finds an empty file where the first one may not notice
            measure_file(path, Vanishes, LRU, timeless=True, write_share=0.1)
    assert isinstance(error.value, DatabaseUnavailable) and str(path) in str(error.value)


@pytest.fixture
def redis_there():
    if redis_tier.missing():
        pytest.skip(redis_tier.missing())


def test_redis_hits_as_often_as_a_random_choice_or_better(redis_there):
    """Its clock counts seconds and it looks at five keys: between random eviction and true LRU."""
    chosen = {"capacity": 60, "write_share": 0.0, "requests": 1200, "seed": 3}
    told = []
    run, own = redis_tier.measure_both(FRONT, LRU, progress=told.append, **chosen)
    keys = traffic(
        seed=3, photos=PHOTOS, skew=1.0, arrival_rate=100.0, write_share=0.0, requests=1200
    ).keys.tolist()
    assert np.array_equal(own.hit, stack_distances(keys) < 60)
    assert np.array_equal(run.simulated, own.hit) and not run.stale.any()
    rng, kept, random_hits = np.random.default_rng(8), [], 0
    for key in keys:
        random_hits += key in kept
        if key not in kept:
            if len(kept) == 60:
                kept.pop(rng.integers(60))
            kept.append(key)
    assert random_hits / 1200 - 0.05 < run.hit.mean() < own.hit.mean() + 0.02
    assert np.median(run.latency[run.hit]) > 3 * np.median(own.latency[own.hit])
    assert told == sorted(told) and told[0] == 0 and 0.5 < told[-1] < 1


def test_redis_has_room_for_so_many_and_asks_for_the_password(redis_there):
    import redis

    with Stage() as stage, closing(redis_tier.RedisCache(stage, 20)) as cache:
        for key in range(70):
            cache.put(key, (key, 0, 0, 1), 0.0)
        kept = [key for key in range(70) if cache.get(key, 0.0) is not None]
        assert 18 <= len(kept) <= 22 and cache.get(kept[0], 0.0) == (kept[0], 0, 0, 1)
        cache.invalidate(kept[0])
        assert cache.get(kept[0], 0.0) is None
        port = cache.client.connection_pool.connection_kwargs["port"]
        with closing(redis.Redis(port=port)) as stranger, pytest.raises(redis.RedisError):
            stranger.get(kept[1])
        stage.kill(cache.process)
        with pytest.raises(DatabaseUnavailable, match="Redis does not answer: "):
            cache.get(kept[1], 0.0)
    assert not stage.folder.exists()


def test_a_front_that_hangs_before_redis_is_stopped(redis_there, monkeypatch):
    class Hangs(FRONT):
        def get(self, key, now):
            while True:
                pass

    monkeypatch.setattr(redis_tier, "LIMIT", 0.2)
    with pytest.raises(ComponentError, match=r"^Stopped after 0.2 s"):
        redis_tier.measure_both(Hangs, LRU, capacity=0)
    assert Stage.current is None


def test_redis_is_a_choice_with_lru_next_to_it_where_it_is_installed(monkeypatch):
    monkeypatch.setattr("course.cache.measure", partial(measure, requests=300))
    whole = measure(FRONT, LRU, timeless=True, requests=300)
    shared = dataclasses.replace(whole, latency=np.where(whole.hit, 70e-6, 140e-6))
    monkeypatch.setattr(redis_tier, "measure_both", lambda *_, **__: (shared, whole))
    monkeypatch.setattr(redis_tier, "missing", lambda: "")
    explorer = explore_real(FRONT, LRU, TTL)
    assert not explorer.picture.own.get_visible()
    said = answers(explorer)[4]
    assert f"Redis, allkeys-lru answers {whole.hit.mean():.1%} of the reads, LRUCache" in said
    assert "A hit takes 70 µs instead of" in said
    assert explorer.picture.own.get_visible() and "simulated with LRUCache" in shown(explorer)
    monkeypatch.setattr(redis_tier, "missing", lambda: "Redis is not installed here.")
    explorer = explore_real(FRONT, LRU, TTL)
    assert len(explorer.experiment.steps) == 3 and len(explorer.controls["cache"].options) == 2
    assert shown(explorer).endswith("writes). Redis is not installed here.")


def test_a_database_that_is_away_is_a_sentence_below_the_sliders(monkeypatch):
    explorer = explore_real(FRONT, LRU, TTL)
    assert pictured(explorer)

    def full(path):
        raise DatabaseUnavailable("photos.sqlite: the disk is full; free some space.")

    monkeypatch.setattr("course.cache.real.make_file", full)
    assert explorer.refresh() == "photos.sqlite: the disk is full; free some space."
    assert not pictured(explorer)


# ── what goes wrong is one sentence ──


class GetRaises(LRU):
    def get(self, key):
        raise KeyError(key)


class PutRaises(LRU):
    def put(self, key, value):
        raise IndexError("no room")


class ReturnsKey(LRU):
    def get(self, key):
        return key if super().get(key) else None


class ReturnsFalse(LRU):
    def get(self, key):
        return super().get(key) or False


class ReturnsEntry(LRU):
    def get(self, key):
        value = super().get(key)
        return None if value is None else (value, key)


class KeepsTheFirst(LRU):
    def put(self, key, value):
        if key not in self:
            super().put(key, value)


class NeverEvicts(LRU):
    def __init__(self, capacity):
        super().__init__(10_000)


class LenIsNothing(LRU):
    def __len__(self):
        super().__len__()


class OnlyGets:
    def get(self, key):
        return None


class CannotBeMade:
    def __init__(self, capacity):
        raise OSError("no memory")


class LenRaises(LRU):
    def __len__(self):
        raise TypeError("what?")


@pytest.mark.parametrize(
    ("cache", "sentence"),
    [
        (GetRaises, r"GetRaises.get\(\d+\) raised KeyError: \d+\."),
        (PutRaises, r"PutRaises.put\(\d+, [\d.]+\) raised IndexError: no room\."),
        (ReturnsKey, r"ReturnsKey.get\(\d+\) returned \d+, expected [\d.]+, what was put last"),
        (
            ReturnsFalse,
            r"ReturnsFalse.get\(\d+\) returned False, expected None: this key was never put\.",
        ),
        (ReturnsEntry, r"ReturnsEntry.get\(\d+\) returned \([\d.]+, \d+\), expected [\d.]+, what"),
        (
            LenIsNothing,
            r"len\(LenIsNothing\) returned None, expected how many entries it holds\.",
        ),
        (NeverEvicts, r"NeverEvicts\(500\) holds [\d,]+ entries, more than its capacity\."),
        (OnlyGets, r"OnlyGets has no method put\."),
        (CannotBeMade, r"CannotBeMade\(…\) raised OSError: no memory\."),
        (LenRaises, r"len\(LenRaises\) raised TypeError: what\?\."),
    ],
)
def test_a_wrong_cache_is_one_sentence(cache, sentence):
    with pytest.raises(ComponentError, match=f"^{sentence}") as error:
        simulate(cache)
    assert "\n" not in str(error.value)
    for explorer in (explore(cache), explore_eviction(cache)):
        assert re.search(sentence, shown(explorer)) and not pictured(explorer)


@pytest.mark.parametrize("wrong", [ReturnsEntry, KeepsTheFirst])
def test_an_answer_that_was_not_put_last_is_told_before_its_age_is_looked_at(wrong):
    for world in ({"ttl": 1.0}, {"write_share": 0.3}):
        with pytest.raises(ComponentError, match=r"expected [\d.]+, what was put last for it, or"):
            simulate(wrong, **world)


class GetsBadly(TTL):
    def get(self, key, now):
        raise ValueError("what time?")


class ReturnsPair(TTL):
    def get(self, key, now):
        return self.entries.get(key)


class MissesWithFalse(TTL):
    def get(self, key, now):
        value = super().get(key, now)
        return False if value is None else value


class CannotInvalidate(TTL):
    def invalidate(self, key):
        raise KeyError(key)


class PurgesKeys(TTL):
    def purge(self, now):
        return ["a"]


class NoPurge:
    get = put = invalidate = len


@pytest.mark.parametrize(
    ("cache", "sentence"),
    [
        (GetsBadly, r"GetsBadly.get\(\d+, [\d.]+\) raised ValueError: what time\?\."),
        (ReturnsPair, r"ReturnsPair.get\(\d+, [\d.]+\) returned \(.*\), expected [\d.]+, what was"),
        (
            MissesWithFalse,
            r"MissesWithFalse.get\(\d+, [\d.]+\) returned False, expected None: this key was never",
        ),
        (CannotInvalidate, r"CannotInvalidate.invalidate\(\d+\) raised KeyError"),
        (PurgesKeys, r"PurgesKeys.purge\([\d.]+\) returned \['a'\], expected how many entries"),
        (NoPurge, r"NoPurge has no method purge\."),
    ],
)
def test_a_wrong_ttl_cache_is_one_sentence(cache, sentence):
    with pytest.raises(ComponentError, match=f"^{sentence}"):
        simulate_expiry(cache, on_write=REMOVE)
    explorer = explore_expiry(cache)
    explorer.controls["on_write"].value = REMOVE
    assert re.search(sentence, shown(explorer)) and not pictured(explorer)


class FrontRaises(FRONT):
    def get(self, key, now):
        raise RuntimeError("lost")


class FrontReturnsNone(FRONT):
    def get(self, key, now):
        super().get(key, now)


class LoadsTwice(FRONT):
    def get(self, key, now):
        self.load(key)
        return super().get(key, now)


class NeverSaves(FRONT):
    def write(self, key, value, now, save):
        self.cache.invalidate(key)


class SavesTwice(FRONT):
    def write(self, key, value, now, save):
        save(key, value)
        super().write(key, value, now, save)


class NoWrite:
    def __init__(self, cache, load):
        pass

    def get(self, key, now):
        return 1


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        (FrontRaises, r"FrontRaises.get\(\d+, [\d.]+\) raised RuntimeError: lost\."),
        (
            FrontReturnsNone,
            r"FrontReturnsNone.get\(\d+, [\d.]+\) returned None, expected \d+, what",
        ),
        (LoadsTwice, r"LoadsTwice.get\(\d+, [\d.]+\) called load 2 times, expected one\."),
        (NeverSaves, r"NeverSaves.write\(\d+, \d+, [\d.]+, save\) did not call save\(\d+, \d+\)\."),
        (NoWrite, r"NoWrite has no method write\."),
    ],
)
def test_a_wrong_read_through_is_one_sentence(front, sentence):
    if front is LoadsTwice:  # it counts only where the cache has nothing
        with pytest.raises(ComponentError, match=sentence):
            simulate_nodes(front, TTL, write_share=0.2)
        return
    with pytest.raises(ComponentError, match=f"^{sentence}"):
        simulate_nodes(front, TTL)
    assert re.search(sentence, shown(explore_nodes(front, TTL)))
    assert not pictured(explore_real(front, LRU, TTL))


@pytest.mark.parametrize(("front", "times"), [(NeverSaves, 0), (SavesTwice, 2)])
def test_how_often_a_real_write_saved_is_counted(front, times):
    name = front.__name__
    sentence = rf"^{name}.write\(\d+, \d+, [\d.]+, save\) called save {times} times, expected one\."
    with pytest.raises(ComponentError, match=sentence):
        measure(front, LRU, timeless=True)


def test_a_tier_wants_classes():
    with pytest.raises(ComponentError, match="is not a class: give the name alone"):
        simulate_nodes(FRONT(TTL(1), len), TTL)


class FlightRaises(FLIGHT):
    def get(self, key):
        raise KeyError(key)


class FlightRaisesLater(FLIGHT):
    def get(self, key):
        yield self.env.timeout(0)
        raise KeyError(key)


class NoGenerator(FLIGHT):
    def get(self, key):
        return 5


class GivesNone(FLIGHT):
    def get(self, key):
        yield self.env.process(self.load(key))


class WaitsForEver(FLIGHT):
    def get(self, key):
        yield self.env.event()


class YieldsNumber(FLIGHT):
    def get(self, key):
        yield 3


class LoadsOther(FLIGHT):
    def get(self, key):
        return (yield self.env.process(self.load("other")))


class NoGet:
    def __init__(self, env, load):
        pass


@pytest.mark.parametrize(
    ("flight", "sentence"),
    [
        (FlightRaises, "FlightRaises.get('front page') raised KeyError: 'front page'."),
        (FlightRaisesLater, "FlightRaisesLater.get('front page') raised KeyError: 'front page'."),
        (NoGenerator, "NoGenerator.get('front page') returned 5, expected a generator"),
        (GivesNone, "GivesNone.get('front page') gave None, expected 'front page 64', what load"),
        (WaitsForEver, "WaitsForEver.get('front page') left 2,031 reads waiting for ever"),
        (YieldsNumber, "YieldsNumber.get yielded 3: a process yields SimPy events only"),
        (LoadsOther, "LoadsOther called load('other'), expected 'front page'."),
        (NoGet, "NoGet has no method get."),
    ],
)
def test_a_wrong_single_flight_is_one_sentence(flight, sentence):
    with pytest.raises(ComponentError) as error:
        simulate_stampede(flight)
    told = re.sub(r"left [\d,]+", "left 2,031", str(error.value))
    assert told.startswith(sentence) and "\n" not in told
    assert not pictured(explore_stampede(flight))


def test_a_component_that_never_returns_is_stopped():
    assert_stopped(explore, LRU, "get")


@pytest.mark.parametrize(
    ("function", "name", "value", "says"),
    [
        (simulate, "capacity", -1, "between 0"),
        (simulate, "capacity", 2.5, "whole number"),
        (simulate, "ttl", 0, "> 0 s"),
        (simulate, "ttl", -1, "> 0 s"),
        (simulate, "skew", "x", "finite"),
        (simulate, "write_share", 1.5, "≤ 1"),
        (simulate, "arrival_rate", 0, "> 0 requests/s"),
        (simulate, "workers", 0, "between 1 and 1000"),
        (simulate, "load_time", 0, "> 0 s"),
        (simulate, "warm_up", 8000, "between 0 and 7999"),
        (simulate, "requests", 0, "between 1"),
        (simulate, "new_every", 0, "> 0 s"),
        (simulate, "seed", -1, "between 0"),
        (simulate_expiry, "ttl", float("nan"), "finite"),
        (simulate_expiry, "on_write", "shout", "must be one of"),
        (simulate_nodes, "nodes", 0, "between 1 and 100"),
        (simulate_nodes, "dies_at", -1, "≥ 0 s"),
        (simulate_nodes, "returns_after", 0, "> 0 s"),
        (simulate_nodes, "arrival_rate", 0, "> 0 requests/s"),
        (simulate_stampede, "read_rate", -2, "> 0 requests/s"),
        (simulate_stampede, "load_time", 0, "> 0 s"),
        (simulate_stampede, "ttl", 0, "> 0 s"),
        (simulate_stampede, "other_rate", 0, "> 0 requests/s"),
        (simulate, "photos", 0, "between 1"),
    ],
)
def test_a_bad_parameter_is_named(function, name, value, says):
    given = {name: value} | ({"dies_at": 3} if name == "returns_after" else {})
    with pytest.raises(ValueError, match=f"^{name} = ") as error:
        function(**given)
    assert says in str(error.value) and repr(value) in str(error.value)


# ── the pictures ──

EXPLORERS = {
    "explore": lambda: explore(prediction=45),
    "explore, yours": lambda: explore(LRU),
    "eviction": lambda: explore_eviction(LRU),
    "expiry": explore_expiry,
    "expiry, yours": lambda: explore_expiry(TTL),
    "nodes": explore_nodes,
    "nodes, yours": lambda: explore_nodes(FRONT, TTL),
    "stampede": explore_stampede,
    "stampede, yours": lambda: explore_stampede(FLIGHT),
    "real": lambda: explore_real(FRONT, LRU, TTL),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_corner_is_a_picture(name, monkeypatch):
    monkeypatch.setattr("course.cache.measure", partial(measure, requests=300))
    monkeypatch.setattr(redis_tier, "REQUESTS", 300)
    assert list(corners(EXPLORERS[name]()))


@pytest.mark.parametrize("name", [name for name in EXPLORERS if name != "real"])
def test_every_step_is_seen(name):  # what is measured is another picture each time
    assert_every_step_is_seen(EXPLORERS[name]())


def heights(bars):
    return [bar.get_height() * bar.get_visible() for bar in bars]


def test_the_first_picture_says_what_the_run_says():
    explorer = explore(LRU, prediction=45)
    explorer.controls["write_share"].value = 20
    run, fifo = (simulate(each, seed=1, write_share=0.2) for each in (LRU, Fifo))
    words = shown(explorer)
    assert f"Hit ratio {run.hit_ratio:.1%} (FIFO {fifo.hit_ratio:.1%})" in words
    assert f"gets {run.database_rate:.0f} queries/s" in words and "You predicted 45 %" in words
    picture = explorer.picture
    assert list(picture.dots[1].get_ydata()) == [100 * run.hit_ratio]
    assert list(picture.prediction.get_ydata()) == [45]
    most = ceiling(workload.zipf_popularity(10_000, 1.0), arrival_rate=300.0, write_share=0.2)
    assert f"at most {most:.1%} at any size" in words
    assert list(picture.ceiling.get_ydata()) == [100 * most] * 2
    assert not len(picture.fifo.get_xdata())  # the formula knows no writes
    misses, writes, over = map(heights, picture.bars)
    assert np.add(misses, writes) == pytest.approx([fifo.database_rate, run.database_rate])
    assert writes[1] == pytest.approx(run.write.sum() / run.duration) and over[1] == 0
    explorer.controls["write_share"].value = 60
    loaded = simulate(LRU, seed=1, write_share=0.6).database_rate
    assert heights(picture.bars[2])[1] == pytest.approx(loaded - 200)


def test_the_eviction_picture_names_the_best():
    explorer = explore_eviction(LRU)
    assert "LFU is best here" in shown(explorer)
    che = theory.lru_hit_ratio(workload.zipf_popularity(10_000, 1.0), 500)
    bars, mark = explorer.picture.bars, explorer.picture.che
    assert bars["LRUCache"].get_width() == pytest.approx(
        100 * che, abs=2
    )  # the blue bar ends there
    assert list(mark.get_xdata()) == pytest.approx([100 * che] * 2)
    assert bars["LFU"].get_width() > bars["LRUCache"].get_width() > bars["FIFO"].get_width()
    explorer.controls["new_every"].value = 4
    assert "LRUCache is best here" in shown(explorer)
    assert len(explorer.picture.changes.get_paths()) == 6  # at 4, 8, … 24 s
    assert not len(mark.get_xdata())  # the formula knows no new favorites


def test_one_expiry_is_drawn_reader_by_reader():
    explorer = explore_stampede(FLIGHT)
    runs = [simulate_stampede(each, seed=1, ttl=4.0) for each in (None, FLIGHT)]
    picture = explorer.picture
    for run, waits, loads in zip(runs, picture.waits, picture.loads, strict=True):
        came, left = at_the_first_expiry(run)
        lines = np.array(waits.get_segments())
        assert len(lines) == len(came) and lines[0][0][0] == 0 and came[0] > 4
        assert lines[:, 0, 0] == pytest.approx(came - came[0])
        assert lines[:, 1, 0] == pytest.approx(np.minimum(left - came[0], 5))
        assert (len(loads.get_xdata()) == 1) == (run is runs[1])  # one load, or one of each reader
    assert len(picture.loads[0].get_xdata()) == len(at_the_first_expiry(runs[0])[0]) > 60
    assert len(set(at_the_first_expiry(runs[1])[1])) == 1  # all are answered together
    words = moved(explorer, read_rate=400)
    assert "(A queue over 400 is drawn at the edge.) (Of the readers the first 100 are" in words
    assert len(picture.waits[0].get_segments()) == 100


def test_the_other_pictures_say_what_their_runs_say():
    run = simulate_expiry(TTL, seed=1, ttl=5)
    words = shown(explore_expiry(TTL))
    assert f"and {100 * run.stale_ratio:.1f} % were stale" in words
    assert f"purge dropped {run.purged:,} expired" in words
    tier = simulate_nodes(seed=1, nodes=2, dies_at=8)
    words = shown(explore_nodes(FRONT, TTL))
    assert f"one dead: {tier.database_rate([8, 16])[0]:.0f} queries/s" in words
    assert "No answer was stale" in words
    words = shown(explore_stampede(FLIGHT))
    assert f"3 loads of the page instead of {simulate_stampede(seed=1, ttl=4.0).loads}" in words
    words = shown(explore_real(FRONT, LRU, TTL))
    assert "read for read the same" in words and "0 answers were stale" in words


def test_a_front_that_forgets_to_remove_is_told():
    class Forgets(FRONT):
        def write(self, key, value, now, save):
            save(key, value)

    assert re.search(r"[1-9]\d* answers were stale", shown(explore_nodes(Forgets, TTL)))


def moved(explorer, **values):
    """Return the words below the picture after these controls were set."""
    for name, value in values.items():
        explorer.controls[name].value = value
    return shown(explorer)


def percent(pattern, words):
    return float(re.search(pattern.replace("#", r"([\d.]+)"), words)[1])


def test_the_first_experiment_is_what_its_steps_say():
    explorer = explore()
    picture, said = explorer.picture, {}
    assert "55.7 % of the reads" in shown(explorer).replace("55.7%", "55.7 %")
    said = answers(explorer)
    assert (
        "answers 64.5%" in said[1] and "alone answer 55.7%" in said[1] and "8.8 points" in said[1]
    )
    assert said[2].startswith("No: the hit ratio is 10% now") and "138% of what" in said[2]
    share, most = percent("answers #%", said[3]), percent("dotted line, #%", said[3])
    assert share == pytest.approx(most, abs=3)  # 4,000 reads: s.e. 0.8 points
    assert said[4].startswith("Both") and "falls to 42%" in said[4] and "109% of what" in said[4]
    explorer.experiment.press(3)
    assert picture.ceiling.get_ydata()[0] == pytest.approx(most, abs=0.05)
    assert not len(picture.fifo.get_xdata())
    assert percent("answers #% of the reads", moved(explorer, capacity=1000)) < most + 2
    explorer.experiment.press(2)
    assert len(picture.fifo.get_xdata()) and not len(picture.ceiling.get_xdata())


def test_the_steps_of_the_exercises_are_answered_by_their_runs():
    said = answers(explore_eviction(LRU))
    assert said[1].startswith("LFU, with 62.5%. LRUCache answers 59.2% (as LRU does")
    assert said[2].startswith("LRUCache answers 49.3%, LFU 44.5%")
    assert "(not as LRU does, at" in answers(explore_eviction(Fifo))[1]
    said = answers(explore_expiry(TTL))
    short, long = (simulate_expiry(seed=1, ttl=ttl) for ttl in (0.5, 50))
    for number, run in ((1, short), (2, long)):
        assert f"{1 - run.hit_ratio:.0%} of the reads go to the database" in said[number]
        assert f"{run.stale_ratio:.0%} get a stale answer" in said[number]
    assert short.stale_ratio < 0.05 and long.stale_ratio > 0.4
    assert said[3].startswith("0% are stale.")
    assert percent("formula # %", said[3]) > percent("database, # %", said[3])
    said = answers(explore_nodes(FRONT, TTL))
    assert "gets 289 queries/s and can do 200. A request takes 1.9 s" in said[1]
    assert "gets 101 queries/s" in said[2] and said[3].startswith("At least 3: with one of 2 dead")
    said = answers(explore_stampede(FLIGHT))
    assert "77 readers miss" in said[1] and said[1].endswith(
        "With your class 77 readers miss and start 1."
    )
    queues = [percent("up to # queries", said[number]) for number in (2, 3, 4)]
    assert queues == sorted(queues) and queues[0] > 1.5 * percent("open: #\\)", said[2])
    assert said[5].startswith("No: after 15 s 2,002 queries wait")
    run = simulate_stampede(seed=1, ttl=1.0, other_rate=160.0)
    grows = run.at_the_database(np.arange(2.0, 15.0))
    assert grows.min() > 100 and grows[-1] > 4 * grows[0]


def test_the_steps_of_the_real_run_say_what_was_measured(monkeypatch):
    monkeypatch.setattr("course.cache.measure", partial(measure, requests=300))
    monkeypatch.setattr(redis_tier, "missing", lambda: "Redis is not installed here.")
    explorer = explore_real(FRONT, LRU, TTL)
    said = answers(explorer)
    assert "of the time for 0% hits" in said[1]
    assert re.match(r"TTLCache answers \d+% of the reads. A hit takes [\d.]+ µs, a miss", said[2])
    assert re.match(r"A write takes [\d.]+ (ms|µs), a read that misses", said[3])


def test_a_bar_tells_that_it_measures_and_goes_away(monkeypatch):
    told = []

    def watched(*arguments, progress, **options):
        bar = explorer.measuring
        assert bar.description == "measuring …" and bar.layout.display is None
        run = measure(
            *arguments, progress=lambda share: told.append((share, progress(share))), **options
        )
        assert 80 <= bar.value <= 100
        return run

    explorer = explore_real(FRONT, LRU, TTL)
    bar = explorer.measuring
    assert bar.layout.display == "none"
    monkeypatch.setattr("course.cache.measure", watched)
    explorer.refresh()
    assert [share for share, _ in told] == [number / 10 for number in range(10)]
    assert bar.layout.display == "none"
    monkeypatch.undo()
    broken = explore_real(FrontRaises, LRU, TTL)
    assert broken.measuring.layout.display == "none"


def test_a_rule_that_is_not_lru_is_told_from_it_read_by_read():
    assert "Read for read, LRUCache hits and misses where LRU does" in shown(explore_eviction(LRU))
    words = shown(explore_eviction(Fifo))
    assert percent("But at # reads Fifo does not", words.replace(",", "")) > 50

    class NewestOut(LRU):
        """Throws out the newest entry but for the one that has just come."""

        def put(self, key, value):
            if key not in self.entries and len(self.entries) == self.capacity:
                self.entries.popitem()
            super().put(key, value)

    words = shown(explore_eviction(NewestOut)).replace(",", "")
    assert percent("But at # reads NewestOut does not", words) > 50


def test_what_removing_an_entry_costs_is_told():
    """The orange curve rises a little, the other falls to 0: where they were stays, in gray."""
    explorer = explore_expiry(TTL)
    before = re.search(r"theory says ([\d.]+) % and ([\d.]+) %\.", moved(explorer)).groups()
    curves = [line.get_ydata() for line in (explorer.picture.loads, explorer.picture.stale)]
    assert not any(len(line.get_xdata()) for line in explorer.picture.left)
    removed = moved(explorer, on_write=REMOVE)
    told = re.search(r"if it were left there, theory says ([\d.]+) % and ([\d.]+) %", removed)
    assert told.groups() == before and float(before[1]) > 1
    now = re.search(r"theory says ([\d.]+) % and 0\.0 %\.", removed)
    assert float(now[1]) > float(before[0])
    for curve, line in zip(curves, explorer.picture.left, strict=True):
        assert line.get_ydata() == pytest.approx(curve)


def test_a_run_too_short_for_its_time_to_live_is_told():
    explorer = explore_expiry(TTL)
    assert "in the long run" not in moved(explorer, ttl=5.0)
    assert "(in the long run: these 61 s are too short for such lives)" in moved(explorer, ttl=50.0)


def test_so_many_load_at_an_expiry_as_come_during_a_load():
    """From the first miss on, until its load ends: itself and Poisson(200 · 0.3) others."""
    loads = []
    for seed in range(20):
        starts = simulate_stampede(seed=seed, ttl=4.0, other_rate=1.0).load_starts
        loads.append(np.sum((starts >= starts[0]) & (starts < starts[0] + 0.3)))
    assert abs(np.mean(loads) - 61) < 4 * math.sqrt(60 / 20)


def test_a_real_read_is_told_without_its_outliers():
    run = measure(FRONT, LRU, timeless=True, requests=400)
    plain, latency = np.full(80, 50e-6), np.full(len(run), 20e-6)
    latency[:4] = 10e-3  # the system held four reads up for 10 ms
    run = dataclasses.replace(run, plain=plain, latency=latency)
    assert run.without_cache == pytest.approx(50e-6)
    assert run.measured_share == pytest.approx(20 / 50)
    apart = dataclasses.replace(run, latency=np.where(run.hit, 1e-6, 60e-6))
    assert apart.with_cache == pytest.approx(1e-6 * run.hit.mean() + 60e-6 * (~run.hit).mean())
    slow = dataclasses.replace(run, latency=np.full(len(run), 100e-6), saves=np.full(7, 0.031))
    finding, words = RealPicture().show(name="LRUCache", run=slow)
    assert "100 µs a read instead of 50 µs" in finding
    assert "200% of its time without a cache (its bar ends at 125 %)" in words
    assert "A write takes 31 ms (7 writes)." in words


def test_a_prediction_that_is_no_percentage_is_a_sentence():
    said = shown(explore(prediction="much"))
    assert "prediction = 'much': must be a finite number (in %)" in said
    assert "prediction = 120: must be ≤ 100 %" in shown(explore(prediction=120))


def stub(*_, **__):
    raise NotImplementedError("Exercise X: write me")


class Stub:
    def __init__(self, capacity=0, ttl=0, cache=None, load=None, env=None):
        pass

    get = put = write = invalidate = purge = stub


@pytest.mark.parametrize(
    "show",
    [
        lambda: explore(Stub),
        lambda: explore_eviction(Stub),
        lambda: explore_expiry(Stub),
        lambda: explore_nodes(Stub, TTL),
        lambda: explore_nodes(FRONT, Stub),
        lambda: explore_real(Stub, LRU, TTL),
        lambda: explore_real(FRONT, Stub, TTL),
        lambda: explore_stampede(Stub),
    ],
)
def test_a_stub_is_a_friendly_sentence(show):
    explorer = show()
    assert "Not written yet. Exercise X: write me" in shown(explorer)
    assert not pictured(explorer)


def test_the_architecture_shows_the_new_tier():
    picture = architecture()
    assert "cache tier: cache-1, cache-2" in picture.label
    assert "web-1 to primary (writes, of all servers)" in picture.label
    assert "cache-1 to replica-1" in picture.label and "cache-1 to primary" not in picture.label


def test_nothing_is_drawn_or_run_for_real_while_nbgrader_runs(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr("course.cache.measure", stub)
    assert all(show() is None for show in EXPLORERS.values())
    assert architecture() is None


def test_results_have_words():
    for run in (
        simulate(),
        simulate_expiry(),
        simulate_nodes(dies_at=3),
        simulate_stampede(),
        measure(FRONT, LRU, timeless=True),
    ):
        assert len(run.summary()) > 40 and "nan" not in run.summary()
    assert set(lab.__all__) <= set(dir(lab))


# ── the films ──


def shelf(reel, lane, time):
    """Return the photos in the cache, from left to right, at `time` of a film."""
    here = []
    for tile in films.moving(lane, "photo"):
        place = tile.place(time)
        if place and reel.codes[EVICTED] != place[-1]:
            here.append((place[0], int(tile.label)))
    return [key for _, key in sorted(here)]


@pytest.mark.parametrize(("capacity", "seed"), [(ROOM, FILMED), (3, 1), (7, 2)])
def test_a_film_of_the_shelf_is_the_run(capacity, seed):
    reel = film(LRU, capacity=capacity, seed=seed)
    films.check(reel)
    came = traffic(seed=seed, write_share=0.0, **TRAFFIC)
    for cache, lane in zip((LRU, Fifo), reel.lanes, strict=True):
        run = simulate(cache, capacity=capacity, seed=seed, warm_up=0, **TRAFFIC)
        reads = films.moving(lane, "read")
        assert [int(read.label) for read in reads] == came.keys.tolist()
        hits = [reel.codes[ANSWERED_BY_CACHE] in read.states for read in reads]
        assert hits == run.hit.tolist()
        for read, answered in zip(reads, run.finished_at, strict=True):
            assert (
                read.story[-1][0] == pytest.approx(answered, abs=1e-6) and read.times[-1] > answered
            )
        counted = {counter.name: counter.at(reel.end) for counter in lane.counters}
        assert counted == {
            "reads": len(run),
            "hits": run.hit.sum(),
            "hit ratio": f"{run.hit_ratio:.0%}",
            "asked the database": (~run.hit).sum(),
        }
        loading = [tile for tile in films.moving(lane, "photo")]
        assert len(loading) == (~run.hit).sum()
        assert all(tile.states[0] == reel.codes[LOADS] for tile in loading)


def test_photos_stand_in_the_order_of_their_last_use_and_in_fifo_of_their_coming():
    reel = film(LRU, seed=FILMED)
    came = traffic(seed=FILMED, write_share=0.0, **TRAFFIC)
    times, keys = came.times.tolist(), came.keys.tolist()
    recent, entered, differ = [], [], 0
    for i, key in enumerate(keys):
        recent = [key, *(other for other in recent if other != key)][:ROOM]
        entered = entered if key in entered else [key, *entered][:ROOM]
        later = min([times[i] + 0.014, *times[i + 1 : i + 2]]) - 1e-9
        assert shelf(reel, reel.lanes[1], later) == entered
        if later - times[i] > 0.0139:  # else they are still moving
            assert shelf(reel, reel.lanes[0], later) == recent
            differ += recent != entered
    assert differ > 10


class ForgetsToMark(LRU):
    """Evicts what came first, although it says LRU."""

    def get(self, key):
        return self.entries.get(key)


def test_a_cache_that_is_not_lru_is_seen_to_drop_from_the_middle():
    reel = film(ForgetsToMark)
    fifo = simulate(Fifo, capacity=ROOM, seed=FILMED, warm_up=0, **TRAFFIC)
    assert reel.lanes[0].counters[1].values[-1] == fifo.hit.sum()
    (words,) = [words for _, words in reel.captions if "less recently" in words]
    gone, due = map(int, re.findall(r"photo (\d)", words))
    ((name, time, read),) = reel.marks
    assert name == "your first eviction that is not LRU's"
    before = shelf(reel, reel.lanes[0], time - 1e-6)
    assert before[-1] == due and gone in before[:-1]
    assert f"photo {gone} went" in read.story[1][1]
    assert f"but photo {due}, which stayed" in read.story[1][1]
    assert not any("not LRU" in name for name, *_ in film(LRU).marks)


def test_a_read_tells_the_line_that_decided_and_the_call_to_make_again():
    class TwoReturns(LRU):
        def get(self, key):
            if key in self.entries:
                return super().get(key)
            return None

    reel = film(TwoReturns)
    packed = reel.packed()
    hit = [
        actor for actor in films.moving(reel.lanes[0], "read") if "found it" in actor.story[0][1]
    ]
    miss = films.moving(reel.lanes[0], "read")[0]
    place = reel.lanes[0].actors.index
    lines = []
    for actor in (miss, hit[0]):
        _, _, listing, line, cell = packed["lanes"][0]["stories"][place(actor)][0]
        name, first, source = packed["listings"][listing]
        assert name == "TwoReturns.get"
        lines.append(source[line - first].strip())
        said = []
        exec(cell, {"TwoReturns": TwoReturns, "print": said.append})
        assert (said == [None]) == (actor is miss)
    assert lines == ["return None", "return super().get(key)"]


@pytest.mark.parametrize(
    ("cache", "reads"), [(GetRaises, 1), (PutRaises, 1), (ReturnsKey, 5), (NeverEvicts, 26)]
)
def test_a_cache_that_fails_has_a_film_up_to_then(cache, reads):
    shown_film = replay(cache)
    assert cache.__name__ in shown_film.sentence.value
    reel = shown_film.reel
    assert len(films.moving(reel.lanes[0], "read")) == reads
    came = traffic(seed=FILMED, write_share=0.0, **TRAFFIC).times
    assert reel.end == came[reads - 1]
    assert reel.lanes[0].counters[0].at(reel.end) == reads - 1


def test_a_film_leaves_the_caches_answers_alone(capsys):
    class Prints(LRU):
        def get(self, key):
            print("get", key)
            return super().get(key)

    film(Prints)
    told = capsys.readouterr().out.split("\n")
    assert len(told) == TRAFFIC["requests"] + 1


def test_a_cache_with_slots_and_one_that_is_made_already_have_films():
    class Slotted:
        __slots__ = ("inner",)

        def __init__(self, capacity):
            self.inner = LRU(capacity)

        def get(self, key):
            return self.inner.get(key)

        def put(self, key, value):
            self.inner.put(key, value)

    made = LRU(ROOM)
    hits = [film(cache).lanes[0].counters[1].values for cache in (LRU, Slotted, made)]
    assert hits[0] == hits[1] == hits[2] and len(made) == 0


def test_more_room_is_another_film():
    shown_film = replay(LRU)
    before = shown_film.reel.lanes[0].counters[1].values[-1]
    shown_film.controls["capacity"].value = 7
    assert shown_film.reel.lanes[0].counters[1].values[-1] >= before
    assert shown_film.reel.lanes[0].scene.axes is not film(LRU).lanes[0].scene.axes
    assert [lane.title for lane in replay().reel.lanes] == ["FIFO"]
    films.check(replay().reel)


STAMPEDE = {"load_time": LOAD, "ttl": LIVES, "other_rate": OTHER_RATE, "duration": LIVES + AFTER}


@pytest.mark.parametrize(("rate", "seed"), [(READ_RATE, 1), (40.0, 2)])
def test_a_film_of_a_stampede_is_the_run(rate, seed):
    reel = stampede_film(FLIGHT, read_rate=rate, seed=seed)
    films.check(reel)
    for component, lane in zip((FLIGHT, None), reel.lanes, strict=True):
        run, error = until_it_fails(component, seed=seed, read_rate=rate, **STAMPEDE)
        assert error is None
        there = (run.finished_at >= reel.start) & (run.arrived_at <= reel.end)
        readers, other = films.moving(lane, "reader"), run.place == OTHER
        assert len(readers) == (there & ~other).sum()
        assert len(films.moving(lane, "query")) == (there & other).sum()
        assert len(films.moving(lane, "load")) == run.loads
        waiting, loads, inside = lane.counters
        missed = run.place == LOADED
        for time in (LIVES + 0.2, LIVES + 0.5, reel.end):
            came = missed & (run.arrived_at <= time)
            assert waiting.at(time) == (came & (run.finished_at > time)).sum()
            assert loads.at(time) == (run.load_starts <= time).sum()
            assert inside.at(time) == run.at_the_database([time])[0]
        waits = {reader.name: reader.story for reader in readers if len(reader.story) == 2}
        assert len(waits) == (missed & there).sum()
        ends = np.minimum(run.finished_at[missed & there], reel.end)
        assert [story[-1][0] for story in waits.values()] == pytest.approx(ends, abs=1e-6)


def test_queries_are_served_in_the_order_of_their_row():
    reel = stampede_film(FLIGHT)
    run, _ = until_it_fails(seed=1, read_rate=READ_RATE, **STAMPEDE)
    done = {actor.name: actor.story[-1][0] for actor in films.moving(reel.lanes[1], "load")}
    ends = np.sort(run.load_ends)
    assert [done[f"load {n + 1}"] for n in range(16)] == pytest.approx(ends[:16], abs=1e-6)
    other = run.place == OTHER
    left = np.sort(np.r_[run.load_ends, run.finished_at[other]])
    left = left[(left > LIVES + LOAD) & (left < reel.end)]
    quiet = int(np.diff(left).argmax())  # no one moves up
    time = left[quiet : quiet + 2].mean()
    stands = [
        (actor.story[0][0], actor.place(time)[0])
        for actor in (*films.moving(reel.lanes[1], "load"), *films.moving(reel.lanes[1], "query"))
        if actor.place(time) and actor.story[0][0] < time - 0.07
    ]
    row = [x for _, x in sorted(stands) if x < 425]  # the others are being served, or done
    assert len(row) > 40 and row == sorted(row, reverse=True) and row[-1] > 300


def test_a_reader_tells_what_was_under_way():
    reel = stampede_film(FLIGHT)
    yours, crowd = (
        [actor for actor in films.moving(lane, "reader") if "missed" in actor.story[0][1]]
        for lane in reel.lanes
    )
    assert yours[0].story[0][1].endswith("No load was under way. It started load 1.")
    assert yours[1].story[0][1].endswith("1 load was under way. It started none.")
    assert crowd[5].story[0][1].endswith("5 loads were under way. It started load 6.")
    _, _, call, cell = yours[2].story[0]
    assert call.method == "get" and call.returned == "front page 1"
    last = yours[2].story[-1][2]
    assert call.line in call.stood and last.line not in last.stood  # it waits here, answers there
    read = eval(cell, {"read_at": read_at, "SingleFlight": FLIGHT})
    assert len(read["loads"]) == 1
    came = [LIVES + at for _, at, *_ in read["answers"]]
    assert came == pytest.approx([reader.story[0][0] for reader in yours[:3]], abs=1e-4)
    assert reel.marks[0][2] is yours[0]
    assert "Your SingleFlight: 1 load, the page for 64 of 64 readers." in reel.captions[2][1]


@pytest.mark.parametrize(
    ("flight", "at"), [(NoGenerator, LIVES), (GivesNone, LIVES + LOAD), (WaitsForEver, None)]
)
def test_a_single_flight_that_fails_has_a_film_up_to_then(flight, at):
    shown_film = replay_stampede(flight)
    assert flight.__name__ in shown_film.sentence.value
    end = LIVES + AFTER if at is None else at
    assert end <= shown_film.reel.end < end + 0.01
    films.check(shown_film.reel)
    assert shown_film.reel.start == LIVES - BEFORE


def test_fewer_readers_are_another_film():
    shown_film = replay_stampede()
    before = len(shown_film.reel.lanes[0].actors)
    shown_film.controls["read_rate"].value = 40
    assert len(shown_film.reel.lanes[0].actors) < before
    assert [lane.title for lane in shown_film.reel.lanes] == ["each miss loads"]


@pytest.mark.parametrize("play", [replay, replay_stampede])
def test_what_is_not_written_is_a_sentence_and_no_film(play, monkeypatch):
    shown_film = play(Stub)
    assert "Not written yet. Exercise X: write me" in shown_film.sentence.value
    assert shown_film.reel is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert play() is None
