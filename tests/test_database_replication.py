"""The lab of notebook 03: what its simulation must show, and what it does with what goes wrong."""

import itertools
import math
import re
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from autograder.audit.check import observe
from course.database_replication import (
    AsItComes,
    FirstWord,
    FurthestReplica,
    KnownWrites,
    Node,
    NoReplica,
    OnlyPrimary,
    PrimaryDown,
    RandomReplica,
    architecture,
    capacity,
    explore,
    explore_capacity,
    explore_failover,
    explore_guess,
    explore_log,
    explore_real,
    explore_sessions,
    log,
    measure,
    replay,
    replay_failover,
    simulate,
    simulate_failover,
    simulate_log,
    stale_share,
    words_of,
    write_bound,
)
from course.database_replication.belts import ENDS, FAILED, FELL, NAMES, SAVED
from course.database_replication.failover_film import (
    AFTER,
    DETECTION,
    DIES_AT,
    NAMED,
    WRITE_RATE,
    failover_film,
)
from course.database_replication.failover_film import LAG as FAILOVER_LAG
from course.database_replication.failover_film import LOST as LOST_ROW
from course.database_replication.failover_film import SEED as FAILOVER_SEED
from course.database_replication.film import LAG, MISSING, NEW, OLD, SEED, film, phones
from course.database_replication.model import run as run_in
from course.database_replication.real import run as real_run
from course.database_replication.real.stores import SqliteStore
from course.database_replication.traffic import READS, WRITES
from course.engine import theory, workload
from course.engine.component import ComponentError
from course.engine.database import DatabaseUnavailable
from tests import films
from tests.course_scripts import cells, run, solved
from tests.explorers import (
    PATIENCE,
    answers,
    assert_every_step_is_seen,
    assert_stopped,
    corners,
    options,
    pictured,
    shown,
)

NAME = "03_database_replication"
SOLVED = solved(NAME)
IS_WRITE, ROUTER, REPLICA, OWN, PROMOTE, LOST = (
    SOLVED[name]
    for name in ("is_write", "Router", "Replica", "ReadYourWrites", "promote", "lost_writes")
)


def mean_and_error(values):
    """Return (mean, standard error) of independent runs."""
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))


# ── what the pictures must show ──


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("read_share", [0.5, 0.8, 0.95])
def test_throughput_follows_the_capacity_and_stops_at_the_write_bound(read_share, seed):
    """With the run's own share of reads nothing is left to chance but who is asked last: 3 %."""
    for replicas in (0, 1, 2, 4, 8, 30, 60):
        chosen = {"read_share": read_share, "replicas": replicas, "seed": seed}
        result = simulate(ROUTER, arrival_rate=20_000, **chosen)
        shared = 1 - result.write.mean()
        assert result.throughput == pytest.approx(capacity(shared, replicas), rel=0.03)
        assert result.throughput <= write_bound(shared) * 1.001
    assert result.throughput > 0.9 * write_bound(shared)


def test_the_capacity_in_the_notebooks_words():
    assert capacity(0.8, 0) == 100 and write_bound(0.8) == pytest.approx(500)
    assert capacity(0.8, 1) == pytest.approx(111.1, abs=0.1)  # the text says 111
    assert capacity(0.8, 8) == pytest.approx(500) and capacity(0.8, 80) == pytest.approx(500)
    assert capacity(0.8, 7) < 499
    assert capacity(1.0, 10) == pytest.approx(1000) and write_bound(1.0) == math.inf


@pytest.mark.parametrize("seed", range(4))
def test_stale_reads_grow_with_lag_and_nobody_misses_an_own_write_with_a_memory(seed):
    lags = (0.0, 0.05, 0.2, 0.5)
    shares = [simulate(ROUTER, seed=seed, lag=lag).stale_share for lag in lags]
    assert shares[0] == 0 and shares == sorted(shares) and shares[3] > 0.3
    for lag in lags[1:]:
        assert simulate(ROUTER, seed=seed, lag=lag).own_stale.any()
        mine = simulate(OWN, seed=seed, lag=lag)
        assert not mine.own_stale.any() and 0 < mine.primary_share < 1
    assert simulate(OWN, seed=seed, lag=0.5).primary_share > mine.primary_share / 2


@pytest.mark.parametrize("seed", range(4))
def test_turns_carry_more_than_chance_and_the_first_word_wastes_the_primary(seed):
    chosen = {"seed": seed, "replicas": 6, "arrival_rate": 1050}
    turns, chance, words = (simulate(c, **chosen) for c in (ROUTER, RandomReplica, FirstWord))
    assert turns.throughput > chance.throughput > 1.5 * words.throughput
    assert words.refused > 40 and turns.refused == chance.refused == 0
    assert words.write[words.failed].all()  # the locks that look like reads
    assert words.primary_share > 0.4
    assert simulate(IS_WRITE, **chosen).throughput == chance.throughput


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("component", [None, ROUTER, OWN])
def test_synchronous_writes_wait_and_nothing_is_stale(component, seed):
    quick = simulate(component, seed=seed)
    slow = simulate(component, seed=seed, synchronous=True)
    assert not slow.stale.any() and not slow.own_stale.any() and quick.stale.any()
    taken = [(run.finished_at - run.arrived_at)[run.write].mean() for run in (quick, slow)]
    assert taken[1] > taken[0] + 0.1  # at least the slowest of three lags of 100 ms on average
    alone = simulate(component, seed=seed, synchronous=True, replicas=0)
    assert np.array_equal(alone.finished_at, simulate(component, seed=seed, replicas=0).finished_at)


@pytest.mark.parametrize("component", [None, ROUTER, OWN])
@pytest.mark.parametrize("replicas", [1, 3])
def test_a_dead_replica_takes_its_queue_along_and_is_left_alone(component, replicas):
    dead = simulate(component, seed=1, dies="replica-1", dies_at=4.0, replicas=replicas)
    after = dead.arrived_at >= 4
    assert not (dead.place[after] == 1).any() and dead.served[after].all()
    assert (dead.place[dead.failed] == 1).all() and (dead.finished_at[dead.failed] == 4).all()
    if replicas == 1:
        assert (dead.place[after] == 0).all()
    assert simulate(component, seed=1, dies="replica-1", dies_at=4.0, replicas=0).errors == 0


@pytest.mark.parametrize("component", [None, ROUTER, OWN])
def test_a_dead_primary_refuses_writes_and_reads_go_on(component):
    headless = simulate(component, seed=1, dies="primary", dies_at=4.0)
    after = headless.arrived_at >= 4
    if component is not OWN:  # its reads may need the dead primary
        assert headless.served[after & ~headless.write].all()
    assert headless.failed[after & headless.write].all()
    assert np.isnan(headless.started_at[after & headless.write]).all()
    nobody = simulate(component, seed=1, dies="primary", dies_at=4.0, replicas=0)
    assert nobody.failed[nobody.arrived_at >= 4].all()


@pytest.mark.parametrize(
    "check", [cell for cell in cells(NAME) if cell.kind == "check" and cell.hidden]
)
def test_no_hidden_check_is_passed_by_what_another_seed_let_it_see(check, monkeypatch):
    """Otherwise one constant would do without any solution."""
    seen, (observing, judging) = {}, check.halves()
    for seed in (11, 12, 13):
        monkeypatch.setattr("course.checks.SEED", seed)
        seen[seed] = observe(observing, SOLVED)
    for seed in (11, 12):
        monkeypatch.setattr("course.checks.SEED", seed)
        run(judging, {"seen": seen[seed]})
        with pytest.raises(AssertionError):
            run(judging, {"seen": seen[seed + 1]})


# ── what the notebook tells a student to do, and what it says they will see ──


def moved(explorer, **values):
    """Set some sliders by hand, redraw once, and return (the explorer, its words)."""
    for name, control in explorer.controls.items():
        control.unobserve_all("value")
        control.value = values.get(name, control.value)
    explorer.seconds = PATIENCE
    explorer.refresh()
    return explorer, shown(explorer)


def answered(explorer):
    """Return the height of the bar: statements/s."""
    return explorer.picture.load.answered.get_height()


def test_nothing_shows_the_answer_before_it_is_tried():
    explorer, words = moved(explore_capacity(700), arrival_rate=1050)
    load = explorer.picture.load
    assert list(load.carried.get_xdata()) == [0, 1, 2, 3] and not load.bound.get_visible()
    assert "bound" not in words and list(load.guess.get_ydata()) == [700]
    moved(explorer, arrival_rate=250)  # more than is asked for is not drawn: it would be cut off
    assert load.carried.get_ydata() == pytest.approx([100, 111.1, 200, 250], abs=0.1)
    stale = explore().picture.stale
    assert stale.curve.get_xdata()[-1] == pytest.approx(100)
    _, words = moved(explore_capacity(5000))
    assert words.endswith(
        "You predicted 5,000 statements/s with 10 replicas (above 1,100: drawn at the edge)."
    )
    told = answers(explore_capacity())
    assert told[2] == (
        "First put your prediction in place of None, and run that cell and this one again."
    )


def test_what_is_not_there_has_no_place_in_the_legend():
    def labels(explorer):
        legend = explorer.picture.load.answered.axes.get_legend()
        return [text.get_text() for text in legend.get_texts()]

    assert "your prediction" in labels(explore_capacity(700))
    assert "your prediction" not in labels(explore_capacity()) + labels(explore())
    assert "this run: failed" in labels(explore()) and "this run: failed" not in labels(
        explore_capacity()
    )


