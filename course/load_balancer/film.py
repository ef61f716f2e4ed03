"""The film of notebook 02: requests come to the balancer and wait in a row before each server."""

from functools import cache, partial

from course.engine import rows
from course.engine.component import ComponentError, name_of
from course.engine.record import milliseconds
from course.engine.servers import NoHealthyServer
from course.engine.watching import repeating, watching
from course.load_balancer.baselines import RandomBalancer
from course.load_balancer.health import PROBE_EVERY
from course.load_balancer.model import simulate
from course.view import style
from course.view.reel import Reel
from course.view.scene import Scene

SECONDS, SEED = 6.0, 1
RATE = 0.2  # of the run's seconds that play in a second
WAY, STEP = 0.05, 0.02  # s on each way, and to move up by one place
HIGH = 46  # pixels: a server and its row
LEFT, BALANCER, WORKER, RIGHT, APART, MOST = (
    12,
    112,
    424,
    470,
    13,
    20,
)  # pixels across; a row's most
WAITS, SERVED, FAILED = "on its way, or waiting", "in service, then answered", "failed"
HEALTHY, UNHEALTHY, PROBE = "believed healthy", "believed unhealthy", "probe"
STATES = {
    WAITS: (style.SKY, "disc"),
    SERVED: (style.BLUE, "disc"),
    FAILED: (style.VERMILION, "cross"),
    HEALTHY: (style.GREEN, "square"),
    UNHEALTHY: (style.VERMILION, "ring"),
    PROBE: (style.GREEN, "tick"),
}


def film(balancer=None, *, health_checker=None, dies_at=None, seed=SEED):
    """Return the Reel of a balancer next to random balancing on the same traffic.

    balancer: a class or instance with `pick(servers)`, or None for random balancing alone.
    health_checker: as of `simulate`. dies_at: when web-1 dies (s), None for never.
    If the balancer fails, the film ends before that request.
    """
    world = {"health_checker": health_checker, "dies_at": dies_at, "seed": seed}
    reel = Reel(end=SECONDS, rate=RATE, states=STATES)
    lanes = {"random": RandomBalancer}
    if balancer is not None:
        lanes = {f"your {name_of(balancer)}": balancer, **lanes}
    for title, each in lanes.items():
        result, calls, fate, end = _run(each, world)
        if fate:
            reel.fate, reel.end = fate, end
        lane = reel.lane(title, _scene(len(result.names) - 1))
        _requests(lane, result, calls, name_of(each))
        _servers(lane, result.health, len(result.names) - 1)
        lane.count("served", result.finished_at[result.served].tolist())
        lane.count("failed", result.finished_at[result.failed].tolist())
        _marks(reel, lane, result, each is not RandomBalancer)
    _captions(reel, dies_at, result.health)
    return reel


def _run(balancer, world):
    """Return (result, calls, fate, end): a run, and the sentence about the call that ended it.

    fate: "" if none did. end: when it happened (s): from then on no request finds a server.
    """
    watched, calls = watching(balancer, pick=list)
    try:
        return simulate(watched, duration=SECONDS, **world), calls, "", SECONDS
    except ComponentError as error:
        if not len(calls):
            raise
        result = simulate(repeating(calls, pick=_as_then), duration=SECONDS, **world)
        return result, calls, str(error), float(result.arrived_at[len(calls) - 1])


def _as_then(pick, servers):
    if pick is None or pick.returned is None:
        raise NoHealthyServer
    return servers[pick.saw.index(pick.returned)]


@cache
def _scene(servers):
    scene = Scene(480, 30 + HIGH * servers)
    scene.box(BALANCER - 18, 24, 36, HIGH * servers - 6, colour=style.GREY)
    scene.text(BALANCER, 12, "balancer", at="center")
    for place in range(servers):
        scene.box(WORKER - 13, _height(place) - 13, 26, 26)
        scene.text(WORKER, _height(place) - 21, f"web-{place + 1}", at="center")
    return scene


def _height(place):
    return 30 + HIGH * (place + 0.5)


