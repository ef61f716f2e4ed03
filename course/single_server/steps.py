"""The steps of this notebook's experiments: what each sets and asks, and its answer."""

from functools import cache

import numpy as np

from course.engine.record import milliseconds
from course.single_server.catalog_picture import what_decides
from course.single_server.model import simulate
from course.view.explore import Step

REQUESTS = 4000  # of every run of one server, so that all its pictures show the same traffic


@cache
def waits_on_20_days(arrival_rate, service_time, workers):
    """Return the mean wait (× the service time) on each of 20 days."""
    traffic = {"arrival_rate": arrival_rate, "service_time": service_time, "workers": workers}
    runs = (simulate(seed=day, requests=REQUESTS, **traffic) for day in range(1, 21))
    return [run.mean_wait / service_time for run in runs]


def _at_95(baseline, service_time, **_):
    queue = baseline.number_in_system(baseline.arrived_at).max()
    return (
        f"Theory says 19 times the service time; on this day it is "
        f"{baseline.mean_wait / service_time:.1f}. That is nearly five times as long, for a fifth "
        f"more traffic. Up to {queue} requests are in the server at once, and the queue takes "
        "long to go."
    )


def _worth_of_an_hour(days, **_):
    calm = waits_on_20_days(5.0, 0.1, 1)
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


SERVER = [
    Step(
        "up to 95 % busy",
        {"arrival_rate": 9.5},
        "Was your diamond near? And what does the queue do?",
        _at_95,
    ),
    Step(
        "twenty days like this",
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
        "two workers, 16 requests/s",
        {"workers": 2, "arrival_rate": 16.0},
        "80 % busy, as at the start. How long do requests wait now? Why so much less?",
        _two_workers,
    ),
]
FORMULAS = [
    Step(
        "at 12 requests/s",
        {"arrival_rate": 12.0},
        "Your line goes on upwards, the dot does not. Which of the two would a monitoring tool "
        "show you, and what would it hide?",
        _monitored,
    ),
    Step(
        "at 20 requests/s",
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


TIERS = [
    Step(
        "buy web workers: 16",
        {"web_workers": 16},
        "Monitoring says that the web workers are 62 % taken, so you buy more. What happens to the "
        "time of a request, and where has the wait gone?",
        _more_web_workers,
    ),
    Step(
        "one more connection",
        {"connections": 2},
        "4 web workers as before, and one connection more. How long does a request take now?",
        _one_more_connection,
    ),
    Step(
        "three times the traffic",
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


CATALOG = [
    Step(
        "at 200 requests/s",
        {"arrival_rate": 200},
        "How much more do you pay than if every worker cost as much as in the smallest box?",
        _paid,
    ),
    Step("at 300 requests/s", {"arrival_rate": 300}, "And now?", _paid),
    Step("break it", {"arrival_rate": 600}, "Where does scaling up end?", _end),
    Step(
        "allow 95 % busy",
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


DATABASE = [
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


def _on_the_curve(points, service_time, **_):
    last = points[-1]
    return (
        f"At {last.utilization:.0%} a request waited {last.mean_wait / service_time:.1f} times its "
        f"service time here and {last.simulated.mean_wait / service_time:.1f} times in the "
        "simulation. Both met the same requests: what both have away from the curve is luck, and "
        "only what lies between them is this machine."
    )


def _more_workers(points, service_time, **_):
    last = points[-1]
    return (
        f"{last.mean_wait / service_time:.1f} times the service time at {last.utilization:.0%}: "
        "more workers, shorter waits at the same utilization. Your processor did not get more "
        "cores for it: these workers wait for a database, they do not compute."
    )


REAL = [
    Step(
        "two workers, four loads",
        {},
        "The blue points come in one by one. Do they land on the curve?",
        _on_the_curve,
    ),
    Step(
        "four workers",
        {"workers": 4},
        "The same four loads on twice as many workers: are the waits shorter on this machine, too?",
        _more_workers,
    ),
]