def test_the_bar_stops_at_a_line_that_appears_there():
    explorer, bars, lines = explore_capacity(700), {}, {}
    for replicas in (0, 1, 7, 8, 10):
        moved(explorer, arrival_rate=1050, replicas=replicas)
        bars[replicas] = answered(explorer)
        lines[replicas] = explorer.picture.load.bound.get_visible()
    assert (round(bars[0]), round(bars[1])) == (100, 111)
    assert 450 < bars[8] <= bars[10] < 500
    assert lines == {0: False, 1: False, 7: False, 8: True, 10: True}
    assert explorer.picture.load.bound.get_ydata()[0] == pytest.approx(500)


def test_what_the_steps_of_the_experiment_answer():
    told = answers(explore_capacity(700))
    assert told[1].startswith("Almost nothing: 111 statements/s, and 100 without it.")
    assert told[2].startswith("At 496 statements/s; you predicted 700.") and "500/s" in told[2]
    assert "reached with eight replicas" in told[2]
    assert told[3].startswith("All of them.") and told[4].startswith("Two. They carry 200 ")
    many, few = (
        [
            simulate(seed=1, replicas=n, read_share=share, arrival_rate=1050).throughput
            for n in range(11)
        ]
        for share in (0.95, 0.5)
    )
    assert all(more > 1.02 * less for less, more in itertools.pairwise(many))
    assert few[1] < 150 and all(195 < each <= 200 for each in few[2:])
    assert f"The run reaches {many[10]:.0f} statements/s" in told[3]
    assert capacity(0.95, 9) < capacity(0.95, 10) and capacity(0.5, 2) == capacity(0.5, 10)


def test_what_the_steps_on_lag_and_death_answer():
    told = answers(explore())
    runs = [simulate(seed=1, lag=lag) for lag in (0, 0.1, 0.3, 0.5)]
    for shares in ([r.stale_share for r in runs], [r.own_stale_share for r in runs]):
        assert shares[0] == 0 and shares == sorted(shares)
    assert told[1] == (
        "54% of the reads are stale, and 26% of all reads miss the reader's own edit."
    )
    assert told[2].startswith("1 of 2,000 statements failed.")
    assert capacity(0.8, 2) == pytest.approx(200) and "carry only 200 statements/s" in told[2]
    dead = simulate(seed=1, dies="primary", dies_at=4.0)
    assert told[3].startswith(f"{dead.errors} statements failed: {dead.errors} writes and 0 reads")
    later = dead.arrived_at > 4
    assert dead.errors > 150 and dead.served[later & ~dead.write].all()
    first = simulate(FirstWord, seed=1)
    assert told[4].startswith(f"On the left. Only {first.throughput:.0f} statements/s are answered")
    assert f"{first.errors} statements failed: locks" in told[4]
    assert first.refused == first.errors > 50 and 0.45 < first.primary_share < 0.55
    assert first.throughput < 0.75 * simulate(seed=1).throughput
    assert first.stale_share < simulate(seed=1).stale_share  # nothing is worse on the right


def test_what_fails_is_on_top_of_what_is_answered_and_no_triumph():
    alive, (primary, words) = explore(), moved(explore(), dies="primary")
    load = primary.picture.load
    assert load.failed.get_y() == load.answered.get_height() < answered(alive)
    run = simulate(seed=1, dies="primary", dies_at=4.0)
    assert load.failed.get_height() == run.errors / run.duration > 20
    assert f", {run.errors:,} failed, " in words and "refused at once" in words
    assert alive.picture.load.failed.get_height() == 0


def test_after_a_both_wrong_guesses_cost_what_the_steps_say():
    explorer = explore_guess(IS_WRITE)
    assert shown(explorer).startswith("is_write: 0 errors, 0 reads wasted on the primary, 4")
    told = answers(explorer)
    chosen = {"seed": 1, "replicas": 10, "arrival_rate": 500}
    mine, first, known = (simulate(each, **chosen) for each in (IS_WRITE, FirstWord, KnownWrites))
    wasted = (first.reads & (first.place == 0)).mean()
    assert told[1] == (
        f"{wasted:.0%} of all statements are reads that burden the primary, and {first.errors} "
        f"writes fail at a replica. So {first.throughput:.0f} statements/s are answered; with "
        f"your function {mine.throughput:.0f}, and 0 fail."
    )
    assert first.write[first.failed].all() and first.throughput < mine.throughput / 2
    assert not (known.reads & (known.place == 0)).any()
    assert f"wastes 0% of the statements, but {known.errors} of the {known.write.sum()}" in told[2]
    assert f"(gray): {known.errors:,} errors, 0 reads wasted" in shown(explorer)


def test_after_a_turns_beat_chance_and_reads_go_on_without_the_primary():
    explorer = explore(ROUTER, IS_WRITE)
    for replicas in range(4, 9):
        moved(explorer, arrival_rate=600, replicas=replicas)
        assert answered(explorer) > 1.02 * explorer.picture.load.other.get_ydata()[0]
    run = simulate(ROUTER, seed=1, dies="primary", dies_at=4.0)
    later = run.arrived_at > 4
    assert run.served[later & ~run.write].all() and run.failed[later & run.write].all()
    told = answers(explorer)
    chosen = {"seed": 1, "replicas": 6, "arrival_rate": 600}
    turns, chance = (simulate(each, **chosen).throughput for each in (ROUTER, None))
    assert told[1].startswith(f"{turns:.0f} statements/s are answered, at random {chance:.0f}.")
    assert told[2].startswith(f"{run.errors} statements failed: {run.errors} writes and 0 reads.")
    own = simulate(ROUTER, seed=1, lag=0.5).own_stale_share
    assert told[3].startswith(f"{own:.0%} of the reads miss the reader's own edit.") and own > 0.2


def test_after_b_replica_2_catches_up_and_what_comes_as_it_comes_is_wrong():
    explorer = explore_log(REPLICA)
    told = answers(explorer)
    assert explorer.controls["cut_off"].max == 2.0
    seen = simulate_log(REPLICA, seed=1, write_rate=25, repeated=1, cut_off=2.0)
    behind = seen.behind[1]
    during = behind[seen.times > 3.4][0]  # it is cut off until 3.5 s
    assert during > 40 and behind[-1] < 25 < 80 < seen.primary[-1]  # a second's writes: the lag
    assert told[1].startswith(
        f"At the end of the cut it is {during} entries behind, at the end of the run {behind[-1]}. "
        "100% of the reads"
    )
    assert told[1].endswith("as it comes (gray), 62%.")
    assert told[2].startswith("100% of its reads are right.")
    _, words = moved(explore_log(REPLICA), repeated=100, cut_off=2.0)
    assert words.startswith("Replica: 100% of the reads are right for a replica; 0 see past a gap")


def test_after_c_the_furthest_is_five_times_slower_and_the_primary_takes_over_with_the_lag():
    class Furthest(OWN):
        def pick(self, session):
            mark = self.marks.get(session, 0)
            enough = [node for node in self.replicas if node.online and node.lsn >= mark]
            return max(enough, key=lambda node: node.lsn, default=self.primary)

    turns, furthest, chance = (
        np.percentile((run.finished_at - run.arrived_at)[run.reads], 99)
        for run in (simulate(each, seed=1, arrival_rate=200) for each in (OWN, Furthest, None))
    )
    assert 4.5 * turns < furthest and turns < 1.05 * chance
    _, words = moved(explore_sessions(OWN))
    assert (
        f"0 reads miss the user's own edit, 99 % of the reads take at most {1000 * turns:.0f}"
        in words
    )
    assert (
        f"62 miss the user's own edit, 99 % take at most {1000 * chance:.0f} ms, 0% went" in words
    )
    explorer, words = moved(explore_sessions(OWN), other=FurthestReplica)
    assert "With always the furthest (gray): 16 miss" in words
    (mine,), (other,) = explorer.picture.slowest.numbers
    assert mine.get_text() == f"{1000 * turns:.0f} ms"
    assert int(other.get_text().removesuffix(" ms")) > max(500, 5000 * turns)
    explorer, words = moved(explore_sessions(OWN), arrival_rate=300, replicas=1)
    assert explorer.picture.slowest.numbers[0][0].get_text().endswith(" s …")  # over the edge
    assert "ReadYourWrites: 0 reads miss" in words
    assert "Furthest: 0 reads miss" in moved(explore_sessions(Furthest))[1]
    shares = [
        simulate(OWN, seed=1, arrival_rate=200, lag=0.5, read_share=r).primary_share
        for r in (0.8, 0.5)
    ]
    assert 1 / 3 < shares[0] < 0.5 < shares[1]
    told = answers(explore_sessions(OWN))
    assert told[1] == "At random 62 reads miss the user's own edit, with your class 0."
    assert f" {shares[0]:.0%} of the reads" in told[2] and told[3].startswith(f"{shares[1]:.0%}.")
    assert f"of yours {1000 * turns:.0f} ms." in told[4]


