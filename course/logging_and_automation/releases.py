"""Releases of a new version, good or bad: to all users at once, or through a canary.

The requests of each window of ten seconds are divided by chance: a share goes to the canary, the
rest to the old version. After each window `promote_canary` is asked, with all counts so far.
"""

from dataclasses import dataclass

from course.engine import parameters, workload
from course.engine.component import ComponentError, name_of, sentences, wrong_return
from course.logging_and_automation.model import ERROR_RATE, LASTS, WINDOW

PATIENCE = 360  # windows: after an hour of "wait" a person gives up, and rolls back
VERDICTS = ("wait", "promote", "roll back")
STAGES = ("build", "unit tests", "canary", "deploy to all")
NOTHING, BUILD, TEST, ERRORS = "nothing", "does not build", "a test fails", "errors in production"
FAULTS = (ERRORS, NOTHING, BUILD, TEST)


@dataclass(frozen=True)
class PipelineResult:
    """How a run of a pipeline ended.

    passed: whether all stages did. ran: the names of the stages that were started, in order.
    failed: the name of the one that failed, or None. error: the exception that it raised, or None.
    """

    passed: bool
    ran: list
    failed: str | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class Canary:
    """One canary: its verdict, and the cumulated counts until then."""

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
    """One run of the pipeline with its canary; `hurt` requests failed because of a bad version."""

    pipeline: PipelineResult
    canary: Canary
    hurt: int
    hurt_without: int  # if all users had been given the new version at once
    fault: str


def draw_canaries(
    *, seed=0, releases=1, arrival_rate=10.0, error_rate=ERROR_RATE, bad=0.05, share=0.05
):
    """Return [(baseline, canary)]: for each release two lists of cumulated (requests, errors).

    An entry for each window of ten seconds, an hour long. arrival_rate: requests/s of all users.
    share: of the requests, to the canary. error_rate, bad: the shares of the old and of the new
    version's requests that fail. Raises ValueError, which names a bad number.
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
    """Return the Canary of `counts`, an entry of `draw_canaries`, by the student's function.

    promote_canary(baseline, canary, **settings) → "wait", "promote" or "roll back": asked after
    each window with the cumulated (requests, errors) of both versions. After an hour of "wait" the
    canary is rolled back. Raises ComponentError, which says in one sentence what it did wrong.
    """
    baseline, canary = counts

    def call():
        return f"{name_of(promote_canary)}({old}, {new})"

    with sentences(call):
        for number, (old, new) in enumerate(zip(baseline, canary, strict=True), start=1):
            verdict = promote_canary(old, new, **settings)
            if not isinstance(verdict, str) or verdict not in VERDICTS:
                expected = "'wait', 'promote' or 'roll back'"
                raise ComponentError(wrong_return(call(), verdict, expected))
            if verdict != "wait":
                return Canary(verdict, tuple(baseline[:number]), tuple(canary[:number]))
    return Canary("roll back", tuple(baseline), tuple(canary))


def release(
    run_pipeline,
    promote_canary,
    *,
    seed=0,
    fault=ERRORS,
    max_ratio=1.5,
    min_requests=100,
    arrival_rate=10.0,
    error_rate=ERROR_RATE,
    bad=0.05,
    share=0.05,
):
    """Return the Release of one new version through the student's pipeline and canary.

    run_pipeline(stages) → PipelineResult, of a list of (name, function). promote_canary: see
    `watch_canary`; `max_ratio` and `min_requests` are its settings.
    fault: what is wrong with the version, one of FAULTS. The other parameters are those of
    `draw_canaries`; `bad` counts only for errors in production.

    Raises ValueError, which names a bad number, and ComponentError, which says in one sentence what
    one of the two functions did wrong.
    """
    parameters.choice("fault", fault, FAULTS)
    settings = {
        "max_ratio": parameters.number("max_ratio", max_ratio, at_least=0),
        "min_requests": parameters.count("min_requests", min_requests),
    }
    (counts,) = draw_canaries(
        seed=seed,
        arrival_rate=arrival_rate,
        error_rate=error_rate,
        bad=bad if fault == ERRORS else error_rate,
        share=share,
    )
    canary = watch_canary(promote_canary, counts, **settings)
    result = _run(run_pipeline, fault, canary)
    hurt = at_once = 0
    if fault == ERRORS:
        at_once = int(everybody(seed=seed, arrival_rate=arrival_rate, bad=bad).sum())
        reached = {"canary": canary.hurt, "deploy to all": canary.hurt + at_once}
        hurt = reached.get(result.ran[-1], 0) if result.ran else 0
    return Release(result, canary, hurt, at_once, fault)


def everybody(*, seed=0, arrival_rate=10.0, bad=0.05):
    """Return how many requests fail in each window when all users have the bad version at once.

    Until a person notices, after 20 minutes.
    """
    rng = workload.stream(seed, "everybody")
    return rng.binomial(round(arrival_rate * WINDOW), bad, LASTS)


def _run(run_pipeline, fault, canary):
    """Return what the student's run_pipeline makes of the four stages."""

    def build():
        if fault == BUILD:
            raise SyntaxError("'(' was never closed (photos.py, line 12)")

    actions = (build, lambda: fault != TEST, lambda: canary.verdict == "promote", lambda: True)
    call = f"{name_of(run_pipeline)}(stages)"
    with sentences(call):
        result = run_pipeline(list(zip(STAGES, actions, strict=True)))
    if not isinstance(result, PipelineResult):
        raise ComponentError(wrong_return(call, result, "a PipelineResult"))
    ran = result.ran
    if not isinstance(ran, list) or ran != list(STAGES[: len(ran)]):
        raise ComponentError(f"{call} says it ran {ran!r}, expected the stages' names in order.")
    return result
