"""Notebook 02: a load balancer in front of several web servers.

The names that the notebook needs: types, errors, `simulate`, the pictures and the `explore`s.
"""

from functools import lru_cache
from queue import SimpleQueue

from course.engine import parameters
from course.engine.component import name_of
from course.engine.servers import NeverNotices, NoHealthyServer, ServerView, make_views, name_picked
from course.load_balancer import network, steps
from course.load_balancer.baselines import ByClient, LastProbe, RandomBalancer
from course.load_balancer.film import film
from course.load_balancer.health import Health, watch
from course.load_balancer.health_picture import HealthPicture
from course.load_balancer.model import BalancedResult, shared_queue, simulate
from course.load_balancer.network import FAMILIES, PRIVATE, PUBLIC, reachability
from course.load_balancer.network_picture import NetworkPicture
from course.load_balancer.picture import BalancePicture
from course.load_balancer.real_picture import RealPicture
from course.load_balancer.rivals import installed
from course.load_balancer.system import architecture
from course.view import explore as view
from course.view.film import Action, Film
from course.view.live import explore_live, with_processes

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
    "explore_real",
    "make_views",
    "name_picked",
    "reachability",
    "replay",
    "shared_queue",
    "simulate",
    "watch",
]

SEED = 1
REAL_DAY = 4  # eight seconds whose luck is near the average
MOST_FALL = 8
TIMES = range(0, 60, 5)  # s, at which something may happen


@view.pictured
def explore(*balancers, prediction=None):
    """Return sliders over `simulate`; your `balancers` join the built-in ones.

    balancers: classes with `pick(servers)`; the first one is chosen when the picture opens.
    prediction: your guess (ms) at the latency that 99 % stay below, drawn as a diamond.
    """

    def run(algorithm, health_checker, tail, **traffic):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, above=0, unit="ms")
        chosen = traffic | {"health_checker": health_checker}
        random = _random_run(**chosen)
        result = random
        if algorithm is not RandomBalancer:
            result = simulate(algorithm, seed=SEED, **chosen)
        return {
            "name": names[algorithm],
            "result": result,
            "random": random,
            "ideal": _ideal(**traffic),
            "prediction": guess,
            "tail": tail,
        }

    names = {each: name_of(each) for each in balancers}
    names |= {RandomBalancer: "random", ByClient: "by client"}
    controls = {
        "algorithm": view.choice("algorithm", [(name, each) for each, name in names.items()]),
        "servers": view.slider("servers", 4, 1, 7, 1),
        "arrival_rate": view.slider("arrival rate", 84, 4, 180, 4, "1/s"),
        "dies_at": view.moments("web-1 dies at", TIMES),
        "health_checker": view.choice(
            "health checks", [("last probe", LastProbe), ("none", NeverNotices)]
        ),
        "added_at": view.moments("one more joins at", TIMES),
        "tail": view.tick("mark 50 %, 90 % and 99.9 %, too"),
    }
    mine = {name: each for each, name in names.items() if each in balancers}
    experiment = steps.of_balancers(mine) if mine else steps.of_chance()
    return view.explore(controls, run, BalancePicture(), experiment=experiment)


@view.pictured
def replay(balancer=None, health_checker=None):
    """Return the film of your balancer next to random balancing; of the latter alone without one.

    balancer: a class with `pick(servers)`. health_checker: a class with `observe` and `is_healthy`;
    LastProbe without one.
    """

    def make(checker, dies_at):
        return film(balancer, health_checker=checker, dies_at=dies_at)

    checkers = [("last probe", LastProbe), ("none", NeverNotices)]
    if health_checker:
        checkers.insert(0, (f"your {name_of(health_checker)}", health_checker))
    controls = {"checker": view.choice("health checks", checkers)}
    return Film(make, controls, {"dies_at": Action("Kill web-1", "Let web-1 live")})


@view.pictured
def explore_health(health_checker=None):
    """Return sliders over what a health checker notices; LastProbe without one of your own.

    health_checker: a class (made with `fall` and `rise`) or an instance.
    """

    def run(fall, rise, **chosen):
        chosen |= {"health_checker": health_checker, "rise": rise, "seed": SEED}
        return {
            "result": simulate(fall=fall, **chosen),
            "unchecked": _unchecked_run(chosen["dies_at"]),
            "others": [watch(fall=other + 1, **chosen) for other in range(MOST_FALL)],
            "fall": fall,
            "rise": rise,
        }

    controls = {
        "fall": view.slider("fall", 3, 1, MOST_FALL, 1),
        "rise": view.slider("rise", 2, 1, MOST_FALL, 1),
        "probe_loss": view.in_percent("probes lost", 10, 0, 50, 5),
        "dies_at": view.moments("web-1 dies at", TIMES, 20),
    }
    return view.explore(controls, run, HealthPicture(MOST_FALL), experiment=steps.of_health())


@view.pictured
def explore_network(can_connect=None):
    """Return controls over which address reaches which.

    can_connect: a function of two addresses, source and destination, that returns whether the
    first can open a connection to the second; without one every address reaches every other.
    """

    def run(servers, **chosen):
        return {"reached": reachability(can_connect, servers=servers), **chosen}

    names = [host.name for host in network.hosts()]
    controls = {
        "source": view.choice("from", [(name, name) for name in names]),
        "source_family": view.choice("its address", [(each, each) for each in FAMILIES]),
        "family": view.choice("to addresses", [(each, each) for each in FAMILIES]),
        "servers": view.choice(
            "web and data tier have", [(f"{kind} addresses", kind) for kind in (PRIVATE, PUBLIC)]
        ),
    }
    return view.explore(controls, run, NetworkPicture(), experiment=steps.of_network())


@view.pictured
@with_processes
def explore_real(*balancers, health_checker=LastProbe):
    """Return controls over real servers behind your `balancers`, measured when you ask.

    balancers: classes with `pick(servers)`. health_checker: a class (made with `fall` and `rise`)
    or an instance. nginx and HAProxy join where they are installed.
    """
    from course.load_balancer import real  # the HTTP library takes a fifth of a second
    from course.load_balancer.foresight import Foresight

    options = {name_of(each): each for each in balancers} | {"random": RandomBalancer}
    options |= {name: name for name in installed()}
    names = {each: name for name, each in options.items()}
    foresight, hands = Foresight(names, health_checker), SimpleQueue()

    def measure(algorithm, seed, dies_at):
        chosen = {"seed": seed, "dies_at": None if dies_at == view.NEVER else dies_at}
        chosen |= {"hands": hands, "health_checker": health_checker}
        for run in real.measure(algorithm, **chosen):
            yield run.share, foresight.after(run, algorithm, seed, dies_at)

    controls = {
        "algorithm": view.choice("balancer", list(options.items())),
        "dies_at": view.moments("web-1 is killed at", [1, 2, 3]),
        "seed": view.slider("day (other luck)", REAL_DAY, 1, 20, 1),
    }
    return explore_live(
        controls,
        foresight,
        measure,
        RealPicture([*options]),
        experiment=steps.of_real(options),
        actions={
            "kill -9 web-1": lambda: hands.put(real.KILL),
            "Start web-1 again": lambda: hands.put(real.START),
        },
    )


@lru_cache(maxsize=16)
def _random_run(**chosen):
    return simulate(seed=SEED, **chosen)


@lru_cache(maxsize=16)
def _ideal(**traffic):
    return shared_queue(seed=SEED, **traffic)


@lru_cache(maxsize=16)
def _unchecked_run(dies_at):
    return simulate(seed=SEED, health_checker=NeverNotices, dies_at=dies_at)
