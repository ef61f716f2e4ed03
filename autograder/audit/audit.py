"""Measure how strong the checks are, with mutants of the solutions and submissions of the tests.

A mutant is killed when a check of its exercise fails, or when it does not run, takes too long or
too much memory. Those that are as right as the solution (equivalent.py) do not count.

audit_notebook(root, name, …)              → an ExerciseAudit for each exercise
notebook_lines, total_lines, weakness      → what `autograder audit` prints of them
"""

import io
import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from cosmic_ray.exceptions import CosmicRayTestingException

from autograder.audit.check import fresh_names, run_cell, run_check
from autograder.audit.equivalent import Equivalent, GradedByOutcome, Listed
from autograder.audit.mutants import Mutant, mutants_of, operators
from autograder.audit.pool import ChildLimits, Ending, ForkPool
from autograder.build import script as sources
from autograder.errors import CourseError
from autograder.grade.seeds import hidden_inputs
from course.checks import SEED

SUBMISSIONS = Path("tests") / "submissions"
FOR_THE_SOLUTION = ChildLimits(cpu_seconds=60, wall_seconds=300)
TIMES_THE_SOLUTION = 5  # a mutant may use this many times the solution's processor time …
LEAST_SECONDS = 2  # … and at least this much
WALL_PER_CPU = 30  # a mutant that sleeps is rare; one that waits for a busy processor is not
RIGHT_SEEDS = (SEED, *range(1, 31))  # of hidden inputs, with all of which right code must pass
MESSAGE = 300  # characters of a failed check's message that are kept
COLUMNS = "mutants equivalent killed survived       %   submissions as they should"


@dataclass
class ExerciseAudit:
    """What became of an exercise's mutants and of the submissions in tests/submissions/."""

    notebook: str
    exercise: str
    mutants: int = 0
    killed: Counter[str] = field(default_factory=Counter)  # by what
    survivors: list[Mutant] = field(default_factory=list)
    equivalent: list[tuple[Mutant, Equivalent | GradedByOutcome]] = field(default_factory=list)
    submissions: Counter[str] = field(default_factory=Counter)  # "right" and "wrong" as they should
    problems: list[str] = field(default_factory=list)  # submissions that are judged wrongly

    @property
    def counted(self) -> int:
        """The mutants that are not equivalent."""
        return self.mutants - len(self.equivalent)


def percentage(exercises: Iterable[ExerciseAudit]) -> float:
    """Return the percentage of the non-equivalent mutants that died (100.0 if there are none)."""
    exercises = list(exercises)
    counted = sum(exercise.counted for exercise in exercises)
    killed = sum(exercise.killed.total() for exercise in exercises)
    return 100 * killed / counted if counted else 100.0


def audit_notebook(root: Path, name: str, jobs: int, listed: Listed) -> list[ExerciseAudit]:
    """Return an audit of each exercise of a notebook, in the notebook's order.

    jobs: how many mutants and submissions run at once, each in a process of its own.
    listed: the mutants that count as equivalent. The notebook without exercises gives [].
    CourseError when a cell fails, or when a worked solution fails its own checks.
    """
    cells = sources.read(root / "solutions" / f"{name}.py")
    if not any(cell.kind == "solution" for cell in cells):
        return []  # the notebook that only welcomes
    names, exercises, forks = fresh_names(), [], ForkPool(jobs)
    names[CosmicRayTestingException.__name__] = CosmicRayTestingException
    try:
        for cell in cells:
            if cell.kind == "solution":
                exercise = ExerciseAudit(name, cell.grade_id)
                checks = [c for c in cells if c.kind == "check" and c.exercise == cell.grade_id]
                _audit_exercise(root, exercise, cell, checks, names, forks, listed)
                exercises.append(exercise)
            if cell.kind in ("code", "solution"):
                _run(name, cell, names)
        forks.wait()
    finally:
        forks.stop()
    return exercises


def _run(name: str, cell: sources.Cell, names: dict[str, Any]) -> None:
    try:
        with redirect_stdout(io.StringIO()):
            run_cell(cell.text, names, cell.place)
    except Exception as error:
        raise CourseError(f"{name}: {cell.place} fails: {type(error).__name__}: {error}") from error


