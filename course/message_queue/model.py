"""The world of notebook 08: web servers publish photos to a queue, workers take them off.

    simulate(MessageQueue, consumer=IdempotentConsumer, seed=1, crash_probability=0.1) → QueueResult

A worker receives a message, works on it, hands it to the consumer, which applies it to the photo
store, and then acks it. If it crashes on the way, the message is not acked.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from course.engine import parameters, workload
from course.engine.parameters import NEVER
from course.engine.queues import ForgetfulQueue
from course.message_queue.baselines import forgetful
from course.message_queue.simulation import run

BURST_START, BURST_LENGTH, DURATION = 30.0, 60.0, 240.0
AWAY_FROM = 150.0  # when workers go away, if they do
WORKS = {"exponential": workload.exponential_work, "constant": workload.constant_work}


@dataclass(frozen=True)
class Traffic:
    """What is published, and what will happen to each delivery; a row a message."""

    times: np.ndarray  # s, ascending
    works: np.ndarray  # s of a worker
    poison: np.ndarray  # bools: kills every worker that takes it
    seed: int
    crash_probability: float
    store_failure: float
    columns: dict = field(default_factory=dict, init=False)  # random numbers, when needed

    @cached_property
    def rows(self):
        """Works and poison as lists: Python's own numbers are quicker one by one."""
        return self.works.tolist(), self.poison.tolist()

    def fate(self, number, attempt):
        """Return (seconds of work, finished?, crashes?) of a delivery; attempts count from 0.

        Half of the crashes come in the middle of the work, half after it and before the ack.
        """
        works, poison = self.rows
        work, chance = works[number], 1.0
        if self.crash_probability or poison[number]:
            chance = self._draw("crash", number, attempt)
        if poison[number]:
            return work * chance, False, True
        if chance >= self.crash_probability:
            return work, True, False
        phase = 2 * chance / self.crash_probability
        return (work * phase, False, True) if phase < 1 else (work, True, True)

    def store_fails(self, number, attempt):
        """Return whether the photo store is down when the work of that delivery is done."""
        return self.store_failure > 0 and self._draw("store", number, attempt) < self.store_failure

    def _draw(self, name, number, attempt):
        """Return a number in [0, 1) that is the same for every component."""
        key = name, attempt % 8
        if key not in self.columns:
            stream = workload.stream(self.seed, f"{name} {attempt % 8}")
            self.columns[key] = stream.uniform(size=len(self.times)).tolist()
        return self.columns[key][number]


@dataclass(frozen=True)
class QueueResult:
    """A run of `duration` seconds: a row a message, and the backlog once a second.

    Of each message, with times in seconds and nan for what did not happen: `published_at`;
    `done_at`, when it was first applied; `gone_at`, when it left the queue, acked or forgotten;
    `applied` and `deliveries`, how often it was applied and received; `dead`, whether it is a dead
    letter; `poison`, whether it crashes every worker. Of the queue: `backlog` messages at each of
    `times` (s).
    """

    published_at: np.ndarray
    done_at: np.ndarray
    gone_at: np.ndarray
    applied: np.ndarray
    deliveries: np.ndarray
    dead: np.ndarray
    poison: np.ndarray
    times: np.ndarray
    backlog: np.ndarray
    workers: int
    duration: float

    def __len__(self):
        return len(self.published_at)

    @cached_property
    def latency(self):
        """Seconds from publishing until it was applied; nan for what was not."""
        return self.done_at - self.published_at

    @property
    def lost(self):
        """Which messages have left the queue, acked or forgotten, and were never applied."""
        return ~np.isnan(self.gone_at) & (self.applied == 0)

    @property
    def twice(self):
        """Which messages were applied more than once."""
        return self.applied > 1

    @property
    def redelivered(self):
        """How many deliveries were not the first one of their message."""
        return int(np.maximum(self.deliveries - 1, 0).sum())

    def empty_after(self, time):
        """Return when (s) the queue is first empty at or after `time`; nan if never."""
        left = np.sort(np.where(np.isnan(self.gone_at), np.inf, self.gone_at))
        came = np.searchsorted(self.published_at, left, "right")
        empty = left[(came == np.arange(1, len(left) + 1)) & (left >= time) & (left < np.inf)]
        return float(empty[0]) if empty.size else float("nan")

    def throughput(self, window=10.0):
        """Return (middles of windows in s, messages first applied per second in each)."""
        edges = np.arange(0, self.duration + window / 2, window)
        counts = np.histogram(self.done_at[~np.isnan(self.done_at)], edges)[0]
        return (edges[:-1] + edges[1:]) / 2, counts / window

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} photos published in {self.duration:.0f} s: at most "
            f"{self.backlog.max(initial=0):,} in the queue, {int(self.lost.sum()):,} lost, "
            f"{int(self.twice.sum()):,} applied more than once, {int(self.dead.sum()):,} dead "
            "letters."
        )


