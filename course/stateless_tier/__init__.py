"""Notebook 06: a web tier that keeps nothing, so that servers may come and go.

The names that the notebook needs: types, errors, the simulations, the pictures and the `explore`s.
"""

import math
from functools import lru_cache

import numpy as np

from course.engine import parameters
from course.engine.component import name_of
from course.engine.servers import NoHealthyServer, ServerView, make_views, name_picked
from course.stateless_tier.baselines import Drawn, Fixed, Hashed, InTurn, OneAtATime
from course.stateless_tier.model import TierResult, simulate
from course.stateless_tier.picture import Compared, TierPicture
from course.stateless_tier.scaling import CAPACITY as PER_SERVER
from course.stateless_tier.scaling import NIGHT, PEAK, Scaled, simulate_scaling
from course.stateless_tier.scaling_picture import Followed, ScalingPicture
from course.stateless_tier.serving import Request, Response, Served, simulate_serving
from course.stateless_tier.serving_picture import Answered, ServingPicture
from course.stateless_tier.sessions import Sessions, simulate_sessions, visits_of_browsers
from course.stateless_tier.sessions_picture import MOST, Kept, SessionsPicture
from course.stateless_tier.system import architecture
from course.view.explore import choice, pictured, slider, steps
from course.view.explore import explore as _explore

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
    "explore_sessions",
    "explore_tier",
    "make_views",
    "name_picked",
    "simulate",
    "simulate_scaling",
    "simulate_serving",
    "simulate_sessions",
]

SEED = 1
NEVER = "never"
CAPACITY = 100  # pages a minute that one server can serve, at 0.6 s each


@pictured
def explore(balancer=None, *, prediction=None):
    """Return sliders over `simulate`; your `balancer`, a class with `pick`, joins the others.

    prediction: your guess at the percent of the pages that the newest server gets.
    """

    def run(sessions, dies_at, added_at, users, servers, stay):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, at_most=100, unit="%")
        world = {"seed": SEED, "users": users, "servers": servers, "stay": 60 * stay}
        world |= {"dies_at": _seconds(dies_at), "added_at": _seconds(added_at)}
        ghost = simulate(**world)
        result = ghost
        if sessions is not Drawn:
            result = simulate(sessions, shared_store=sessions is InTurn, **world)
        return Compared(names[sessions], result, ghost, guess)

    names = {} if balancer is None else {balancer: name_of(balancer)}
    names |= {kind: kind.name for kind in (Drawn, Hashed, InTurn)}
    controls = {
        "sessions": choice("sessions", [(name, kind) for kind, name in names.items()]),
        "dies_at": _moments("web-1 dies at"),
        "added_at": _moments("one more joins at", 4),
        "users": slider("users", 250, 50, 400, 10),
        "servers": slider("servers", 4, 2, 6, 1),
        "stay": slider("a user stays", 30, 5, 120, 5, "min"),
    }
    return _explore(controls, run, TierPicture(CAPACITY))


@pictured
def explore_sessions(session_store):
    """Return sliders over what your session store (a class with login, user, logout) answers."""

    def run(lifetime, page_every, logs_out, users):
        chosen = {"seed": SEED, "users": users, "page_every": 60 * page_every}
        chosen["logs_out"] = logs_out / 100
        result = simulate_sessions(session_store, lifetime=60.0 * lifetime, **chosen)
        again, stored = _costs_of_lifetimes(**chosen)
        stays = (1 - chosen["logs_out"]) * -np.expm1(-LIFETIMES / page_every)
        return Kept(
            name_of(session_store),
            result,
            LIFETIMES,
            again,
            100 * (1 - stays),
            stored,
            lifetime,
            float(result.visits.in_store(MOMENTS).mean()),
        )

    controls = {
        "lifetime": slider("lifetime", 15, 1, MOST, 1, "min"),
        "page_every": slider("a page every", 10, 5, 30, 1, "min"),
        "logs_out": slider("log out after a page", 10, 0, 50, 5, "%"),
        "users": slider("users", 90, 10, 100, 5),
    }
    return _explore(controls, run, SessionsPicture())


