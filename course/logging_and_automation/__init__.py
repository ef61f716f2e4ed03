"""Notebook 09: logs, metrics, alerts and a pipeline: how you know, and what acts without you.

The names that the notebook needs: types, the simulations, the pictures and the `explore`s.
"""

from functools import lru_cache

import numpy as np

from course.engine import parameters
from course.engine.parameters import NEVER
from course.logging_and_automation import steps, theory
from course.logging_and_automation.access_log import access_log, from_combined
from course.logging_and_automation.alert_picture import AlertPicture
from course.logging_and_automation.film import film
from course.logging_and_automation.histograms import measure
from course.logging_and_automation.histograms_picture import MOST_HOSTS, HistogramPicture
from course.logging_and_automation.logs import LEVELS, LogEntry, read_logs, write_logs
from course.logging_and_automation.logs_picture import LogsPicture
from course.logging_and_automation.model import (
    ERROR_RATE,
    WINDOW,
    burn_rate,
    count_errors,
    simulate,
    trade_off,
    windows_needed,
)
from course.logging_and_automation.picture import ExperimentPicture
from course.logging_and_automation.real_picture import RealPicture
from course.logging_and_automation.releases import (
    FAULTS,
    PipelineResult,
    draw_canaries,
    release,
    watch_canary,
)
from course.logging_and_automation.releases_film import film as film_of_release
from course.logging_and_automation.releases_picture import SHARES, ReleasesPicture
from course.logging_and_automation.steps import SEED
from course.logging_and_automation.system import architecture
from course.logging_and_automation.users import DAYS, use
from course.logging_and_automation.users_picture import UsersPicture
from course.view.explore import (
    SECONDS,
    choice,
    choice_slider,
    in_percent,
    moments,
    pictured,
    slider,
    tick,
)
from course.view.explore import explore as _explore
from course.view.film import Film
from course.view.limit import time_limit
from course.view.live import explore_live, with_processes

__all__ = [
    "LogEntry",
    "PipelineResult",
    "access_log",
    "architecture",
    "burn_rate",
    "count_errors",
    "draw_canaries",
    "explore",
    "explore_alert",
    "explore_histograms",
    "explore_logs",
    "explore_pipeline",
    "explore_real",
    "explore_users",
    "from_combined",
    "measure",
    "read_logs",
    "release",
    "replay",
    "replay_release",
    "simulate",
    "use",
    "watch_canary",
    "write_logs",
]

SERVERS = 4  # web servers that write logs
REPEATED = 20  # releases of each kind
INCIDENT, ACCESS, EMPTY = "an incident", "an access log", "an empty log"
THRESHOLDS = np.arange(1, 21) / 100
COLLEAGUE = 0.02  # its threshold


@pictured
def explore(*, prediction=None):
    """Return sliders over an alert on the error rate, next to the colleague's: 2 %, at once.

    prediction: your guess at the false alarms of a quiet day, drawn as a diamond.
    """

    def run(burst, threshold, duration, traffic):
        guess = prediction
        if guess is not None:
            guess = parameters.number("prediction", guess, at_least=0, unit="false alarms")
        world = {"seed": SEED, "arrival_rate": traffic, "burst": burst}
        watched = simulate(threshold=threshold, for_seconds=duration, **world)
        alarms, delays = [], []
        for seconds, limit in ((duration, threshold), (0, COLLEAGUE)):
            (expected, _), (_, measured) = _prices(seconds, **world)
            place = int(np.argmin(abs(THRESHOLDS - limit)))
            alarms.append(float(expected[place]))
            delays.append(float(measured[place]))
        return {"watched": watched, "alarms": alarms, "delays": delays, "prediction": guess}

    controls = {
        "threshold": in_percent("threshold", 2, 1, 20, 1),
        "duration": slider("for", 0, 0, 300, 10, "s"),
        "burst": in_percent("error burst", 8, 2, 30, 1),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
    }
    picture = ExperimentPicture(guess=prediction is not None)
    return _explore(controls, run, picture, experiment=steps.FIRST)


def _shares():
    return choice_slider(
        "canary share", [(f"{100 * share:.0f} %", share) for share in SHARES], 0.05
    )


@lru_cache(maxsize=64)
def _prices(duration, **world):
    """Return (false alarms a day, mean delay in s) at each threshold, by theory and measured."""
    needed, requests = windows_needed(duration), round(world["arrival_rate"] * WINDOW)
    quiet, during = (
        theory.above(THRESHOLDS, requests, rate) for rate in (ERROR_RATE, world["burst"])
    )
    expected = theory.false_alarms(quiet, needed), theory.mean_delay(during, needed)
    return expected, trade_off(count_errors(**world), THRESHOLDS, duration)


