"""Releases of a new version, good or bad: at once for everybody, or through a canary.

A window of ten seconds of traffic is dealt by chance: a share goes to the canary, the rest to the
old version. After each, `promote_canary` is asked with all that was counted so far.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.logging_and_automation.model import LASTS, WINDOW

PATIENCE = 360  # windows: after an hour of "wait" a person gives up, and rolls back
VERDICTS = ("wait", "promote", "roll back")
STAGES = ("build", "unit tests", "canary", "deploy to all")
NOTHING, BUILD, TEST, ERRORS = "nothing", "does not build", "a test fails", "errors in production"
FAULTS = (ERRORS, NOTHING, BUILD, TEST)


@dataclass(frozen=True)
class PipelineResult:
    """What a run of a pipeline came to.

    `ran`: names of the stages that were started, in order; `failed`: the name of the one that
    failed, or None; `error`: the exception that it raised, or None.
    """

    passed: bool
    ran: list
    failed: str | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class Canary:
    """One canary: what was counted until the verdict, cumulated over the windows."""

    verdict: str
    baseline: tuple  # (requests, errors) after each window
    canary: tuple

    @property
    def seconds(self):
        """How long it took to decide."""
        return len(self.canary) * WINDOW

    @property
    def hurt(self):
        """Requests that failed on the canary."""
        return self.canary[-1][1]


@dataclass(frozen=True)
class Release:
    """One run of the pipeline with its canary, and how many requests of a bad version failed."""

    pipeline: PipelineResult
    canary: Canary
    hurt: int
    hurt_without: int  # had the new version gone to everybody at once
    fault: str


def draw_canaries(*, seed=0, releases=1, arrival_rate=10.0, error_rate=0.01, bad=0.05, share=0.05):
    """Return [(baseline, canary)]: for each release two lists of cumulated (requests, errors).

    `arrival_rate` requests/s, a `share` of them to the canary; `error_rate` of the old version's
    requests fail, `bad` of the new one's.
    """
    error_rate = parameters.number("error_rate", error_rate, at_least=0, at_most=1)
    bad = parameters.number("bad", bad, at_least=0, at_most=1)
    share = parameters.number("share", share, above=0, at_most=1)
    rate = parameters.number("arrival_rate", arrival_rate, at_least=0.1, unit="requests/s")
    rng = workload.stream(seed, "canary")
    size = (parameters.count("releases", releases), PATIENCE)
    requests = round(rate * WINDOW)
    to_canary = rng.binomial(requests, share, size)
    drawn = []
    for counted, failing in ((requests - to_canary, error_rate), (to_canary, bad)):
        errors = rng.binomial(counted, failing)
        drawn.append((counted.cumsum(axis=1).tolist(), errors.cumsum(axis=1).tolist()))
    return [
        tuple(list(zip(counted[row], errors[row], strict=True)) for counted, errors in drawn)
        for row in range(size[0])
    ]


def watch_canary(promote_canary, counts, **settings):
    """Return the Canary of `counts` (of draw_canaries) by the student's `promote_canary`."""
    baseline, canary = counts
    for number, (old, new) in enumerate(zip(baseline, canary, strict=True), start=1):
        try:
            verdict = promote_canary(old, new, **settings)
        except Exception:
            with sentences(_call(promote_canary, old, new)):
                raise
        if not isinstance(verdict, str) or verdict not in VERDICTS:
            expected = "'wait', 'promote' or 'roll back'"
            raise ComponentError(wrong_return(_call(promote_canary, old, new), verdict, expected))
        if verdict != "wait":
            return Canary(verdict, tuple(baseline[:number]), tuple(canary[:number]))
    return Canary("roll back", tuple(baseline), tuple(canary))


def _call(promote_canary, old, new):
    return f"{name_of(promote_canary)}({old}, {new})"


def release(
    run_pipeline,
    promote_canary,
    *,
    seed=0,
    fault=ERRORS,
    max_ratio=1.5,
    min_requests=100,
    **traffic,
):
    """Return the Release of one new version through the student's pipeline and canary.

    fault: what is wrong with it, one of FAULTS. `traffic` as in `draw_canaries`. ComponentError
    says in one sentence what one of the two functions did wrong.
    """
    parameters.choice("fault", fault, FAULTS)
    settings = {
        "max_ratio": parameters.number("max_ratio", max_ratio, at_least=0),
        "min_requests": parameters.count("min_requests", min_requests),
    }
    if fault != ERRORS:
        traffic["bad"] = traffic.get("error_rate", 0.01)
    counts = draw_canaries(seed=seed, **traffic)[0]
    canary = watch_canary(promote_canary, counts, **settings)
    result = _run(run_pipeline, fault, canary)
    at_once = everybody(seed=seed, **traffic)
    reached = {"canary": canary.hurt, "deploy to all": canary.hurt + at_once}
    hurt = reached.get(result.ran[-1], 0) if result.ran and fault == ERRORS else 0
    return Release(result, canary, hurt, at_once if fault == ERRORS else 0, fault)


def _run(run_pipeline, fault, canary):
    """Return what the student's run_pipeline makes of the four stages."""

    def build():
        if fault == BUILD:
            raise SyntaxError("'(' was never closed (photos.py, line 12)")

    stages = list(
        zip(
            STAGES,
            (build, lambda: fault != TEST, lambda: canary.verdict == "promote", lambda: True),
            strict=True,
        )
    )
    call = f"{name_of(run_pipeline)}(stages)"
    with sentences(call):
        result = run_pipeline(list(stages))
    if not isinstance(result, PipelineResult):
        raise ComponentError(wrong_return(call, result, "a PipelineResult"))
    ran = result.ran
    if not isinstance(ran, list) or ran != list(STAGES[: len(ran)]):
        raise ComponentError(f"{call} says it ran {ran!r}, expected the stages' names in order.")
    return result


def everybody(*, seed=0, arrival_rate=10.0, bad=0.05, windows=LASTS, **_):
    """Return how many requests fail if all get the bad version until a person notices (20 min)."""
    rng = workload.stream(seed, "everybody")
    return int(rng.binomial(round(arrival_rate * WINDOW), bad, windows).sum())


def hurt_by(watched, *, seed=0, burst=0.08, share=0.05, looks_after=60):
    """Return how many requests fail in a bad release, three ways, each a mean over the incidents.

    (All get the new version and a person notices after 20 minutes; all get it and the alert of
    `watched` ends it; only a canary gets it, and a person looks at it after `looks_after` windows:
    above the alert's threshold it is taken back, else all get it, alert and all.)
    """
    counts, share = watched.counts, parameters.number("share", share, above=0, at_most=1)
    totals = counts.incidents.cumsum(axis=1)
    windows = np.round(watched.delays / WINDOW).astype(int)
    until_alert = totals[np.arange(len(totals)), windows - 1]
    rng = workload.stream(seed, "looked at")
    requests = rng.binomial(counts.requests * looks_after, share, len(totals))
    errors = rng.binomial(requests, parameters.number("burst", burst, at_least=0, at_most=1))
    unseen = errors <= watched.threshold * requests
    return tuple(
        float(each.mean()) for each in (totals[:, -1], until_alert, errors + unseen * until_alert)
    )
