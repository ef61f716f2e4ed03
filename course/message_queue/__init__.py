"""Notebook 08: a message queue between web servers and workers.

The names that the notebook needs: types, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache

from course.engine import parameters
from course.engine.component import name_of
from course.message_queue.duplicates_picture import DotsPicture, Handled
from course.message_queue.files import QueueFile, QueueFileError, read_file
from course.message_queue.messages import ForgetfulQueue, Message, fields
from course.message_queue.model import QueueResult, capacity, fluid_backlog, simulate
from course.message_queue.picture import Burst, BurstPicture, architecture
from course.message_queue.poison_picture import Poisoned, PoisonPicture
from course.message_queue.real import Measured, measure
from course.message_queue.real_picture import Crashed, CrashPicture
from course.message_queue.scaling import (
    EVERY,
    WORKER_RATE,
    ScaledQueue,
    fixed,
    one_for_each,
    simulate_scaling,
    traffic,
)
from course.message_queue.scaling_picture import Followed, ScalingPicture
from course.message_queue.simulation import StoreDown
from course.view.explore import choice, pictured, slider, tick
from course.view.explore import explore as _explore

__all__ = [
    "ForgetfulQueue",
    "Measured",
    "Message",
    "QueueFile",
    "QueueFileError",
    "QueueResult",
    "ScaledQueue",
    "StoreDown",
    "architecture",
    "capacity",
    "explore",
    "explore_crash",
    "explore_duplicates",
    "explore_poison",
    "explore_workers",
    "fields",
    "fluid_backlog",
    "measure",
    "read_file",
    "simulate",
    "simulate_scaling",
]

SEED = 23
REAL_SECONDS = 20.0  # how long a real run may take, with everything around it
OTHERS = ("fixed, for the mean", "fixed, for the peak", "one per 500 waiting")


@pictured
def explore(*queues, prediction=None):
    """Return sliders over `simulate`; `queues` (classes) join the forgetful one.

    prediction: your guess (s) at how long after the burst the queue is empty again; a diamond.
    """

    def run(queue, publish_rate, burst, workers, crashes, away_for, timeout=5):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="s")
        world = {"publish_rate": float(publish_rate), "burst": float(burst), "workers": workers}
        world |= {"crash_probability": crashes / 100, "away_for": float(away_for)}
        ghost = _forgetful_run(**world)
        result = ghost
        if queue is not ForgetfulQueue:
            result = simulate(queue, seed=SEED, visibility_timeout=float(timeout), **world)
        fluid = fluid_backlog(
            result.times,
            publish_rate=float(publish_rate),
            burst=float(burst),
            capacity=capacity(workers),
            away_for=float(away_for),
        )
        return Burst(names[queue], result, ghost, fluid, float(away_for), guess)

    names = {each: name_of(each) for each in queues} | {ForgetfulQueue: "forgetful queue"}
    controls = {
        "queue": choice("queue", [(name, each) for each, name in names.items()]),
        "publish_rate": slider("publish rate", 5, 1, 10, 1, "1/s"),
        "burst": slider("burst", 4, 1, 6, 1, "× the rate"),
        "workers": slider("workers", 6, 1, 20, 1),
        "crashes": slider("crashes", 4 if queues else 0, 0, 30, 2, "%"),
        "away_for": slider("away from 150 s for", 0, 0, 60, 5, "s"),
    }
    if queues:  # the forgetful queue has no timeout
        controls["timeout"] = slider("visibility timeout", 5, 1, 30, 1, "s")
    return _explore(controls, run, BurstPicture())


@lru_cache(maxsize=16)
def _forgetful_run(**world):
    return simulate(seed=SEED, **world)


@pictured
def explore_duplicates(queue, consumer):
    """Return sliders over what your `consumer` does with what your `queue` delivers again."""

    def run(crashes, timeout, store_fails, workers):
        world = {"crash_probability": crashes / 100, "visibility_timeout": float(timeout)}
        world |= {"store_failure": store_fails / 100, "workers": workers}
        world |= {"publish_rate": 9.0, "burst": 1.0, "restart_time": 1.0, "seed": SEED}
        mine = simulate(queue, consumer=consumer, **world)
        return Handled(name_of(consumer), mine, _every_time(queue, **world))

    controls = {
        "crashes": slider("crashes", 6, 0, 30, 2, "%"),
        "timeout": slider("visibility timeout", 5, 1, 30, 1, "s"),
        "store_fails": slider("store is down", 0, 0, 30, 2, "%"),
        "workers": slider("workers", 6, 4, 12, 1),
    }
    return _explore(controls, run, DotsPicture())


@pictured
def explore_workers(workers_needed):
    """Return sliders over three hours that your rule `workers_needed` follows."""

    def run(drain, crowd, start_up, minimum):
        world = {"seed": SEED, "crowd": float(crowd), "start_up": float(start_up)}
        mine = simulate_scaling(
            workers_needed, drain_seconds=60.0 * drain, minimum=minimum, **world
        )
        return Followed(mine, _other_rules(**world), 60.0 * drain)

    controls = {
        "drain": slider("clear within", 5, 1, 30, 1, "min"),
        "crowd": slider("crowd", 4.0, 1.0, 8.0, 0.5, "× the uploads"),
        "start_up": slider("a worker starts in", 60, 0, 600, 15, "s"),
        "minimum": slider("at least", 10, 1, 60, 1, "workers"),
    }
    return _explore(controls, run, ScalingPicture(OTHERS))


@pictured
def explore_poison(queue):
    """Return sliders over photos that crash every worker, with your `queue` of dead letters."""

    def run(poison, max_receives, timeout, workers, crashes):
        world = {"poison": poison, "visibility_timeout": float(timeout), "workers": workers}
        world |= {"crash_probability": crashes / 100, "publish_rate": 9.0, "burst": 1.0}
        mine = simulate(queue, seed=SEED, max_receives=max_receives, **world)
        return Poisoned(name_of(queue), mine, _unlimited(queue, **world), max_receives, 9.0)

    controls = {
        "poison": slider("poison photos", 8, 0, 30, 1),
        "max_receives": slider("max receives", 5, 1, 20, 1),
        "timeout": slider("visibility timeout", 5, 1, 30, 1, "s"),
        "workers": slider("workers", 6, 1, 20, 1),
        "crashes": slider("other crashes", 0, 0, 20, 2, "%"),
    }
    return _explore(controls, run, PoisonPicture())


@lru_cache(maxsize=8)
def _every_time(queue, **world):
    return simulate(queue, **world)


@lru_cache(maxsize=8)
def _unlimited(queue, **world):
    return simulate(queue, seed=SEED, max_receives=1_000_000, **world)


@lru_cache(maxsize=16)
def _other_rules(**world):
    published = traffic(seed=world["seed"], crowd=world["crowd"])[1] / (WORKER_RATE * EVERY)
    mean, peak = (max(1, round(busy / 0.9)) for busy in (published.mean(), published.max()))
    rules = (fixed(mean), fixed(peak), one_for_each(500))
    runs = [simulate_scaling(rule, **world) for rule in rules]
    return dict(zip(OTHERS, runs, strict=True))


@pictured
def explore_crash(queue, consumer=None):
    """Return controls over a real run of your durable `queue`: processes, a file, SIGKILL.

    consumer: your idempotent consumer, or None to apply at every delivery.
    """

    def run(messages, timeout, workers, kill_worker, kill_queue):
        measured = measure(
            queue,
            consumer,
            messages=messages,
            visibility_timeout=timeout,
            workers=workers,
            kill_worker=kill_worker,
            kill_queue=kill_queue,
        )
        return Crashed(name_of(queue), consumer and name_of(consumer), measured)

    controls = {
        "messages": slider("photos", 60, 20, 120, 10),
        "timeout": slider("visibility timeout", 0.4, 0.1, 1.0, 0.1, "s"),
        "workers": slider("workers", 3, 1, 4, 1),
        "kill_worker": tick("kill two workers", True),
        "kill_queue": tick("kill the queue", True),
    }
    return _explore(controls, run, CrashPicture(), seconds=REAL_SECONDS)