@lru_cache(maxsize=64)
def _burn_rate(**world):
    return burn_rate(count_errors(**world), THRESHOLDS)


@pictured
def explore_alert(alert):
    """Return sliders over your alert, a class made with `threshold` and `for_seconds`."""

    def run(threshold, duration, burst, traffic, bunched, pair):
        world = {"seed": SEED, "arrival_rate": traffic, "burst": burst, "bunched": bunched}
        chosen = {"threshold": threshold, "for_seconds": duration, **world}
        watched = simulate(alert, **chosen)
        expected, _ = _prices(duration, **world)
        return {
            "watched": watched,
            "built_in": simulate(**chosen),
            "thresholds": THRESHOLDS,
            "two_windows": _burn_rate(**world),
            "theory": expected,
            "pair": pair,
        }

    controls = {
        "threshold": in_percent("threshold", 3, 1, 20, 1),
        "duration": slider("for", 10, 0, 300, 10, "s"),
        "burst": in_percent("error burst", 8, 2, 30, 1),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
        "bunched": tick("errors come in bunches"),
        "pair": tick("show two windows (green)"),
    }
    return _explore(controls, run, AlertPicture(), experiment=steps.ALERT)


@pictured
def replay(alert=None):
    """Return the film of your alert next to a colleague's; without one, of a built-in one alone.

    alert: a class made with `threshold` and `for_seconds` that has `update(now, value)`.
    """
    if alert is None:
        return Film(film)
    controls = {
        "threshold": in_percent("threshold", 5, 1, 20, 1),
        "for_seconds": slider("for", 20, 0, 300, 10, "s"),
        "burst": in_percent("error burst", 8, 2, 15, 1),
    }
    return Film(lambda **chosen: film(alert, **chosen), controls)


@pictured
def explore_logs(parse_line, merge_logs):
    """Return controls over logs that your two functions read, and a search in them."""

    @lru_cache(maxsize=2)  # another search in the same logs does not read them again
    def timeline_of(source, slowdown, backup_at):
        if source == INCIDENT:
            logs = _incident(60 * backup_at, slowdown)
        else:
            logs = {"web-1": _access_lines() if source == ACCESS else []}
        return read_logs(parse_line, merge_logs, logs)

    def run(word, level, server, **of_logs):
        timeline = timeline_of(**of_logs)
        asked = ", ".join(value for value in (word and f"“{word}”", level, server) if value)
        return {
            "timeline": timeline,
            "found": timeline.search(word=word, level=level, server=server),
            "search": asked or "Everything",
        }

    words = ("timeout", "slow", "backup", "upload", "photos/1")
    servers = ("database", *(f"web-{number + 1}" for number in range(SERVERS)))
    controls = {
        "source": choice("logs", (INCIDENT, ACCESS, EMPTY)),
        "word": choice("search for", _any("any word", words)),
        "level": choice("level", _any("any level", LEVELS), "ERROR"),
        "server": choice("server", _any("all servers", servers)),
        "slowdown": slider("backup slows queries", 7, 1, 12, 1, "×"),
        "backup_at": slider("backup starts at", 4, 0, 8, 1, "min"),
    }
    return _explore(controls, run, LogsPicture(), experiment=steps.LOGS)


def _any(name, options):
    return [(name, ""), *((option, option) for option in options)]


@lru_cache(maxsize=8)
def _incident(backup_at, slowdown):
    return write_logs(seed=SEED, servers=SERVERS, backup_at=backup_at, slowdown=slowdown)


@lru_cache(maxsize=1)
def _access_lines():
    converted = (from_combined(line) for line in access_log().splitlines())
    return [line for line in converted if line is not None]


@pictured
def explore_histograms(histogram):
    """Return sliders over what your histogram (a class made with `bounds`) says of hosts."""

    def run(slow_share, **chosen):
        latencies = measure(histogram, seed=SEED, slow_share=slow_share, **chosen)
        return {"latencies": latencies, "slow_share": slow_share}

    controls = {
        "slow_share": in_percent("slow host's share", 1, 0, 50, 1),
        "slowness": slider("slow host is slower", 10, 1, 30, 1, "×"),
        "hosts": slider("hosts", 5, 2, MOST_HOSTS, 1),
        "buckets": slider("bounds", 20, 2, 60, 1),
        "quantile": in_percent("quantile", 99.0, 50.0, 99.5, 0.5),
    }
    return _explore(controls, run, HistogramPicture(), experiment=steps.HISTOGRAMS)