def simulate(
    component=None,
    *,
    seed=0,
    consumer=None,
    publish_rate=5.0,
    burst=4.0,
    burst_start=BURST_START,
    burst_length=BURST_LENGTH,
    duration=DURATION,
    workers=6,
    work_time=0.5,
    work="exponential",
    crash_probability=0.0,
    restart_time=2.0,
    store_failure=0.0,
    poison=0,
    visibility_timeout=5.0,
    max_receives=5,
    away_from=AWAY_FROM,
    away_for=0.0,
    kill_at=None,
    log=None,
):
    """Return the QueueResult of `duration` seconds of photos that are published and handled.

    component: a queue, ForgetfulQueue by default. A class is called, with `visibility_timeout`
    (s) and `max_receives` if it takes them; an instance is copied.
    consumer: a class that is made with `apply`; None applies at every delivery.
    publish_rate: messages/s; `burst` times as many for `burst_length` s from `burst_start` on.
    workers: how many. They need `work_time` s a message on average (`work`: "exponential" or
    "constant"), and take nothing for `away_for` s from `away_from` on.
    crash_probability: of each delivery, to crash its worker, which is back `restart_time` s later.
    store_failure: probability that the photo store refuses a result; then the worker does not ack.
    poison: how many messages crash every worker that takes them.
    kill_at: when (s) a worker dies, the first one that is at work; None or NEVER: none is killed.
    log: a list that gets a `simulation.Noted` for whatever happens, up to the end or to an error.

    Queues meet the same traffic and the same crashes when `seed` is the same. Raises ValueError,
    which names a bad number, and ComponentError, which says in one sentence what a component did
    wrong.
    """
    away_from = parameters.number("away_from", away_from, at_least=0, unit="s")
    away_for = parameters.number("away_for", away_for, at_least=0, unit="s")
    timeout = parameters.number("visibility_timeout", visibility_timeout, above=0, unit="s")
    settings = {
        "visibility_timeout": timeout,
        "max_receives": parameters.count("max_receives", max_receives),
    }
    world = {
        "duration": parameters.number("duration", duration, above=0, unit="s"),
        "workers": parameters.count("workers", workers, at_most=1000),
        "restart_time": parameters.number("restart_time", restart_time, at_least=0, unit="s"),
        "away": (away_from, away_from + away_for),
    }
    came = _traffic(
        seed, world["duration"], publish_rate, burst, burst_start, burst_length, work_time, work,
        crash_probability, store_failure, poison,
    )  # fmt: skip
    component = ForgetfulQueue if component is None else component
    kill_at = parameters.time("kill_at", kill_at)
    if component is ForgetfulQueue and consumer is None and kill_at == NEVER and log is None:
        rows = forgetful(came, **world)
    else:
        rows = run(component, consumer, came, settings, kill_at=kill_at, log=log, **world)
    return QueueResult(
        **rows,
        published_at=came.times,
        poison=came.poison,
        workers=workers,
        duration=world["duration"],
    )


def _traffic(
    seed, duration, publish_rate, burst, burst_start, burst_length, work_time, work,
    crash_probability, store_failure, poison,
):  # fmt: skip
    """Return the Traffic of a run; the parameters are those of `simulate`."""
    rate = parameters.number("publish_rate", publish_rate, above=0, unit="messages/s")
    burst = parameters.number("burst", burst, at_least=1)
    start = parameters.number("burst_start", burst_start, at_least=0, unit="s")
    length = parameters.number("burst_length", burst_length, at_least=0, unit="s")
    parameters.choice("work", work, tuple(WORKS))
    parameters.number("work_time", work_time, above=0, unit="s")
    chances = {"crash_probability": crash_probability, "store_failure": store_failure}
    for name, chance in chances.items():
        chances[name] = parameters.number(name, chance, at_least=0, at_most=1)
    poison = parameters.count("poison", poison, at_least=0)

    def rate_at(times):
        inside = (times >= start) & (times < start + length)
        return rate * np.where(inside, burst, 1.0)

    stream = workload.stream(seed, "arrivals")
    times = workload.varying_arrivals(stream, rate_at, rate * burst, duration)
    works = WORKS[work](workload.stream(seed, "work"), work_time, times.size)
    poisoned = np.zeros(times.size, dtype=bool)
    early = int(np.searchsorted(times, duration / 2))  # they do their harm in the second half too
    poisoned[workload.stream(seed, "poison").permutation(early)[:poison]] = True
    return Traffic(times, works, poisoned, seed, **chances)
