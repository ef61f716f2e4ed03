"""The lab of notebook 08: what its simulation must show, and what it does with what goes wrong."""

import math
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import closing
from queue import SimpleQueue
from typing import ClassVar

import cloudpickle
import numpy as np
import pytest

from course.engine import theory, workload
from course.engine.component import ComponentError
from course.engine.recursion import first_come_first_served
from course.message_queue import (
    ForgetfulQueue,
    Message,
    QueueFileError,
    architecture,
    capacity,
    explore,
    explore_crash,
    explore_duplicates,
    explore_poison,
    explore_workers,
    fields,
    fluid_backlog,
    read_file,
    replay,
    simulate,
    simulate_scaling,
)
from course.message_queue.film import SEED, WORLD, film
from course.message_queue.picture import LONGEST
from course.message_queue.real import Measured, measure
from course.message_queue.real import run as run_of_08
from course.message_queue.real.queue_process import Served
from course.message_queue.real.run import QUEUE as THE_QUEUE
from course.message_queue.real_picture import LOST, RealPicture, become
from course.message_queue.scaling import EVERY, WORKER_RATE, fixed
from course.real.processes import Stage
from tests import films
from tests.course_scripts import solved
from tests.explorers import (
    answers,
    assert_every_step_is_seen,
    assert_stopped,
    corners,
    pictured,
    shown,
)
from tests.test_real import gone

# classes of this file go to the queue's process by value, as those of a notebook do
cloudpickle.register_pickle_by_value(sys.modules[__name__])

SOLVED = solved("08_message_queue")
QUEUE, DURABLE, CONSUMER = (
    SOLVED[name] for name in ("MessageQueue", "DurableQueue", "IdempotentConsumer")
)
RETRYING, WORKERS_NEEDED = SOLVED["RetryingQueue"], SOLVED["workers_needed"]
FULL = {"publish_rate": 50.0, "burst": 4.0, "workers": 60}  # 200/s for 60 s into 120/s, then 50/s


# ── against theory ──


def test_the_fluid_is_the_theory_row():
    times = np.arange(0, 240, 0.01)
    backlog = fluid_backlog(times, publish_rate=50.0, burst=4.0, capacity=capacity(60))
    assert capacity(60) == 120
    assert backlog.max() == pytest.approx(4800, abs=1)
    gone = times[(times > 90) & (backlog == 0)][0]
    assert gone - 90 == pytest.approx(68.57, abs=0.011)


def test_the_fluid_with_workers_away_is_a_bucket_filled_step_by_step():
    """Another way to the same: a millisecond at a time, never below empty."""
    level, levels = 0.0, []
    for step in range(240_000):
        now = step / 1000
        if step % 1000 == 0:
            levels.append(level)
        inflow = 5.0 * (3.0 if 30 <= now < 90 else 1.0)
        outflow = 0.0 if 150 <= now < 170 else 9.0
        level = max(0.0, level + (inflow - outflow) / 1000)
    times = np.arange(0, 240)
    fluid = fluid_backlog(times, publish_rate=5.0, burst=3.0, capacity=9.0, away_for=20.0)
    assert np.allclose(fluid, levels, atol=0.05)
    assert fluid[90] == pytest.approx(360) and fluid[170] == pytest.approx(220)
    assert fluid[226] == 0 < fluid[224]


@pytest.mark.parametrize(("queue", "seeds"), [(None, 12), (QUEUE, 3)])
def test_the_backlog_of_a_burst_against_theory(queue, seeds):
    """4,800 wait at the end of the burst, and are gone 68.57 s later.

    In addition to those waiting 60 are in work; before the burst 25 were: so 4,825 in the queue.
    Its noise: 12,000 Poisson arrivals and about 7,200 departures, √19,200 = 139. It is drained at
    70/s with the noise of 170/s over 68.57 s: √(139² + 11,657) / 70 = 2.5 s. The bands are four
    standard errors, and 40 photos and half a second for what the fluid leaves out.
    """
    at_end, gone = [], []
    for seed in range(seeds):
        result = simulate(queue, seed=seed, visibility_timeout=100.0, **FULL)
        at_end.append(result.backlog[90])
        waiting = result.backlog[90:] > 60  # more than are in work
        gone.append(np.argmin(waiting))
    assert abs(np.mean(at_end) - 4825) < 4 * 139 / math.sqrt(seeds) + 40
    assert abs(np.mean(gone) - 68.57) < 4 * 2.5 / math.sqrt(seeds) + 0.5


def test_without_crashes_a_message_queue_is_first_come_first_served():
    """Exactly: no message is hidden for long, so the engine's recursion gives the same times."""
    result = simulate(QUEUE, seed=4, visibility_timeout=1000.0, duration=600.0)
    works = workload.exponential_work(workload.stream(4, "work"), 0.5, len(result))
    exact = first_come_first_served(result.published_at, works, workers=6)
    done = ~np.isnan(result.done_at)
    assert done.sum() > 3500
    assert np.allclose(result.done_at[done], exact.finished_at[done], rtol=0, atol=1e-9)
    assert np.array_equal(result.done_at, result.gone_at, equal_nan=True)


def test_the_mean_wait_against_erlang_c():
    """4 workers at 80 %, exponential work, 10 runs of 16,000; four standard errors, below 5 %."""
    chosen = {"publish_rate": 6.4, "burst": 1.0, "workers": 4, "duration": 2500.0}
    means = [np.nanmean(simulate(seed=seed, **chosen).latency) for seed in range(10)]
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    expected = theory.mean_latency(6.4, 0.5, 4)
    assert error < 0.05 * expected
    assert abs(np.mean(means) - expected) < 4 * error


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"crash_probability": 0.2},
        {"crash_probability": 0.1, "away_for": 25.0, "away_from": 60.0},
        {"poison": 20, "store_failure": 0.3, "workers": 3},
        {"crash_probability": 1.0, "restart_time": 0.0, "burst": 1.0},
        {"workers": 1, "publish_rate": 8.0, "work": "constant"},
    ],
)
def test_the_forgetful_recursion_is_the_event_simulation(world):
    """A subclass is taken for a student's: the same by events instead of the recursion."""
    mine = type("Mine", (ForgetfulQueue,), {})
    quick, events = simulate(seed=2, **world), simulate(mine, seed=2, **world)
    for column in ("done_at", "applied", "deliveries", "published_at", "poison"):
        one, other = getattr(quick, column), getattr(events, column)
        assert np.allclose(one, other, rtol=0, atol=1e-9, equal_nan=True), column
    assert quick.backlog.max() >= events.backlog.max()  # that counts those in work too


@pytest.mark.parametrize("crash", [0.1, 0.3])
def test_what_crashes_do_against_theory(crash):
    """Each delivery crashes with p; half of the crashes come after the result was stored.

    So a forgetful queue loses p/2; an acked one is received 1/(1 − p) times on average, and
    p/(2 − p) of the messages are applied more than once. Four standard errors of 3 × 5,000.
    """
    chosen = {"crash_probability": crash, "burst": 1.0, "duration": 1200.0, "workers": 20}
    chosen |= {"visibility_timeout": 20.0, "restart_time": 0.5}
    lost = twice = deliveries = many = 0
    for seed in range(3):
        forgotten = simulate(seed=seed, **chosen)
        result = simulate(QUEUE, seed=seed, **chosen)
        settled = slice(0, 5000)  # the last ones are still under way
        assert not np.isnan(result.gone_at[settled]).any()
        many += 5000
        lost += forgotten.lost[settled].sum()
        twice += result.twice[settled].sum()
        deliveries += result.deliveries[settled].sum()
        assert result.lost.sum() == 0
    for count, share in ((lost, crash / 2), (twice, crash / (2 - crash))):
        assert abs(count / many - share) < 4 * math.sqrt(share * (1 - share) / many)
    spread = math.sqrt(crash) / (1 - crash)  # of a geometric number of deliveries
    assert abs(deliveries / many - 1 / (1 - crash)) < 4 * spread / math.sqrt(many)


@pytest.mark.parametrize("crash", [0.0, 0.2])
def test_capacity_against_an_overloaded_run(crash):
    """6 workers, always busy, 3 runs of 1,500 s. Its CV is below 1.6: band 4 × 1.6 / √n."""
    chosen = {"publish_rate": 14.0, "burst": 1.0, "duration": 1500.0, "crash_probability": crash}
    acked = 0
    for seed in range(3):
        result = simulate(QUEUE, seed=seed, visibility_timeout=30.0, **chosen)
        acked += np.sum(result.gone_at > 100)
    expected = capacity(6, crash_probability=crash) * 3 * 1400
    assert abs(acked - expected) < 4 * 1.6 * math.sqrt(expected)