def test_after_d_more_replicas_lose_less_and_synchronous_writes_wait():
    def cost(**chosen):
        return simulate_failover(PROMOTE, LOST, seed=1, **chosen)

    means = [cost(replicas=n).costs.mean() for n in (1, 2, 3, 4, 5)]
    assert means == sorted(means, reverse=True)
    second = cost(replicas=5, freshest_away=True).costs.mean()
    assert second > means[-1]
    together = cost(synchronous=True)
    assert together.costs.max() == 0 and together.waited == pytest.approx(0.5, abs=0.05)
    assert cost().waited == 0 and cost(detection=0.0).refused == 0 < cost().refused
    told = answers(explore_failover(PROMOTE, LOST))
    assert told[1].endswith(f"; {means[0]:.1f} on average over 116 deaths.")
    assert told[2].startswith(f"{means[-1]:.1f} writes are lost on average.")
    assert f"{second:.1f} writes are lost on average" in told[3]
    assert f"waits for the slowest replica, {1000 * together.waited:.0f} ms on" in told[4]
    assert told[5].startswith("A primary that is only slow for a moment is declared dead, too.")
    explorer, words = moved(explore_failover(PROMOTE, LOST), synchronous=True)
    assert (
        "had 134 writes in its log, and had confirmed 101; the replicas had 126, 128, 101." in words
    )
    assert f"confirmed {1000 * together.waited:.0f} ms after it was in the log" in words
    assert explorer.picture.unconfirmed.get_width() == 134 - 101
    _, words = moved(explore_failover(PROMOTE, LOST), replicas=0, dies_at=10.0)
    nobody = cost(replicas=0, dies_at=10.0)
    early = nobody.logged - 60
    assert f"{early} of the lost writes are older than the left picture" in words and early > 300


# ── against theory ──


@pytest.mark.parametrize(("lag", "arrival_rate"), [(0.05, 250), (0.1, 250), (0.3, 100)])
def test_stale_reads_against_theory(lag, arrival_rate):
    """Ten runs of 20,000 statements on nodes that never queue; four standard errors."""
    shares = [
        simulate(
            seed=seed, lag=lag, arrival_rate=arrival_rate, requests=20_000, service_time=1e-4
        ).stale_share
        for seed in range(10)
    ]
    mean, error = mean_and_error(shares)
    expected = stale_share([lag], 0.2 * arrival_rate, 20_000 / arrival_rate)[0]
    assert error < 0.03 * expected
    assert abs(mean - expected) < 4 * error


def test_a_read_two_lags_after_a_rare_write_is_stale_with_e_to_the_minus_two():
    """Reads of one's own key 1.5 to 2.5 lags after; binomial noise, four deviations.

    Every tenth of a write is on its way on average, so the exact share is just above e^-2.
    """
    assert theory.stale_probability(1.0, 0.5) == pytest.approx(math.exp(-2))
    seen, stale, expected = 0, 0, 0.0
    chosen = {"lag": 0.1, "read_share": 0.99, "arrival_rate": 100, "service_time": 1e-5}
    for seed in range(12):
        result = simulate(seed=seed, requests=100_000, **chosen)
        rows = result.reads & (result.age > 0.15) & (result.age < 0.25)
        seen, stale = seen + rows.sum(), stale + result.own_stale[rows].sum()
        expected += theory.stale_probability(result.age[rows], 0.1, 1.0).sum()
    assert seen > 400
    share = expected / seen
    assert math.exp(-2) < share < math.exp(-2) + 0.03
    assert abs(stale - expected) < 4 * math.sqrt(seen * share * (1 - share))


@pytest.mark.parametrize("replicas", [1, 4])
def test_lost_writes_of_the_furthest_against_draws_of_our_own(replicas):
    """Oracle: Poisson writes, exponential delays, a replica ends before the first that is missing.

    4,000 independent deaths against 30 runs of 116 deaths; four standard errors of both together.
    """
    rng, lost = np.random.default_rng(5), []
    for _ in range(4000):
        ages = np.cumsum(rng.exponential(1 / 40, size=160))  # of the last writes, newest first
        missing = rng.exponential(0.15, size=(replicas, 160)) > ages
        lost.append(
            160 - np.argmax(missing[:, ::-1], axis=1).max() if missing.any(axis=1).all() else 0
        )
    mean, error = mean_and_error(lost)
    runs = [
        simulate_failover(PROMOTE, seed=seed, replicas=replicas).costs.mean() for seed in range(30)
    ]
    seen, noise = mean_and_error(runs)
    assert math.hypot(error, noise) < 0.04 * mean
    assert abs(seen - mean) < 4 * math.hypot(error, noise)


def test_lost_writes_against_theory():
    """A write of age a is lost with stale_probability(a): their number by its integral."""
    means = [
        simulate_failover(seed=seed, write_rate=40, lag=0.15).costs.mean() for seed in range(40)
    ]
    mean, error = mean_and_error(means)
    ages = (np.arange(20_000) + 0.5) * 5 / 20_000
    expected = 40 * theory.stale_probability(ages, 0.15, 40).sum() * 5 / 20_000
    assert error < 0.04 * expected
    assert abs(mean - expected) < 4 * error


# ── against a second implementation ──


class SameDraws:
    """RandomReplica as a student would write it, with the same draws: it is run by `routed`."""

    def __init__(self, primary, replicas):
        self.primary, self.replicas = primary, replicas
        self.draws = iter(workload.stream(2, "routing").uniform(size=2000).tolist())

    def route(self, sql):
        draw = next(self.draws)
        if IS_WRITE(sql) or not self.replicas:
            if not self.primary.online:
                raise PrimaryDown
            return self.primary
        place = int(draw * len(self.replicas))
        for replica in (self.replicas * 2)[place:]:
            if replica.online:
                return replica
        return self.primary


WORLDS = [
    {},
    {"replicas": 0},
    {"replicas": 1, "arrival_rate": 600, "dies": "replica-1", "dies_at": 2.0},
    {"replicas": 5, "arrival_rate": 900, "synchronous": True},
    {"replicas": 4, "arrival_rate": 700, "dies": "replica-1", "dies_at": 1.0, "synchronous": True},
    {"replicas": 3, "arrival_rate": 400, "dies": "primary", "dies_at": 3.0, "read_share": 0.5},
    {"replicas": 3, "dies": "primary", "dies_at": 0.0},
    {"read_share": 0.0, "lag": 0.0},
    {"read_share": 1.0, "replicas": 2},
]


@pytest.mark.parametrize("world", WORLDS)
def test_whole_columns_and_one_by_one_are_the_same(world):
    quick, events = simulate(seed=2, **world), simulate(SameDraws, seed=2, **world)
    for column in ("started_at", "finished_at", "failed", "place", "lsn", "stale", "own_stale"):
        one, other = getattr(quick, column), getattr(events, column)
        assert np.allclose(one, other, rtol=0, atol=1e-9, equal_nan=True), column
    assert np.allclose(quick.age, events.age, rtol=0, atol=1e-9, equal_nan=True)
    for one, other in zip(quick.applied_at, events.applied_at, strict=True):
        assert np.allclose(one, other, rtol=0, atol=1e-9)
    assert quick.duration == pytest.approx(events.duration)


class SameFurthest(SameDraws):
    def route(self, sql):
        if IS_WRITE(sql) or not self.replicas:
            return self.primary
        return sorted(self.replicas, key=lambda replica: -replica.lsn)[0]


@pytest.mark.parametrize("world", [world for world in WORLDS if "dies" not in world])
def test_the_furthest_is_the_same_by_columns_and_one_by_one(world):
    quick, events = (
        simulate(FurthestReplica, seed=2, **world),
        simulate(SameFurthest, seed=2, **world),
    )
    assert np.array_equal(quick.place, events.place)
    assert np.allclose(quick.finished_at, events.finished_at, rtol=0, atol=1e-9)


@pytest.mark.parametrize("world", WORLDS)
def test_what_a_read_missed_is_judged_as_by_looking_at_every_write(world):
    """Oracle: plain loops over all writes for each read, from the columns of times alone."""
    result = simulate(seed=5, **(world | {"requests": 400, "lag": 0.3}))
    confirmed = result.finished_at
    writes = [row for row in np.flatnonzero(result.lsn)]
    for row in np.flatnonzero(result.reads):
        stale = own = False
        for write in writes:
            if result.key[write] != result.key[row]:
                continue
            replica = result.place[row] - 1
            has = replica < 0 or (
                result.applied_at[replica][result.lsn[write] - 1] <= result.started_at[row]
            )
            newest = all(
                other == write
                or result.key[other] != result.key[row]
                or result.lsn[other] < result.lsn[write]
                or confirmed[other] > result.started_at[row]
                for other in writes
            )
            if confirmed[write] <= result.started_at[row] and newest:
                stale = not has
            mine = result.session[write] == result.session[row]
            if mine and confirmed[write] <= result.arrived_at[row]:
                own = own or not has
        assert (stale, own) == (result.stale[row], result.own_stale[row])


def test_queues_are_first_come_first_served():
    """The primary alone: the times of one queue, by its definition."""
    result, free = simulate(OnlyPrimary, seed=3, arrival_rate=120), 0.0
    for row in range(len(result)):
        start = max(result.arrived_at[row], free)
        free = start + 0.01
        assert result.started_at[row] == pytest.approx(start, abs=1e-9)
        assert result.finished_at[row] == pytest.approx(free, abs=1e-9)


# ── one run ──


