"""Notebook 06: a web tier that keeps nothing, so that servers may come and go.

The names that the notebook needs: types, errors, the simulations, the pictures and the `explore`s.
"""

import math
from functools import lru_cache, partial
from queue import SimpleQueue

import numpy as np

from course.engine import parameters
from course.engine.component import name_of
from course.engine.servers import NoHealthyServer, ServerView, make_views, name_picked
from course.real.crowd import KILL, START
from course.stateless_tier import rehearsal, steps
from course.stateless_tier.baselines import Drawn, Fixed, Hashed, InTurn, OneAtATime
from course.stateless_tier.film import film
from course.stateless_tier.model import TierResult, simulate
from course.stateless_tier.picture import TierPicture
from course.stateless_tier.real_picture import RealPicture
from course.stateless_tier.scaling import CAPACITY as PER_SERVER
from course.stateless_tier.scaling import NIGHT, PEAK, Scaled, simulate_scaling
from course.stateless_tier.scaling_film import film as film_of_crowd
from course.stateless_tier.scaling_picture import ScalingPicture
from course.stateless_tier.serving import Request, Response, Served, simulate_serving
from course.stateless_tier.serving_film import film as film_of_tier
from course.stateless_tier.serving_picture import ServingPicture
from course.stateless_tier.sessions import Sessions, simulate_sessions, visits_of_browsers
from course.stateless_tier.sessions_picture import MOST, SessionsPicture
from course.stateless_tier.system import architecture
from course.view import explore as view
from course.view.film import Action, Film
from course.view.live import explore_live, with_processes

__all__ = [
    "Drawn",
    "Fixed",
    "Hashed",
    "InTurn",
    "NoHealthyServer",
    "OneAtATime",
    "Request",
    "Response",
    "Scaled",
    "Served",
    "ServerView",
    "Sessions",
    "TierResult",
    "architecture",
    "explore",
    "explore_day",
    "explore_flash_crowd",
    "explore_real",
    "explore_sessions",
    "explore_tier",
    "make_views",
    "name_picked",
    "replay",
    "replay_flash_crowd",
    "replay_tier",
    "simulate",
    "simulate_scaling",
    "simulate_serving",
    "simulate_sessions",
]

SEED = 1
BUSY = 0.75  # how busy the fixed numbers of servers were bought to be, at the peak or on average
OTHERS = ("one at a time", "fixed, for the peak", "fixed, for the mean")
LIFETIMES = 60.0 * np.arange(4, MOST + 1, 4)  # s
MOMENTS = np.linspace(1800, 7200, 200)  # s, after the first half hour
KILL_ONE = Action("Kill web-1", "Let web-1 live")


@view.pictured
def explore(balancer=None, *, prediction=None):
    """Return sliders over `simulate`; your `balancer` joins the built-in ways to find a server.

    balancer: a class with `pick(session_id, servers)`.
    prediction: your guess at the percent of the pages that the newest server gets.
    """

    def run(sessions, stay, **world):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, at_most=100, unit="%")
        world |= {"seed": SEED, "stay": 60 * stay}
        ghost = simulate(**world)
        result = ghost
        if sessions is not Drawn:
            result = simulate(sessions, shared_store=sessions is InTurn, **world)
        return {"name": names[sessions], "result": result, "ghost": ghost, "prediction": guess}

    names = {} if balancer is None else {balancer: name_of(balancer)}
    names |= {kind: kind.name for kind in (Drawn, Hashed, InTurn)}
    controls = {
        "sessions": view.choice("sessions", [(name, kind) for kind, name in names.items()]),
        "dies_at": _minutes("web-1 dies at"),
        "added_at": _minutes("one more joins at", 4),
        "users": view.slider("users", 250, 50, 400, 10),
        "servers": view.slider("servers", 4, 2, 6, 1),
        "stay": view.slider("a user stays", 30, 5, 120, 5, "min"),
    }
    shown = steps.BUILT_IN if balancer is None else steps.YOURS
    picture = TierPicture(predicts=prediction is not None)
    return view.explore(controls, run, picture, experiment=shown)


