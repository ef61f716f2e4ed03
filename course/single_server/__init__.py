"""One server: how much it can do, and what the last few percent cost.

The names of notebook 01: its types and errors, the simulations, and the pictures with sliders.
"""

from types import SimpleNamespace as Run

import numpy as np

from course.engine import parameters, theory
from course.engine.component import ComponentError, name_of, raised, sentences, wrong_return
from course.single_server.catalog import CATALOG, NEEDS, Machine, NoMachineBigEnough
from course.single_server.catalog_picture import CatalogPicture, DatabasePicture
from course.single_server.model import Request, simulate
from course.single_server.picture import FormulaPicture, ServerPicture
from course.single_server.system import architecture
from course.single_server.two_tiers import TwoTiers, simulate_two_tiers
from course.single_server.two_tiers_picture import TiersPicture
from course.view import explore as view

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
    "explore_two_tiers",
    "simulate",
    "simulate_two_tiers",
]

BOX_WORKERS = 4  # of the one box that two tiers are compared with
LINEAR = CATALOG[0]  # the machine that cost would grow with if it grew linearly


@view.pictured
def explore(component=None, prediction=None):
    """Show waiting against load, with your `serve` beside the built-in server if you give it.

    `prediction` is drawn at 95 % busy: how many times the service time a request waits there.
    """

    def run(arrival_rate, service_time, workers, day):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="× the service time")
        traffic = {
            "seed": day,
            "arrival_rate": arrival_rate,
            "service_time": service_time,
            "workers": workers,
            "requests": 6000 if component is None else 2000,
        }
        return Run(
            utilization=theory.offered_load(arrival_rate, service_time) / workers,
            service_time=service_time,
            workers=workers,
            baseline=simulate(**traffic),
            yours=None if component is None else simulate(component, **traffic),
            prediction=guess,
        )

    name = "" if component is None else name_of(component)
    return view.explore(_one_server(), run, ServerPicture(name, prediction is not None))


@view.pictured
def explore_formulas(utilization, requests_in_system):
    """Show your two formulas against what a simulated server measures."""
    rates = np.arange(0, 20.5, 0.5)

    def run(arrival_rate, service_time, workers, day):
        def busy(rate):
            call = f"utilization({rate:g}, {service_time:g}, {workers})"
            return _number(call, utilization, float(rate), service_time, workers)

        line = [busy(rate) for rate in rates]
        result = simulate(
            seed=day,
            arrival_rate=arrival_rate,
            service_time=service_time,
            workers=workers,
            requests=6000,
        )
        rate, latency = result.throughput, result.mean_latency
        call = f"requests_in_system({rate:.4g}, {latency:.4g})"
        return Run(
            rates=rates,
            busy=line,
            arrival_rate=arrival_rate,
            your_busy=busy(arrival_rate),
            measured_busy=result.utilization,
            your_number=_number(call, requests_in_system, rate, latency),
            measured_number=float((result.finished_at - result.arrived_at).sum() / result.duration),
            result=result,
        )

    return view.explore(_one_server(), run, FormulaPicture())


@view.pictured
def explore_two_tiers(serve_two_tiers):
    """Show where a request's time goes on a web tier and a data tier of their own."""
    controls = {
        "arrival_rate": view.slider("arrival rate", 8.0, 2.0, 40.0, 1.0, "requests/s"),
        "web_time": view.slider("web work", 0.05, 0.01, 0.2, 0.01, "s"),
        "db_time": view.slider("database work", 0.1, 0.01, 0.2, 0.01, "s"),
        "web_workers": view.slider("web workers", 4, 1, 16, 1),
        "connections": view.slider("connections", 1, 1, 16, 1),
    }

    def run(**values):
        yours = simulate_two_tiers(serve_two_tiers, seed=7, requests=2500, **values)
        box = values | {"web_workers": BOX_WORKERS}
        return Run(
            yours=yours,
            box=simulate_two_tiers(seed=7, requests=2500, **box),
            web_workers=values["web_workers"],
            connections=values["connections"],
            web_needs=theory.offered_load(values["arrival_rate"], values["web_time"]),
            db_needs=theory.offered_load(values["arrival_rate"], values["db_time"]),
        )

    return view.explore(controls, run, TiersPicture(BOX_WORKERS))


