"""Notebook 08: a message queue between web servers and workers.

The names that the notebook needs: types, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache, partial
from inspect import isclass
from queue import SimpleQueue

from course.engine import parameters
from course.engine.component import name_of
from course.engine.queues import ForgetfulQueue, Message, fields
from course.message_queue import steps
from course.message_queue.duplicates_picture import DuplicatesPicture
from course.message_queue.files import QueueFile, QueueFileError, read_file
from course.message_queue.film import buries, film
from course.message_queue.model import QueueResult, simulate
from course.message_queue.picture import BurstPicture
from course.message_queue.poison_picture import PoisonPicture
from course.message_queue.real_picture import PHOTOS, WORKERS, RealPicture
from course.message_queue.scaling import (
    EVERY,
    WORKER_RATE,
    ScaledQueue,
    fixed,
    simulate_scaling,
    traffic,
)
from course.message_queue.scaling_picture import ScalingPicture
from course.message_queue.simulation import StoreDown
from course.message_queue.steps import SEED, STEADY, forgetful_run
from course.message_queue.system import architecture
from course.message_queue.theory import capacity, fluid_backlog
from course.view import film as player
from course.view.explore import choice, in_percent, pictured, slider, tick
from course.view.explore import explore as _explore
from course.view.live import explore_live, with_processes

__all__ = [
    "ForgetfulQueue",
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
    "read_file",
    "replay",
    "simulate",
    "simulate_scaling",
]

OTHERS = ("fixed, mean", "fixed, peak")
PACE = {"messages": PHOTOS, "workers": WORKERS, "work": 0.2, "publish_every": 0.05}  # to watch it


@pictured
def explore(*queues, prediction=None):
    """Return sliders over `simulate`: the backlog of a burst, and what users wait.

    queues: classes that can be chosen instead of the forgetful queue, the first one at once.
    prediction: your guess (s) at how long after the burst the queue is empty again; a diamond.
    """

    def run(publish_rate, burst, workers, crashes, away_for, queue=ForgetfulQueue, timeout=5):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="s")
        flow = {"publish_rate": publish_rate, "burst": burst, "away_for": away_for}
        world = {**flow, "workers": workers, "crash_probability": crashes}
        result = ghost = forgetful_run(**world)
        if queue is not ForgetfulQueue:
            result = simulate(queue, seed=SEED, visibility_timeout=timeout, **world)
        return {
            "name": names[queue],
            "result": result,
            "ghost": ghost,
            "fluid": fluid_backlog(result.times, capacity=capacity(workers), **flow),
            "away_for": away_for,
            "guess": guess,
        }

    names = {each: name_of(each) for each in queues} | {ForgetfulQueue: "forgetful queue"}
    controls = {
        "publish_rate": slider("publish rate", 5, 1, 10, 1, "1/s"),
        "burst": slider("burst", 4, 1, 6, 1, "× the rate"),
        "workers": slider("workers", 6, 1, 20, 1),
        "crashes": in_percent("crashes", 4 if queues else 0, 0, 30, 2),
        "away_for": slider("away from 150 s for", 0, 0, 60, 5, "s"),
    }
    if queues:  # alone there is nothing to choose, and the forgetful queue has no timeout
        which = choice("queue", [(name, each) for each, name in names.items()])
        controls = {"queue": which, **controls, "timeout": _timeout()}
    experiment = steps.YOURS if queues else steps.FIRST
    picture = BurstPicture(yours=bool(queues), guess=prediction is not None)
    return _explore(controls, run, picture, experiment=experiment)


@pictured
def replay(*queues, consumer=None):
    """Return the film of your queue next to the forgetful one; of the latter alone without one.

    queues: one class or two, with `publish`, `receive` and `ack`: two are shown next to each other.
    consumer: your class with `handle`; next to it every delivery of the same queue is applied.
    """

    def make(crashes=0, **chosen):
        return film(*queues, consumer=consumer, crashes=crashes / 100, **chosen)

    controls, limited = {}, any(map(buries, filter(isclass, queues)))
    if queues:
        controls["timeout"] = slider("visibility timeout", 5, 1, 8, 1, "s")
        controls["crashes"] = slider("crashes", 0 if limited else 10, 0, 30, 5, "%")
    if limited:
        controls["poison"] = slider("poison photos", 1, 0, 3, 1)
    return player.Film(make, controls, {"kill_at": player.Action("Kill a worker", "Let it live")})


def _timeout():
    return slider("visibility timeout", 5, 1, 30, 1, "s")


@pictured
def explore_duplicates(queue, consumer):
    """Return sliders over what your `consumer` does with what your `queue` delivers again."""

    def run(crashes, timeout, store_fails, workers):
        world = {"crash_probability": crashes, "visibility_timeout": timeout, "workers": workers}
        world |= STEADY | {"store_failure": store_fails, "restart_time": 1.0}
        return {
            "name": name_of(consumer),
            "mine": simulate(queue, seed=SEED, consumer=consumer, **world),
            "every_time": _steady_run(queue, **world),
        }

    controls = {
        "crashes": in_percent("crashes", 6, 0, 30, 2),
        "timeout": _timeout(),
        "store_fails": in_percent("store is down", 0, 0, 30, 2),
        "workers": slider("workers", 6, 4, 12, 1),
    }
    return _explore(controls, run, DuplicatesPicture(), experiment=steps.DUPLICATES)


@pictured
def explore_workers(workers_needed):
    """Return sliders over three hours of uploads that your rule `workers_needed` follows."""

    def run(drain, crowd, start_up, minimum):
        world, promise = {"seed": SEED, "crowd": crowd, "start_up": start_up}, 60.0 * drain
        mine = simulate_scaling(workers_needed, drain_seconds=promise, minimum=minimum, **world)
        return {"result": mine, "others": _other_rules(**world), "drain_seconds": promise}

    controls = {
        "drain": slider("clear within", 5, 1, 30, 1, "min"),
        "crowd": slider("crowd", 4.0, 1.0, 8.0, 0.5, "× the uploads"),
        "start_up": slider("a worker starts in", 60, 0, 600, 15, "s"),
        "minimum": slider("at least", 10, 1, 60, 1, "workers"),
    }
    return _explore(controls, run, ScalingPicture(OTHERS), experiment=steps.SCALING)


@pictured
def explore_poison(queue):
    """Return sliders over photos that crash every worker; your `queue` keeps dead letters."""

    def run(poison, max_receives, timeout, workers, crashes):
        world = {"poison": poison, "visibility_timeout": timeout, "workers": workers}
        world |= STEADY | {"crash_probability": crashes}
        return {
            "name": name_of(queue),
            "mine": simulate(queue, seed=SEED, max_receives=max_receives, **world),
            "unlimited": _steady_run(queue, max_receives=1_000_000, **world),
            "max_receives": max_receives,
        }

    controls = {
        "poison": slider("poison photos", 8, 0, 30, 1),
        "max_receives": slider("max receives", 5, 1, 20, 1),
        "timeout": _timeout(),
        "workers": slider("workers", 6, 1, 20, 1),
        "crashes": in_percent("other crashes", 0, 0, 20, 2),
    }
    return _explore(controls, run, PoisonPicture(), experiment=steps.POISON)


@lru_cache(maxsize=8)
def _steady_run(queue, **world):
    return simulate(queue, seed=SEED, **world)


@lru_cache(maxsize=16)
def _other_rules(**world):
    published = traffic(seed=world["seed"], crowd=world["crowd"])[1] / (WORKER_RATE * EVERY)
    mean, peak = (max(1, round(busy / 0.9)) for busy in (published.mean(), published.max()))
    runs = [simulate_scaling(fixed(workers), **world) for workers in (mean, peak)]
    return dict(zip(OTHERS, runs, strict=True))


@pictured
@with_processes
def explore_crash(queue, consumer=None):
    """Return controls over a real run of your durable `queue`: processes, a file, SIGKILL.

    consumer: your idempotent consumer, or None to apply at every delivery.
    """
    from course.message_queue.real import measure
    from course.message_queue.real.rehearsal import rehearse
    from course.message_queue.real.run import QUEUE

    hands = SimpleQueue()

    def outcome(run):
        return {"queue": name_of(queue), "consumer": consumer and name_of(consumer), "run": run}

    def foresee(**options):
        rehearse(queue, consumer)
        return outcome(None)

    def measured(**options):
        for run in measure(queue, consumer, hands=hands, **PACE, **options):
            yield run.share, outcome(run)

    controls = {
        "visibility_timeout": slider("visibility timeout", 0.8, 0.1, 2.0, 0.1, "s"),
        "kill_worker": tick("kill two workers", True),
        "kill_queue": tick("kill the queue", True),
    }
    victims = {"the queue": QUEUE} | {f"worker-{each + 1}": each for each in range(WORKERS)}
    return explore_live(
        controls,
        foresee,
        measured,
        RealPicture(),
        experiment=steps.REAL_ONCE if consumer else steps.REAL,
        actions={f"Kill {name}": partial(hands.put, who) for name, who in victims.items()},
    )
