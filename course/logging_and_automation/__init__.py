"""Notebook 09: logs, metrics, alerts and a pipeline: how you know, and what acts without you.

The names that the notebook needs: types, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache

import numpy as np

from course.engine import parameters
from course.logging_and_automation import theory
from course.logging_and_automation.access_log import access_log, from_combined
from course.logging_and_automation.alert_picture import AlertPicture, Priced
from course.logging_and_automation.histograms import measure
from course.logging_and_automation.histograms_picture import (
    MOST_HOSTS,
    HistogramPicture,
    Measured,
)
from course.logging_and_automation.logs import LEVELS, LogEntry, read_logs, write_logs
from course.logging_and_automation.logs_picture import LogsPicture, Searched
from course.logging_and_automation.model import count_errors, simulate, trade_off, windows_needed
from course.logging_and_automation.picture import Experiment, ExperimentPicture, architecture
from course.logging_and_automation.releases import (
    FAULTS,
    PipelineResult,
    draw_canaries,
    hurt_by,
    release,
    watch_canary,
)
from course.logging_and_automation.releases_picture import SHARES, PipelinePicture, Released
from course.logging_and_automation.users import DAYS, use
from course.logging_and_automation.users_picture import UsersPicture
from course.view.explore import choice, pictured, slider, steps, tick
from course.view.explore import explore as _explore

__all__ = [
    "LogEntry",
    "PipelineResult",
    "access_log",
    "architecture",
    "count_errors",
    "draw_canaries",
    "explore",
    "explore_alert",
    "explore_histograms",
    "explore_logs",
    "explore_pipeline",
    "explore_users",
    "from_combined",
    "measure",
    "read_logs",
    "release",
    "simulate",
    "use",
    "watch_canary",
    "write_logs",
]

SEED = 1
ERROR_RATE = 0.01  # of a version that is well
SERVERS = 4  # web servers that write logs
REPEATED = 20  # releases of each kind
INCIDENT, ACCESS, EMPTY = "an incident", "an access log", "an empty log"
THRESHOLDS = np.arange(1, 21) / 100


@pictured
def explore(*, prediction=None):
    """Return sliders over an alert on the error rate, and three ways to release a bad version.

    prediction: your guess at the false alarms of a quiet day, drawn as a diamond.
    """

    def run(burst, threshold, duration, share, traffic):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="false alarms")
        world = {"seed": SEED, "arrival_rate": traffic, "burst": burst / 100}
        watched = simulate(threshold=threshold / 100, for_seconds=duration, **world)
        return Experiment(
            watched,
            THRESHOLDS,
            _prices(duration, **world),
            _prices(0, **world),
            hurt_by(watched, seed=SEED, burst=burst / 100, share=share / 100),
            share / 100,
            guess,
        )

    controls = {
        "burst": slider("error burst", 8, 2, 30, 1, "%"),
        "threshold": slider("threshold", 2, 1, 20, 1, "%"),
        "duration": slider("for", 0, 0, 300, 10, "s"),
        "share": steps("canary share", [(f"{n} %", n) for n in (1, 2, 5, 10, 20, 50)], 5),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
    }
    return _explore(controls, run, ExperimentPicture())


@pictured
def explore_alert(alert):
    """Return sliders over your alert, a class made with `threshold` and `for_seconds`."""

    def run(threshold, duration, burst, traffic):
        world = {"seed": SEED, "arrival_rate": traffic, "burst": burst / 100}
        chosen = {"threshold": threshold / 100, "for_seconds": duration} | world
        return Priced(
            simulate(alert, **chosen),
            simulate(**chosen),
            THRESHOLDS,
            _curve(duration, **world),
            _theory(duration, traffic, burst / 100),
        )

    controls = {
        "threshold": slider("threshold", 3, 1, 20, 1, "%"),
        "duration": slider("for", 10, 0, 300, 10, "s"),
        "burst": slider("error burst", 8, 2, 30, 1, "%"),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
    }
    return _explore(controls, run, AlertPicture())


@pictured
def explore_logs(parse_line, merge_logs):
    """Return controls over logs that your two functions read, and a search in them."""

    @lru_cache(maxsize=2)  # another search in the same logs does not read them again
    def timeline_of(source, slowdown, backup_at, long_line):
        if source == INCIDENT:
            logs = _incident(60 * backup_at, slowdown, long_line)
        else:
            logs = {"web-1": _access_lines() if source == ACCESS else []}
        return read_logs(parse_line, merge_logs, logs)

    def run(word, level, server, **of_logs):
        timeline = timeline_of(**of_logs)
        found = timeline.search(word=word, level=level, server=server)
        asked = ", ".join(value for value in (word and f"“{word}”", level, server) if value)
        return Searched(timeline, found, asked or "Everything")

    words = ("", "timeout", "slow", "backup", "upload", "photos/1")
    servers = ["", "database", *(f"web-{number + 1}" for number in range(SERVERS))]
    controls = {
        "source": choice("logs", (INCIDENT, ACCESS, EMPTY)),
        "word": choice("search for", [(word or "any word", word) for word in words]),
        "level": choice(
            "level", [(level or "any level", level) for level in ("", *LEVELS)], "ERROR"
        ),
        "server": choice("server", [(server or "all servers", server) for server in servers]),
        "slowdown": slider("backup slows queries", 7, 1, 12, 1, "×"),
        "backup_at": slider("backup starts at", 4, 0, 8, 1, "min"),
        "long_line": tick("one line of 10 MB"),
    }
    return _explore(controls, run, LogsPicture())


@pictured
def explore_histograms(histogram):
    """Return sliders over what your histogram (a class made with `bounds`) says of hosts."""

    def run(hosts, slow_share, slowness, buckets, quantile):
        share = slow_share / 100
        chosen = {"hosts": hosts, "slow_share": share, "slowness": slowness}
        latencies = measure(
            histogram, seed=SEED, buckets=buckets, quantile=quantile / 100, **chosen
        )
        return Measured(latencies, share)

    controls = {
        "slow_share": slider("slow host's share", 1, 0, 50, 1, "%"),
        "slowness": slider("slow host is slower", 10, 1, 30, 1, "×"),
        "hosts": slider("hosts", 5, 2, MOST_HOSTS, 1),
        "buckets": slider("bounds", 20, 2, 60, 1),
        "quantile": slider("quantile", 99.0, 50.0, 99.5, 0.5, "%"),
    }
    return _explore(controls, run, HistogramPicture())


@pictured
def explore_users(daily_active_users, retention):
    """Return sliders over six weeks of users, counted by your two functions."""

    def run(day, release, harm, campaign, new_users, first):
        world = {"release": release, "harm": harm / 100, "campaign": campaign}
        world |= {"new_users": new_users, "first": first / 100}
        return use(daily_active_users, retention, seed=SEED, day=day, **world)

    controls = {
        "day": slider("day looked at", 14, 0, DAYS - 1, 1),
        "release": slider("release on day", 21, 1, DAYS - 1, 1),
        "harm": slider("users it drives away", 50, 0, 100, 5, "%"),
        "campaign": slider("campaign: new users", 2.0, 1.0, 4.0, 0.5, "×"),
        "new_users": slider("new users a day", 24, 4, 40, 2),
        "first": slider("back after a day", 50, 10, 80, 5, "%"),
    }
    return _explore(controls, run, UsersPicture())


@pictured
def explore_pipeline(run_pipeline, promote_canary):
    """Return sliders over a release that goes through your pipeline and your canary."""

    def run(fault, bad, share, min_requests, max_ratio, traffic):
        world = {"arrival_rate": traffic, "error_rate": ERROR_RATE}
        settings = {"max_ratio": max_ratio, "min_requests": min_requests}
        one = {"seed": SEED, "fault": fault, "bad": bad / 100, "share": share / 100}
        shown = release(run_pipeline, promote_canary, **one, **settings, **world)
        bad_ones = [
            _verdicts(promote_canary, settings, bad / 100, percent / 100, **world)
            for percent in SHARES
        ]
        good = _verdicts(promote_canary, settings, ERROR_RATE, share / 100, **world)
        chosen = bad_ones[SHARES.index(share)]
        return Released(
            release=shown,
            hurt=tuple(float(np.mean([one.hurt for one in some])) for some in bad_ones),
            seconds=tuple(float(np.mean([one.seconds for one in some])) for some in bad_ones),
            slipped=sum(one.verdict == "promote" for one in chosen),
            refused=sum(one.verdict == "roll back" for one in good),
            repeated=len(chosen),
            share=share / 100,
            expected_hurt=min_requests * bad / 100,
            expected_seconds=tuple(
                min(100 * min_requests / (percent * traffic), 3600.0) for percent in SHARES
            ),
        )

    controls = {
        "fault": choice("what is wrong", FAULTS),
        "bad": slider("bad version fails", 5, 1, 20, 1, "%"),
        "share": steps("canary share", [(f"{n} %", n) for n in SHARES], 5),
        "min_requests": slider("at least", 100, 50, 1000, 50, "requests"),
        "max_ratio": slider("at most", 1.5, 1.0, 5.0, 0.5, "× the old"),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
    }
    return _explore(controls, run, PipelinePicture())


def _verdicts(promote_canary, settings, bad, share, **world):
    """Return REPEATED canaries of versions whose requests fail with probability `bad`."""
    drawn = _canaries(bad=bad, share=share, **world)
    return [watch_canary(promote_canary, counts, **settings) for counts in drawn]


@lru_cache(maxsize=64)
def _canaries(**world):
    return draw_canaries(seed=SEED, releases=REPEATED, **world)


@lru_cache(maxsize=8)
def _incident(backup_at, slowdown, long_line):
    return write_logs(
        seed=SEED, servers=SERVERS, backup_at=backup_at, slowdown=slowdown, long_line=long_line
    )


@lru_cache(maxsize=1)
def _access_lines():
    converted = (from_combined(line) for line in access_log().splitlines())
    return [line for line in converted if line is not None]


@lru_cache(maxsize=64)
def _curve(duration, **world):
    return trade_off(count_errors(**world), THRESHOLDS, duration)


def _prices(duration, **world):
    """Return (expected false alarms a day, measured mean delay in s) for each threshold."""
    _, delays = _curve(duration, **world)
    return _theory(duration, world["arrival_rate"], world["burst"])[0], delays


@lru_cache(maxsize=64)
def _theory(duration, traffic, burst):
    requests, needed = round(10 * traffic), windows_needed(duration)
    quiet, during = (theory.above(THRESHOLDS, requests, rate) for rate in (ERROR_RATE, burst))
    return theory.false_alarms(quiet, needed), theory.mean_delay(during, needed)
