"""One server: how much it can do, and what the last few percent cost.

The names of notebook 01: its types and errors, the simulations, and the pictures with sliders.
"""

from functools import cache

import numpy as np

from course.engine import parameters, theory
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.engine.record import milliseconds
from course.single_server.catalog import CATALOG, NEEDS, Machine, NoMachineBigEnough
from course.single_server.catalog_picture import CatalogPicture, DatabasePicture, what_decides
from course.single_server.model import Request, simulate
from course.single_server.picture import FormulaPicture, ServerPicture
from course.single_server.system import architecture
from course.single_server.two_tiers import TwoTiers, simulate_two_tiers
from course.single_server.two_tiers_picture import TiersPicture
from course.view import explore as view
from course.view.explore import Step

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

REQUESTS = 4000  # of every run of one server, so that all its pictures show the same traffic
BOX_WORKERS = 4  # of the one box that two tiers are compared with
LINEAR = CATALOG[0]  # the machine that cost would grow with if it grew linearly


def _at_95(baseline, service_time, **_):
    queue = baseline.number_in_system(baseline.arrived_at).max()
    return (
        f"Theory says 19 times the service time; on this day it is "
        f"{baseline.mean_wait / service_time:.1f}. That is nearly five times as long, for a fifth "
        f"more traffic. Up to {queue} requests are in the server at once, and the queue takes "
        "long to go."
    )


def _worth_of_an_hour(days, **_):
    calm = _days(5.0, 0.1, 1)
    return (
        f"Little. At 95 % the twenty days lie between {min(days):.0f} and {max(days):.0f} times "
        f"the service time, at 50 % between {min(calm):.1f} and {max(calm):.1f}. The busier a "
        "server, the longer you must measure."
    )


def _overload(baseline, **_):
    left = baseline.number_in_system(baseline.arrived_at[-1])
    return (
        f"The queue grows as long as requests come: {left} are in the server when the last one "
        "comes. There is no mean wait to speak of: it depends on how long the run lasts."
    )


def _two_workers(baseline, service_time, **_):
    return (
        f"{baseline.mean_wait / service_time:.1f} times the service time, and with one worker it "
        "was about 4. A request waits only when both workers are busy, and it gets the one that "
        "is free first."
    )


def _monitored(result, your_busy, your_number, **_):
    return (
        f"Monitoring measures the dot: {result.utilization:.1%}, and never more than 100 %. It "
        f"hides that requests ask for {your_busy:.0%}. The queue tells you: on average "
        f"{your_number:,.0f} requests are in the server."
    )


STEPS = [
    Step(
        "95 % busy",
        {"arrival_rate": 9.5},
        "Was your diamond near? And what does the queue do?",
        _at_95,
    ),
    Step(
        "20 days like this",
        {"arrival_rate": 9.5, "days": True},
        "The traffic is the same on average; only the luck differs. Each circle is a day. What is "
        "a measurement of one busy day worth?",
        _worth_of_an_hour,
    ),
    Step(
        "break it",
        {"arrival_rate": 10.5},
        "Each second brings more work than fits into a second. How long does a request wait?",
        _overload,
    ),
    Step(
        "2 workers, 16 requests/s",
        {"workers": 2, "arrival_rate": 16.0},
        "80 % busy, as at the start. How long do requests wait now? Why so much less?",
        _two_workers,
    ),
]
FORMULA_STEPS = [
    Step(
        "12 requests/s",
        {"arrival_rate": 12.0},
        "Your line goes on upwards, the dot does not. Which of the two would a monitoring tool "
        "show you, and what would it hide?",
        _monitored,
    ),
    Step(
        "20 requests/s",
        {"arrival_rate": 20.0},
        "Now requests ask for twice the time that there is. What does monitoring see?",
        _monitored,
    ),
]


def _times(yours, box, **_):
    return milliseconds(yours.result.mean_latency), milliseconds(box.result.mean_latency)


def _more_web_workers(yours, **outcome):
    return (
        f"Nearly nothing: it takes {_times(yours, **outcome)[0]}, with 4 web workers 485 ms. The "
        f"web workers no longer wait for each other ({milliseconds(yours.web_wait)}), but all of "
        f"them wait for the one connection, {milliseconds(yours.db_wait)}."
    )


def _one_more_connection(**outcome):
    return f"{_times(**outcome)[0]}. One connection does what twelve web workers could not."


def _three_times_the_traffic(yours, box, **_):
    tiers, one = _times(yours, box)
    faster = yours.result.mean_latency < box.result.mean_latency
    return (
        f"{'Two tiers' if faster else 'The box'}: {tiers} on two tiers, {one} in one box. In the "
        "box a request holds one of 4 workers for the web work and the query. Here 8 web workers "
        "feed 4 connections, and you did not have to buy a bigger database."
    )


def _a_web_tier_too_small(yours, **_):
    return (
        f"Now the web tier is: its worker is {yours.web_held:.0%} taken, and each request waits "
        f"{milliseconds(yours.web_wait)} for it. 16 connections do not help: at most one is used."
    )


