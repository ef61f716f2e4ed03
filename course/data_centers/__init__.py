"""Notebook 07: several data centers, and what it takes to lose one of them.

The names that the notebook needs: types, errors, simulations, formulas and the explorers. An
explorer shows a sentence in place of the picture when a student's component fails, and each
`explore…` returns None while nbgrader executes the notebook.
"""

from functools import lru_cache, partial
from queue import SimpleQueue

from course.data_centers import rehearsal, steps
from course.data_centers.deployment import EVERYWHERE, NOWHERE, Rollout, simulate_deployment
from course.data_centers.deployment_picture import PLACES, DeploymentPicture
from course.data_centers.dns import Resolved, resolutions
from course.data_centers.dns_picture import DnsPicture
from course.data_centers.film import film
from course.data_centers.model import CentersResult, simulate
from course.data_centers.picture import CentersPicture
from course.data_centers.real_picture import RealPicture
from course.data_centers.split import Moves, moves
from course.data_centers.split_picture import SplitPicture
from course.data_centers.sync import SyncResult, simulate_sync
from course.data_centers.sync_film import film as _sync_film
from course.data_centers.sync_picture import QUIET, SyncPicture
from course.data_centers.system import architecture
from course.data_centers.theory import (
    expected_after,
    expected_blind,
    expected_lost,
    expected_still_sent,
)
from course.data_centers.world import (
    OPENING_ORDER,
    Center,
    Deployment,
    NoHealthyCenter,
    distance_km,
    make_centers,
)
from course.engine import parameters
from course.engine.component import name_of
from course.real.crowd import KILL, START
from course.view.explore import choice, choice_slider, in_percent, pictured, slider
from course.view.explore import explore as _explore
from course.view.film import Action, Film
from course.view.live import explore_live, with_processes

__all__ = [
    "Center",
    "CentersResult",
    "Deployment",
    "Moves",
    "NoHealthyCenter",
    "Resolved",
    "Rollout",
    "SyncResult",
    "architecture",
    "distance_km",
    "expected_after",
    "expected_blind",
    "expected_lost",
    "expected_still_sent",
    "explore",
    "explore_deployment",
    "explore_dns",
    "explore_outage",
    "explore_real",
    "explore_split",
    "explore_sync",
    "make_centers",
    "moves",
    "replay",
    "replay_sync",
    "resolutions",
    "simulate",
    "simulate_deployment",
    "simulate_sync",
]

SEED = 1
MINUTE = 60.0
DIES_AT = 180.0  # s
RATE, FEWER = 20.0, 8.0  # requests/s: with the built-in resolvers, and with a student's
TTLS = (0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0)
FILMED_TTLS = (5.0, 15.0, 30.0, 60.0, 120.0)
LAGS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)


@pictured
def explore(*, prediction=None):
    """Return sliders over `simulate` with the built-in DNS and resolvers, two centers.

    prediction: your guess (s) at how long a user is sent to the dead center on average, drawn as a
    diamond.
    """

    def run(lasts, **chosen):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="s")
        world = chosen | {"arrival_rate": RATE, "returns_after": MINUTE * lasts, "dies_at": DIES_AT}
        return {
            "result": simulate(seed=SEED, **world),
            "alone": _alone(**world),
            "prediction": guess,
        }

    controls = {
        "ttl": _durations("DNS TTL", TTLS, 120.0),
        "lasts": slider("the outage lasts", 4, 1, 10, 1, "min"),
        "lag": _durations("replication lag", LAGS, 10.0),
        "capacity": in_percent("a center can do", 120, 40, 150, 5, "% of all"),
    }
    picture = CentersPicture(2, RATE, predicts=prediction is not None)
    return _explore(controls, run, picture, experiment=steps.FIRST)


@pictured
def explore_dns(geo_dns):
    """Return sliders over where the world's users are sent.

    geo_dns: your class with `resolve(location)`, made with a list of centers.
    """

    def run(trips, **chosen):
        return {"resolved": resolutions(geo_dns, **chosen), "trips": trips}

    controls = {
        "centers": slider("centers", 2, 1, len(OPENING_ORDER), 1),
        "dead": slider("of them dead", 0, 0, len(OPENING_ORDER), 1),
        "trips": slider("round trips a page", 5, 1, 8, 1),
    }
    return _explore(controls, run, DnsPicture(), experiment=steps.DNS)


@pictured
def explore_split(split):
    """Return sliders over whom your `split` sends where, and who moves when the percents change.

    split: your function of (user_id, weights), a dict from center to percent.
    """

    def run(**chosen):
        return {"moves": moves(split, **chosen)}

    controls = {
        "before": slider("Washington before", 50, 0, 100, 5, "%"),
        "after": slider("Washington after", 90, 0, 100, 5, "%"),
        "centers": slider("centers", 2, 2, len(OPENING_ORDER), 1),
        "users": slider("users", 2000, 100, 3000, 100),
    }
    return _explore(controls, run, SplitPicture(), experiment=steps.SPLIT)


@pictured
def explore_outage(geo_dns, caching_resolver):
    """Return sliders over an outage with your DNS and your resolvers.

    geo_dns: your class with `resolve(location)`, made with a list of centers. caching_resolver:
    your class with `resolve(location, now)`, made with a DNS and a TTL (s).
    """

    def run(lasts, centers, **chosen):
        chosen |= {"arrival_rate": FEWER, "returns_after": MINUTE * lasts, "dies_at": DIES_AT}
        several = {"seed": SEED, "centers": centers, "dies": OPENING_ORDER[1], **chosen}
        result = simulate(geo_dns, resolver=caching_resolver, **several)
        return {"result": result, "alone": _alone(**chosen), "plain": simulate(**several)}

    controls = {
        "ttl": _durations("DNS TTL", TTLS, 60.0),
        "lasts": slider("the outage lasts", 4, 1, 10, 1, "min"),
        "centers": slider("centers", 4, 2, len(OPENING_ORDER), 1),
        "capacity": in_percent("a center can do", 65, 40, 150, 5, "% of all"),
    }
    name = f"Your {name_of(caching_resolver)}"
    picture = CentersPicture(len(OPENING_ORDER), FEWER, name=name)
    return _explore(controls, run, picture, experiment=steps.OUTAGE)