def test_traffic_is_the_same_for_every_component_and_seed_decides_it():
    one, other = simulate(seed=4), simulate(ROUTER, seed=4, replicas=5)
    for column in ("arrived_at", "write", "session", "key"):
        assert np.array_equal(getattr(one, column), getattr(other, column))
    assert not np.array_equal(simulate(seed=5).arrived_at, one.arrived_at)
    assert one.write.mean() == pytest.approx(0.2, abs=0.04)
    assert (one.session == one.key)[one.write].all()
    reads = (one.session == one.key)[~one.write].mean()
    assert reads == pytest.approx(0.505, abs=0.06)


def test_the_wordings_are_what_they_are_taken_for():
    assert not any(IS_WRITE(text.format(key=7)) for text in READS + real_run.READS)
    assert all(IS_WRITE(text.format(key=7, lsn=1)) for text in WRITES + real_run.WRITES)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select 'update me' /* now */ from photos", "SELECT FROM PHOTOS"),
        ("SELECT updated_at,t2.x", "SELECT UPDATED_AT T2 X"),
        ("a 'it''s -- b' c -- d 'e\nf", "A C F"),
        ('a /* it\'s "x" */ b "/*" c \'*/\' d', "A B C D"),
        ("UPDATE/* two\nlines */photos;", "UPDATE PHOTOS"),
        (" -- only this", ""),
        ("", ""),
    ],
)
def test_the_words_of_sql(sql, words):
    assert words_of(sql) == words.split()


def test_a_router_sees_lsns_that_grow_and_cannot_change_them():
    seen = []

    class Watching(ROUTER):
        def route(self, sql):
            seen.append((self.primary.lsn, *(replica.lsn for replica in self.replicas)))
            return super().route(sql)

    result = simulate(Watching, seed=0)
    columns = np.array(seen)
    assert (np.diff(columns, axis=0) >= 0).all()
    assert (columns[:, 1:] <= columns[:, :1]).all()
    half = result.arrived_at[1000]
    written = (result.lsn > 0) & (result.finished_at <= half)
    assert columns[1000, 0] == written.sum() > 100

    class Vandal(ROUTER):
        def route(self, sql):
            self.replicas[0].online = False

    with pytest.raises(ComponentError, match=r"Vandal\.route.* raised AttributeError"):
        simulate(Vandal)


def test_wrote_is_told_in_order_once_it_is_confirmed():
    told = []

    class Watching(OWN):
        def wrote(self, session, lsn):
            told.append((session, lsn))
            super().wrote(session, lsn)

    result = simulate(Watching, seed=0, synchronous=True)
    sessions = dict(zip(result.lsn.tolist(), result.session.tolist(), strict=True))
    assert [lsn for _, lsn in told] == list(range(1, len(told) + 1)) and len(told) > 300
    assert all(sessions[lsn] == session for session, lsn in told)


# ── the log ──


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cut_off", [0.0, 2.0])
def test_a_replica_in_order_is_right_at_every_read(seed, cut_off):
    chosen = {"seed": seed, "repeated": 0.5, "cut_off": cut_off}
    mine, ghost = simulate_log(REPLICA, **chosen), simulate_log(**chosen)
    assert mine.answers == {"in order": 2000, "past a gap": 0, "thrown back": 0}
    assert sum(ghost.answers.values()) == 2000 and min(ghost.answers.values()) > 0
    assert np.array_equal(mine.lsn, mine.in_order)
    assert np.array_equal(mine.behind, mine.primary - mine.lsn)
    assert (ghost.lsn != ghost.in_order).any()


def test_what_comes_as_it_comes_is_judged_by_its_place_in_the_log(monkeypatch):
    """Each answer, judged again here: its lsn against that of the same key without a gap."""
    kinds = []

    class Seeing(log._Receiver):
        def _answer(self, keys, tick, answers):
            log = {value: (lsn, key) for lsn, key, value in self.entries}
            for key in (f"photo-{number}" for number in keys):
                got, of = log.get(self.replica.data.get(key), (0, key))  # 0: not written yet
                assert of == key
                come = self.entries[: self.in_order[tick]]
                due = max((lsn for lsn, of, _ in come if of == key), default=0)
                kinds.append("past a gap" if got > due else "in order" if got == due else "back")
            super()._answer(keys, tick, answers)

    monkeypatch.setattr(log, "_Receiver", Seeing)
    answers = simulate_log(seed=1, repeated=0.5).answers
    assert list(answers.values()) == [
        kinds.count(kind) for kind in ("in order", "past a gap", "back")
    ]
    assert min(answers.values()) > 0
    explorer = explore_log(REPLICA)
    ticks = explorer.picture.answers.bars[0].axes
    labels = [label.get_text().replace("\n", " ") for label in ticks.get_yticklabels()]
    assert labels == ["as in the log so far", "past a gap", "thrown back"]
    assert re.search(r"\(gray\): \d\d% right, [1-9]\d* past a gap, [1-9]", shown(explorer))


@pytest.mark.parametrize("value", ["edit 99999", ["edit 1"], 7])
def test_a_value_that_the_log_never_held_is_thrown_back(value):
    class Invents(REPLICA):
        def apply(self, entries):
            super().apply(entries)
            self.data = dict.fromkeys((f"photo-{key}" for key in range(12)), value)

    assert simulate_log(Invents, lag=0.0, repeated=0.0).answers["thrown back"] > 1900


def test_a_cut_off_replica_falls_behind_and_catches_up():
    cut = simulate_log(REPLICA, seed=1, lag=0.02, cut_off=2.0)
    during = (cut.times > 2.5) & (cut.times < 3.5)
    assert cut.behind[1, during].min() > 10 and cut.behind[0, during].max() < 8
    assert cut.behind[1, cut.times > 4].max() < 8


def test_without_lag_and_repetition_even_as_it_comes_is_right():
    plain = simulate_log(lag=0.0, repeated=0.0)
    assert plain.answers["in order"] == plain.reads == 2000


def test_batches_come_late_twice_and_out_of_order():
    batches = []

    class Watching(REPLICA):
        def apply(self, entries):
            batches.append([lsn for lsn, _, _ in entries])
            super().apply(entries)

    simulate_log(Watching, seed=1, repeated=0.5)
    flat = list(itertools.chain.from_iterable(batches))
    assert len(flat) > len(set(flat)) and flat != sorted(flat)
    assert any(batch != sorted(batch) for batch in batches)
    assert any(len(batch) > 1 for batch in batches)


# ── failover ──


@pytest.mark.parametrize("seed", range(5))
def test_the_furthest_loses_least_and_more_replicas_lose_less(seed):
    costs = {
        replicas: simulate_failover(PROMOTE, seed=seed, replicas=replicas).costs.mean()
        for replicas in (1, 3, 5)
    }
    assert costs[1] > costs[3] > costs[5]
    first = simulate_failover(seed=seed, replicas=3)
    assert first.costs.mean() > costs[3]
    assert simulate_failover(PROMOTE, seed=seed, lag=0.0).costs.max() == 0
    together = simulate_failover(PROMOTE, seed=seed, synchronous=True)
    assert together.costs.max() == 0 and together.lost == ()
    dead = simulate_failover(PROMOTE, seed=seed, freshest_away=True)
    assert dead.costs.mean() > costs[3] and dead.promoted != dead.away


def test_what_is_lost_is_what_the_dead_primary_had_confirmed():
    seen = simulate_failover(PROMOTE, LOST, seed=2, dies_at=7.5)
    assert seen.named == seen.lost == tuple(range(max(seen.lsns) + 1, seen.confirmed + 1))
    assert seen.confirmed == (seen.written <= 7.5).sum()
    assert seen.refused == ((seen.written > 7.5) & (seen.written < 8.5)).sum()
    nobody = simulate_failover(PROMOTE, LOST, seed=2, dies_at=7.5, replicas=0)
    assert nobody.promoted is None and len(nobody.lost) == nobody.confirmed
    alone = simulate_failover(PROMOTE, LOST, seed=2, replicas=1, freshest_away=True)
    assert alone.promoted is None and alone.refused > seen.refused


# ── on real databases ──

FEW = {"requests": 80, "lag": 0.01}


def threads():
    return [thread for thread in threading.enumerate() if thread is not threading.main_thread()]


def folders():
    return set(Path(tempfile.gettempdir()).glob("tmp*"))


