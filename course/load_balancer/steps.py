"""The steps of the notebook's experiments: what each button sets and asks, and what it answers."""

import numpy as np

from course.engine.record import milliseconds
from course.engine.servers import NeverNotices
from course.load_balancer import network
from course.load_balancer.baselines import ByClient
from course.load_balancer.picture import TIMES, most_next_to_idle
from course.view.explore import Step

BLACK_HOLE = {"dies_at": 20, "health_checker": NeverNotices}


def of_chance():
    """Return the steps before any balancer is written: random, by client, a death."""
    return [
        Step(
            "random",
            {},
            "How long do the slowest 1 % take? How many requests wait in one server while another "
            "is idle?",
            _slowest,
        ),
        Step(
            "by client",
            {"algorithm": ByClient},
            "A client always gets the same server, and a few clients send far more than the "
            "others. Which server pays?",
            _hottest,
        ),
        Step(
            "one more server at 20 s",
            {"algorithm": ByClient, "added_at": 20},
            "You changed no client and no other server. What does web-5 get?",
            _newest,
        ),
        Step(
            "web-1 dies, no health checks",
            BLACK_HOLE,
            "Back to random. web-1 is dead from 20 s to 40 s, and the balancer does not know. How "
            "many requests fail?",
            lambda result, **_: (
                f"{result.errors:,}: all that random balancing sends to {result.health.dead[0][0]}."
            ),
        ),
        Step(
            "web-1 dies, last probe",
            {"dies_at": 20},
            "Now every server is probed once a second, and the balancer believes the last probe. "
            "Three servers must carry the work of four. Can they?",
            _overloaded,
        ),
    ]


def of_balancers(names):
    """Return the steps for balancers: a dict of name → class, in the order in which to try them.

    One: does it always win? Two: how do they treat a dead server? More: how good is the first?
    """
    (first, mine), *others = names.items()
    crowd = {"servers": 7, "arrival_rate": 148}
    hole = Step(
        f"{first}, web-1 dies",
        {"algorithm": mine, **BLACK_HOLE},
        "No health checks, and a dead server that answers every request at once with an error. "
        "What share of the requests does it take?",
        _lost,
    )
    if not others:
        return [
            Step("84 requests/s", {}, f"Is {first} as good as one shared queue?", _compared),
            Step(
                "100 requests/s",
                {"arrival_rate": 100},
                f"Does {first} always beat random?",
                _winner,
            ),
        ]
    other, theirs = others[0]
    if len(others) == 1:
        return [
            Step(first, {}, "How much of random's 99 % is left?", _compared),
            hole,
            Step(
                f"{other}, web-1 dies",
                {"algorithm": theirs, **BLACK_HOLE},
                "The same death with the simpler rule. Does it lose more?",
                _lost,
            ),
        ]
    return [
        Step(
            f"{first}, 7 servers", crowd, "148 requests/s. How close is it to the ideal?", _compared
        ),
        Step(
            f"{other}, 7 servers",
            {"algorithm": theirs, **crowd},
            "The same traffic. How much better is this rule?",
            _compared,
        ),
        hole,
    ]


def of_health():
    """Return the steps for a health checker."""
    return [
        Step(
            "fall 3, 10 % lost",
            {},
            "A good network. How long does a dead server go unnoticed, and how often is a living "
            "one taken out?",
            _noticed,
        ),
        Step(
            "fall 1, 30 % lost",
            {"fall": 1, "probe_loss": 0.3},
            "A bad network and a hasty checker. Do its checks help?",
            _helped,
        ),
        Step(
            "fall 3, 50 % lost",
            {"probe_loss": 0.5},
            "Half of the probes are lost. Is a fall of 3 still enough?",
            _helped,
        ),
        Step(
            "fall 8, 50 % lost",
            {"fall": 8, "probe_loss": 0.5},
            "What does more patience change?",
            _helped,
        ),
    ]


def of_network():
    """Return the steps for a rule that says who can reach whom."""
    return [
        Step("from a client", {}, "What can be reached from the internet?", _reached),
        Step(
            "from web-1",
            {"source": "web-1"},
            "web-1 has a private address. What can it reach?",
            _reached,
        ),
        Step(
            "IPv6 client, IPv4 servers",
            {"source_family": "IPv6"},
            "What can a client with only an IPv6 address reach?",
            _reached,
        ),
        Step(
            "public addresses for all",
            {"servers": network.PUBLIC},
            "Web and data tier now have public addresses. How many machines must you defend?",
            _to_defend,
        ),
    ]


def _slowest(result, random, ideal, prediction, **_):
    most = most_next_to_idle(result)
    guess = "" if prediction is None else f" (you predicted {prediction:,.0f} ms)"
    return (
        f"At least {milliseconds(result.percentile(99))}{guess}; one shared queue would need "
        f"{milliseconds(np.percentile(ideal, 99))}. At {TIMES[most.place]:.0f} s {most.requests} "
        f"requests were in {most.server} while {most.idle} had nothing to do."
    )