@pictured
@with_processes
def explore_real(parse_line, merge_logs, histogram, alert):
    """Return controls over real servers, and what your four components say of their logs.

    Another threshold or other bounds look at the same logs again; another moment of the kill needs
    a new measurement.
    """
    from course.logging_and_automation import prometheus, real, report

    last = {}

    def judged(logs, dies_at, buckets, threshold, for_seconds):
        judge = {"threshold": threshold, "for_seconds": for_seconds}
        lines = logs.lines if logs else {"proxy": (), "web-1": _access_lines()[:5]}
        components = parse_line, merge_logs, histogram, alert
        read = report.read(*components, lines, buckets=buckets, **judge)
        return {"report": read, "logs": logs, **judge}

    def foresee(**chosen):
        return judged(last.get(chosen["dies_at"]), **chosen)

    def measured(**chosen):
        dies_at = chosen["dies_at"]
        for logs in real.measure(seed=SEED, dies_at=None if dies_at == NEVER else dies_at):
            last[dies_at] = logs
            with time_limit(SECONDS):
                outcome = judged(logs, **chosen)
            yield logs.share, outcome

    controls = {
        "dies_at": moments("web-1 is killed at", [1, 2, 3], 2),
        "threshold": in_percent("threshold", 5, 1, 40, 1),
        "for_seconds": slider("for", 1, 0, 5, 1, "s"),
        "buckets": slider("bounds", 20, 2, 60, 1),
    }
    experiment = steps.real(prometheus.text)
    return explore_live(controls, foresee, measured, RealPicture(), experiment=experiment)


@pictured
def explore_users(daily_active_users, retention):
    """Return sliders over six weeks of users, counted by your two functions."""

    def run(**world):
        return {"usage": use(daily_active_users, retention, seed=SEED, **world)}

    controls = {
        "after": slider("back after", 1, 1, 14, 1, "days"),
        "release": slider("release on day", 21, 1, DAYS - 1, 1),
        "harm": in_percent("users it drives away", 50, 0, 100, 5),
        "campaign": slider("campaign: new users", 2.0, 1.0, 4.0, 0.5, "×"),
        "new_users": slider("new users a day", 120, 20, 200, 10),
    }
    return _explore(controls, run, UsersPicture(), experiment=steps.USERS)


@pictured
def explore_pipeline(run_pipeline, promote_canary):
    """Return sliders over a release that goes through your pipeline and your canary."""

    def run(fault, bad, share, min_requests, max_ratio, traffic):
        settings = {"max_ratio": max_ratio, "min_requests": min_requests}
        one = {"seed": SEED, "fault": fault, "arrival_rate": traffic, "bad": bad, "share": share}
        shown = release(run_pipeline, promote_canary, **one, **settings)

        def repeated(bad, share):
            drawn = _canaries(arrival_rate=traffic, bad=bad, share=share)
            return [watch_canary(promote_canary, counts, **settings) for counts in drawn]

        return {
            "release": shown,
            "bad_ones": [repeated(bad, each) for each in SHARES],
            "good_ones": repeated(ERROR_RATE, share),
            "share": share,
        }

    controls = {
        "fault": choice("what is wrong", FAULTS),
        "bad": in_percent("bad version fails", 5, 1, 20, 1),
        "share": _shares(),
        "min_requests": slider("at least", 100, 50, 1000, 50, "requests"),
        "max_ratio": slider("at most", 1.5, 1.0, 5.0, 0.5, "× the old"),
        "traffic": slider("traffic", 10, 2, 50, 1, "requests/s"),
    }
    return _explore(controls, run, ReleasesPicture(), experiment=steps.PIPELINE)


@pictured
def replay_release(promote_canary):
    """Return the film of one release through your canary, next to one for all users at once.

    promote_canary: a function as of `watch_canary`.
    """
    controls = {
        "bad": in_percent("new version fails", 5, 1, 20, 1),
        "share": choice_slider(
            "canary share", [(f"{each} %", each / 100) for each in (10, 20, 50)], 0.1
        ),
        "min_requests": slider("at least", 100, 50, 100, 10, "requests"),
        "max_ratio": slider("at most", 1.5, 1.0, 5.0, 0.5, "× the old"),
    }
    return Film(lambda **chosen: film_of_release(promote_canary, **chosen), controls)


@lru_cache(maxsize=64)
def _canaries(**world):
    return draw_canaries(seed=SEED, releases=REPEATED, **world)