@view.pictured
def explore_catalog(scale_up):
    """Show what your choice of machine costs as the traffic grows, and where it ends."""
    controls = {
        "arrival_rate": view.slider("arrival rate", 100, 5, 700, 5, "requests/s"),
        "service_time": view.slider("service time", 0.1, 0.05, 0.2, 0.01, "s"),
        "max_utilization": view.slider("at most busy", 0.8, 0.5, 0.95, 0.05),
    }
    rates = np.arange(0, 701, 5)

    def chosen(rate, service_time, bound):
        """Return the machine that scale_up chooses, or None where it says that there is none."""
        call = f"scale_up(CATALOG, {rate:g}, {service_time:g}, {bound:g})"
        try:
            machine = scale_up(list(CATALOG), float(rate), service_time, bound)
        except NoMachineBigEnough:
            return None
        except NotImplementedError:
            raise
        except Exception as error:
            raise ComponentError(raised(call, error)) from error
        if machine not in CATALOG:
            raise ComponentError(wrong_return(call, machine, "a Machine of the catalog"))
        return machine

    def run(arrival_rate, service_time, max_utilization):
        machines = [chosen(rate, service_time, max_utilization) for rate in rates]
        needed = [_workers_needed(rate, service_time, max_utilization) for rate in rates]
        return Run(
            rates=rates,
            costs=[machine.monthly_cost if machine else np.nan for machine in machines],
            linear=[workers / LINEAR.workers * LINEAR.monthly_cost for workers in needed],
            arrival_rate=arrival_rate,
            bound=max_utilization,
            machine=chosen(arrival_rate, service_time, max_utilization),
            busy=[theory.offered_load(arrival_rate, service_time) / m.workers for m in CATALOG],
            ceiling=next((r for r, m in zip(rates, machines, strict=True) if m is None), None),
        )

    return view.explore(controls, run, CatalogPicture(CATALOG))


@view.pictured
def explore_database(choose_database):
    """Show your answer for the needs you tick, and for all 64 sets of needs."""
    controls = {f"need_{number}": view.tick(need) for number, need in enumerate(NEEDS)}

    def answer(needs):
        with sentences(f"choose_database({needs})"):
            word = choose_database(set(needs))
        if word not in ("relational", "non-relational"):
            expected = "'relational' or 'non-relational'"
            raise ComponentError(wrong_return(f"choose_database({needs})", word, expected))
        return word

    def run(**ticked):
        needs = {need for need, tick in zip(NEEDS, ticked.values(), strict=True) if tick}
        return Run(
            needs=[need for need in NEEDS if need in needs],
            place=_number_of(needs),
            answer=answer(needs),
            answers=[answer(_set_of(number)) for number in range(64)],
        )

    return view.explore(controls, run, DatabasePicture(NEEDS))


def _one_server():
    """Return the sliders of one server. Day 7 is a day whose luck is near the average."""
    return {
        "arrival_rate": view.slider("arrival rate", 8.0, 1.0, 20.0, 0.5, "requests/s"),
        "service_time": view.slider("service time", 0.1, 0.02, 0.2, 0.01, "s"),
        "workers": view.slider("workers", 1, 1, 8, 1),
        "day": view.slider("day (other luck)", 7, 1, 20, 1),
    }


def _number(call, function, *arguments):
    """Return what a student's formula gives; ComponentError when that is no number."""
    with sentences(call):
        value = function(*arguments)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise ComponentError(wrong_return(call, value, "a number"))
        return float(value)


def _workers_needed(rate, service_time, bound):
    """Return how many workers would do, if they were sold one by one."""
    return theory.offered_load(rate, service_time) / bound


def _set_of(number):
    """Return the set of needs whose bits are set in `number`."""
    return {need for bit, need in enumerate(NEEDS) if number >> bit & 1}


def _number_of(needs):
    return sum(1 << bit for bit, need in enumerate(NEEDS) if need in needs)
