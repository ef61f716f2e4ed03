"""How strong are the checks: mutants of the worked solutions, and the submissions of the tests.

A mutant is killed when a check of its exercise fails, or when it does not run, takes too long or
too much memory. Those that are as right as the solution (equivalent.py) do not count.
"""

import io
import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from cosmic_ray.exceptions import CosmicRayTestingException

from autograder.audit import check as halves
from autograder.audit.equivalent import Equivalent, Listed, Outcome
from autograder.audit.mutants import Mutant, mutants_of, operators
from autograder.audit.pool import Ending, Forks, Limits
from autograder.build import script as sources
from autograder.errors import CourseError
from autograder.grade.seeds import hidden_inputs
from course.checks import SEED

SUBMISSIONS = Path("tests") / "submissions"
FOR_THE_SOLUTION = Limits(cpu_seconds=60, wall_seconds=300)
TIMES_THE_SOLUTION = 5  # a mutant may need so many times the solution's own processor time …
LEAST_SECONDS = 2  # … and this at any rate
WALL_PER_CPU = 30  # a mutant that sleeps is rare; one that waits for a busy processor is not
RIGHT_SEEDS = (SEED, *range(1, 31))  # of hidden inputs, with all of which right code must pass
MESSAGE = 300  # characters of a failed check's message that are kept


@dataclass
class ExerciseAudit:
    """What became of an exercise's mutants and submissions."""

    notebook: str
    exercise: str
    mutants: int = 0
    killed: Counter[str] = field(default_factory=Counter)  # by what
    survivors: list[Mutant] = field(default_factory=list)
    equivalent: list[tuple[Mutant, Equivalent | Outcome]] = field(default_factory=list)
    submissions: Counter[str] = field(default_factory=Counter)  # "right" and "wrong" as they should
    problems: list[str] = field(default_factory=list)  # submissions that are judged wrongly

    @property
    def counted(self) -> int:
        """The mutants that are not equivalent."""
        return self.mutants - len(self.equivalent)


def percentage(exercises: Iterable[ExerciseAudit]) -> float:
    """Return how many of 100 non-equivalent mutants died (100.0 where there are none)."""
    exercises = list(exercises)
    counted = sum(exercise.counted for exercise in exercises)
    killed = sum(exercise.killed.total() for exercise in exercises)
    return 100 * killed / counted if counted else 100.0


def audit_notebook(root: Path, name: str, jobs: int, listed: Listed) -> list[ExerciseAudit]:
    """Return what became of each exercise's mutants and submissions, in the notebook's order.

    CourseError when a cell fails, or a worked solution its own checks.
    """
    cells = sources.read(root / "solutions" / f"{name}.py")
    if not any(cell.kind == "solution" for cell in cells):
        return []  # the notebook that only welcomes
    names, exercises, forks = halves.fresh_names(), [], Forks(jobs)
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
            halves.run(cell.text, names, cell.place)
    except Exception as error:
        raise CourseError(f"{name}: {cell.place} fails: {type(error).__name__}: {error}") from error


def _audit_exercise(
    root: Path,
    exercise: ExerciseAudit,
    solution: sources.Cell,
    checks: list[sources.Cell],
    names: dict[str, Any],
    forks: Forks,
    listed: Listed,
) -> None:
    """Start all that is to be tried; what comes of it is put into `exercise` as it ends."""

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
        halves.run(text, names, "solution")
        for seed, check in itertools.product(seeds, checks):
            with hidden_inputs(seed):
                message = halves.verdict(check, names)
            if message:
                told = message if seed == SEED else f"with seed {seed}: {message}"
                failed.setdefault(check.grade_id, told[:MESSAGE])
                if not all_of_them:
                    break
    except BaseException as problem:  # such as SystemExit
        error = f"does not run: {type(problem).__name__}: {problem}"[:MESSAGE]
    return {"failed": failed, "error": error, "seconds": time.process_time() - started}


def _limits(exercise: ExerciseAudit, work: Callable[[], Any], jobs: int) -> Limits:
    """Return a mutant's limits by what the worked solution needs, which must pass."""
    endings: list[Ending] = []
    alone = Forks(jobs)
    alone.start(work, FOR_THE_SOLUTION, endings.append)
    alone.wait()
    answer, died = endings[0].answer, endings[0].died
    problem = died or answer["error"] or next(iter(answer["failed"].items()), "")
    if problem:
        raise CourseError(
            f"{exercise.notebook}: the worked solution of {exercise.exercise} fails: {problem}"
        )
    seconds = max(LEAST_SECONDS, TIMES_THE_SOLUTION * answer["seconds"])
    return Limits(cpu_seconds=seconds, wall_seconds=WALL_PER_CPU * seconds)


def _times(limits: Limits, runs: int) -> Limits:
    """Return the limits of so many runs in one child."""
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


def _again_ended(exercise: ExerciseAudit, mutant: Mutant, outcome: Outcome, ending: Ending) -> None:
    """Sort what has passed: right with all other seeds, too, or lucky with the first one."""
    if ending.died or ending.answer["error"] or ending.answer["failed"]:
        exercise.survivors.append(mutant)
    else:
        exercise.equivalent.append((mutant, outcome))


def _worked_ended(exercise: ExerciseAudit, solution: sources.Cell, ending: Ending) -> None:
    """What hidden inputs of other seeds make of the worked solution."""
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