# ── what the pictures must show ──


@pytest.mark.parametrize("seed", range(2))
def test_with_a_queue_users_do_not_wait_for_the_burst_and_nothing_is_lost(seed):
    chosen = {"seed": seed, "crash_probability": 0.05}
    without, mine = simulate(**chosen), simulate(QUEUE, **chosen)
    assert np.nanmax(without.latency) > 25  # seconds that a user without a queue waits
    assert without.lost.sum() > 20 and without.twice.sum() == 0
    assert mine.lost.sum() == 0 and mine.twice.sum() > 20
    assert mine.backlog.max() > 400


@pytest.mark.parametrize("seed", range(2))
def test_duplicates_are_applied_once(seed):
    chosen = {"seed": seed, "crash_probability": 0.15, "visibility_timeout": 2.0, "workers": 12}
    every, once = simulate(QUEUE, **chosen), simulate(QUEUE, consumer=CONSUMER, **chosen)
    assert every.twice.sum() > 100 and once.twice.sum() == 0
    assert once.redelivered > 200 and once.lost.sum() == 0
    assert np.array_equal(every.done_at, once.done_at, equal_nan=True)


@pytest.mark.parametrize("seed", range(2))
def test_a_timeout_shorter_than_the_work_delivers_twice_without_a_crash(seed):
    """Work of mean 0.5 s lasts longer than 1 s with probability e⁻²: 0.135."""
    result = simulate(QUEUE, seed=seed, visibility_timeout=1.0, burst=1.0, workers=10)
    share = result.twice.mean()
    assert abs(share - math.exp(-2)) < 4 * math.sqrt(0.117 / len(result)) + 0.02
    assert simulate(QUEUE, seed=seed, visibility_timeout=30.0, burst=1.0).twice.sum() == 0


@pytest.mark.parametrize("seed", range(2))
def test_a_few_poison_messages_take_half_of_the_workers(seed):
    chosen = {"seed": seed, "poison": 8, "publish_rate": 9.0, "burst": 1.0}
    limited = simulate(RETRYING, max_receives=5, **chosen)
    unlimited = simulate(RETRYING, max_receives=10**6, **chosen)
    assert limited.throughput(20.0)[1][-3:].mean() > 1.3 * unlimited.throughput(20.0)[1][-3:].mean()
    assert unlimited.backlog[-1] > 300 > 100 > limited.backlog[-1]
    assert np.array_equal(limited.dead, limited.poison) and limited.dead.sum() == 8
    assert set(limited.deliveries[limited.poison]) == {5}
    assert limited.lost.sum() == 0 and not unlimited.dead.any()
    # poison is hidden in between: at most once a timeout in 240 s
    assert unlimited.deliveries[unlimited.poison].max() <= 1 + 240 / 5


def test_a_limit_that_is_too_low_buries_healthy_photos():
    result = simulate(RETRYING, seed=1, max_receives=1, crash_probability=0.1, burst=1.0)
    assert (result.dead & ~result.poison).sum() > 50


def test_an_idle_worker_soon_sees_that_a_timeout_has_passed():
    """Hardly any traffic: between two deliveries lie the timeout and at most half a second."""
    chosen = {"publish_rate": 0.05, "burst": 1.0, "duration": 4000.0, "work": "constant"}
    result = simulate(QUEUE, seed=1, crash_probability=0.5, restart_time=0.0, **chosen)
    waited = result.gone_at - result.published_at
    again = result.deliveries > 1
    assert np.sum(again & (waited > 5)) > 50
    done = ~np.isnan(waited)
    assert np.all(waited[done] <= 0.5 + (result.deliveries[done] - 1) * 5.5 + 1e-9)


def test_a_consumer_that_marks_first_loses_what_the_store_refuses():
    class MarksFirst(CONSUMER):
        def handle(self, message):
            if message.id in self.applied:
                return False
            self.applied.add(message.id)
            self.apply(message.body)
            return True

    chosen = {"seed": 1, "store_failure": 0.2, "burst": 1.0}
    assert simulate(QUEUE, consumer=CONSUMER, **chosen).lost.sum() == 0
    assert simulate(QUEUE, consumer=MarksFirst, **chosen).lost.sum() > 100


def test_workers_away_are_felt_by_the_queue_only():
    result = simulate(seed=3, away_for=40.0, burst=1.0, duration=300.0)
    there = simulate(seed=3, burst=1.0, duration=300.0)
    assert not np.any((result.done_at - result.published_at > 25) & (result.published_at < 148))
    assert 150 < result.backlog[150:195].max() < 260  # 5/s in 40 s
    assert there.backlog.max() < 40
    received = result.done_at[~np.isnan(result.done_at)]
    assert not np.any((received > 160) & (received < 190))


@pytest.mark.parametrize("seed", range(2))
def test_the_rule_keeps_its_promise_when_workers_start_at_once(seed):
    """It is asked every EVERY seconds and sees the last minute's rate: that much it may be late."""
    for drain in (60.0, 300.0, 900.0):
        result = simulate_scaling(WORKERS_NEEDED, seed=seed, drain_seconds=drain, start_up=0.0)
        assert result.longest_wait <= drain + 60
        slow = simulate_scaling(WORKERS_NEEDED, seed=seed, drain_seconds=drain, start_up=600.0)
        assert slow.longest_wait > result.longest_wait


@pytest.mark.parametrize("seed", range(2))
def test_following_the_queue_beats_fixed_workers(seed):
    mine = simulate_scaling(WORKERS_NEEDED, seed=seed)
    busy = mine.published / (WORKER_RATE * EVERY)
    mean = simulate_scaling(fixed(round(busy.mean() / 0.9)), seed=seed)
    peak = simulate_scaling(fixed(round(busy.max() / 0.9)), seed=seed)
    assert mean.longest_wait > 5 * mine.longest_wait
    assert peak.worker_hours > 2.5 * mine.worker_hours
    assert mine.worker_hours < 1.1 * mean.worker_hours


def test_every_message_of_the_evening_is_done_or_waits():
    for rule in (WORKERS_NEEDED, fixed(8)):
        run = simulate_scaling(rule, seed=1, start_up=90.0)
        assert run.published.sum() == pytest.approx(run.done.sum() + run.backlog[-1])
        assert np.all(run.done <= run.working * WORKER_RATE * EVERY)
        assert np.all(run.working <= run.paid)


def test_the_wait_is_that_of_first_come_first_served():
    """Oracle: count on until as many have been done as had been published."""
    run = simulate_scaling(fixed(12), seed=1)
    came, left = np.cumsum(run.published), np.cumsum(run.done)
    for step in range(250, 500, 25):
        later = next(row for row in range(step, len(left)) if left[row] >= came[step] - 1e-6)
        assert abs(run.wait[step] - (later - step) * EVERY) <= EVERY


# ── one run ──


def test_traffic_is_the_same_for_every_queue_and_seed_decides_it():
    one, other = simulate(seed=4), simulate(QUEUE, consumer=CONSUMER, seed=4)
    assert np.array_equal(one.published_at, other.published_at)
    assert len(simulate(seed=5)) != len(one)
    again = simulate(QUEUE, seed=4, crash_probability=0.1)
    assert np.array_equal(
        again.done_at, simulate(QUEUE, seed=4, crash_probability=0.1).done_at, equal_nan=True
    )


def test_an_instance_is_copied_and_starts_fresh_each_time():
    instance = QUEUE(5.0)
    first, again = simulate(instance, seed=1), simulate(instance, seed=1)
    assert np.array_equal(first.done_at, again.done_at, equal_nan=True)
    assert len(instance) == 0


def test_empty_after_is_when_the_last_one_left():
    result = simulate(QUEUE, seed=23)
    moment = result.empty_after(90)
    there = (result.published_at <= moment) & ~(result.gone_at <= moment)
    assert there.sum() == 0 and 60 < moment - 90 < 80
    before = (result.published_at <= moment - 0.001) & ~(result.gone_at <= moment - 0.001)
    assert before.sum() == 1
    assert math.isnan(simulate(seed=1, workers=1).empty_after(90))