TIER_STEPS = [
    Step(
        "16 web workers",
        {"web_workers": 16},
        "Monitoring says that the web workers are 62 % taken, so you buy more. What happens to the "
        "time of a request, and where has the wait gone?",
        _more_web_workers,
    ),
    Step(
        "1 more connection",
        {"connections": 2},
        "4 web workers as before, and one connection more. How long does a request take now?",
        _one_more_connection,
    ),
    Step(
        "24 requests/s",
        {"arrival_rate": 24.0, "web_workers": 8, "connections": 4},
        "Three times the traffic, 8 web workers, and 4 connections, as many as the box has "
        "workers. Which is faster, two tiers or one box? Why?",
        _three_times_the_traffic,
    ),
    Step(
        "break it",
        {"web_workers": 1, "connections": 16},
        "1 web worker and 16 connections. Which tier is the bottleneck?",
        _a_web_tier_too_small,
    ),
]


def _paid(machine, rates, linear, arrival_rate, **_):
    even = np.interp(arrival_rate, rates, linear)
    return (
        f"{machine.name} for ${machine.monthly_cost:,} instead of ${even:,.0f}: "
        f"{machine.monthly_cost / even:.1f} times as much."
        if machine
        else "No machine is big enough."
    )


def _end(ceiling, **_):
    return f"At {ceiling} requests/s: from there on no machine of the catalog is big enough."


def _moved_end(ceiling, **_):
    return (
        f"To {ceiling} requests/s: a fifth more traffic, paid for with the waiting that you saw at "
        "95 %."
    )


CATALOG_STEPS = [
    Step(
        "200 requests/s",
        {"arrival_rate": 200},
        "How much more do you pay than if every worker cost as much as in the smallest box?",
        _paid,
    ),
    Step("300 requests/s", {"arrival_rate": 300}, "And now?", _paid),
    Step("break it", {"arrival_rate": 600}, "Where does scaling up end?", _end),
    Step(
        "95 % busy",
        {"arrival_rate": 600, "max_utilization": 0.95},
        "Now you allow 95 %. How far does that move the end, and what does it cost?",
        _moved_end,
    ),
]


def _chosen(needs, answer, flipped, **_):
    return f"{answer.capitalize()}. {what_decides(needs, answer, flipped)}"


def _most(needs, turned, **_):
    most = [need for need, count in zip(needs, turned, strict=True) if count == max(turned)]
    return (
        f"{' and '.join(most)}, each in {max(turned)} of the 32 pairs of sets that differ by this "
        "tick alone. The rule is a beginning, not a law. Many relational databases store JSON, "
        "some non-relational ones offer transactions, and a few (Spanner, CockroachDB) are "
        "relational and spread over many machines."
    )


DATABASE_STEPS = [
    Step(
        "who follows whom",
        {"need_3": True, "need_4": True},
        "This needs joins, and there is a massive amount of data. What does your rule choose, and "
        "which tick decides?",
        _chosen,
    ),
    Step(
        "previews of comments",
        {"need_2": True},
        "They are only stored and read back, as JSON. What does your rule choose, and which ticks "
        "would change that?",
        _chosen,
    ),
    Step(
        "break it: all 64 sets",
        {"every": True},
        "Take every set of needs, and change one tick in it. Which ticks change the most answers?",
        _most,
    ),
]


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
            "days": _days(arrival_rate, service_time, workers) if days else (),
        }

    controls = _one_server() | {"days": view.tick("all 20 days at once")}
    name = "" if component is None else name_of(component)
    picture = ServerPicture(name, prediction is not None)
    return view.explore(controls, run, picture, experiment=() if component else STEPS)


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

    return view.explore(_one_server(), run, FormulaPicture(), experiment=FORMULA_STEPS)


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

    return view.explore(controls, run, TiersPicture(BOX_WORKERS), experiment=TIER_STEPS)


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

    return view.explore(controls, run, CatalogPicture(CATALOG), experiment=CATALOG_STEPS)


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

    return view.explore(controls, run, DatabasePicture(NEEDS), experiment=DATABASE_STEPS)


def _one_server():
    """Return the sliders of one server. Day 7 is a day whose luck is near the average."""
    return {
        "arrival_rate": view.slider("arrival rate", 8.0, 1.0, 20.0, 0.5, "requests/s"),
        "service_time": view.slider("service time", 0.1, 0.02, 0.2, 0.01, "s"),
        "workers": view.slider("workers", 1, 1, 8, 1),
        "seed": view.slider("day (other luck)", 7, 1, 20, 1),
    }


@cache
def _days(arrival_rate, service_time, workers):
    """Return the mean wait (× the service time) on each of 20 days."""
    traffic = {"arrival_rate": arrival_rate, "service_time": service_time, "workers": workers}
    runs = (simulate(seed=day, requests=REQUESTS, **traffic) for day in range(1, 21))
    return [run.mean_wait / service_time for run in runs]


def _number(call, function, *arguments):
    """Return what a student's formula gives; ComponentError when that is not a number."""
    with sentences(call):
        value = function(*arguments)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise ComponentError(wrong_return(call, value, "a number"))
        return float(value)