@view.pictured
def explore_sessions(session_store):
    """Return sliders over what your session store answers, and what a lifetime costs.

    session_store: a class made with `env` and `lifetime` (s), with login, user and logout.
    """

    def run(lifetime, page_every, **chosen):
        chosen |= {"seed": SEED, "page_every": 60 * page_every}
        result = simulate_sessions(session_store, lifetime=60.0 * lifetime, **chosen)
        again, stored = _costs_of_lifetimes(**chosen)
        return {
            "result": result,
            "lifetime": lifetime,
            "stored_now": float(result.visits.in_store(MOMENTS).mean()),
            "lifetimes": LIFETIMES / 60,
            "again": again,
            "stored": stored,
        }

    controls = {
        "lifetime": view.slider("lifetime", 15, 1, MOST, 1, "min"),
        "page_every": view.slider("a page every", 10, 5, 30, 1, "min"),
        "logs_out": view.in_percent("log out after a page", 10, 0, 50, 5),
        "users": view.slider("users", 90, 10, 100, 5),
    }
    return view.explore(
        controls, run, SessionsPicture(name_of(session_store)), experiment=steps.LIFETIMES
    )


@view.pictured
def explore_tier(session_store, handle):
    """Return sliders over a tier whose servers all answer with your `handle` and your store.

    session_store: as in `explore_sessions`; handle: a function of a Request and the store that
    returns a Response.
    """

    def run(dies_at, users, lifetime, strangers):
        chosen = {"seed": SEED, "users": users, "lifetime": 60.0 * lifetime, "strangers": strangers}
        return {
            "served": simulate_serving(session_store, handle, **chosen),
            "ghost": simulate(seed=SEED, users=users, dies_at=dies_at),
        }

    controls = {
        "dies_at": _minutes("web-1 dies at", 5),
        "users": view.slider("users", 250, 50, 400, 10),
        "lifetime": view.slider("lifetime", 5, 1, 30, 1, "min"),
        "strangers": view.slider("strangers", 20, 0, 100, 5, "1/min"),
    }
    return view.explore(controls, run, ServingPicture(), experiment=steps.TIER)


@view.pictured
@with_processes
def explore_real(session_store, handle):
    """Return controls over real web servers that answer with your `handle`, measured when you ask.

    session_store: as in `explore_sessions`; handle: as in `explore_tier`. Redis joins where it is
    installed.
    """
    from course.stateless_tier import real  # the HTTP library takes a fifth of a second

    hands, typical = SimpleQueue(), {}

    def foresee(where, dies, events=None):
        by_plan = events is None
        events = rehearsal.planned(where, dies) if by_plan else events
        return {
            "where": where,
            "foreseen": rehearsal.formula(where, dies) if by_plan else None,
            "expected": rehearsal.rehearse(session_store, handle, where=where, events=events),
            "run": None,
            "typical": dict(typical),
            "note": "" if redis else "Redis could join, but it is not installed on this machine.",
        }

    def measure(where, dies):
        plan = rehearsal.planned(where, dies)
        for run in real.measure(session_store, handle, where=where, dies=dies, hands=hands):
            as_planned = [event[1:] for event in run.events] == [event[1:] for event in plan]
            if run.share == 1 and run.times:
                typical[where] = float(np.median(run.times))
            by_hand = run.share == 1 and not as_planned
            outcome = foresee(where, dies, run.events if by_hand else None)
            yield run.share, outcome | {"run": run}

    redis = rehearsal.redis_is_here()
    homes = [("in the web servers", rehearsal.MEMORY), ("in your store", rehearsal.STORE)]
    boxes = [*rehearsal.WEB, rehearsal.THE_STORE]
    controls = {
        "where": view.choice("sessions", homes + [("in Redis", rehearsal.REDIS)] * redis),
        "dies": view.choice(
            "killed at 2 s", [("nothing", ""), (boxes[0], boxes[0]), ("the store", boxes[-1])]
        ),
    }
    actions = {f"kill -9 {box}": partial(hands.put, (KILL, box)) for box in boxes}
    actions["Start them again"] = partial(hands.put, (START, None))
    experiment = steps.of_real(redis)
    return explore_live(
        controls, foresee, measure, RealPicture(), experiment=experiment, actions=actions
    )