def test_the_backlog_is_what_the_queue_says():
    result = simulate(QUEUE, seed=6, crash_probability=0.1)
    for second in (10, 60, 95, 200):
        published = np.sum(result.published_at <= second)
        gone = np.sum(result.gone_at <= second)
        assert abs(result.backlog[second] - (published - gone)) <= 1


def test_the_summary_says_it_in_words():
    text = simulate(RETRYING, seed=1, poison=3, crash_probability=0.1).summary()
    assert re.fullmatch(
        r"2,127 photos published in 240 s: at most \d+ in the queue, 0 lost, \d+ applied more than "
        r"once, \d+ dead letters\.",
        text,
    )


def test_fields_of_a_message():
    assert fields(Message(3, "a", 2)) == [3, "a", 2] and fields(None) is None
    assert fields("b") == "'b' (no Message)"


# ── what goes wrong is one sentence ──


class PublishRaises(QUEUE):
    def publish(self, body, now):
        raise KeyError("full")


class ReceiveRaises(QUEUE):
    def receive(self, now):
        raise IndexError("pop from empty list")


class AckRaises(QUEUE):
    def ack(self, id):
        raise ValueError("unknown")


class NoId(QUEUE):
    def publish(self, body, now):
        super().publish(body, now)


class SameId(QUEUE):
    def publish(self, body, now):
        return 7


class ListId(QUEUE):
    def publish(self, body, now):
        return [super().publish(body, now)]


class GivesTuple(QUEUE):
    def receive(self, now):
        message = super().receive(now)
        return message and (message.id, message.body)


class Stranger(QUEUE):
    def receive(self, now):
        return Message(99_999, "x", 1)


class ListedId(QUEUE):
    def receive(self, now):
        return Message([1], "x", 1)


class WrongBody(QUEUE):
    def receive(self, now):
        message = super().receive(now)
        return message and Message(message.id, "other", message.receives)


class CountsFromZero(QUEUE):
    def receive(self, now):
        message = super().receive(now)
        return message and Message(message.id, message.body, message.receives - 1)


class DeliversAcked(QUEUE):
    def ack(self, id):
        return True


class AckSaysNothing(QUEUE):
    def ack(self, id):
        super().ack(id)


class NoLength(QUEUE):
    def __len__(self):
        return None


class NoReceive:
    def publish(self, body, now):
        return 1


class CannotBeMade(QUEUE):
    def __init__(self, visibility_timeout):
        raise OSError("no disk")


WRONG = {
    PublishRaises: r"PublishRaises\.publish\('photo-0\.jpg', [\d.]+\) raised KeyError: 'full'\.",
    ReceiveRaises: r"ReceiveRaises\.receive\([\d.]+\) raised IndexError: pop from empty list\.",
    AckRaises: r"AckRaises\.ack\(\d+\) raised ValueError: unknown\.",
    NoId: r"NoId\.publish\('photo-0\.jpg', .*\) returned None, expected an int or a string that no",
    SameId: r"SameId\.publish\('photo-1\.jpg', .*\) returned 7, expected an int or a string that",
    ListId: r"ListId\.publish\('photo-0\.jpg', .*\) returned \[1\], expected an int or a string",
    GivesTuple: r"GivesTuple\.receive\(.*\) returned \(1, 'photo-0\.jpg'\), expected a Message or",
    Stranger: r"Stranger\.receive\(.*\) returned Message\(id=99999.*, expected an id that publish",
    ListedId: r"ListedId\.receive\(.*\) returned Message\(id=\[1\].*, expected an id that publish",
    WrongBody: r"WrongBody\.receive\(.*body='other'.*expected body='photo-0\.jpg'\.",
    CountsFromZero: r"CountsFromZero\.receive\(.*receives=0\), expected receives=1\.",
    DeliversAcked: r"DeliversAcked\.receive\(.*\) returned Message\(id=1, .*, which had been acked",
    AckSaysNothing: r"AckSaysNothing\.ack\(\d+\) returned None, expected True or False\.",
    NoLength: r"len\(NoLength\) raised TypeError",
    NoReceive: r"NoReceive has no method receive\.",
    CannotBeMade: r"CannotBeMade\(…\) raised OSError: no disk\.",
}


@pytest.mark.parametrize("queue", WRONG)
def test_a_wrong_queue_is_one_sentence(queue):
    with pytest.raises(ComponentError, match=f"^{WRONG[queue]}") as error:
        simulate(queue)
    assert "\n" not in str(error.value)
    explorer = explore(queue)
    assert re.match(WRONG[queue], shown(explorer)) and not pictured(explorer)


class HandleRaises(CONSUMER):
    def handle(self, message):
        raise RuntimeError("no")


class HandleSaysNothing(CONSUMER):
    def handle(self, message):
        super().handle(message)


class AppliesMessage(CONSUMER):
    def handle(self, message):
        return self.apply(message) or True


class NoHandle:
    pass


@pytest.mark.parametrize(
    ("consumer", "sentence"),
    [
        (HandleRaises, r"HandleRaises\.handle\(Message\(id=\d+, .*\)\) raised RuntimeError: no\."),
        (HandleSaysNothing, r"HandleSaysNothing\.handle\(.*\) returned None, expected True or Fal"),
        (AppliesMessage, r"AppliesMessage\.handle called apply\(Message.*, expected apply\('photo"),
        (NoHandle, r"NoHandle has no method handle\."),
    ],
)
def test_a_wrong_consumer_is_one_sentence(consumer, sentence):
    with pytest.raises(ComponentError, match=f"^{sentence}"):
        simulate(QUEUE, consumer=consumer)
    assert re.match(sentence, shown(explore_duplicates(QUEUE, consumer)))


class LettersAreTuple(RETRYING):
    def receive(self, now):
        self.dead_letters = ("x",)
        return MESSAGE_RECEIVE(self, now)


class LettersAreBodies(RETRYING):
    def receive(self, now):
        self.dead_letters = ["x"]
        return MESSAGE_RECEIVE(self, now)


class LettersAreListed(RETRYING):
    def receive(self, now):
        self.dead_letters = [Message([], "x", 1)]
        return MESSAGE_RECEIVE(self, now)


MESSAGE_RECEIVE = QUEUE.receive


@pytest.mark.parametrize(
    ("queue", "sentence"),
    [
        (LettersAreTuple, "LettersAreTuple.dead_letters is ('x',), expected a list of Messages."),
        (LettersAreBodies, "LettersAreBodies.dead_letters holds 'x', expected Messages."),
        (LettersAreListed, "LettersAreListed.dead_letters holds Message(id=[], body='x', rec"),
    ],
)
def test_wrong_dead_letters_are_one_sentence(queue, sentence):
    with pytest.raises(ComponentError) as error:
        simulate(queue)
    assert str(error.value).startswith(sentence)
    assert sentence in shown(explore_poison(queue))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (lambda *_: None, "returned None, expected a whole number of workers, 0 or more."),
        (lambda *_: 2.5, "returned 2.5, expected a whole number of workers, 0 or more."),
        (lambda *_: -1, "returned -1, expected a whole number of workers, 0 or more."),
        (lambda *_: True, "returned True, expected a whole number of workers, 0 or more."),
        (lambda *_: 10**9, "returned 1000000000, expected at most 10,000 workers."),
        (lambda *_: 1 / 0, "raised ZeroDivisionError: division by zero."),
        (lambda: 1, "raised TypeError"),
    ],
)
def test_a_wrong_rule_is_one_sentence(rule, sentence):
    rule.__name__ = "workers_needed"
    with pytest.raises(ComponentError) as error:
        simulate_scaling(rule)
    assert re.match(r"workers_needed\(\d+, [\d.]+, 2, 300, 1\) r", str(error.value))
    assert sentence in str(error.value)
    assert sentence in shown(explore_workers(rule))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("publish_rate", 0, "> 0 messages/s"),
        ("burst", 0.5, "≥ 1"),
        ("burst_start", -1, "≥ 0 s"),
        ("burst_length", -1, "≥ 0 s"),
        ("duration", 0, "> 0 s"),
        ("workers", 0, "between 1 and 1000"),
        ("workers", 2.5, "whole number"),
        ("work_time", 0, "> 0 s"),
        ("work", "odd", "must be one of"),
        ("crash_probability", 1.5, "≤ 1"),
        ("restart_time", -1, "≥ 0 s"),
        ("store_failure", -0.1, "≥ 0"),
        ("poison", -1, "between 0"),
        ("visibility_timeout", 0, "> 0 s"),
        ("max_receives", 0, "between 1"),
        ("away_from", "soon", "finite number"),
        ("away_for", -1, "≥ 0 s"),
        ("seed", -1, "between 0"),
    ],
)
def test_a_bad_parameter_is_named(name, value, says):
    with pytest.raises(ValueError, match=f"^{name} = {value!r}: ") as error:
        simulate(**{name: value})
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("drain_seconds", 0), ("start_up", -1), ("minimum", -1), ("publish_rate", 0), ("crowd", 0.5)],
)
def test_a_bad_parameter_of_the_evening_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} = {value!r}: "):
        simulate_scaling(WORKERS_NEEDED, **{name: value})


