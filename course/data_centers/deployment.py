"""A new version that goes from center to center, and what a bad one does to users.

simulate_deployment(rolling_deploy, fault_at=EVERYWHERE) → Rollout
"""

from dataclasses import dataclass

import numpy as np

from course.data_centers.world import WEIGHTS, Deployment, make_centers, nearest
from course.engine import parameters
from course.engine.component import ComponentError, name_of, sentences, short, wrong_return

OLD, NEW = "v1", "v2"
NOWHERE, EVERYWHERE = "nowhere", "everywhere"
CALLS = 200  # of deploy and healthy; after more it would never end


@dataclass(frozen=True)
class Rollout:
    """How a deployment went; the centers are in the order in which they were given.

    changes: (minute, place of the center, version) in order of time. names, shares: of each center,
    and of all users its share. faulty: the places where the new version is bad. failing: the share
    of requests that fail there. minutes: how long it took. succeeded: what the deployment said.
    """

    changes: tuple
    names: tuple
    shares: np.ndarray
    faulty: tuple
    failing: float
    minutes: float
    succeeded: bool

    def spans(self, version):
        """Return for each center when it ran `version`: lists of (from, to) in minutes."""
        spans = []
        for place in range(len(self.names)):
            mine = [(0.0, OLD), *((at, what) for at, who, what in self.changes if who == place)]
            ends = [*(at for at, _ in mine[1:]), np.inf]
            spans.append(
                [(at, end) for (at, what), end in zip(mine, ends, strict=True) if what == version]
            )
        return spans

    def failing_share(self, times):
        """Return the share of all requests that fail at each of `times` (minutes)."""
        times, spans = np.asarray(times, dtype=float), self.spans(NEW)
        failing = np.zeros(times.size)
        for place in self.faulty:
            for start, end in spans[place]:
                failing += self.failing * self.shares[place] * ((times >= start) & (times < end))
        return failing

    def failed(self, until=120.0):
        """Return how many minutes of all requests fail: the integral of `failing_share`."""
        return sum(
            self.failing * self.shares[place] * (min(end, until) - start)
            for place in self.faulty
            for start, end in self.spans(NEW)[place]
            if start < until
        )

    @property
    def mixed(self):
        """Minutes in which some centers ran the old version and others the new one."""
        edges = sorted({0.0, self.minutes, *(at for at, _, _ in self.changes)})
        running, total = [OLD] * len(self.names), 0.0
        for start, end in zip(edges, [*edges[1:], self.minutes], strict=True):
            for at, place, version in self.changes:
                if at == start:
                    running[place] = version
            total += (len(set(running)) > 1) * max(0.0, end - start)
        return total


def simulate_deployment(
    rolling_deploy=None,
    *,
    centers=4,
    fault_at=EVERYWHERE,
    deploy_minutes=2.0,
    bake_minutes=10.0,
    failing=0.2,
    smallest_first=False,
):
    """Return the Rollout of version NEW by `rolling_deploy(centers, version, deploy, healthy)`.

    rolling_deploy: a student's function; by default all centers get the version at once, and lose
    it at once. centers: how many there are (1 to 4), in opening order or with the `smallest_first`,
    by its share of the users. fault_at: where the version is bad: EVERYWHERE, NOWHERE or the place
    of a center (0 is the first); there a share `failing` of the requests fails. deploy_minutes: how
    long a deployment to a center takes. bake_minutes: how long `healthy` watches it till it knows.

    ValueError names a bad number; ComponentError says in one sentence what the function did wrong.
    """
    count = parameters.count("centers", centers, at_most=4)
    deploying = parameters.number("deploy_minutes", deploy_minutes, at_least=0, unit="min")
    baking = parameters.number("bake_minutes", bake_minutes, at_least=0, unit="min")
    failing = parameters.number("failing", failing, at_least=0, at_most=1)
    objects, shares = make_centers(count), _shares(count)
    if smallest_first:
        order = np.argsort(shares, kind="stable")
        objects, shares = [objects[place] for place in order], shares[order]
    faulty = _faulty(fault_at, count)
    if rolling_deploy is None:
        changes, minutes, succeeded = _big_bang(count, faulty, deploying, baking)
    else:
        stage = _Stage(objects, faulty, deploying, baking, name_of(rolling_deploy))
        succeeded = stage.run(rolling_deploy)
        changes, minutes = stage.changes, stage.clock
    names = tuple(center.name for center in objects)
    return Rollout(tuple(changes), names, shares, faulty, failing, minutes, succeeded)


def _shares(count):
    places = nearest(np.ones(count, dtype=bool))
    return np.bincount(places, WEIGHTS, minlength=count)


def _faulty(fault_at, count):
    if fault_at == NOWHERE:
        return ()
    if fault_at == EVERYWHERE:
        return tuple(range(count))
    place = parameters.count("fault_at", fault_at, at_least=0, at_most=3)
    return (place,) if place < count else ()


def _big_bang(count, faulty, deploying, baking):
    everywhere = range(count)
    changes = [(deploying, place, NEW) for place in everywhere]
    if not faulty:
        return changes, deploying + baking, True
    back = deploying + baking + deploying
    return [*changes, *((back, place, OLD) for place in everywhere)], back, False


class _Stage:
    """What a student's function acts on: centers, a clock, and the two functions it is given."""

    def __init__(self, objects, faulty, deploying, baking, name):
        self.objects, self.faulty, self.name = objects, faulty, name
        self.deploying, self.baking = deploying, baking
        self.numbers = {id(center): place for place, center in enumerate(objects)}
        self.clock, self.changes, self.calls, self.problem = 0.0, [], 0, ""

    def run(self, rolling_deploy):
        """Run it; return whether it says that it succeeded."""
        call = f"{self.name}(centers, {NEW!r}, deploy, healthy)"
        with sentences(call):
            result = rolling_deploy(list(self.objects), NEW, self.deploy, self.healthy)
        if self.problem:  # was raised, and the function took it for an unhealthy center
            raise ComponentError(self.problem)
        lists = (getattr(result, name, None) for name in ("deployed", "rolled_back"))
        if not isinstance(result, Deployment) or not all(
            isinstance(each, (list, tuple)) and all(id(center) in self.numbers for center in each)
            for each in lists
        ):
            expected = "a Deployment of True or False and two lists of the centers"
            raise ComponentError(wrong_return(call, result, expected))
        return bool(result.succeeded)

    def deploy(self, center, version):
        """Give a center a version, after the minutes that this takes."""
        place = self._place("deploy", center)
        self.clock += self.deploying
        center.version = version
        self.changes.append((self.clock, place, version))

    def healthy(self, center):
        """Watch a center; return whether all is well there."""
        place = self._place("healthy", center)
        self.clock += self.baking
        return not (center.version == NEW and place in self.faulty)

    def _place(self, function, center):
        self.calls += 1
        place = self.numbers.get(id(center))
        if place is None:
            self.problem = (
                f"{self.name} called {function} with {short(center)}, expected one of the centers."
            )
        elif self.calls > CALLS:
            self.problem = f"{self.name} calls deploy and healthy more than {CALLS} times."
        if self.problem:
            raise ComponentError(self.problem)
        return place
