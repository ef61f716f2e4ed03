"""One server: how much it can do, and what the last few percent cost.

The names of notebook 01: its types and errors, the simulations, and the pictures with sliders.
"""

from functools import lru_cache

import numpy as np

from course.engine import parameters, theory
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.single_server import steps
from course.single_server.catalog import CATALOG, NEEDS, Machine, NoMachineBigEnough
from course.single_server.catalog_picture import CatalogPicture, DatabasePicture
from course.single_server.film import film
from course.single_server.model import Request, simulate
from course.single_server.picture import FormulaPicture, ServerPicture
from course.single_server.real_picture import RealPicture
from course.single_server.steps import REQUESTS, waits_on_20_days
from course.single_server.system import architecture
from course.single_server.two_tiers import TwoTiers, simulate_two_tiers
from course.single_server.two_tiers_film import film as film_of_two_tiers
from course.single_server.two_tiers_picture import TiersPicture
from course.view import explore as view
from course.view.film import Action, Film
from course.view.live import explore_live, with_processes

__all__ = [
    "CATALOG",
    "NEEDS",
    "Machine",
    "NoMachineBigEnough",
    "Request",
    "TwoTiers",
    "architecture",
    "explore",
    "explore_catalog",
    "explore_database",
    "explore_formulas",
    "explore_real",
    "explore_two_tiers",
    "replay",
    "replay_two_tiers",
    "simulate",
    "simulate_two_tiers",
]

BOX_WORKERS = 4  # of the one box that two tiers are compared with
LINEAR = CATALOG[0]  # the machine that cost would grow with if it grew linearly


@view.pictured
def explore(component=None, prediction=None):
    """Show waiting against load, with your `serve` next to the built-in server if you give it.

    component: a SimPy process `serve(env, workers, request)`, as in `simulate`.
    prediction: how many times the service time a request waits at 95 % busy; drawn there.
    """

    def run(arrival_rate, service_time, workers, seed, days):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="× the service time")
        traffic = {"arrival_rate": arrival_rate, "service_time": service_time, "seed": seed}
        traffic |= {"workers": workers, "requests": REQUESTS}
        return {
            "utilization": theory.offered_load(arrival_rate, service_time) / workers,
            "service_time": service_time,
            "baseline": simulate(**traffic),
            "yours": None if component is None else simulate(component, **traffic),
            "prediction": guess,
            "days": waits_on_20_days(arrival_rate, service_time, workers) if days else (),
        }

    controls = _one_server() | {"days": view.tick("all 20 days at once")}
    name = "" if component is None else name_of(component)
    picture = ServerPicture(name, prediction is not None)
    return view.explore(controls, run, picture, experiment=() if component else steps.SERVER)


@view.pictured
def replay(serve=None):
    """Return the film of a server with one worker, with your `serve` next to the built-in one.

    serve: as of `explore`. With it the film also shows the server 95 % busy, and has a button that
    cuts off the request that is being served.
    """

    def make(busy, cut_at=None):
        return film(serve, busy=busy, cut_at=cut_at)

    shares = (0.5, 0.8, 0.95) if serve else (0.5, 0.8)
    controls = {
        "busy": view.choice(
            "the worker is busy", [(f"{s:.0%}".replace("%", " %"), s) for s in shares], 0.8
        )
    }
    cut = {"cut_at": Action("Cut off the one being served", "Let it be served")}
    return Film(make, controls, cut if serve else {})


@view.pictured
def explore_formulas(utilization, requests_in_system):
    """Show your two formulas against what a simulated server measures.

    utilization: a function of arrival rate (requests/s), service time (s) and workers.
    requests_in_system: a function of arrival rate (requests/s) and latency (s): Little's law.
    """
    rates = np.arange(0, 20.5, 0.5)

    def run(arrival_rate, service_time, workers, seed):
        def busy(rate):
            call = f"utilization({rate:g}, {service_time:g}, {workers})"
            return _number(call, utilization, float(rate), service_time, workers)

        line = [busy(rate) for rate in rates]
        traffic = {"arrival_rate": arrival_rate, "service_time": service_time, "seed": seed}
        result = simulate(workers=workers, requests=REQUESTS, **traffic)
        rate, latency = result.throughput, result.mean_latency
        call = f"requests_in_system({rate:.4g}, {latency:.4g})"
        return {
            "rates": rates,
            "busy": line,
            "arrival_rate": arrival_rate,
            "your_busy": busy(arrival_rate),
            "your_number": _number(call, requests_in_system, rate, latency),
            "result": result,
        }

    return view.explore(_one_server(), run, FormulaPicture(), experiment=steps.FORMULAS)


