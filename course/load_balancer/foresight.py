"""What formula and simulation say of a real run, and what was measured so far, for its picture."""

from contextlib import suppress
from functools import lru_cache

from course.engine.component import ComponentError
from course.engine.parameters import NEVER
from course.load_balancer.baselines import RandomBalancer
from course.load_balancer.model import simulate
from course.load_balancer.real import DURATION, RATE, SERVERS, SERVICE_TIME
from course.load_balancer.rivals import missing
from course.load_balancer.theory import random_percentile
from course.real import clocks
from course.view.explore import SECONDS
from course.view.limit import time_limit

DAYS = 10  # whose range is the band of what luck does
RETURNS_AFTER = 3.0  # s


class Foresight:
    """Called with the controls' values, returns the picture's outcome before anything is measured.

    names: those of the balancers that can be chosen, by the balancers.
    """

    def __init__(self, names, health_checker):
        self.names, self.health_checker = names, health_checker
        self.p95s = {}  # (seed, dies_at) → p95 (s) that was measured, by the balancer's name
        self.simulate = lru_cache(maxsize=200)(self._simulate)

    def __call__(self, algorithm, seed, dies_at):
        """Return the outcome without a run."""
        planned = () if dies_at == NEVER else (dies_at, dies_at + RETURNS_AFTER)
        return {
            "name": self.names[algorithm],
            "readings": self._readings(algorithm, seed, planned),
            "simulations": self._simulations(algorithm, seed, planned),
            "measurements": dict(self.p95s.get((seed, dies_at), {})),
            "run": None,
            "note": missing(),
        }

    def after(self, run, algorithm, seed, dies_at):
        """Return the outcome with a Run; the simulation has web-1 die when it died here."""
        outcome, name = self(algorithm, seed, dies_at), self.names[algorithm]
        by_hand = dies_at == NEVER or len(run.dead) > 1
        if run.share == 1 and run.dead and by_hand:
            with time_limit(SECONDS):
                outcome["readings"] = self._readings(algorithm, seed, run.dead[0])
        here = clocks.measured(run.run, run.calibration)
        outcome["readings"].append(here)
        if here.known:
            outcome["measurements"][name] = here.p95[0]
        if run.share == 1 and not (run.dead and by_hand):
            self.p95s.setdefault((seed, dies_at), {})[name] = here.p95[0]
        return outcome | {"run": run}

    def _readings(self, algorithm, seed, dead):
        readings = []
        if algorithm is RandomBalancer and not dead:
            world = RATE, SERVICE_TIME, SERVERS
            readings.append(clocks.exact(*(random_percentile(*world, at) for at in (50, 95))))
        if not isinstance(algorithm, str):
            result = self.simulate(algorithm, seed, dead)
            others = [self.simulate(algorithm, day, dead) for day in range(101, 101 + DAYS)]
            readings.append(clocks.simulated(result, others))
        return readings

    def _simulations(self, algorithm, seed, dead):
        """Return the p95 of all balancers that are written and simulated, by name."""
        found = {}
        for each, name in self.names.items():
            if not isinstance(each, str):
                with suppress(NotImplementedError, ComponentError):
                    found[name] = self.simulate(each, seed, dead).percentile(95)
        return found

    def _simulate(self, algorithm, seed, dead):
        dies = {"dies_at": dead[0], "returns_after": dead[1] - dead[0]} if dead else {}
        traffic = {"arrival_rate": RATE, "service_time": SERVICE_TIME, "servers": SERVERS}
        checks = {"health_checker": self.health_checker, "fall": 3, "rise": 2}
        return simulate(algorithm, seed=seed, duration=DURATION, **traffic, **dies, **checks)