@pytest.fixture
def nothing_left(monkeypatch, tmp_path):
    """All threads have ended and the temporary folder is gone, whatever happened."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(threads())
    yield
    deadline = time.monotonic() + 2  # watchers of a time limit need a moment
    while set(threads()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not set(threads()) - before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("lag", [0.05, 0.2])
def test_measured_on_files_is_what_is_simulated(lag, nothing_left):
    """The same statements and lags. What differs is milliseconds of scheduling: four points."""
    chosen = {"seed": 3, "lag": lag, "replicas": 2, "requests": 800, "arrival_rate": 400.0}
    measured = measure(ROUTER, REPLICA, **chosen)
    simulated = simulate(ROUTER, service_time=0.0005, **chosen)
    assert abs(measured.stale_share - simulated.stale_share) < 0.04
    assert measured.stale_share > 0.03
    assert measured.refused == measured.diverged == 0
    assert np.array_equal(measured.place == 0, measured.write)
    assert 0 < measured.percentile(50, False) < 0.1 and measured.percentile(50, True) > 0


def test_a_replica_that_keeps_no_order_ends_up_different(nothing_left):
    measured = measure(ROUTER, AsItComes, seed=3, lag=0.2, requests=500)
    assert measured.diverged > 0


def test_entries_come_late_twice_and_out_of_order_to_real_databases_too(nothing_left):
    come = []

    class Watching(REPLICA):
        def apply(self, entries):
            come.extend(lsn for lsn, _, _ in entries)
            super().apply(entries)

    measured = measure(ROUTER, Watching, replicas=1, lag=0.2, requests=400)
    written = int(measured.write.sum())
    assert sorted(set(come)) == list(range(1, written + 1)) and come != sorted(come)
    assert len(come) == written + written // 10


def test_without_replicas_and_with_only_writes(nothing_left):
    alone = measure(ROUTER, REPLICA, replicas=0, **FEW)
    assert (alone.place == 0).all() and not alone.stale.any()
    writes = measure(ROUTER, REPLICA, read_share=0.0, **FEW)
    assert writes.diverged == 0 and writes.stale_share == 0.0
    assert math.isnan(writes.percentile(50, False))


class RefusesAll(ROUTER):
    def route(self, sql):
        raise PrimaryDown


def test_a_refusing_router_is_counted(nothing_left):
    assert measure(RefusesAll, REPLICA, **FEW).refused == 80


class WritesToReplica(ROUTER):
    def route(self, sql):
        return self.replicas[0]


def test_a_write_on_a_replica_is_refused(nothing_left):
    measured = measure(WritesToReplica, REPLICA, **FEW)
    assert measured.refused == measured.write.sum() > 5


class ApplyRaises(REPLICA):
    def apply(self, entries):
        raise IndexError("nothing there")


class NumberIsText(REPLICA):
    def apply(self, entries):
        self.lsn = "three"


class DataIsList(REPLICA):
    def apply(self, entries):
        self.data = []


class RouteRaises(ROUTER):
    def route(self, sql):
        raise KeyError(7)


class RouteNone(ROUTER):
    def route(self, sql):
        return None


@pytest.mark.parametrize(
    ("router", "replica", "sentence"),
    [
        (ROUTER, ApplyRaises, r"^ApplyRaises.apply\(.* raised IndexError: nothing there\.$"),
        (ROUTER, NumberIsText, r"^NumberIsText.lsn returned 'three', expected a whole number\.$"),
        (ROUTER, DataIsList, r"^DataIsList.data returned \[\], expected a dict\.$"),
        (RouteRaises, REPLICA, r"^RouteRaises.route\('.* raised KeyError: 7\.$"),
        (RouteNone, REPLICA, r"^RouteNone.route\('.* returned None, expected the primary or one"),
    ],
)
def test_a_wrong_component_on_real_databases_is_one_sentence(
    router, replica, sentence, nothing_left
):
    with pytest.raises(ComponentError, match=sentence):
        measure(router, replica, **FEW)


@pytest.mark.parametrize("where", ["route", "apply"])
def test_a_loop_that_never_ends_is_stopped_on_real_databases(where, nothing_left, monkeypatch):
    def loop(self, argument):
        while True:
            pass

    hanging = type("Hanging", (ROUTER if where == "route" else REPLICA,), {where: loop})
    monkeypatch.setattr(real_run, "PATIENCE", 0.3)
    with pytest.raises(ComponentError, match=f"Hanging.{where} did not come back in time"):
        if where == "route":
            measure(hanging, REPLICA, **FEW)
        else:
            measure(ROUTER, hanging, **FEW)


def test_a_stub_on_real_databases_passes_on(nothing_left):
    class Stub(REPLICA):
        def apply(self, entries):
            raise NotImplementedError("Exercise B: apply")

    with pytest.raises(NotImplementedError, match="Exercise B"):
        measure(ROUTER, Stub, **FEW)


def test_a_locked_file_is_one_sentence(nothing_left, monkeypatch):
    """Another program holds the primary's file when the clients come."""
    others = []
    create = SqliteStore.create

    def create_and_lock(store):
        create(store)
        if store.path.stem == "primary":
            others.append(sqlite3.connect(store.path, isolation_level=None))
            others[0].execute("BEGIN EXCLUSIVE")

    monkeypatch.setattr(SqliteStore, "create", create_and_lock)
    try:
        with pytest.raises(DatabaseUnavailable, match=r"primary.sqlite: another program holds"):
            measure(ROUTER, REPLICA, **FEW)
    finally:
        others[0].close()


def test_a_file_that_vanished_is_one_sentence(nothing_left, monkeypatch):
    create = SqliteStore.create

    def create_and_lose(store):
        create(store)
        if store.path.stem == "replica-2":
            store.path.unlink()

    monkeypatch.setattr(SqliteStore, "create", create_and_lose)
    with pytest.raises(DatabaseUnavailable, match=r"replica-2.sqlite: no such file"):
        measure(ROUTER, REPLICA, **FEW)


# ── what goes wrong is one sentence ──


class Raises:
    def __init__(self, primary, replicas):
        self.nodes = [primary, *replicas]

    def route(self, sql):
        raise KeyError("photos")


class ReturnsNone(Raises):
    def route(self, sql):
        return None


class ReturnsStranger(Raises):
    def route(self, sql):
        return Node("replica-1")


class PickRaises(Raises):
    route = None

    def wrote(self, session, lsn):
        pass

    def pick(self, session):
        raise ValueError("who?")


class WroteRaises(PickRaises):
    def wrote(self, session, lsn):
        raise ValueError("what?")

    def pick(self, session):
        return self.nodes[0]


class OnlyPicks:
    def __init__(self, primary, replicas):
        pass

    def pick(self, session):
        pass


class TakesNothing:
    def route(self, sql):
        return None


class NoRouter:
    pass


def says_maybe(sql):
    return "maybe"


def divides(sql):
    return 1 / 0


GIVEN = "expected the primary or one of the replicas it was made with."
WRONG = {
    Raises: r"Raises\.route\('.*'\) raised KeyError: 'photos'\.",
    ReturnsNone: rf"ReturnsNone\.route\('.*'\) returned None, {GIVEN}",
    ReturnsStranger: rf"ReturnsStranger\.route\('.*'\) returned Node\(name='replica-1'.*, {GIVEN}",
    PickRaises: r"PickRaises\.pick\(\d+\) raised ValueError: who\?\.",
    WroteRaises: r"WroteRaises\.wrote\(\d+, 1\) raised ValueError: what\?\.",
    OnlyPicks: r"OnlyPicks has no method wrote\(session, lsn\)\.",
    TakesNothing: r"TakesNothing\(primary, replicas\) raised TypeError.*",
    NoRouter: r"NoRouter has no method route\(sql\), and no pick\(session\) either\.",
    says_maybe: r"says_maybe\('.*'\) returned 'maybe', expected True or False\.",
    divides: r"divides\('.*'\) raised ZeroDivisionError: division by zero\.",
}


@pytest.mark.parametrize("component", WRONG)
def test_a_wrong_router_is_one_sentence(component):
    with pytest.raises(ComponentError) as error:
        simulate(component)
    assert re.fullmatch(WRONG[component], str(error.value).replace("\\n", " ")), str(error.value)
    assert "\n" not in str(error.value)
    explorer = explore(component)
    assert re.search(WRONG[component], shown(explorer)) and not pictured(explorer)


def test_an_object_in_place_of_the_class_is_one_sentence():
    made = ROUTER(Node("primary"), [])
    with pytest.raises(ComponentError, match="Router: give the class itself, not an object"):
        simulate(made)
    with pytest.raises(ComponentError, match="int has no method route"):
        simulate(7)


class NoLag:
    lsn, data = 0, {}

    def apply(self, entries):
        pass


class LsnIsNone(NoLag):
    lsn = None

    def lag(self, primary_lsn):
        return 0


class LagIsText(LsnIsNone):
    lsn = 0

    def lag(self, primary_lsn):
        return "far"


class DataIsNone(LagIsText):
    data = None

    def lag(self, primary_lsn):
        return 0


class LogRaises(REPLICA):
    def apply(self, entries):
        raise KeyError(2)


@pytest.mark.parametrize(
    ("replica", "sentence"),
    [
        (NoLag, r"NoLag has no method lag\."),
        (LsnIsNone, r"LsnIsNone\.lsn returned None, expected a whole number\."),
        (LagIsText, r"LagIsText\.lag\(\d+\) returned 'far', expected a whole number\."),
        (DataIsNone, r"DataIsNone\.data returned None, expected a dict\."),
        (LogRaises, r"LogRaises\.apply\(\[\(1, 'photo-\d+', 'edit 1'\).*\]\) raised KeyError: 2\."),
    ],
)
def test_a_wrong_replica_is_one_sentence(replica, sentence):
    with pytest.raises(ComponentError) as error:
        simulate_log(replica, lag=0.0)
    assert re.fullmatch(sentence, str(error.value)), str(error.value)
    explorer = explore_log(replica)
    assert not pictured(explorer) and "wrong values" not in shown(explorer)


def returns_offline(replicas):
    return next(replica for replica in replicas if not replica.online)


def returns_name(replicas):
    return "replica-1"


def breaks(replicas):
    return replicas[99]


