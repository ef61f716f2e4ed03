"""Notebook 02: a load balancer in front of several web servers.

The names that the notebook needs: types, errors, `simulate`, the pictures and the `explore`s.
"""

from functools import lru_cache

from course.engine import parameters
from course.engine.component import name_of
from course.engine.servers import NoHealthyServer, ServerView, make_views, name_picked
from course.load_balancer.baselines import ByClient, LastProbe, NeverNotices, RandomBalancer
from course.load_balancer.health import Health, watch
from course.load_balancer.health_picture import HealthPicture, Watched
from course.load_balancer.model import BalancedResult, shared_queue, simulate
from course.load_balancer.network import FAMILIES, PRIVATE, PUBLIC, reachability
from course.load_balancer.network_picture import NetworkPicture
from course.load_balancer.picture import BalancePicture, Comparison
from course.load_balancer.system import architecture
from course.view.explore import choice, pictured, slider, steps, tick
from course.view.explore import explore as _explore

__all__ = [
    "BalancedResult",
    "ByClient",
    "Health",
    "LastProbe",
    "NeverNotices",
    "NoHealthyServer",
    "RandomBalancer",
    "ServerView",
    "architecture",
    "explore",
    "explore_health",
    "explore_network",
    "make_views",
    "name_picked",
    "reachability",
    "shared_queue",
    "simulate",
    "watch",
]

SEED = 1
NEVER = "never"
MOST_FALL = 8


@pictured
def explore(*balancers, prediction=None):
    """Return sliders over `simulate`; `balancers` (classes with `pick`) join the built-in ones.

    prediction: your guess (ms) at the latency that 99 % stay below, drawn as a diamond.
    """

    def run(algorithm, servers, arrival_rate, dies_at, checks, added_at):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="ms")
        dies_at, added_at = (None if at == NEVER else at for at in (dies_at, added_at))
        chosen = {"servers": servers, "arrival_rate": arrival_rate, "dies_at": dies_at}
        tested = chosen | {"added_at": added_at, "health_checker": checks}
        random = _random_run(**tested)
        result = random
        if algorithm is not RandomBalancer:
            result = simulate(algorithm, seed=SEED, **tested)
        ideal = shared_queue(seed=SEED, **chosen, added_at=added_at)
        return Comparison(names[algorithm], result, random, ideal, guess)

    names = {each: name_of(each) for each in balancers}
    names |= {RandomBalancer: "random", ByClient: "by client"}
    controls = {
        "algorithm": choice("algorithm", [(name, each) for each, name in names.items()]),
        "servers": slider("servers", 4, 1, 7, 1),
        "arrival_rate": slider("arrival rate", 84, 4, 180, 4, "1/s"),
        "dies_at": _moments("web-1 dies at"),
        "checks": choice("health checks", [("last probe", LastProbe), ("none", NeverNotices)]),
        "added_at": _moments("one more joins at"),
    }
    return _explore(controls, run, BalancePicture())


@pictured
def explore_health(health_checker=None):
    """Return sliders over what a health checker notices; LastProbe without one of your own.

    health_checker: a class (made with `fall` and `rise`) or an instance.
    """

    def run(fall, rise, probe_loss, dies_at):
        dies_at = None if dies_at == NEVER else dies_at
        chosen = {"health_checker": health_checker, "rise": rise, "probe_loss": probe_loss / 100}
        chosen |= {"dies_at": dies_at, "seed": SEED}
        return Watched(
            simulate(fall=fall, **chosen),
            _unchecked_run(dies_at),
            tuple(watch(fall=other + 1, **chosen) for other in range(MOST_FALL)),
            fall,
            rise,
        )

    controls = {
        "fall": slider("fall", 3, 1, MOST_FALL, 1),
        "rise": slider("rise", 2, 1, MOST_FALL, 1),
        "probe_loss": slider("probes lost", 10, 0, 50, 5, "%"),
        "dies_at": _moments("web-1 dies at", 20),
    }
    return _explore(controls, run, HealthPicture(MOST_FALL))


@pictured
def explore_network(can_connect=None):
    """Return controls over who reaches whom by `can_connect(source, destination)` of addresses.

    Without one every address reaches every other.
    """

    def run(servers, **families):
        wanted = [family for family in FAMILIES if families[family]]
        return reachability(can_connect, servers=servers, families=wanted)

    controls = {
        "servers": choice(
            "web and data tier have", [(f"{kind} addresses", kind) for kind in (PRIVATE, PUBLIC)]
        ),
        **{family: tick(family, True) for family in FAMILIES},
    }
    return _explore(controls, run, NetworkPicture())


@lru_cache(maxsize=16)
def _random_run(**chosen):
    return simulate(seed=SEED, **chosen)


@lru_cache(maxsize=16)
def _unchecked_run(dies_at):
    return simulate(seed=SEED, health_checker=NeverNotices, dies_at=dies_at)


def _moments(label, value=NEVER):
    """Return a slider over times (s), the first of them "never"."""
    return steps(label, [(NEVER, NEVER), *((f"{time} s", time) for time in range(0, 60, 5))], value)