@view.pictured
def explore_day(autoscaler):
    """Return sliders over a day of traffic that your `autoscaler` (a class) follows."""

    def run(peak, **rule):
        return _followed(autoscaler, **rule, peak=float(peak))

    controls = {
        "target": view.in_percent("target", 60, 30, 95, 5, "% busy"),
        "cooldown": view.slider("cooldown", 10, 0, 60, 5, "min"),
        "start_up": view.slider("a server starts in", 3, 0, 15, 1, "min"),
        "peak": view.slider("busiest hour", 500, 100, 800, 50, "pages/s"),
    }
    return view.explore(controls, run, ScalingPicture(0, 24, OTHERS), experiment=steps.DAY)


@view.pictured
def explore_flash_crowd(autoscaler):
    """Return sliders over two and a half hours with a sudden crowd, measured every 15 seconds."""

    def run(crowd, **rule):
        day = {"crowd": float(crowd), "start": 12.0, "hours": 2.5, "every": 15.0}
        return _followed(autoscaler, **rule, **day)

    controls = {
        "crowd": view.slider("crowd", 3.0, 1.0, 6.0, 0.5, "× the traffic"),
        "start_up": view.slider("a server starts in", 3, 0, 15, 1, "min"),
        "target": view.in_percent("target", 60, 30, 95, 5, "% busy"),
        "cooldown": view.slider("cooldown", 10, 0, 60, 5, "min"),
    }
    picture = ScalingPicture(12, 2.5, OTHERS, most=50, hours_paid=100)
    return view.explore(controls, run, picture, experiment=steps.CROWD)


@view.pictured
def replay(balancer=None):
    """Return the film of sessions in the servers' memories, and a button that kills web-1.

    balancer: a class with `pick(session_id, servers)`, next to a random server at log-in; without
    one only that.
    """

    def make(dies_at):
        return film(balancer, dies_at=dies_at)

    return Film(make, actions={"dies_at": KILL_ONE})


@view.pictured
def replay_tier(session_store, handle):
    """Return the film of any server with your store, next to sessions in the servers' memories.

    session_store: as in `explore_sessions`; handle: as in `explore_tier`.
    """

    def make(lifetime, dies_at):
        return film_of_tier(session_store, handle, lifetime=60.0 * lifetime, dies_at=dies_at)

    controls = {"lifetime": view.slider("lifetime", 5, 1, 10, 1, "min")}
    return Film(make, controls, {"dies_at": KILL_ONE})


@view.pictured
def replay_flash_crowd(autoscaler):
    """Return the film of a crowd that your `autoscaler` (a class) meets, next to fixed servers."""

    def make(crowd, start_up, target):
        chosen = {"start_up": 60.0 * start_up, "target": target / 100}
        return film_of_crowd(autoscaler, crowd=crowd, **chosen)

    controls = {
        "crowd": view.slider("crowd", 3.0, 1.0, 6.0, 0.5, "× the traffic"),
        "start_up": view.slider("a server starts in", 3, 0, 15, 1, "min"),
        "target": view.slider("target", 60, 30, 95, 5, "% busy"),
    }
    return Film(make, controls)


@lru_cache(maxsize=16)
def _costs_of_lifetimes(**chosen):
    """Return (% of look-ups that ask for a log-in, sessions stored) for each of LIFETIMES."""
    kept = [visits_of_browsers(lifetime=lifetime, **chosen) for lifetime in LIFETIMES.tolist()]
    again = [100 * np.mean(~visits.valid[visits.looks]) for visits in kept]
    return np.array(again), np.array([visits.in_store(MOMENTS).mean() for visits in kept])


def _followed(autoscaler, *, target, cooldown, start_up, peak=PEAK, **day):
    """Run a part of a day with the autoscaler and with OTHERS; `cooldown`, `start_up` in minutes.

    The mean of a day lies halfway between its peak and its night.
    """
    day |= {"seed": SEED, "target": target, "start_up": 60.0 * start_up, "peak": peak}
    fixed = [math.ceil(share * peak / PER_SERVER / BUSY) for share in (1.0, (1 + NIGHT) / 2)]
    result = simulate_scaling(autoscaler, cooldown=60.0 * cooldown, **day)
    runs = [simulate_scaling(other, **day) for other in (OneAtATime, *map(Fixed, fixed))]
    return {"result": result, "others": dict(zip(OTHERS, runs, strict=True))}


def _minutes(label, value=parameters.NEVER):
    """Return a slider over times (minutes), the first of them "never"; `run` gets seconds."""
    return view.moments(label, range(1, 10), value, unit="minute {}", seconds=60)