@pytest.mark.parametrize(
    ("promote", "lost_writes", "sentence"),
    [
        (returns_offline, None, r"returns_offline\(replicas\) returned replica-\d, which is off.*"),
        (returns_name, None, r"returns_name\(replicas\) returned 'replica-1', expected one of .*"),
        (breaks, None, r"breaks\(replicas\) raised IndexError: list index out of range\."),
        (PROMOTE, lambda lsn, node: 3, r".*at lsn \d+\) returned 3, expected a list of lsns\."),
        (PROMOTE, lambda lsn, node: 1 / 0, r".*at lsn \d+\) raised ZeroDivisionError.*"),
    ],
)
def test_a_wrong_promotion_is_one_sentence(promote, lost_writes, sentence):
    with pytest.raises(ComponentError) as error:
        simulate_failover(promote, lost_writes, freshest_away=True)
    assert re.fullmatch(sentence, str(error.value)), str(error.value)
    explorer = explore_failover(promote, lost_writes)
    explorer.controls["freshest_away"].value = True
    assert not pictured(explorer) and re.search(sentence, shown(explorer))


def test_a_route_that_never_returns_is_stopped():
    assert_stopped(explore, ROUTER, "route")


@pytest.mark.parametrize(
    ("function", "name", "value", "says"),
    [
        (simulate, "read_share", 1.5, "≤ 1"),
        (simulate, "read_share", "most", "finite number"),
        (simulate, "replicas", -1, "between 0 and 100"),
        (simulate, "replicas", 2.5, "whole number"),
        (simulate, "lag", -0.1, "≥ 0 s"),
        (simulate, "lag", float("nan"), "finite"),
        (simulate, "arrival_rate", 0, "> 0 requests/s"),
        (simulate, "dies", "web-1", "must be one of"),
        (simulate, "dies_at", -1, "≥ 0 s"),
        (simulate, "requests", 0, "between 1"),
        (simulate, "service_time", 0, "> 0 s"),
        (simulate, "seed", -1, "between 0"),
        (simulate_log, "write_rate", 0, "> 0 requests/s"),
        (simulate_log, "lag", -1, "≥ 0 s"),
        (simulate_log, "repeated", 2, "≤ 1"),
        (simulate_log, "cut_off", -1, "≥ 0 s"),
        (simulate_failover, "replicas", -2, "between 0"),
        (simulate_failover, "lag", -1, "≥ 0 s"),
        (simulate_failover, "dies_at", 99, "≤ 60 s"),
        (simulate_failover, "detection", -1, "≥ 0 s"),
    ],
)
def test_a_bad_parameter_is_named(function, name, value, says):
    named = {"write_rate": "arrival_rate"}.get(name, name)
    given = {"dies": "primary"} if name == "dies_at" and function is simulate else {}
    with pytest.raises(ValueError, match=f"^{named} = {value!r}: ") as error:
        function(**given | {name: value})
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"), [("replicas", 99), ("lag", -1), ("requests", 0), ("read_share", 2)]
)
def test_a_bad_parameter_of_the_real_run_is_named(name, value, nothing_left):
    with pytest.raises(ValueError, match=f"^{name} = {value}: "):
        measure(ROUTER, REPLICA, **{name: value})


# ── the pictures ──


@pytest.mark.parametrize("components", [(), (ROUTER, IS_WRITE), (OWN,)])
def test_every_corner_of_explore_is_a_picture(components):
    assert len(list(corners(explore(*components), options))) >= 14


def test_every_corner_of_the_capacity_is_a_picture():
    sentences = list(corners(explore_capacity(900), options))
    assert len(sentences) >= 8
    assert all("You predicted 900 statements/s" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("make", "components", "says"),
    [
        (explore_log, (), "of the reads are right for a replica"),
        (explore_log, (REPLICA,), "Replica: 100% of the reads are right for a replica; 0 see"),
        (explore_guess, (), "without a wrong guess the databases carry"),
        (explore_guess, (IS_WRITE,), "is_write: 0 errors, 0 reads wasted on the primary"),
        (explore_sessions, (), "reads miss the user's own edit, 99 % of the reads take at most"),
        (explore_sessions, (OWN,), "ReadYourWrites: 0 reads miss the user's own edit, 99 %"),
        (explore_failover, (), "promoted"),
        (explore_failover, (PROMOTE, LOST), "promoted"),
        (explore_failover, (None, LOST), "promoted"),
    ],
)
def test_every_corner_of_the_others_is_a_picture(make, components, says):
    sentences = list(corners(make(*components), options))
    assert len(sentences) >= 8 and all(says.lower() in sentence.lower() for sentence in sentences)


def test_real_runs_have_a_picture_at_the_corners(nothing_left, monkeypatch):
    monkeypatch.setattr("course.database_replication.REAL_REQUESTS", 40)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    explorer = explore_real(ROUTER, REPLICA)
    corner = {"read_share": (0, 100), "replicas": (0, 4), "lag": (0, 300)}
    values = {explorer.controls[name]: ends for name, ends in corner.items()}
    sentences = list(corners(explorer, values.get, fixed=set(explorer.controls) - set(corner)))
    assert len(sentences) == 8 and all("measured" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore_capacity(700),
        lambda: explore(ROUTER),
        explore,
        lambda: explore_guess(IS_WRITE),
        lambda: explore_log(REPLICA),
        lambda: explore_sessions(OWN),
        lambda: explore_failover(PROMOTE, LOST),
    ],
)
def test_every_step_is_seen(make):
    assert_every_step_is_seen(make())


def stub(*_, **__):
    raise NotImplementedError("Exercise X: write me")


class Stub:
    def __init__(self, primary=None, replicas=None):
        self.lsn, self.data = 0, {}

    route = wrote = pick = apply = lag = stub


@pytest.mark.parametrize(
    ("make", "components"),
    [
        (explore, (stub,)),
        (explore, (Stub,)),
        (explore_guess, (stub,)),
        (explore_log, (Stub,)),
        (explore_sessions, (Stub,)),
        (explore_failover, (stub, stub)),
        (explore_failover, (PROMOTE, stub)),
        (explore_real, (Stub, REPLICA)),
        (explore_real, (ROUTER, Stub)),
    ],
)
def test_a_stub_is_a_friendly_sentence(make, components):
    found = make(*components)
    assert shown(found) == "Not written yet. Exercise X: write me" and not pictured(found)
    if make is explore:
        found.controls["router"].value = RandomReplica
        assert pictured(found)


def test_the_picture_says_what_the_run_says():
    explorer = explore(ROUTER)
    explorer.controls["arrival_rate"].value = 600
    explorer.controls["replicas"].value = 6
    chosen = {"seed": 1, "replicas": 6, "arrival_rate": 600}
    mine, other = simulate(ROUTER, **chosen), simulate(**chosen)
    said = shown(explorer)
    assert f"Router: {mine.throughput:,.0f} statements/s with 6 replicas" in said
    assert f"A random replica (gray): {other.throughput:,.0f} statements/s" in said
    load, stale = explorer.picture.load, explorer.picture.stale
    assert load.answered.get_x() + load.answered.get_width() / 2 == pytest.approx(6)
    assert load.answered.get_height() == pytest.approx(mine.throughput)
    assert list(load.other.get_data()[0]) == [6]
    assert load.other.get_ydata()[0] == pytest.approx(other.throughput)
    assert load.carried.get_ydata()[6] == pytest.approx(capacity(0.8, 6))
    assert mine.errors == 0 == load.failed.get_height()
    assert stale.own.get_height() == mine.own_stale_share
    assert stale.others.get_y() == mine.own_stale_share
    assert stale.others.get_height() == pytest.approx(mine.stale_share - mine.own_stale_share)
    explorer.controls["dies"].value = "primary"
    dead = simulate(ROUTER, dies="primary", dies_at=1000 / 600, **chosen)
    assert f", {dead.errors:,} failed, " in shown(explorer) and dead.errors > 150
    assert load.failed.get_height() == dead.errors / dead.duration
    assert not len(load.carried.get_xdata())  # theory needs all nodes
    explorer.controls["router"].value = RandomReplica  # nothing to compare with
    assert not len(load.other.get_xdata()) and "(gray)" not in shown(explorer)


@pytest.mark.parametrize("component", [None, ROUTER, OWN])
def test_who_misses_an_own_edit_misses_an_edit(component):
    run = simulate(component, seed=2, lag=0.3, replicas=4)
    assert run.stale[run.own_stale].all()


def test_a_prediction_that_is_no_number_is_a_sentence():
    assert "prediction = 'much': must be a finite number" in shown(explore_capacity("much"))
    assert "prediction = -1: must be > 0" in shown(explore_capacity(-1))


def test_a_real_run_says_that_it_measures_and_then_how_close_it_comes(nothing_left, monkeypatch):
    monkeypatch.setattr("course.database_replication.REAL_REQUESTS", 200)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    explorer, said = explore_real(ROUTER, REPLICA), []
    bar = explorer.measuring
    bar.observe(lambda change: said.append((bar.layout.display, change.new)), names="value")
    told = answers(explorer)
    assert re.fullmatch(
        r"The formula says .*%, the simulation .*%, and .*% were measured.", told[1]
    )
    assert re.match(r"Not by the formula, and not in the simulation. \d.*% were meas", told[2])
    assert simulate(ROUTER, seed=1, lag=0, service_time=0.0005).stale_share == 0
    assert all(display is None for display, _ in said)
    assert [value for _, value in said].count(100) == 4  # each of two steps runs twice
    assert bar.layout.display == "none" == explore_real(ROUTER, Stub).measuring.layout.display