def _hottest(result, **_):
    counts = np.bincount(result.place, minlength=len(result.names))
    hot = int(counts.argmax())
    return (
        f"{result.names[hot]}: the busiest clients happen to be its own. It gets "
        f"{counts[hot] / len(result):.0%} of the requests, and 99 % take up to "
        f"{milliseconds(result.percentile(99))}."
    )


def _newest(result, **_):
    share = np.mean(result.place[result.arrived_at > 20] == len(result.names) - 2)
    return f"{share:.0%} of the requests from then on: about a fifth."


def _overloaded(result, **_):
    ((_, start, end),) = result.health.dead
    before, after = result.number_in_system([start + 1, end - 0.1])
    return (
        f"Only {result.errors} requests fail, but the load is 84 × 40 ms / 3 = 112 %: {before} "
        f"requests are in the system just after the death, {after} just before web-1 comes back. "
        "One server's queue may shrink by luck; all three together only grow. Always keep a server "
        "more than you need."
    )


def _compared(name, result, random, ideal, **_):
    p99, chance = result.percentile(99), random.percentile(99)
    return (
        f"{name} {milliseconds(p99)}, {p99 / chance:.0%} of random's {milliseconds(chance)}; one "
        f"shared queue {milliseconds(np.percentile(ideal, 99))}."
    )


def _winner(name, result, random, **_):
    p99, chance = result.percentile(99), random.percentile(99)
    wins = name if p99 < chance else "random"
    return (
        f"{wins} wins here: {name} {milliseconds(p99)}, random {milliseconds(chance)}. That is "
        "luck: every rate is another minute of traffic, and one minute is short."
    )


def _lost(name, result, random, **_):
    ((dead, start, end),) = result.health.dead
    there = (start <= result.arrived_at) & (result.arrived_at < end)
    return (
        f"{name} loses {result.errors:,}, random {random.errors:,}: "
        f"{np.mean(result.failed[there]):.0%} of the requests that came while {dead} was dead."
    )


def _noticed(result, **_):
    health = result.health
    return (
        f"For {health.unnoticed:.1f} s, in which {result.errors:,} requests fail; "
        f"{_alarms(health)}."
    )


def _helped(result, unchecked, **_):
    helped = "They help" if result.errors < unchecked.errors else "They do harm"
    return (
        f"{helped}: {result.errors:,} requests fail, without any checks {unchecked.errors:,}; "
        f"{_alarms(result.health)}."
    )


def _alarms(health):
    number = health.false_alarms
    return f"{number or 'no'} false alarm{'' if number == 1 else 's'}"


def _reached(**chosen):
    names = network.reached_from(**chosen)
    return f"{len(names)} of 5: {'; '.join(names)}." if names else "Nothing."


def _to_defend(**chosen):
    names = network.reached_from(**chosen)
    return f"{len(names)} instead of 1: {'; '.join(names)}."


def of_real(options):
    """Return the steps for real servers. options: what can be chosen, by name, yours first."""
    yours, *others = options
    rival = next((name for name in others if name.startswith(("nginx", "HAProxy"))), None)
    asked = [
        Step("random", {"algorithm": options["random"]}, "Do the three clocks agree?", _three),
        Step(
            yours,
            {"algorithm": options[yours]},
            "The same requests for your class. How much of random's p95 is left on this machine?",
            _left_of_random,
        ),
        Step(
            f"{yours}, kill -9 at 2 s",
            {"algorithm": options[yours], "dies_at": 2},
            "web-1 gets SIGKILL at 2 s and is started again at 5 s. How many requests fail?",
            _failed,
        ),
    ]
    if rival:
        question = "The same requests for a program that runs half of the web. Is it faster?"
        asked.append(Step(rival, {"algorithm": options[rival]}, question, _rival))
    return asked


def _three(readings, **_):
    return " ".join(f"{reading.source}: {reading.words()}." for reading in readings)


def _left_of_random(name, measurements, **_):
    if "random" not in measurements:
        return f"p95 is {milliseconds(measurements[name])}; press step 1 for random's."
    share = measurements[name] / measurements["random"]
    return (
        f"{share:.0%}: {milliseconds(measurements[name])} instead of "
        f"{milliseconds(measurements['random'])}."
    )


def _failed(run, readings, **_):
    known = {reading.source: reading for reading in readings}
    said = f"{run.run.errors:,} of {len(run.run):,} on this machine"
    expected = known["simulation"].failed * len(run.run)
    return (
        f"{said}, {expected:.0f} in the simulation: until your checker has seen enough probes "
        "fail, the balancer goes on sending requests to a port where nobody answers."
    )


def _rival(name, measurements, **_):
    others = [f"{each} {milliseconds(p95)}" for each, p95 in measurements.items() if each != name]
    compared = f"; here so far: {', '.join(others)}" if others else ""
    p95 = milliseconds(measurements[name])
    return f"Its p95 is {p95}{compared}. The rule decides, not the program."