@view.pictured
def explore_two_tiers(serve_two_tiers):
    """Show where a request's time goes on a web tier and a data tier of their own.

    serve_two_tiers: a SimPy process of (env, web, database, request), as in `simulate_two_tiers`.
    """
    controls = {
        "arrival_rate": view.slider("arrival rate", 8.0, 2.0, 40.0, 1.0, "requests/s"),
        "web_time": view.slider("web work", 0.05, 0.01, 0.2, 0.01, "s"),
        "db_time": view.slider("database work", 0.1, 0.01, 0.2, 0.01, "s"),
        "web_workers": view.slider("web workers", 4, 1, 16, 1),
        "connections": view.slider("connections", 1, 1, 16, 1),
    }

    def run(web_workers, connections, **traffic):
        traffic |= {"seed": 7, "requests": 2500}
        tiers = {"web_workers": web_workers, "connections": connections}
        rate = traffic["arrival_rate"]
        return {
            "yours": simulate_two_tiers(serve_two_tiers, **tiers, **traffic),
            "box": simulate_two_tiers(web_workers=BOX_WORKERS, **traffic),
            "web_workers": web_workers,
            "web_asked": theory.offered_load(rate, traffic["web_time"]) / web_workers,
            "db_asked": theory.offered_load(rate, traffic["db_time"]) / connections,
        }

    return view.explore(controls, run, TiersPicture(BOX_WORKERS), experiment=steps.TIERS)


@view.pictured
def replay_two_tiers(serve_two_tiers):
    """Return the film of your two tiers with one connection, next to the same with two.

    serve_two_tiers: as of `explore_two_tiers`. A button cuts off the request in the database.
    """

    def make(web_workers, cut_at=None):
        return film_of_two_tiers(serve_two_tiers, web_workers=web_workers, cut_at=cut_at)

    controls = {"web_workers": view.choice("web workers", [(f"{n}", n) for n in (2, 4, 8)], 4)}
    return Film(make, controls, {"cut_at": Action("Cut off one in the database", "Let it finish")})


@view.pictured
def explore_catalog(scale_up):
    """Show what your choice of machine costs as the traffic grows, and where it ends.

    scale_up: a function of the catalog, arrival rate (requests/s), service time (s) and greatest
    utilization that returns one of the machines or raises NoMachineBigEnough.
    """
    controls = {
        "arrival_rate": view.slider("arrival rate", 100, 5, 700, 5, "requests/s"),
        "service_time": view.slider("service time", 0.1, 0.05, 0.2, 0.01, "s"),
        "max_utilization": view.slider("at most busy", 0.8, 0.5, 0.95, 0.05),
    }
    rates = np.arange(0, 701, 5)

    def chosen(rate, service_time, bound):
        """Return the machine that scale_up chooses, or None where it says that there is none."""

        def call():
            return f"scale_up(CATALOG, {rate:g}, {service_time:g}, {bound:g})"

        try:
            with sentences(call, passing=(NoMachineBigEnough,)):
                machine = scale_up(list(CATALOG), float(rate), service_time, bound)
        except NoMachineBigEnough:
            return None
        if machine not in CATALOG:
            raise ComponentError(wrong_return(call(), machine, "a Machine of the catalog"))
        return machine

    def run(arrival_rate, service_time, max_utilization):
        machines = [chosen(rate, service_time, max_utilization) for rate in rates]
        needed = rates * service_time / max_utilization  # workers, if they were sold one by one
        return {
            "rates": rates,
            "costs": [machine.monthly_cost if machine else np.nan for machine in machines],
            "linear": needed / LINEAR.workers * LINEAR.monthly_cost,
            "arrival_rate": arrival_rate,
            "bound": max_utilization,
            "machine": chosen(arrival_rate, service_time, max_utilization),
            "busy": [arrival_rate * service_time / machine.workers for machine in CATALOG],
            "ceiling": next((r for r, m in zip(rates, machines, strict=True) if m is None), None),
        }

    return view.explore(controls, run, CatalogPicture(CATALOG), experiment=steps.CATALOG)