def stub(*_, **__):
    raise NotImplementedError("Exercise X: write me")


class Stub:
    publish = receive = ack = handle = __len__ = stub


@pytest.mark.parametrize(
    "explorer",
    [
        lambda: explore(Stub),
        lambda: explore_duplicates(QUEUE, Stub),
        lambda: explore_duplicates(Stub, CONSUMER),
        lambda: explore_workers(stub),
        lambda: explore_poison(Stub),
        lambda: explore_crash(type("Durable", (Stub,), {"__init__": lambda *_: None})),
        lambda: explore_crash(DURABLE, Stub),
    ],
)
def test_a_stub_is_a_friendly_sentence(explorer):
    found = explorer()
    assert "Not written yet. Exercise X: write me" in shown(found)
    assert not pictured(found)


def test_after_a_stub_the_forgetful_queue_can_still_be_looked_at():
    explorer = explore(Stub)
    explorer.controls["queue"].value = ForgetfulQueue
    assert pictured(explorer)


def test_a_receive_that_never_returns_is_stopped():
    assert_stopped(explore, QUEUE, "receive")


# ── the real run ──


@pytest.fixture(autouse=True)
def every_process_ends(monkeypatch):
    """Whatever a test does: no process that it started is there afterwards, and no folder."""
    stages, enter = [], Stage.__enter__

    def entered(self):
        stages.append(enter(self))
        return self

    monkeypatch.setattr(Stage, "__enter__", entered)
    yield stages
    for stage in stages:
        pids = [stage.warden.pid, *(process.pid for process in stage.processes)]
        assert gone(pids, [], stage.folder) == []


def measured(*made, **options):
    """Return the last Measured of a run."""
    *_, last = measure(*made, **options)
    return last


@pytest.mark.by_value
def test_real_kills_lose_nothing_and_the_consumer_makes_them_harmless():
    run = measured(DURABLE, CONSUMER)
    assert len(run.published) == 60 and run.lost == 0 and run.twice == 0
    assert run.applied == (1,) * 60
    assert sorted(who.split("-")[0] for _, who, _ in run.killed) == [
        "the queue",
        "worker",
        "worker",
    ]
    assert {where for _, _, where in run.killed} == {"before its ack", "half done", "at work"}
    assert len(run.begun) >= 62  # the killed ones' photos were delivered again
    again = [applied for _, _, applied in run.handled if not applied]
    assert again and len(run.handled) - len(again) == 60
    assert run.file_bytes > 60 * 20 and 0 < run.publish_seconds < 2
    assert run.down[0][1] > run.down[0][0]


@pytest.mark.by_value
def test_without_an_idempotent_consumer_a_real_kill_stores_twice():
    run = measured(DURABLE, messages=24, kill_queue=False)
    assert run.lost == 0 and run.twice >= 1 and not run.down
    assert all(applied for _, _, applied in run.handled)


@pytest.mark.by_value
def test_without_a_kill_nothing_is_delivered_twice():
    chosen = {"messages": 12, "kill_worker": False, "kill_queue": False}
    run = measured(DURABLE, visibility_timeout=5.0, **chosen)
    assert run.killed == () and len(run.begun) == 12 and run.applied == (1,) * 12


class InMemory(QUEUE):
    """It forgets everything with its process."""

    def __init__(self, path, visibility_timeout):
        super().__init__(visibility_timeout)
        open(path, "w").close()


@pytest.mark.by_value
def test_a_queue_in_memory_loses_photos_when_its_process_is_killed():
    run = measured(InMemory, kill_worker=False, work=0.08)
    assert run.lost > 3


@pytest.mark.by_value
def test_kills_by_hand_lose_nothing_and_after_the_last_moment_kill_nobody(monkeypatch):
    """Each worker and the queue, one after the other, as soon as the last one has been replaced."""
    victims, hands = [0, 1, 2, THE_QUEUE], SimpleQueue()
    plan = {"messages": 30, "kill_worker": False, "kill_queue": False, "hands": hands}
    for run in measure(DURABLE, CONSUMER, work=0.03, **plan):
        if victims and len(run.killed) == 4 - len(victims) and run.done > 2:
            hands.put(victims.pop(0))
    assert [who for _, who, _ in run.killed] == ["worker-1", "worker-2", "worker-3", "the queue"]
    assert run.over and run.share == 1 and run.applied == (1,) * 30
    monkeypatch.setattr("course.message_queue.real.run.LAST_KILL", 0.0)
    for victim in (0, THE_QUEUE, 7, "nobody"):
        hands.put(victim)
    run = measured(DURABLE, CONSUMER, **plan | {"messages": 5})
    assert run.killed == () and hands.empty()


@pytest.mark.by_value
def test_a_stranger_without_the_token_is_not_answered(monkeypatch):
    """The queue of a run is asked by somebody else on this computer."""
    connect, ports = run_of_08.Connection, []

    def noted(port, token):
        ports.append(port)
        return connect(port, token)

    monkeypatch.setattr(run_of_08, "Connection", noted)
    plan = {"messages": 4, "kill_worker": False, "kill_queue": False}
    with closing(measure(DURABLE, **plan)) as running:
        next(running)
        for token in ("guessed", ""):
            with closing(connect(ports[0], token)) as stranger, pytest.raises(ConnectionError):
                stranger.call("len")


class Closes(DURABLE):
    def receive(self, now):
        if self.path.endswith("photos.queue"):
            os._exit(3)
        return super().receive(now)


class RaisesInItsProcess(DURABLE):
    def publish(self, body, now):
        if body == "photo-5.jpg":
            raise OSError("disk full")
        return super().publish(body, now)


class AnswersText(DURABLE):
    def receive(self, now):
        message = super().receive(now)
        return message if self.path.endswith("try.queue") else message and message.body


class CannotStartAgain(DURABLE):
    def __init__(self, path, visibility_timeout):
        super().__init__(path, visibility_timeout)
        if len(self.queue):
            raise ValueError("byte 57: what is this?")


@pytest.mark.by_value
@pytest.mark.parametrize(
    ("queue", "sentence"),
    [
        (Closes, "The process Closes ended by itself."),
        (RaisesInItsProcess, "RaisesInItsProcess.publish('photo-5.jpg', now) raised OSError: "),
        (AnswersText, "AnswersText.receive(now) returned 'photo-"),
        (CannotStartAgain, "CannotStartAgain('photos.queue', 0.4) raised ValueError: byte 57: wh"),
        (QUEUE, "MessageQueue(path, 30.0) raised TypeError"),
        (NoReceive, "NoReceive(path, 30.0) raised TypeError"),
    ],
)
def test_what_goes_wrong_in_the_real_run_is_one_sentence(queue, sentence):
    with pytest.raises(ComponentError) as error:
        measured(queue, messages=20)
    assert str(error.value).startswith(sentence) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (("publish", "a.jpg"), "publish('a.jpg', now)"),
        (("receive",), "receive(now)"),
        (("ack", 3), "ack(3)"),
    ],
)
def test_the_queues_process_names_the_whole_call(call, named, tmp_path):
    def refuses(*_):
        raise OSError("no")

    queue = type("Refuses", (DURABLE,), {call[0]: refuses})
    with pytest.raises(ComponentError) as error:
        Served(queue, str(tmp_path / "photos.queue"), 5.0).call(*call)
    assert str(error.value) == f"Refuses.{named} raised OSError: no."


