"""An evening of uploads, and workers that are started and stopped to follow the queue.

    simulate_scaling(workers_needed, drain_seconds=300) → ScaledQueue

Messages are counted, not followed one by one: in each step a number of them comes, the workers that
run can do a certain number, and the rest waits.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return

HOUR = 3600.0
LENGTH = 3 * HOUR
CROWD_AT = 1 * HOUR
WORKER_RATE = 2.0  # messages a second that one worker can do
EVERY = 15.0  # s between two looks at the queue
MOST_WORKERS = 10_000


@dataclass(frozen=True)
class ScaledQueue:
    """A run: a row a step of EVERY seconds from `times` (s) on.

    In each step `published` messages came and `done` were finished; `backlog` messages wait at its
    end. `working` counts workers at work, `paid` those and the ones that are still starting.
    """

    times: np.ndarray
    published: np.ndarray
    done: np.ndarray
    backlog: np.ndarray
    working: np.ndarray
    paid: np.ndarray

    @property
    def worker_hours(self):
        """Hours of workers that had to be paid for."""
        return float(self.paid.sum() * EVERY / HOUR)

    @property
    def wait(self):
        """Seconds that a message published at each step's end waits; nan beyond the run's end."""
        ends = self.times + EVERY
        came, left = np.cumsum(self.published), np.cumsum(self.done)
        rising = np.concatenate([[True], np.diff(left) > 0])
        done_at = np.interp(came - 1e-9, left[rising], ends[rising], right=np.nan)
        return np.maximum(done_at - ends, 0)

    @property
    def longest_wait(self):
        """Seconds of the longest wait, as far as it ended within the run."""
        known = self.wait[~np.isnan(self.wait)]
        return float(known.max(initial=0.0))


def fixed(workers):
    """Return the rule that always asks for this number of workers."""
    return lambda backlog, arrival_rate, worker_rate, drain_seconds, minimum: workers


def traffic(*, seed=0, publish_rate=20.0, crowd=4.0):
    """Return (times in s, messages published in each step) of an evening with a crowd.

    `publish_rate` messages/s usually; at CROWD_AT that many times `crowd` within a minute, fading
    over ten.
    """
    rate = parameters.number("publish_rate", publish_rate, above=0, unit="messages/s")
    crowd = parameters.number("crowd", crowd, at_least=1)
    times = np.arange(0, LENGTH, EVERY)
    rates = rate * workload.flash_crowd(times + EVERY / 2, start=CROWD_AT, factor=crowd)
    return times, workload.stream(seed, "arrivals").poisson(rates * EVERY)


def simulate_scaling(
    workers_needed,
    *,
    seed=0,
    drain_seconds=300.0,
    start_up=60.0,
    minimum=1,
    publish_rate=20.0,
    crowd=4.0,
):
    """Return the ScaledQueue of three hours in which `workers_needed` sets how many workers run.

    workers_needed(backlog, arrival_rate, worker_rate, drain_seconds, minimum) → int: asked every
    EVERY seconds, with the messages that wait and the messages/s of the last minute. A worker that
    is added works `start_up` s later; one too many stops at once, those still starting first.
    publish_rate, crowd: see `traffic`.

    Raises ValueError, which names a bad number, and ComponentError, which says in one sentence
    what the rule did wrong.
    """
    times, published = traffic(seed=seed, publish_rate=publish_rate, crowd=crowd)
    drain = parameters.number("drain_seconds", drain_seconds, above=0, unit="s")
    start_up = parameters.number("start_up", start_up, at_least=0, unit="s")
    minimum = parameters.count("minimum", minimum, at_least=0)
    counts, room = published.tolist(), WORKER_RATE * EVERY
    running = max(minimum, int(np.ceil(1.2 * publish_rate / WORKER_RATE)))
    steps = max(1, round(60 / EVERY))
    starting, backlog, rows = [], 0.0, []  # `starting`: when each will work, the latest last

    def call():
        arguments = f"{int(backlog)}, {rate:.4g}, {WORKER_RATE:g}, {drain:g}, {minimum}"
        return f"{name_of(workers_needed)}({arguments})"

    with sentences(call):
        for step, now in enumerate(times.tolist()):
            while starting and starting[0] <= now:
                starting.pop(0)
            working = running - len(starting)
            done = min(backlog + counts[step], working * room)
            backlog += counts[step] - done
            rows.append((done, backlog, working, running))
            last = counts[max(0, step + 1 - steps) : step + 1]
            rate = sum(last) / (len(last) * EVERY)
            wanted = workers_needed(int(backlog), rate, WORKER_RATE, drain, minimum)
            if not _whole(wanted) or wanted < 0:
                expected = "a whole number of workers, 0 or more"
                raise ComponentError(wrong_return(call(), wanted, expected))
            if wanted > MOST_WORKERS:
                expected = f"at most {MOST_WORKERS:,} workers"
                raise ComponentError(wrong_return(call(), wanted, expected))
            wanted = int(wanted)
            if wanted > running:
                starting += [now + EVERY + start_up] * (wanted - running)
            elif wanted < running:
                del starting[max(0, len(starting) - (running - wanted)) :]
            running = wanted
    done, backlogs, working, paid = np.array(rows, dtype=float).T
    return ScaledQueue(times, published.astype(float), done, backlogs, working, paid)


def _whole(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