def _audit_exercise(
    root: Path,
    exercise: ExerciseAudit,
    solution: sources.Cell,
    checks: list[sources.Cell],
    names: dict[str, Any],
    forks: ForkPool,
    listed: Listed,
) -> None:
    """Start all runs of an exercise; each puts its result into `exercise` when it ends."""

    def work(
        text: str, all_of_them: bool = False, seeds: Iterable[int] = (SEED,)
    ) -> Callable[[], Any]:
        return partial(_outcome, text, checks, names, all_of_them, seeds)

    limits = _limits(exercise, work(solution.text), forks.jobs)
    more = _times(limits, len(RIGHT_SEEDS))
    forks.start(
        work(solution.text, seeds=RIGHT_SEEDS), more, partial(_worked_ended, exercise, solution)
    )
    for path in sorted((root / SUBMISSIONS / exercise.notebook / exercise.exercise).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        judged = partial(_submission_ended, exercise, path, text)
        if path.name.startswith("right_"):
            forks.start(work(text, all_of_them=True, seeds=RIGHT_SEEDS), more, judged)
        else:
            forks.start(work(text, all_of_them=True), limits, judged)
    for mutant in mutants_of(solution.text, operators()):
        exercise.mutants += 1
        forks.start(work(mutant.text), limits, partial(_mutant_ended, exercise, mutant, listed))
    outcome = listed.outcome(exercise.notebook, exercise.exercise)
    if outcome:
        limits = _times(limits, outcome.seeds)
        forks.wait()
        passed, exercise.survivors = exercise.survivors, []
        for mutant in passed:
            again = work(mutant.text, seeds=range(1, outcome.seeds + 1))
            forks.start(again, limits, partial(_again_ended, exercise, mutant, outcome))


def _outcome(
    text: str,
    checks: list[sources.Cell],
    names: dict[str, Any],
    all_of_them: bool,
    seeds: Iterable[int],
) -> dict[str, Any]:
    """Run a solution cell's text and its checks, in a child: up to the first that fails, or all."""
    started, failed, error = time.process_time(), {}, ""
    try:
        names = dict(names)
        run_cell(text, names, "solution")
        for seed, check in itertools.product(seeds, checks):
            with hidden_inputs(seed):
                message = run_check(check, names)
            if message:
                told = message if seed == SEED else f"with seed {seed}: {message}"
                failed.setdefault(check.grade_id, told[:MESSAGE])
                if not all_of_them:
                    break
    except BaseException as problem:  # such as SystemExit
        error = f"does not run: {type(problem).__name__}: {problem}"[:MESSAGE]
    return {"failed": failed, "error": error, "seconds": time.process_time() - started}


def _limits(exercise: ExerciseAudit, work: Callable[[], Any], jobs: int) -> ChildLimits:
    """Return a mutant's limits, from the time of the worked solution, which must pass."""
    endings: list[Ending] = []
    alone = ForkPool(jobs)
    alone.start(work, FOR_THE_SOLUTION, endings.append)
    alone.wait()
    answer, died = endings[0].answer, endings[0].died
    problem = died or answer["error"] or next(iter(answer["failed"].items()), "")
    if problem:
        raise CourseError(
            f"{exercise.notebook}: the worked solution of {exercise.exercise} fails: {problem}"
        )
    seconds = max(LEAST_SECONDS, TIMES_THE_SOLUTION * answer["seconds"])
    return ChildLimits(cpu_seconds=seconds, wall_seconds=WALL_PER_CPU * seconds)


def _times(limits: ChildLimits, runs: int) -> ChildLimits:
    """Return the limits for this many runs in one child."""
    return replace(
        limits, cpu_seconds=limits.cpu_seconds * runs, wall_seconds=limits.wall_seconds * runs
    )


def _mutant_ended(exercise: ExerciseAudit, mutant: Mutant, listed: Listed, ending: Ending) -> None:
    entry = listed.mutant(exercise.notebook, exercise.exercise, mutant.was, mutant.line)
    if ending.died:
        exercise.killed[ending.died] += 1
    elif ending.answer["error"]:
        exercise.killed["does not run"] += 1
    elif ending.answer["failed"]:
        exercise.killed.update(ending.answer["failed"].keys())
    elif entry:
        exercise.equivalent.append((mutant, entry))
    else:
        exercise.survivors.append(mutant)


def _again_ended(
    exercise: ExerciseAudit, mutant: Mutant, outcome: GradedByOutcome, ending: Ending
) -> None:
    """Sort a mutant that passed with the first seed: right with all seeds, or lucky with one."""
    if ending.died or ending.answer["error"] or ending.answer["failed"]:
        exercise.survivors.append(mutant)
    else:
        exercise.equivalent.append((mutant, outcome))


def _worked_ended(exercise: ExerciseAudit, solution: sources.Cell, ending: Ending) -> None:
    """Note what the worked solution loses with hidden inputs of other seeds."""
    answer = ending.answer or {"error": ending.died, "failed": {}}
    for problem in [answer["error"], *map(": ".join, answer["failed"].items())]:
        if problem:
            exercise.problems.append(f"the worked solution ({solution.place}) loses: {problem}")


def _submission_ended(exercise: ExerciseAudit, path: Path, text: str, ending: Ending) -> None:
    failed = {} if ending.died else ending.answer["failed"]
    stopped = ending.died or ending.answer["error"]
    loses = re.match(r"# loses: (\w+)", text)
    if path.name.startswith("right_"):
        problem = stopped or ", ".join(f"{check}: {failed[check]}" for check in failed)
        kind, complaint = "right", f"loses points: {problem}"
    else:
        problem = "" if stopped or (loses and loses[1] in failed) else "keeps them"
        kind, complaint = "wrong", f"passes {loses[1] if loses else 'all that it names'}"
    exercise.submissions[kind] += not problem
    if problem:
        exercise.problems.append(f"{path.name} {complaint}")


def notebook_lines(exercises: list[ExerciseAudit], stale: Iterable[Equivalent]) -> Iterator[str]:
    """Yield the printed rows of one notebook, its survivors as diffs, and entries without use.

    stale: entries of equivalent mutants that match no survivor. Without exercises: nothing.
    """
    if not exercises:
        return
    yield f"\n{exercises[0].notebook:32} {COLUMNS}"
    for exercise in exercises:
        yield _row(f"  {exercise.exercise}", [exercise])
    yield _row("  all", exercises)
    for exercise in exercises:
        for mutant in exercise.survivors:
            yield f"\n  survived: {exercise.exercise}, {mutant.operator}"
            yield f"    - {mutant.was}"
            yield f"    + {mutant.line}"
        for problem in exercise.problems:
            yield f"\n  submission: {exercise.exercise}/{problem}"
    for entry in stale:
        yield f"\n  stale: no survivor of {entry.exercise} is this one, listed as equivalent"
        yield f"    - {entry.was}"
        yield f"    + {entry.line}"


def total_lines(exercises: list[ExerciseAudit], seconds: float) -> Iterator[str]:
    """Yield the printed table of all notebooks, and what the mutants died of."""
    by_notebook: dict[str, list[ExerciseAudit]] = {}
    for exercise in exercises:
        by_notebook.setdefault(exercise.notebook, []).append(exercise)
    yield f"\n{'':32} {COLUMNS}"
    for name, those in by_notebook.items():
        yield _row(name, those)
    yield _row("total", exercises)
    killed: Counter[str] = sum((exercise.killed for exercise in exercises), Counter())
    other = ("does not run", "took too long")
    counts = {reason: killed.pop(reason, 0) for reason in other}
    signals = sum(count for reason, count in killed.items() if " " in reason)
    yield (
        f"killed by a check: {killed.total() - signals}, "
        + ", ".join(f"{reason}: {count}" for reason, count in counts.items())
        + f", died otherwise: {signals}; {seconds:.0f} s"
    )


def weakness(exercises: list[ExerciseAudit], minimum: float) -> str:
    """Return one sentence on what is too weak, or ""; minimum: percentage that must die."""
    below = []
    for name in dict.fromkeys(exercise.notebook for exercise in exercises):
        share = percentage(e for e in exercises if e.notebook == name)
        if share < minimum:
            below.append(f"{name} ({share:.1f} %)")
    problems = sum(len(exercise.problems) for exercise in exercises)
    parts = []
    if below:
        parts.append(f"less than {minimum:g} % of the mutants die in {', '.join(below)}")
    if problems:
        parts.append(f"{problems} submissions are judged wrongly")
    return f"{' and '.join(parts)}: strengthen the checks" if parts else ""


def _row(title: str, exercises: list[ExerciseAudit]) -> str:
    right = sum(e.submissions["right"] for e in exercises)
    wrong = sum(e.submissions["wrong"] for e in exercises)
    bad = sum(len(e.problems) for e in exercises)
    return (
        f"{title:32} {sum(e.mutants for e in exercises):7} "
        f"{sum(len(e.equivalent) for e in exercises):10} "
        f"{sum(e.killed.total() for e in exercises):6} "
        f"{sum(len(e.survivors) for e in exercises):8} {percentage(exercises):7.1f}   "
        f"{right} right, {wrong} wrong" + (f", {bad} NOT" if bad else "")
    )