def _requests(lane, result, calls, name):
    """Let every request of a run be an actor of the lane."""
    picks, nowhere = calls.of("pick"), len(result.names) - 1
    places, failed = result.place.tolist(), result.failed.tolist()
    times = (result.arrived_at, result.started_at, result.finished_at)
    arrivals, starts, ends = (column.tolist() for column in times)
    stands = [[] for _ in places]
    for server in range(nowhere):
        mine = [i for i, place in enumerate(places) if place == server]
        row = rows.places([arrivals[i] for i in mine], [ends[i] for i in mine])
        for i, changes in zip(mine, row, strict=True):
            stands[i] = changes
    middle = lane.scene.height / 2 + 6
    xs = [WORKER, *(WORKER - place * APART - 8 for place in range(1, MOST + 1))]
    for i, (arrived, started, left) in enumerate(zip(arrivals, starts, ends, strict=True)):
        actor = lane.actor(f"request {i + 1}").at(arrived - WAY, LEFT, middle, WAITS)
        actor.at(arrived, BALANCER, middle)
        y = _height(places[i]) if places[i] < nowhere else middle
        takes = WAY
        for time, place in stands[i]:
            actor.go(time, time + takes, xs[place] if place < MOST else xs[MOST], y)
            takes = STEP
        if started == started:
            actor.turn(started, SERVED)
        if failed[i]:
            actor.go(left, left + WAY, actor.xs[-1] if stands[i] else WORKER, y, FAILED)
            actor.go(left + WAY, left + 2 * WAY, RIGHT, y + HIGH / 3)
        else:
            actor.go(left, left + WAY, RIGHT, y)
        if i < len(picks):
            pick, ahead = picks[i], stands[i][0][1] if stands[i] else 0
            words = partial(_chose, pick, result.names[places[i]])
            actor.tell(arrived, words, call=pick, cell=partial(_cell, pick, name))
            end = partial(_answered, arrived, started, left, ahead)
            actor.tell(left, "failed." if failed[i] else end)


def _chose(pick, server):
    """Return in words what `pick` saw and chose."""
    saw = ", ".join(_seen(view.name, view.active, view.healthy) for view in pick.saw)
    chose = f"It chose {server}" if pick.error is None else f"It raised {type(pick.error).__name__}"
    return f"arrived. pick saw how many requests each server had: {saw}. {chose}."


def _cell(pick, name):
    """Return code that makes a call of `pick`."""
    active = {view.name: view.active for view in pick.saw}
    out = [view.name for view in pick.saw if not view.healthy]
    return f"{name}().pick(make_views({active}{f', {out}' if out else ''}))"


def _answered(arrived, started, left, ahead):
    """Return in words how a request with `ahead` others ahead of it left."""
    row = "it did not wait"
    if ahead:
        others = "one other" if ahead == 1 else f"{ahead} others"
        row = f"it waited {milliseconds(started - arrived)} behind {others}"
    return f"was answered after {milliseconds(left - arrived)}: {row}."


def _seen(name, requests, healthy):
    return f"{name} {requests}{'' if healthy else ' (unhealthy)'}"


def _servers(lane, health, servers):
    """Let a lamp show what is believed of each server, and ticks its probes."""
    for place in range(servers):
        name, y = f"web-{place + 1}", _height(place) - 21
        lamp = lane.actor(f"what is believed of {name}").at(0, WORKER + 30, y, HEALTHY, size=4)
        for who, start, end in health.out:
            if who == name:
                lamp.turn(start, UNHEALTHY).tell(start, f"{name} is taken out.")
                if end < health.duration:
                    lamp.turn(end, HEALTHY).tell(end, f"{name} is put back.")
        lamp.stay(SECONDS)
        time = PROBE_EVERY / 2
        while time < health.duration:
            dead = any(who == name and start <= time < end for who, start, end in health.dead)
            probe = lane.actor(f"a probe of {name}").at(time - WAY, BALANCER + 18, y + 8, PROBE)
            probe.at(time, WORKER - 26, y + 8, FAILED if dead else PROBE)
            if not dead:
                probe.at(time + WAY, BALANCER + 18, y + 8)
            else:
                probe.stay(time + 2 * WAY)
            time += PROBE_EVERY


def _marks(reel, lane, result, mine):
    slowest = int((result.finished_at - result.arrived_at).argmax())
    owner = "your" if mine else "the random one's"
    reel.mark(f"{owner} slowest request", float(result.arrived_at[slowest]), lane.actors[slowest])
    if mine and result.errors:
        first = int(result.failed.argmax())
        reel.mark("your first that failed", float(result.finished_at[first]), lane.actors[first])


def _captions(reel, dies_at, health):
    reel.caption(
        0, "Each dot is a request. The balancer picks a row, and a server serves its row in turn."
    )
    for _, start, _ in health.dead:
        reel.caption(
            start,
            "web-1 is dead. What is sent there fails at once, so its row is always the shortest.",
        )
        for name, since, _ in health.out:
            if name == "web-1" and since >= start:
                reel.caption(since, "The checker has noticed: pick sees that web-1 is unhealthy.")