@pictured
def explore_tier(session_store, handle):
    """Return sliders over a tier whose servers all answer with your `handle` and your store."""

    def run(dies_at, users, lifetime, strangers):
        served = simulate_serving(
            session_store,
            handle,
            seed=SEED,
            users=users,
            lifetime=60.0 * lifetime,
            strangers=strangers,
        )
        return Answered(served, simulate(seed=SEED, users=users, dies_at=_seconds(dies_at)))

    controls = {
        "dies_at": _moments("web-1 dies at", 5),
        "users": slider("users", 250, 50, 400, 10),
        "lifetime": slider("lifetime", 5, 1, 30, 1, "min"),
        "strangers": slider("strangers", 20, 0, 100, 5, "1/min"),
    }
    return _explore(controls, run, ServingPicture())


@pictured
def explore_day(autoscaler):
    """Return sliders over a day of traffic that your `autoscaler` (a class) follows."""

    def run(target, cooldown, start_up, peak):
        return _followed(autoscaler, target, cooldown, start_up, peak=float(peak))

    controls = {
        "target": slider("target", 60, 30, 95, 5, "% busy"),
        "cooldown": slider("cooldown", 10, 0, 60, 5, "min"),
        "start_up": slider("a server starts in", 3, 0, 15, 1, "min"),
        "peak": slider("busiest hour", 500, 100, 800, 50, "pages/s"),
    }
    return _explore(controls, run, ScalingPicture(0, 24, OTHERS))


@pictured
def explore_flash_crowd(autoscaler):
    """Return sliders over two and a half hours with a sudden crowd, measured every 15 seconds."""

    def run(crowd, start_up, target, cooldown):
        crowd = {"crowd": float(crowd), "start": 12.0, "hours": 2.5, "every": 15.0}
        return _followed(autoscaler, target, cooldown, start_up, **crowd)

    controls = {
        "crowd": slider("crowd", 3.0, 1.0, 6.0, 0.5, "× the traffic"),
        "start_up": slider("a server starts in", 3, 0, 15, 1, "min"),
        "target": slider("target", 60, 30, 95, 5, "% busy"),
        "cooldown": slider("cooldown", 10, 0, 60, 5, "min"),
    }
    return _explore(controls, run, ScalingPicture(12, 2.5, OTHERS, most=50, hours_paid=100))


BUSY = 0.75  # how busy the fixed numbers of servers were bought to be, at the peak or on average
OTHERS = ("one at a time", "fixed, for the peak", "fixed, for the mean")
LIFETIMES = np.arange(4, MOST + 1, 4)
MOMENTS = np.linspace(1800, 7200, 200)  # after the first half hour, in seconds


@lru_cache(maxsize=16)
def _costs_of_lifetimes(**chosen):
    """Return (% of look-ups that ask for a log-in, sessions stored) for each of LIFETIMES."""
    kept = [visits_of_browsers(lifetime=60.0 * lifetime, **chosen) for lifetime in LIFETIMES]
    again = [100 * np.mean(~visits.valid[visits.looks]) for visits in kept]
    return np.array(again), np.array([visits.in_store(MOMENTS).mean() for visits in kept])


def _followed(autoscaler, target, cooldown, start_up, **day):
    limits = {"seed": SEED, "target": target / 100, "start_up": 60.0 * start_up}
    mine = simulate_scaling(autoscaler, cooldown=60.0 * cooldown, **limits, **day)
    peak = day.get("peak", PEAK)
    fixed = [math.ceil(share * peak / PER_SERVER / BUSY) for share in (1.0, (1 + NIGHT) / 2)]
    others = [OneAtATime, *map(Fixed, fixed)]
    runs = [simulate_scaling(other, **limits, **day) for other in others]
    return Followed(mine, dict(zip(OTHERS, runs, strict=True)))


def _seconds(minutes):
    return None if minutes == NEVER else 60 * minutes


def _moments(label, value=NEVER):
    """Return a slider over times (minutes), the first of them "never"."""
    times = ((f"minute {time}", time) for time in range(1, 10))
    return steps(label, [(NEVER, NEVER), *times], value)
