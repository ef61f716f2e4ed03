"""What `autograder audit` prints: a row an exercise, each survivor as a diff, the total."""

from collections import Counter
from collections.abc import Iterable, Iterator

from autograder.audit.audit import ExerciseAudit, percentage
from autograder.audit.equivalent import Equivalent

COLUMNS = "mutants equivalent killed survived       %   submissions as they should"


def notebook(exercises: list[ExerciseAudit], stale: Iterable[Equivalent]) -> Iterator[str]:
    """Yield the lines of one notebook; nothing for one without exercises."""
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


def total(exercises: list[ExerciseAudit], seconds: float) -> Iterator[str]:
    """Yield the table of all notebooks and by what the mutants died."""
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


def weak(exercises: list[ExerciseAudit], minimum: float) -> str:
    """Return one sentence on what is not as it should be, or ""."""
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
    def add(number: Iterable[int]) -> int:
        return sum(number)

    right = add(e.submissions["right"] for e in exercises)
    wrong = add(e.submissions["wrong"] for e in exercises)
    bad = add(len(e.problems) for e in exercises)
    return (
        f"{title:32} {add(e.mutants for e in exercises):7} "
        f"{add(len(e.equivalent) for e in exercises):10} "
        f"{add(e.killed.total() for e in exercises):6} "
        f"{add(len(e.survivors) for e in exercises):8} {percentage(exercises):7.1f}   "
        f"{right} right, {wrong} wrong" + (f", {bad} NOT" if bad else "")
    )