def test_the_failover_picture_marks_what_is_lost_and_what_is_named():
    off_by_one = lambda lsn, node: list(range(node.lsn + 1, lsn))  # noqa: E731
    explorer = explore_failover(PROMOTE, off_by_one)
    seen = simulate_failover(PROMOTE, off_by_one, seed=1)
    picture = explorer.picture
    assert len(picture.lost.get_xdata()) == len(seen.lost) > 1
    assert len(picture.named.get_xdata()) == len(seen.lost) - 1
    assert list(picture.wrong.get_xdata()) == [0]  # the last one of the log
    assert not len(explore_failover(PROMOTE, LOST).picture.wrong.get_xdata())
    assert f"Your lost_writes is wrong: it leaves out {seen.confirmed}. " in shown(explorer)
    early = lambda lsn, node: list(range(node.lsn, lsn + 1))  # noqa: E731
    assert f": it names {max(seen.lsns)}, not lost. " in shown(explore_failover(PROMOTE, early))
    backwards = lambda lsn, node: LOST(lsn, node)[::-1]  # noqa: E731
    assert "not in ascending order" in shown(explore_failover(PROMOTE, backwards))
    assert "lost_writes" not in shown(explore_failover(PROMOTE, LOST))
    assert f"replica-{seen.promoted + 1} is promoted" in shown(explorer)
    assert str(seen.confirmed) in shown(explorer)


def test_the_architecture_is_drawn_and_described():
    picture = architecture()
    assert "replicas: replica-1, replica-2, replica-3" in picture.label
    assert "web-1 to replica-1 (reads)" in picture.label


def test_in_the_architecture_reads_go_past_the_primary():
    with mock.patch("course.database_replication.system.draw") as draw:
        architecture()
    tiers, links = draw.call_args.args
    names = {tier.title: {node.name for node in tier.nodes} for tier in tiers}
    web, copies = names["web tier"], names["replicas"]
    reads = {link[:2] for link in links if link[2] == "reads"}
    assert reads and all(start in web and end in copies for start, end in reads)
    linked = {link[:2] for link in links}
    assert {(name, "primary") for name in web} <= linked  # the writes
    assert {("primary", name) for name in copies} <= linked  # the log