def test_a_rehearsal_finds_slips_before_any_process_starts():
    for queue, sentence in (
        (type("NoId", (DURABLE,), {"publish": lambda *_: None}), "NoId.publish('a.jpg', 0.0) retu"),
        (type("NoMessage", (DURABLE,), {"receive": lambda *_: None}), "NoMessage.receive(0.0) ret"),
        (type("NoLen", (DURABLE,), {"__len__": lambda *_: "x"}), "len(NoLen) raised TypeError"),
        (type("NoAck", (DURABLE,), {"ack": None}), "NoAck has no method ack."),
    ):
        with pytest.raises(ComponentError) as error:
            measured(queue)
        assert str(error.value).startswith(sentence)
    with pytest.raises(ComponentError, match="MessageQueue is not a class"):
        measured(QUEUE(5.0))
    with pytest.raises(ComponentError, match="NoHandle has no method handle"):
        measured(DURABLE, NoHandle)


def test_what_cannot_be_sent_to_a_process_is_a_sentence():
    lock = threading.Lock()

    class Locked(DURABLE):
        guard = lock

    with pytest.raises(ComponentError, match="Sending Locked to a process raised TypeError"):
        measured(Locked)


@pytest.mark.parametrize(
    ("name", "value"),
    [("messages", 0), ("workers", 9), ("visibility_timeout", 0), ("work", -1)],
)
def test_a_bad_parameter_of_the_real_run_is_named(name, value):
    with pytest.raises(ValueError, match=f"^{name} = {value!r}: "):
        measured(DURABLE, **{name: value})


@pytest.mark.by_value
def test_a_consumer_that_hangs_is_stopped_and_its_processes_end(monkeypatch, every_process_ends):
    class Hangs(CONSUMER):
        def handle(self, message):
            while message.body == "photo-1.jpg":
                pass
            return super().handle(message)

    monkeypatch.setattr("course.message_queue.real.run.SECONDS", 0.3)
    explorer = explore_crash(DURABLE, Hangs)
    assert shown(explorer).startswith("Nothing is measured yet.") and not every_process_ends
    explorer.start_button.click()
    assert "is there a loop that never ends?" in shown(explorer) and every_process_ends


@pytest.mark.by_value
def test_a_queue_that_hangs_in_its_process_is_one_sentence(monkeypatch):
    class Sleeps(DURABLE):
        def publish(self, body, now):
            if body == "photo-3.jpg":
                time.sleep(60)
            return super().publish(body, now)

    monkeypatch.setattr("course.message_queue.real.worker_process.PATIENCE", 2.0)
    monkeypatch.setattr("course.message_queue.real.run.PATIENCE", 2.0)
    with pytest.raises(ComponentError, match=r"^Sleeps.publish did not answer within 2 s\.$"):
        measured(Sleeps)


@pytest.mark.by_value
def test_a_queue_that_never_lets_go_is_one_sentence(monkeypatch):
    class NeverForgets(DURABLE):
        def __len__(self):
            return 1

    monkeypatch.setattr("course.message_queue.real.run.LIMIT", 2.5)
    with pytest.raises(ComponentError, match=r"still held messages after 2.5 s: 12 of 12 photos"):
        measured(NeverForgets, CONSUMER, messages=12, kill_worker=False, kill_queue=False)


@pytest.mark.by_value
def test_a_queue_of_a_module_of_the_students_own_works_too(tmp_path, monkeypatch):
    source = "from course.message_queue import Message, explore\nimport os\nimport json\n"
    (tmp_path / "their_queue.py").write_text(source + OWN_QUEUE)
    monkeypatch.syspath_prepend(tmp_path)
    import their_queue

    run = measured(their_queue.Own, CONSUMER, messages=16, workers=1, kill_worker=False)
    assert run.applied == (1,) * 16 and run.down


OWN_QUEUE = """
class Own:
    def __init__(self, path, visibility_timeout):
        self.path, self.timeout, self.rows = path, visibility_timeout, {}
        self.count = 0
        for line in open_lines(path):
            self.count = max(self.count, line[0])
            if len(line) == 2:
                self.rows[line[0]] = [line[1], 0, None]
            else:
                del self.rows[line[0]]

    def append(self, *row):
        with open(self.path, "a") as file:
            file.write(json.dumps(row) + "\\n")
            file.flush()
            os.fsync(file.fileno())

    def publish(self, body, now):
        self.count += 1
        self.append(self.count, body)
        self.rows[self.count] = [body, 0, None]
        return self.count

    def receive(self, now):
        for id, row in self.rows.items():
            if row[2] is None or row[2] + self.timeout <= now:
                row[1:] = [row[1] + 1, now]
                return Message(id, *row[:2])

    def ack(self, id):
        if id not in self.rows:
            return False
        self.append(id)
        del self.rows[id]
        return True

    def __len__(self):
        return len(self.rows)


def open_lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(line) for line in file if line.endswith("\\n")]
"""


# ── the file, cut anywhere ──


def test_the_file_cut_at_every_byte_brings_back_what_was_whole(tmp_path, monkeypatch):
    """Each of 16 calls with the file's size after it says what must come back of a shorter file."""
    monkeypatch.setattr("os.fsync", lambda file: None)
    path, cut_path = tmp_path / "photos.queue", tmp_path / "cut.queue"
    queue, held, after = DURABLE(path, 30), [], [(0, [])]
    for number in range(12):
        body = ("", "two\nlines\r\n", "照片 é", "x" * 40, '{"a": 1}')[number % 5]
        held.append((queue.publish(body, 0), body))
        after.append((path.stat().st_size, list(held)))
        if number % 3 == 2:
            assert queue.ack(held.pop(0)[0])
            after.append((path.stat().st_size, list(held)))
    content = path.read_bytes()
    for cut in range(len(content) + 1):
        cut_path.write_bytes(content[:cut])
        whole = [rows for size, rows in after if size <= cut][-1]
        again = DURABLE(cut_path, 30)
        assert received(again) == whole, f"cut to {cut} bytes"
        new = again.publish("after the cut", 0)
        assert new not in dict(whole)
        assert received(DURABLE(cut_path, 30)) == [*whole, (new, "after the cut")], cut
    assert cut > 300


def received(queue):
    """Return (id, body) of all that a queue delivers."""
    return [(message.id, message.body) for message in iter(lambda: queue.receive(0), None)]


# ── the file's reader ──


def test_a_damaged_file_names_the_byte_and_keeps_what_can_be_read(tmp_path):
    path = tmp_path / "photos.queue"
    path.write_bytes(b'["publish", "a"]\n["pub\xfflish"]\n\0\0\0\n["ack", 1]\n["publ')
    read = read_file(path)
    assert read.lines == ((0, '["publish", "a"]'), (34, '["ack", 1]'))
    assert read.problems == (
        "byte 22: damaged, not UTF-8 text.",
        "byte 30: damaged, zero bytes.",
        "byte 45: a line cut in half, 6 bytes of it.",
    )
    assert str(read).splitlines()[0] == '     0  ["publish", "a"]'
    path.write_bytes(b"")
    assert read_file(path).lines == read_file(path).problems == ()


def test_a_file_that_is_none_is_one_sentence(tmp_path):
    with pytest.raises(QueueFileError, match=r"none\.queue: no such file\. Which path"):
        read_file(tmp_path / "none.queue")
    with pytest.raises(QueueFileError, match="a folder"):
        read_file(tmp_path)


# ── the pictures ──


def test_every_corner_of_explore_is_a_picture():
    sentences = list(corners(explore(QUEUE, prediction=400)))  # the forgetful queue is a choice
    assert all("You predicted 400 s." in sentence for sentence in sentences)
    assert all("photos were uploaded" in sentence for sentence in sentences)


def test_every_corner_of_the_others_is_a_picture():
    assert len(list(corners(explore_duplicates(QUEUE, CONSUMER)))) == 10
    assert len(list(corners(explore_workers(WORKERS_NEEDED)))) == 10
    assert len(list(corners(explore_poison(RETRYING)))) == 12


@pytest.mark.parametrize(
    "explorer",
    [
        lambda: explore(QUEUE),
        lambda: explore_duplicates(QUEUE, CONSUMER),
        lambda: explore_workers(WORKERS_NEEDED),
        lambda: explore_poison(RETRYING),
    ],
)
def test_every_step_is_seen(explorer):
    assert_every_step_is_seen(explorer())