@pictured
@with_processes
def explore_real(geo_dns, caching_resolver):
    """Return controls over an outage of real centers behind your DNS, measured when you ask.

    geo_dns, caching_resolver: your classes, as in `explore_outage`.
    """
    from course.data_centers import real  # the HTTP library takes a fifth of a second

    hands = SimpleQueue()

    def foresee(ttl, dies, outage=None):
        outage = outage or (rehearsal.OUTAGE if dies else None)
        expected = rehearsal.rehearse(geo_dns, caching_resolver, ttl=ttl, outage=outage)
        foreseen = rehearsal.formula(ttl, outage)
        return {"ttl": ttl, "foreseen": foreseen, "expected": expected, "run": None}

    def measure(ttl, dies):
        outage = rehearsal.OUTAGE if dies else None
        for run in real.measure(geo_dns, caching_resolver, ttl=ttl, outage=outage, hands=hands):
            yield run.share, foresee(ttl, dies, run.outage) | {"run": run}

    controls = {
        "ttl": choice_slider("DNS TTL", [(f"{ttl} s", ttl) for ttl in rehearsal.TTLS], 2),
        "dies": choice("killed at 2 s", [("nothing", False), (rehearsal.CENTERS[0], True)]),
    }
    actions = {
        f"kill -9 {rehearsal.CENTERS[0]}": partial(hands.put, KILL),
        "Start it again": partial(hands.put, START),
    }
    experiment = steps.REAL
    return explore_live(
        controls, foresee, measure, RealPicture(), experiment=experiment, actions=actions
    )


@pictured
def replay(geo_dns=None, caching_resolver=None):
    """Return the film of Washington's outage with your DNS and your resolvers, two centers.

    geo_dns: your class with `resolve(location)`, made with a list of centers. caching_resolver:
    your class with `resolve(location, now)`, made with a DNS and a TTL (s). The built-in ones
    without them.
    """

    def make(**chosen):
        return film(geo_dns, caching_resolver, **chosen)

    controls = {}
    if geo_dns or caching_resolver:
        controls["ttl"] = _durations("DNS TTL", FILMED_TTLS, 60.0)
    kill = Action("Kill Washington", "Let Washington live")
    return Film(make, controls, {"dies_at": kill})


@pictured
def explore_sync(last_writer_wins):
    """Return sliders over two centers that both write.

    last_writer_wins: your class with `write`, `delete`, `merge` and `get`.
    """

    def run(keys, clock_ahead, **chosen):
        world = {"seed": SEED, "keys": keys, "clock_ahead": clock_ahead, **chosen}
        world["writes_until"] = QUIET
        result = simulate_sync(last_writer_wins, **world)
        return {"result": result, "keys": keys, "clock_ahead": clock_ahead}

    controls = {
        "lag": _durations("replication lag", LAGS[:-1], 2.0),
        "partition": slider("the line is cut for", 60, 0, 120, 10, "s"),
        "write_rate": slider("writes", 8, 1, 12, 1, "1/s"),
        "keys": slider("keys", 80, 10, 120, 10),
        "clock_ahead": slider("Singapore ahead by", 0.0, 0.0, 30.0, 0.5, "s"),
    }
    return _explore(controls, run, SyncPicture(), experiment=steps.SYNC)


@pictured
def replay_sync(last_writer_wins):
    """Return the film of two centers that write the same photos while the line is cut.

    last_writer_wins: your class with `write`, `delete`, `merge` and `get`.
    """

    def make(**chosen):
        return _sync_film(last_writer_wins, **chosen)

    controls = {
        "partition": slider("the line is cut for", 40, 10, 60, 10, "s"),
        "clock_ahead": slider("Singapore ahead by", 0, 0, 30, 5, "s"),
    }
    return Film(make, controls)


@pictured
def explore_deployment(rolling_deploy):
    """Return sliders over a deployment, one center at a time and all at once.

    rolling_deploy: your function of (centers, version, deploy, healthy).
    """

    def run(**chosen):
        rollout = simulate_deployment(rolling_deploy, **chosen)
        return {"rollout": rollout, "at_once": simulate_deployment(**chosen)}

    faults = [("none", NOWHERE), *((name, at) for at, name in enumerate(PLACES))]
    controls = {
        "fault_at": choice_slider("bad in center", [*faults, ("all", EVERYWHERE)], EVERYWHERE),
        "centers": slider("centers", 4, 1, len(OPENING_ORDER), 1),
        "bake_minutes": slider("watch a center for", 10, 0, 20, 1, "min"),
        "deploy_minutes": slider("deploying takes", 2, 1, 5, 1, "min"),
        "failing": in_percent("requests that fail", 30, 5, 50, 5),
        "smallest_first": choice("order", [("as opened", False), ("smallest first", True)]),
    }
    return _explore(controls, run, DeploymentPicture(), experiment=steps.DEPLOYMENT)


@lru_cache(maxsize=64)
def _alone(**chosen):
    """Return the run of the site with one center, Washington, of the same size."""
    return simulate(seed=SEED, centers=1, **chosen)


def _durations(label, seconds, value):
    names = [f"{each / 60:g} min" if each >= 60 else f"{each:g} s" for each in seconds]
    return choice_slider(label, list(zip(names, seconds, strict=True)), value)