def test_nothing_is_drawn_and_nothing_runs_while_nbgrader_does(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    began = time.monotonic()
    assert explore(ROUTER) is explore_log(REPLICA) is explore_sessions(OWN) is None
    assert explore_failover(PROMOTE) is explore_real(ROUTER, REPLICA) is architecture() is None
    assert explore_guess(IS_WRITE) is replay(ROUTER) is replay_failover(PROMOTE) is None
    assert time.monotonic() - began < 0.5


def test_the_baselines_of_the_other_exercises():
    nodes = [Node("a", online=False, lsn=9), Node("b", lsn=1), Node("c", lsn=5)]
    assert simulate_failover().promoted == 0
    with pytest.raises(NoReplica):
        PROMOTE(nodes[:1])
    ghost = AsItComes()
    ghost.apply([(2, "a", 1), (1, "a", 0)])
    assert (ghost.lsn, ghost.data, ghost.lag(3)) == (1, {"a": 0}, 2)


# ── the films ──


class FirstFarEnough:
    """The first replica that has what the session wrote, else the primary: two returns."""

    def __init__(self, primary, replicas):
        self.primary, self.replicas, self.marks = primary, replicas, {}

    def wrote(self, session, lsn):
        self.marks[session] = lsn

    def pick(self, session):
        for replica in self.replicas:
            if replica.lsn >= self.marks.get(session, 0):
                return replica
        return self.primary


class ForgetsItsPrimary(FirstFarEnough):
    def pick(self, session):
        picked = super().pick(session)
        return picked if picked is not self.primary else "primary"


class WroteFails(FirstFarEnough):
    def wrote(self, session, lsn):
        super().wrote(session, 1 // (2 - lsn))


def run_of(component, seed, lag=LAG, dies_at=math.inf):
    """Return the ReplicatedResult that a lane of the film shows."""
    return run_in(phones(seed, lag, dies_at), component, seed)


def state_at(reel, actor, time):
    """Return the name of an actor's state."""
    return list(reel.states)[actor.place(time)[4]]


def by_name(lane):
    """Return the actors of a lane by their names, a list for each."""
    found = {}
    for actor in lane.actors:
        found.setdefault(actor.name, []).append(actor)
    return found


@pytest.mark.parametrize("seed", [1, 2, SEED])
@pytest.mark.parametrize("component", [ROUTER, OWN])
@pytest.mark.parametrize("world", [{}, {"dies_at": 2.2}, {"lag": 0.0}, {"lag": 1.0}])
def test_a_film_of_two_phones_is_the_run(component, seed, world):
    reel = film(component, seed=seed, **world)
    films.check(reel)
    assert [lane.title for lane in reel.lanes] == [f"your {component.__name__}", "a random replica"]
    for lane, each in zip(reel.lanes, (component, RandomReplica), strict=True):
        run = run_of(each, seed, **world)
        asked = [actor for actor in lane.actors if " edit" in actor.name or " reload" in actor.name]
        assert len(asked) == len(run)
        for i, actor in enumerate(asked):
            left = run.finished_at[i]
            state = state_at(reel, actor, left + 1e-6)
            served = SAVED if run.write[i] else MISSING if run.own_stale[i] else OLD
            if not run.write[i] and not run.stale[i]:
                served = NEW
            assert state == (FAILED if run.failed[i] else served), actor.name
            assert state_at(reel, actor, left - 1e-6) not in (FAILED, NEW, OLD, MISSING, SAVED)
            assert actor.place(run.arrived_at[i])[0] == pytest.approx(404)  # at the router
        counters = {counter.name: counter for counter in lane.counters}
        for now in (1.0, 3.0, 5.9):
            over = run.finished_at <= now
            assert counters["answered"].at(now) == (run.reads & over).sum()
            assert counters["old"].at(now) == (run.stale & over).sum()
            assert counters["without her own edit"].at(now) == (run.own_stale & over).sum()
            primary = run.reads & (run.place == 0) & over
            assert counters["by the primary"].at(now) == primary.sum()
            assert (
                "failed" not in counters or counters["failed"].at(now) == (run.failed & over).sum()
            )
        assert ("failed" in counters) == ("dies_at" in world)


@pytest.mark.parametrize("dies_at", [math.inf, 2.2])
def test_the_belts_are_the_log_and_what_is_on_them_at_the_death_falls_off(dies_at):
    reel = film(OWN, dies_at=None if dies_at == math.inf else dies_at)
    run = run_of(OWN, SEED, dies_at=dies_at)
    actors, seen = by_name(reel.lanes[0]), set()
    for replica, applied in enumerate(run.applied_at, 1):
        name = NAMES[replica]
        for lsn, came in enumerate(applied, 1):
            (entry,) = actors[f"edit {lsn} for {name}"]
            seen.add(came < math.inf)
            assert entry.label == str(lsn) and (FELL in states(reel, entry)) == (came == math.inf)
            assert entry.times[0] == run.finished_at[run.lsn == lsn]
            if came < math.inf:
                assert entry.times[-1] == came and ENDS - 44 <= entry.xs[-1] <= ENDS
            else:
                assert entry.times[1] == dies_at and entry.times[-1] >= reel.end
                assert entry.ys[-1] > entry.ys[0]
        for now in np.arange(0.01, reel.end, 0.37):
            (has,) = [each for each in actors[f"what {name} has"] if each.place(now)]
            assert int(has.label) == (applied <= now).sum()
    assert seen == ({True} if dies_at == math.inf else {True, False})
    assert ("the primary, dead" in actors) == (dies_at < math.inf)


def states(reel, actor):
    """Return the names of all states that an actor is in."""
    return {list(reel.states)[code] for code in actor.states}


def test_a_phone_shows_the_page_that_came_last():
    reel = film(ROUTER)
    run = run_of(ROUTER, SEED)
    logs = [run.finished_at[run.lsn > 0], *run.applied_at]
    values, seen = {1: [], 2: []}, {1: [], 2: []}
    for i in np.flatnonzero(~run.write):
        had = logs[run.place[i]]
        values[run.session[i]].append(str((had <= run.started_at[i]).sum()))
    actors = by_name(reel.lanes[0])
    for session, who in ((1, "Anna"), (2, "her sister")):
        seen[session] = [actor.label for actor in actors[f"what {who}'s phone shows"]]
        for before, after in itertools.pairwise(actors[f"what {who}'s phone shows"]):
            assert before.times[-1] == after.times[0]  # one page at a time
    assert seen == values and seen[2] != sorted(seen[2])  # back in time


def test_the_order_in_a_row_is_the_order_of_service(monkeypatch):
    class AllToThePrimary(FirstFarEnough):
        def pick(self, session):
            return self.primary

    monkeypatch.setattr(sys.modules[phones.__module__], "WORK", 0.3)  # s: they come faster
    reel, run = film(AllToThePrimary), run_of(AllToThePrimary, SEED)
    asked = [a for a in reel.lanes[0].actors if " edit" in a.name or " reload" in a.name]
    rows = 0
    for now in run.started_at - 0.01:  # before the next one is served
        there = np.flatnonzero((run.arrived_at + 0.1 < now) & (run.finished_at > now))
        xs = [asked[i].place(now)[0] for i in there]
        assert xs == [58, 91, 104, 117, 130, 143, 156, 169, 182][: len(xs)]
        rows += len(xs) > 2
    assert rows > 10


def test_a_film_tells_what_pick_saw_and_the_line_that_decided_and_the_call_can_be_made_again():
    packed = film(FirstFarEnough, dies_at=5.0).packed()
    lane, decided, picks = packed["lanes"][0], set(), 0
    for name, story in zip(lane["names"], lane["stories"], strict=True):
        for _, words, listing, line, cell in story:
            if not cell:
                continue
            title, first, lines = packed["listings"][listing]
            assert title.startswith("FirstFarEnough.")
            names = {"Node": Node, "FirstFarEnough": FirstFarEnough}
            if " pick(" in words:
                said = []
                exec(cell, names | {"print": said.append})
                assert f"returned {said[0]}." in words and "reload" in name
                chosen = "return self.primary" if said == ["primary"] else "return replica"
                assert lines[line - first].strip() == chosen
                decided.add(chosen)
                picks += 1
            else:
                exec(cell, names)
                assert "router.wrote(1, " in cell.splitlines()[-1]
                assert lines[line - first].strip() == "self.marks[session] = lsn"
            assert cell.count("\n") <= 16 and max(map(len, cell.splitlines())) <= 120
    assert len(decided) == 2 and picks == 22


def test_a_turn_is_made_again_with_all_that_came_before_it():
    packed = film(OWN).packed()["lanes"][0]
    stories = zip(packed["names"], packed["stories"], strict=True)
    last = [story for name, story in stories if name.startswith("her sister's reload")][-1]
    (_, words, _, _, cell), _ = last
    said = []
    exec(cell, {"Node": Node, "ReadYourWrites": OWN, "print": said.append})
    assert f"pick(2) returned {said[0]}." in words


def test_a_call_that_found_the_primary_dead_finds_it_dead_again():
    packed = film(ROUTER, dies_at=2.2).packed()["lanes"][0]
    edits = [
        story
        for name, story in zip(packed["names"], packed["stories"], strict=True)
        if "'s edit" in name
    ]
    for (_, words, _, _, cell), (_, then, *_) in edits:
        names = {"Node": Node, "Router": ROUTER}
        if "failed" in then:
            assert "raised PrimaryDown" in words
            with pytest.raises(PrimaryDown):
                exec(cell, names)
        else:
            exec(cell, names | {"print": lambda name: name == "primary" or pytest.fail(name)})
    assert sum("failed" in then for _, (_, then, *_) in edits) == 2


@pytest.mark.parametrize("component", [ForgetsItsPrimary, WroteFails])
def test_a_router_that_fails_has_a_film_up_to_then(component):
    shown_film = replay(component)
    reel, run = shown_film.reel, run_of(FirstFarEnough, SEED)
    if component is WroteFails:
        says, end = "WroteFails.wrote(1, 2) raised", run.finished_at[run.lsn == 2]
        end = run.arrived_at[run.arrived_at >= end][0]
    else:
        says = "ForgetsItsPrimary.pick(1) returned 'primary', expected"
        end = run.arrived_at[~run.write & (run.place == 0)][0]
    assert shown(shown_film).startswith(says) and reel.fate.startswith(says)
    assert reel.end == end
    asked = [a for a in reel.lanes[0].actors if " edit" in a.name or " reload" in a.name]
    assert len(asked) == (run.arrived_at <= end).sum()
    answered = reel.lanes[0].counters[0]
    assert answered.values[-1] == (run.reads & (run.finished_at <= end)).sum() > 3


@pytest.mark.parametrize(
    ("make", "components"),
    [(replay, (Stub,)), (replay_failover, (stub, LOST)), (replay_failover, (PROMOTE, stub))],
)
def test_what_is_not_written_is_a_sentence_and_no_film(make, components):
    found = make(*components)
    assert shown(found) == "Not written yet. Exercise X: write me" and found.reel is None


def test_to_kill_the_primary_and_to_take_the_lag_away_change_the_film():
    shown_film = replay(OWN)
    assert [counter.name for counter in shown_film.reel.lanes[0].counters][-1] == "by the primary"
    shown_film.press("dies_at", 2.2)
    failed = [lane.counters[-1].values[-1] for lane in shown_film.reel.lanes]
    assert failed[0] > failed[1]  # only the dead primary has Anna's edit
    assert any(time == 2.2 and "is dead" in words for time, words in shown_film.reel.captions)
    shown_film.press("dies_at", 3.0)
    shown_film.controls["lag"].value = 0
    assert [lane.counters[1].values for lane in shown_film.reel.lanes] == [[], []]


@pytest.mark.parametrize("seed", [1, 2, FAILOVER_SEED])
@pytest.mark.parametrize(
    "world",
    [{}, {"dies_at": 0.4}, {"synchronous": True}, {"freshest_away": True, "dies_at": 5.9}],
)
def test_a_film_of_a_failover_is_the_run(seed, world):
    reel = failover_film(PROMOTE, LOST, seed=seed, **world)
    films.check(reel)
    world = {"dies_at": DIES_AT, "seed": seed, **world}
    world |= {"write_rate": WRITE_RATE, "lag": FAILOVER_LAG}
    for lane, functions in zip(reel.lanes, ((PROMOTE, LOST), ()), strict=True):
        run = simulate_failover(*functions, **world)
        now = run.dies_at + run.detection
        confirmed, refused, lost = lane.counters
        assert len(confirmed.values) == run.confirmed
        assert len(refused.values) == run.refused and refused.at(run.dies_at) == 0
        assert len(lost.values) == len(run.lost) and set(lost.times) <= {now}
        edits = [actor for actor in lane.actors if re.fullmatch(r"edit \d+", actor.name)]
        assert len(edits) == (run.written <= reel.end).sum()
        actors = by_name(lane)
        assert f"{NAMES[run.promoted + 1]} takes over" in actors
        marked = {name for name in actors if "confirmed, and lost" in name}
        assert marked == {f"edit {lsn}, confirmed, and lost" for lsn in run.lost}
        fell = {name for name, (actor, *_) in actors.items() if FELL in states(reel, actor)}
        assert fell == {
            f"edit {lsn} for {NAMES[replica + 1]}"
            for replica, had in enumerate(run.lsns)
            for lsn in range(had + 1, run.logged + 1)
        }
        if run.away is not None:
            assert f"{NAMES[run.away + 1]}, dead" in actors


def test_who_takes_over_tells_what_promote_saw_and_the_line_that_chose():
    def takes_the_last(replicas):
        for replica in reversed(replicas):
            if replica.online:
                return replica
        raise NoReplica

    reel = failover_film(takes_the_last, LOST)
    packed = reel.packed()
    (place,) = [i for i, n in enumerate(packed["lanes"][0]["names"]) if "takes over" in n]
    chose, named = packed["lanes"][0]["stories"][place]
    assert "replica-1 5, replica-2 8, replica-3 9. It returned replica-3." in chose[1]
    name, first, lines = packed["listings"][chose[2]]
    assert name == "takes_the_last" and lines[chose[3] - first].strip() == "return replica"
    names = {"promote": takes_the_last, "lost_writes": LOST, "Node": Node}
    assert eval(chose[4], names).name == "replica-3" and eval(named[4], names) == [10, 11]
    wrong = failover_film(PROMOTE, lambda lsn, promoted: [lsn])
    assert "lost: 10, 11. But lost_writes names 11." in wrong.captions[-1][1]
    rows = [
        [a.label for a in wrong.lanes[0].actors if what in a.name] for what in (LOST_ROW, NAMED)
    ]
    assert rows == [["10", "11"], ["11"]] and len(wrong.lanes[0].counters[-1].values) == 2
    assert "But" not in reel.captions[-1][1]


@pytest.mark.parametrize(
    ("functions", "says"),
    [
        ((lambda replicas: "replica-3", LOST), "returned 'replica-3', expected"),
        ((PROMOTE, lambda lsn, promoted: None), "returned None, expected a list"),
    ],
)
def test_a_failover_that_goes_wrong_has_a_film_up_to_then(functions, says):
    shown_film = replay_failover(*functions)
    assert says in shown(shown_film)
    reel = shown_film.reel
    assert reel.end == DIES_AT + DETECTION
    assert not any("takes over" in actor.name for actor in reel.lanes[0].actors)
    assert any("takes over" in actor.name for actor in reel.lanes[1].actors)


def test_to_kill_earlier_and_to_wait_for_all_change_the_failover():
    shown_film = replay_failover(PROMOTE, LOST)
    lost = len(shown_film.reel.lanes[0].counters[-1].values)
    shown_film.press("dies_at", 1.0)
    assert shown_film.reel.end == 1.0 + DETECTION + AFTER
    assert shown_film.press("dies_at", 2.0) == "" and lost > 0
    assert shown_film.reel.end == 6.0
    shown_film.controls["synchronous"].value = True
    assert [len(lane.counters[-1].values) for lane in shown_film.reel.lanes] == [0, 0]


def test_nobody_takes_over_when_nobody_can():
    def gives_up(replicas):
        raise NoReplica

    reel = failover_film(gives_up, LOST)
    assert "Your gives_up: no replica takes over" in reel.captions[-1][1]
    assert not any("takes over" in actor.name for actor in reel.lanes[0].actors)
    refused = reel.lanes[0].counters[1]
    assert refused.values[-1] > reel.lanes[1].counters[1].values[-1]