def test_the_first_picture_says_what_the_run_says():
    explorer = explore(QUEUE, prediction=55)
    result, ghost = (simulate(queue, seed=23, crash_probability=0.04) for queue in (QUEUE, None))
    assert f"MessageQueue: {result.backlog.max()} photos in the queue at most" in shown(explorer)
    assert f"{result.twice.sum()} done twice" in shown(explorer)
    assert f"The forgetful queue lost {ghost.lost.sum()}." in shown(explorer)
    assert "You predicted 55 s." in shown(explorer)
    picture = explorer.picture
    assert list(picture.guess.get_xdata()) == [145]
    lost, twice = picture.ghost_faults
    assert list(lost.get_xdata()) == list(ghost.published_at[ghost.lost])  # where it happens
    assert not len(twice.get_xdata()) and not len(picture.faults[0].get_xdata())
    assert list(picture.faults[1].get_xdata()) == list(result.published_at[result.twice])
    ready = picture.ready.get_ydata()
    for second in (0, 100, 239):
        came = (result.published_at // 1) == second
        slow = np.nanmax(result.latency[came], initial=0.0)
        assert ready[second] == pytest.approx(min(slow, LONGEST))
    explorer.controls["queue"].value = ForgetfulQueue
    assert not list(picture.mine.get_xdata())
    assert list(picture.faults[0].get_xdata()) == list(ghost.published_at[ghost.lost])
    assert not len(picture.ghost_faults[0].get_xdata())
    explorer.controls["away_for"].value = 30
    assert picture.away.get_visible() and picture.away.get_width() == 30


def test_the_notebooks_numbers():
    """The text says: 69 s, 480 photos, dozens lost at 4 %, 5 ms, more than half of the capacity.

    A poison photo is back 5 s and about 0.2 s after it was taken, and costs half a work and the
    restart: eight of them leave six workers 1 − 8 × 2.25 / 5.2 / 6 = 0.42. Half is four standard
    deviations of a run away.
    """
    forgetful = simulate(seed=23)
    assert 60 < forgetful.empty_after(90) - 90 < 75 and 460 < forgetful.backlog.max() < 500
    assert 24 < simulate(seed=23, crash_probability=0.04).lost.sum() < 72
    assert "5 ms" in shown(explore())
    lame = {"max_receives": 10**6, "poison": 8, "publish_rate": 9.0, "burst": 1.0}
    runs = [simulate(RETRYING, seed=seed, **lame) for seed in (23, *range(9))]
    left = [run.throughput(20.0)[1][-5:].mean() / capacity(6) for run in runs]
    assert abs(np.mean(left) - 0.42) < 4 * np.std(left, ddof=1) / math.sqrt(len(left)) < 0.04
    assert left[0] < 0.5 and np.mean(left) + 3 * np.std(left, ddof=1) < 0.5
    buried = explore_poison(RETRYING)
    buried.controls["max_receives"].value, buried.controls["crashes"].value = 1, 10
    healthy = int(re.search(r"dead letters, (\d+) of them healthy", shown(buried))[1])
    assert healthy > 50


def moved_to(explorer, **values):
    """Move controls, redraw once, and return the words."""
    for control in explorer.controls.values():
        control.unobserve_all("value")
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.refresh()


def test_the_steps_of_the_experiment_are_answered_by_their_runs():
    explorer = explore()
    assert "queue" not in explorer.controls  # there is nothing to choose
    said = answers(explorer)
    assert said[1].startswith("With a queue a user waits 5 ms")
    assert said[1].endswith("until their photo is ready: up to 43 s.")
    assert "empty 143 s after the burst (step 1: empty 68 s after" in said[2]
    assert re.match(r"4 are too few: \d+ still there at the end. 5 empty it in time", said[3])
    assert "2 never would: they do 4 photos a second, and 5 come." in said[3]
    assert said[4].startswith("49. No user got an error") and "empty 117 s after" in said[4]
    emptied = [
        workers
        for workers in (6, 5, 4, 3, 2)  # from 90 s to 240 s
        if re.search(r"empty (\d+) s after", moved_to(explorer, workers=workers, crashes=0))
    ]
    assert emptied == [6, 5] and capacity(2) < 5 < capacity(3)


def test_the_legend_lists_only_what_is_in_the_picture():
    def listed(explorer):
        (legend,) = [
            axes.get_legend() for axes in explorer.picture.figure.axes if axes.get_legend()
        ]
        return [text.get_text() for text in legend.get_texts()]

    assert listed(explore()) == ["forgetful queue", "arithmetic"]
    assert listed(explore(QUEUE, prediction=3))[0] == "your queue"
    assert listed(explore(QUEUE, prediction=3))[-1] == "your guess"


def test_what_does_not_fit_is_drawn_at_the_edge_and_said():
    explorer = explore()
    assert "at the edge" not in shown(explorer)
    assert "800 photos or 90 s is drawn at the edge" in moved_to(explorer, workers=1)
    assert max(explorer.picture.ghost.get_ydata()) == 800
    assert max(explorer.picture.ghost_ready.get_ydata()) == 90


def test_the_steps_of_exercise_a_are_answered_by_their_runs():
    """A long timeout is paid for by the photos whose worker crashed."""
    explorer = explore(QUEUE)
    said = answers(explorer)
    assert said[1].startswith("0 are lost; the forgetful queue loses 49. The price: 40 photos are")
    assert "Your queue: empty 143 s after the burst; the forgetful one: empty 117 s" in said[1]
    assert int(re.match(r"(\d+) are done twice", said[2])[1]) > 100
    found = re.match(r"The (\d+) spikes: .* Each took (\d+) s .* at most (\d+) s", said[3])
    spikes, least, most = map(int, found.groups())
    assert spikes > 5 and least >= 30 and most < 10
    for timeout in (30.0, 5.0):
        world = {"workers": 12, "crash_probability": 0.04, "seed": 23}
        result = simulate(QUEUE, visibility_timeout=timeout, **world)
        again = result.latency[(result.deliveries > 1) & (result.applied == 1)]
        assert np.nanmin(again) > timeout and np.nanmedian(again) < timeout + 8
    drawn = explorer.picture.ready.get_ydata()  # the last step, 30 s
    assert 5 < np.sum(drawn > 25) < 0.2 * drawn.size  # the spikes are in the picture


def test_a_queue_that_delivers_nothing_again_gets_an_answer_too():
    mine = type("Mine", (ForgetfulQueue,), {})
    said = answers(explore(mine))
    assert said[3].startswith("None: no photo was delivered")


def test_the_steps_of_the_other_exercises_are_answered_by_their_runs():
    said = answers(explore_duplicates(QUEUE, CONSUMER))
    for number in (1, 2):
        found = re.match(r"(\d+) photos are done more .* left, 0 with your consumer", said[number])
        assert int(found[1]) > 100
    assert said[3].startswith("0 photos are lost with your consumer")
    said = answers(explore_workers(WORKERS_NEEDED))
    assert said[1].startswith("It keeps it: the slowest photo waits 65 s, for 37 worker-hours")
    assert "cost 39 and let a photo wait 16 minutes" in said[1] and "needs cost 132." in said[1]
    waits = [float(re.search(r"up to ([\d.]+) minutes", said[number])[1]) for number in (2, 3)]
    assert waits[0] > 7 and waits[1] < 2 and "pay for 91 worker-hours" in said[3]
    said = answers(explore_poison(RETRYING))
    assert "do 42% of what they could: 775 photos wait at the end. With your limit 4" in said[1]
    healthy = [int(re.search(r"(\d+) of \d+ dead letters", said[number])[1]) for number in (2, 3)]
    assert healthy[0] > 200 and healthy[1] <= 5


def test_a_rule_that_breaks_its_promise_is_not_praised():
    said = answers(explore_workers(fixed(8)))
    assert said[1].startswith("It breaks it: the slowest photo waits")


def test_with_two_receives_a_tenth_as_many_healthy_photos_are_put_aside():
    poison, healthy = explore_poison(RETRYING), []
    for most in (1, 2, 3):
        said = moved_to(poison, max_receives=most, crashes=10)
        found = re.search(r"dead letters, (\d+) of them healthy", said)
        healthy.append(int(found[1]) if found else 0)
    assert healthy[0] > 200 and healthy[1] < 0.12 * healthy[0] and healthy[2] <= 5


def a_slow_run(**changes):
    """Return a made-up Measured: it took 11 s, a worker and the queue were killed."""
    events = [(0.18 * number, number) for number in range(60)]  # 10.6 s
    columns = {
        "planned": 60,
        "published": tuple((time, 0.002) for time, _ in events),
        "begun": tuple((time, number % 3, number) for time, number in events),
        "handled": tuple((time + 0.1, number % 3, number != 9) for time, number in events),
        "killed": ((5.0, "worker-1", "at work"),),
        "down": ((4.0, 4.5),),
        "applied": (1,) * 60,
        "workers": 3,
        "seconds": 11.2,
        "file_bytes": 1,
        "over": True,
    }
    return Measured(**columns | changes)


def test_the_crash_pictures_axis_grows_with_a_slow_run_and_a_kill_leaves_a_gap():
    run = a_slow_run()
    picture = RealPicture()
    picture.show(queue="Q", consumer=None, run=run)
    assert picture.time.get_xlim() == (0, 12)
    for marks in (picture.again, picture.kills, picture.applied):
        assert max(marks.get_xdata()) <= 12
    queue, first, second, *_ = (np.array(line.get_xdata()) for line in picture.lives)
    assert list(queue[[1, 3]]) == [4.0, 4.5] and math.isnan(queue[2])
    assert list(first[[1, 3]]) == [5.0, pytest.approx(5.4)]  # then another process has a photo
    assert list(second) == [0, 11.2]
    picture.show(queue="Q", consumer=None, run=a_slow_run(seconds=2.0))
    assert picture.time.get_xlim() == (0, 9)


def test_each_photo_is_a_tile_of_what_has_become_of_it():
    """Five are published: one done, one done twice, two with a worker, one waits or is lost."""
    chosen = {"published": ((0.0, 0.002),) * 5, "applied": (1, 2, 0, 0, 0)}
    begun = ((0.1, 0, 0), (0.1, 1, 1), (0.2, 0, 2), (0.3, 1, 3), (0.3, 2, 4))
    chosen |= {"begun": begun, "handled": ((0.2, 0, True), (0.2, 1, True)), "seconds": 0.5}
    chosen["killed"] = ((0.4, "worker-3", "by hand"),)
    run = a_slow_run(over=False, **chosen)
    assert become(run).tolist() == [2, 3, 1, 1, 0]
    assert become(a_slow_run(**chosen)).tolist() == [2, 3, LOST, LOST, LOST]
    picture = RealPicture()
    said = picture.show(queue="Q", consumer=None, run=run)
    assert said[0] == "2 of 60 photos done, 1 kill so far"
    places = [list(zip(*marks[0].get_data(), strict=True)) for marks in picture.tiles]
    assert places == [[(4, 0)], [(2, 0), (3, 0)], [(0, 0)], [(1, 0)], []]
    finding, _ = picture.show(queue="Q", consumer=None, run=a_slow_run())
    assert finding.endswith("60 done, 0 lost, 0 done twice, 1 kill survived")
    assert list(zip(*[*picture.tiles][2][0].get_data(), strict=True))[-1] == (9, 5)
    finding, _ = picture.show(queue="Q", consumer=None, run=a_slow_run(**chosen))
    assert finding.endswith("3 lost, 1 done twice, 1 kill")


def test_the_axis_that_grows_is_redrawn(monkeypatch):
    runs = [a_slow_run(), a_slow_run(seconds=2.0)]
    monkeypatch.setattr("course.message_queue.real.measure", lambda *_, **__: (yield runs.pop(0)))
    explorer = explore_crash(DURABLE)
    explorer.start()
    slow = "".join(explorer.image.moving)
    explorer.start()
    assert ">10<" in slow and ">10<" not in "".join(explorer.image.moving)


def test_the_steps_of_the_real_run_say_what_was_measured(monkeypatch):
    monkeypatch.setattr("course.message_queue.real.measure", lambda *_, **__: (yield a_slow_run()))
    said = answers(explore_crash(DURABLE))
    assert said[1] == "Killed: worker-1 (at work). 0 photos are lost, 0 are done twice."
    assert said[2].startswith("2 ms (median). The simulation took it to be 5 ms.")
    said = answers(explore_crash(DURABLE, CONSUMER))
    assert said[1].endswith("Deliveries that IdempotentConsumer knew (triangles): 1.")


def test_a_prediction_that_is_no_number_is_a_sentence():
    said = shown(explore(prediction="long"))
    assert "prediction = 'long': must be a finite number (in s)" in said
    assert "prediction = -1: must be ≥ 0 s" in shown(explore(prediction=-1))


def test_the_dots_are_the_run():
    explorer = explore_duplicates(QUEUE, CONSUMER)
    every, mine = explorer.picture.marks
    chosen = {"crash_probability": 0.06, "workers": 8, "publish_rate": 9.0, "burst": 1.0}
    result = simulate(QUEUE, seed=23, restart_time=1.0, **chosen)
    twice = np.flatnonzero(result.applied[:2160] == 2)
    assert np.array_equal(every["twice"].get_xdata(), twice % 60)
    assert np.array_equal(every["twice"].get_ydata(), twice // 60)
    assert len(mine["twice"].get_xdata()) == len(mine["lost"].get_xdata()) == 0
    assert "0 more often, 0 lost" in shown(explorer)


def test_the_workers_picture_says_what_the_run_says():
    explorer = explore_workers(WORKERS_NEEDED)
    result = simulate_scaling(WORKERS_NEEDED, seed=23)
    assert f"for {result.worker_hours:.0f} worker-hours" in shown(explorer)
    assert f"{result.longest_wait:.1f} s" in shown(explorer)
    hours, waits = ([bar.get_width() for bar in bars] for bars in explorer.picture.bars)
    assert hours[0] == result.worker_hours and waits[0] == result.longest_wait / 60
    assert hours[1] < hours[2] and waits[1] > waits[2] == 0
    assert [line.get_xdata()[0] for line in explorer.picture.promises[1:]] == [5]
    assert np.nanmax(explorer.picture.wait.get_ydata()) == pytest.approx(waits[0], rel=0.01)
    assert "Fixed, mean" in shown(explorer) and "fixed, peak" in shown(explorer)
    explorer.controls["minimum"].value = 60
    assert "60 to 60 workers" in shown(explorer)


def test_the_poison_picture_says_what_the_run_says():
    explorer = explore_poison(RETRYING)
    result = simulate(RETRYING, seed=23, poison=8, publish_rate=9.0, burst=1.0)
    assert f"{result.backlog[-1]} photos wait at the end" in shown(explorer)
    assert "8 of them poison. RetryingQueue put 8 aside as dead letters;" in shown(explorer)
    tray = explorer.picture
    assert len(tray.poison.get_xdata()) == 8 and len(tray.healthy.get_xdata()) == 0
    explorer.experiment.press(2)
    buried = int(re.search(r"dead letters, (\d+) of them healthy", shown(explorer))[1])
    assert len(tray.healthy.get_xdata()) == buried
    places = {*zip(*tray.poison.get_data(), strict=True)}
    assert not places & {*zip(*tray.healthy.get_data(), strict=True)}  # no mark hides another


@pytest.mark.by_value
def test_the_crash_picture_counts_what_its_buttons_kill(monkeypatch):
    """Each button is pressed once, while a quick run goes on."""
    pace = {"messages": 30, "workers": 3, "work": 0.03, "publish_every": 0.01}
    monkeypatch.setattr("course.message_queue.PACE", pace)
    explorer = explore_crash(DURABLE, CONSUMER)
    draw, victims = explorer.draw, explorer.during[1:]
    labels = [button.description for button in victims]
    assert labels == ["Kill the queue", "Kill worker-1", "Kill worker-2", "Kill worker-3"]
    for name in ("kill_worker", "kill_queue"):
        explorer.controls[name].value = False

    def press(outcome):
        if victims and len(outcome["run"].killed) == 4 - len(victims):
            victims.pop(0).click()
        return draw(outcome)

    explorer.draw = press
    explorer.start_button.click()
    run = explorer.measured["run"]
    assert [who for _, who, _ in run.killed] == ["the queue", *(f"worker-{n}" for n in (1, 2, 3))]
    said = "30 photos published, 30 done, 0 lost, 0 done twice, 4 kills survived"
    assert said in shown(explorer)
    assert len(explorer.picture.kills.get_xdata()) == 4
    told = "DurableQueue in a process of its own, IdempotentConsumer before a SQLite file."
    assert told in shown(explorer)
    # without the sync the words are the same: they must not say that there is one
    assert "(median); the queue's file" in shown(explorer) and "sync" not in shown(explorer)
    assert pictured(explorer) and explorer.bar.value == 100


def test_without_a_consumer_the_crash_picture_names_no_class_that_the_notebook_does_not(
    monkeypatch,
):
    monkeypatch.setattr("course.message_queue.real.measure", lambda *_, **__: (yield a_slow_run()))
    explorer = explore_crash(DURABLE)
    explorer.start()
    assert "its own, every delivery stored in a SQLite file. Killed:" in shown(explorer)
    assert "EveryTime" not in shown(explorer) and "None" not in shown(explorer)


def test_the_architecture_is_drawn_with_its_words():
    picture = architecture()
    assert "message queue: queue; workers: worker-1, worker-2, worker-3" in picture.label


def test_nothing_is_drawn_and_no_process_started_while_nbgrader_runs(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(subprocess, "Popen", stub)
    assert explore(QUEUE) is explore_duplicates(QUEUE, CONSUMER) is explore_poison(RETRYING) is None
    assert explore_workers(WORKERS_NEEDED) is explore_crash(DURABLE, CONSUMER) is None
    assert architecture() is None


# ── the film ──


class Watched(QUEUE):
    """Keeps, of all its instances, when each id was received."""

    received: ClassVar[dict] = {}

    def receive(self, now):
        message = super().receive(now)
        if message:
            self.received.setdefault(message.id, []).append(now)
        return message


CHANCES = {"crash_probability": 0.1, "visibility_timeout": 5.0}


@pytest.mark.parametrize("seed", [SEED, 2, 4])
@pytest.mark.parametrize("kill_at", [None, 7.0])
def test_a_film_is_the_run(seed, kill_at):
    reel = film(RETRYING, crashes=0.1, poison=1, kill_at=kill_at, seed=seed)
    films.check(reel)
    world = WORLD | CHANCES | {"poison": 1, "kill_at": kill_at, "seed": seed}
    for queue, lane in zip((RETRYING, ForgetfulQueue), reel.lanes, strict=True):
        run, shown = simulate(queue, **world), {each.name: each for each in lane.counters}
        photos = [each for each in lane.actors if each.label and each.part_of is None]
        assert len(photos) == len(run) == shown["published"].at(30)
        assert shown["deliveries"].at(30) == run.deliveries.sum()
        for moment in (8.0, 16.0, 30.0):
            assert shown["stored"].at(moment) == (run.done_at <= moment).sum()
        if queue is RETRYING:
            assert shown["stored again"].at(30) == np.maximum(run.applied - 1, 0).sum()
            assert shown["dead letters"].at(30) == run.dead.sum() > 0
            there = np.isnan(run.gone_at)
            assert [each.sizes[-1] > 0 for each in photos] == there.tolist()
            assert all(each.times[-1] >= 30 for each in photos if each.sizes[-1])
        elif kill_at is None:  # the recursion, which knows what is lost
            assert shown["lost"].at(30) == simulate(**world).lost.sum() > 0


def test_the_ring_is_the_time_until_a_photo_can_be_received_again_and_the_row_is_in_order():
    Watched.received.clear()
    reel = film(Watched, crashes=0.1)
    photos = [each for each in reel.lanes[0].actors if each.label and each.part_of is None]
    checked = 0
    for moment in np.arange(0.4, 29.9, 0.1):
        on_stage = [each.place(moment) for each in photos]
        rings = [place[3] if place else 0 for place in on_stage]
        for photo, ring in enumerate(rings):
            since = [then for then in Watched.received.get(photo + 1, []) if then <= moment]
            gone = reel.lanes[0].actors[photo].times[-1] - 0.05 <= moment or not on_stage[photo]
            if since and not gone:
                assert ring == pytest.approx(max(0, since[-1] + 5 - moment) / 5, abs=1e-6)
                checked += ring > 0
        settled = [
            place[0]
            for photo, place in zip(photos, on_stage, strict=True)
            if place and photo.times[0] + 0.4 <= moment and photo.times[-1] - 0.05 > moment
        ]
        assert settled == sorted(settled, reverse=True)
    assert checked > 300 and max(len(each) for each in Watched.received.values()) == 2


def test_the_story_has_the_line_that_decided_and_a_cell_that_makes_that_very_call():
    class TwoWays(RETRYING):
        def receive(self, now):
            message = super().receive(now)
            if message is None or message.receives == 1:
                return message
            return Message(message.id, message.body, message.receives)

    reel = film(TwoWays, crashes=0.1, poison=1)
    packed, lines = reel.packed(), set()
    assert TwoWays.receive.__code__.co_qualname.endswith("TwoWays.receive")
    for number, actor in enumerate(reel.lanes[0].actors):
        for told_at, words, call, cell in actor.story:
            if not cell:
                continue
            calls, last = cell.rsplit("\n", 1)
            names = {"TwoWays": TwoWays}
            exec(calls, names)
            found = eval(last, names)
            assert f"with receives = {found.receives}" in words and told_at >= call.saw - 1e-6
            assert (
                actor.name == f"photo {number}" == found.body.removesuffix(".jpg").replace("-", " ")
            )
            lines.add((found.receives, call.line - TwoWays.receive.__code__.co_firstlineno))
    assert lines == {(1, 3), (2, 4)}
    told = [words for story in packed["lanes"][0]["stories"] for _, words, *_ in story]
    assert sum("dead letter" in words for words in told) == 1


def test_a_killed_worker_loses_a_photo_of_the_forgetful_queue_only():
    shown = replay(QUEUE)
    shown.controls["crashes"].value = 0
    before = [each.values[-1:] for lane in shown.reel.lanes for each in lane.counters[3:]]
    assert before == [[], []]
    shown.press("kill_at", 7.0)
    mine, forgetful = shown.reel.lanes
    assert forgetful.counters[3].times == [7.0] and not mine.counters[3].times
    assert mine.counters[1].values[-1] == forgetful.counters[1].values[-1] + 1  # delivered again
    (dead,) = films.moving(mine, "worker-")
    assert (dead.times[0], dead.times[-1]) == (7.0, 10.0)
    assert max(dead.rings) == 1 and dead.place(8.5)[3] == pytest.approx(0.5)
    alone = replay()
    alone.press("kill_at", 7.0)
    assert [lane.title for lane in alone.reel.lanes] == ["forgetful queue"]
    assert (
        alone.reel.lanes[0].counters[3].times == [7.0] and "it is lost" in alone.reel.captions[1][1]
    )


def test_a_consumer_stores_once_what_is_stored_twice_next_to_it():
    mine, every = replay(QUEUE, consumer=CONSUMER).reel.lanes
    assert mine.counters[1].times == every.counters[1].times  # the same deliveries
    assert not mine.counters[3].times and every.counters[3].times
    shown = replay(QUEUE)
    shown.controls["timeout"].value = 1
    assert "alive, and still at work" in " ".join(words for _, words in shown.reel.captions)


def test_two_queues_are_next_to_each_other_and_only_one_puts_poison_aside():
    shown = replay(RETRYING, QUEUE)
    films.check(shown.reel)
    assert [lane.title for lane in shown.reel.lanes] == ["your RetryingQueue", "your MessageQueue"]
    mine, other = (lane.counters[1].values[-1] for lane in shown.reel.lanes)
    assert mine < other and shown.reel.lanes[0].counters[-1].values[-1] == 1
    (letter,) = {
        actor.name
        for actor in shown.reel.lanes[0].actors
        if actor.states[-1] == shown.reel.codes["dead letter"]
    }
    assert letter == "photo 10"


class Late(QUEUE):
    def receive(self, now):
        return super().receive(now) if now < 15 else 17


class Never(QUEUE):
    def __len__(self):
        return 1 / 0


def test_a_queue_that_fails_has_a_film_up_to_then():
    shown = replay(Late)
    assert re.search(
        r"Late\.receive\(15\S*\) returned 17, expected a Message or None", shown.reel.fate
    )
    assert 15 <= shown.reel.end < 15.6
    films.check(shown.reel)
    assert max(films.moving(shown.reel.lanes[0], "photo")[0].times) < shown.reel.end
    wrong = replay(Never)
    assert "raised ZeroDivisionError" in wrong.sentence.value and wrong.reel is None
    assert "replay needs a class" in replay(QUEUE(5)).sentence.value
    assert "Not written yet" in replay(Stub).sentence.value and replay(Stub).reel is None