@view.pictured
def explore_database(choose_database):
    """Show your answer for the needs you tick, and for all 64 sets of needs.

    choose_database: a function of a set of NEEDS that returns "relational" or "non-relational".
    """
    controls = {f"need_{number}": view.tick(need) for number, need in enumerate(NEEDS)}
    controls["every"] = view.tick("all 64 sets")

    def answer(number):
        """Return the answer to the needs whose bits are set in `number`."""
        needs = {need for bit, need in enumerate(NEEDS) if number >> bit & 1}
        call = f"choose_database({needs})"
        with sentences(call):
            word = choose_database(set(needs))
        if word not in ("relational", "non-relational"):
            raise ComponentError(wrong_return(call, word, "'relational' or 'non-relational'"))
        return word

    def run(every, **ticked):
        place = sum(tick << bit for bit, tick in enumerate(ticked.values()))
        answers = [answer(number) for number in range(64)]
        turned = [
            sum(answers[number] != answers[number ^ 1 << bit] for number in range(64)) // 2
            for bit in range(6)
        ]
        return {
            "needs": NEEDS,
            "ticked": list(ticked.values()),
            "answer": answer(place),
            "flipped": [answers[place ^ 1 << bit] for bit in range(6)],
            "turned": turned if every else None,
        }

    return view.explore(controls, run, DatabasePicture(NEEDS), experiment=steps.DATABASE)


@view.pictured
@with_processes
def explore_real(serve):
    """Show your `serve` on a real server of this machine, measured load by load when you ask.

    serve: a SimPy process `serve(env, workers, request)`, as in `simulate`.
    """
    from course.single_server import real  # the HTTP library takes a fifth of a second

    def foresee(workers, service_time, seed):
        chosen = {"workers": workers, "service_time": service_time}
        return {
            "name": name_of(serve),
            **chosen,
            "loads": real.LOADS,
            "expected": [real.simulated(serve, at, seed=seed, **chosen) for at in real.LOADS],
            "days": _days(**chosen),
            "points": [],
        }

    def measure(**chosen):
        foreseen = foresee(**chosen)
        for share, points in real.measure(serve, **chosen):
            yield share, foreseen | {"points": points}

    @lru_cache(maxsize=16)
    def _days(**chosen):
        return [
            [real.simulated(None, at, seed=day, **chosen) for day in range(1, 21)]
            for at in real.LOADS
        ]

    controls = {
        "workers": view.slider("workers", 2, 1, 6, 1),
        "service_time": view.in_milliseconds("service time", 15, 10, 40, 5),
        "seed": view.slider("day (other luck)", 9, 1, 20, 1),
    }
    return explore_live(controls, foresee, measure, RealPicture(), experiment=steps.REAL)


def _one_server():
    """Return the sliders of one server. Day 7 is a day whose luck is near the average."""
    return {
        "arrival_rate": view.slider("arrival rate", 8.0, 1.0, 20.0, 0.5, "requests/s"),
        "service_time": view.slider("service time", 0.1, 0.02, 0.2, 0.01, "s"),
        "workers": view.slider("workers", 1, 1, 8, 1),
        "seed": view.slider("day (other luck)", 7, 1, 20, 1),
    }


def _number(call, function, *arguments):
    """Return what a student's formula gives; ComponentError when that is not a number."""
    with sentences(call):
        value = function(*arguments)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise ComponentError(wrong_return(call, value, "a number"))
        return float(value)
