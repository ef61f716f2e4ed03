"""Why hidden checks failed, for the students of one assignment.

The class is run in the sandbox that graded it, on seeds made like the graded one, but others. The
worked solutions come from nbgrader's source notebook, which `autograder build` writes.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import nbformat

from autograder.build import markers
from autograder.errors import CourseError
from autograder.files import Refused
from autograder.grade import intake, seeds
from autograder.grade.assignment import Assignment
from autograder.grade.judge import Judge
from autograder.grade.records import Record
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.why import calls, inputs, shown
from autograder.grade.why.bench import LIMITS, Bench, Case
from autograder.grade.why.inputs import Check
from autograder.grade.why.smallest import SECONDS, needed, smallest

SEEDS = 9  # other than the graded one


@dataclass(frozen=True)
class Why:
    """The smallest case found of one check: the judge's sentence, and the calls, "" if unknown."""

    sentence: str
    calls: str = ""


class Explainer:
    """Finds out why checks failed, for one student after another until `close`.

    problem: a sentence that says why not all could be found out, "" as long as it can.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.problem = root, ""
        self.opened = ExitStack()
        self.benches: dict[str, Bench] = {}  # by isolation
        self.solutions: dict[str, str] | None = None
        try:
            self.assignment = self.opened.enter_context(closing(Assignment(root, name)))
            self.solutions = self._solutions()
        except CourseError as error:
            self.problem = error.format_message()

    def close(self) -> None:
        """End the sandbox and close the gradebook."""
        self.opened.close()

    def of(self, record: Record) -> dict[str, Why]:
        """Return the smallest cases of the hidden checks that a graded student failed.

        None of a check that draws nothing from the seed, nor of one that fails on the graded
        seed only.
        """
        failed = {
            name
            for name, check in record.checks.items()
            if not check.get("passed")
            and check.get("kind") not in ("Stopped", "NotImplementedError")
        }
        failed = set(filter(markers.is_hidden, failed))
        if self.solutions is None or not failed:
            return {}
        if record.status != "graded" or record.seed is None:
            return {}
        try:
            return self._explained(self.solutions, record, failed)
        except Refused:
            return {}
        except CourseError as error:
            self.problem = error.format_message()
        except Exception as error:  # a page without a case is better than none
            self.problem = f"{record.student}: {type(error).__name__}: {error}"
        return {}

    def _explained(
        self, solutions: dict[str, str], record: Record, failed: set[str]
    ) -> dict[str, Why]:
        assignment = self.assignment
        submission = intake.take(
            assignment.folder(record.student),
            assignment.name,
            assignment.grade_ids,
            assignment.released,
        )
        if submission.digest != record.digest:  # handed in again since
            return {}
        plan = assignment.plan(assignment.rebuild(submission))
        cells = [cell["text"] for cell in plan if cell["kind"] == "cell"]
        asked = [
            inputs.check_of(cell["id"], cell["text"], cell["judge"])
            for cell in plan
            if cell.get("id") in failed
        ]
        asked = [check for check in asked if check.redraws]
        if not asked or shown.looks_around(cells):
            return {}
        bench = self._bench(record.isolation, solutions)
        files = submission.files_as_text
        return explained(bench, cells, asked, self._seeds(record), solutions, files)

    def _seeds(self, record: Record) -> list[int]:
        salt = seeds.salt(self.root)
        made = [
            seeds.hidden_seed(salt, f"{record.assignment} why {n}", record.student, record.digest)
            for n in range(SEEDS)
        ]
        return [seed for seed in made if seed != record.seed]

    def _solutions(self) -> dict[str, str]:
        """Return the course's code cells with worked solutions, by grade id or place."""
        name, coursedir = self.assignment.name, self.assignment.coursedir
        path = Path(coursedir.format_path(coursedir.source_directory, ".", name)) / f"{name}.ipynb"
        try:
            cells = nbformat.read(path, as_version=4).cells
        except Exception as error:
            raise CourseError(
                f"{path}: no worked solutions there, which tell a right case from a wrong one: "
                f"run `autograder build {name}`, or write --explain never."
            ) from error
        marked = [(cell.metadata.get("nbgrader", {}), cell) for cell in cells]
        return {
            mark.get("grade_id") or str(place): cell.source
            for place, (mark, cell) in enumerate(marked)
            if cell.cell_type == "code" and not mark.get("grade")
        }

    def _bench(self, isolation: str, solutions: Mapping[str, str]) -> Bench:
        if isolation not in self.benches:
            sandbox = self.opened.enter_context(
                Sandbox(self.assignment.modules, LIMITS, isolation, [str(self.root)])
            )
            judge = self.opened.enter_context(closing(Judge()))
            self.benches[isolation] = Bench(sandbox, judge, list(solutions.values()))
        return self.benches[isolation]


def explained(
    bench: Bench,
    cells: list[str],
    checks: list[Check],
    seeds: list[int],
    solutions: Mapping[str, str],
    files: Mapping[str, str] | None = None,
) -> dict[str, Why]:
    """Return why checks failed, by their name; of those for which that can be shown.

    It takes SECONDS at most. A check that this time is too short for has no case.
    """
    with bench.within(SECONDS):
        return _explained(bench, cells, checks, seeds, solutions, files)


def _explained(
    bench: Bench,
    cells: list[str],
    checks: list[Check],
    seeds: list[int],
    solutions: Mapping[str, str],
    files: Mapping[str, str] | None,
) -> dict[str, Why]:
    cases = smallest(bench, cells, checks, seeds, files)
    bench.until(1.0)
    found = list(cases.values())
    names = [_component(case, solutions) for case in found]
    asked = []
    for name, case in zip(names, found, strict=True):
        check = replace(case.check, cut="")
        draw = check.halves(case.seed, case.changed)[0].removesuffix(check.observe)
        asked.append(calls.recording(name, draw, check.observe) if name else "seen = []")
    answers = bench.observed(bench.trusted, asked)
    lines = [
        calls.lines_of(name, answers.get(number, {}).get("seen") or [])
        for number, name in enumerate(names)
    ]
    own = needed(cells, checks)
    tried = [calls.shorter(each) for each in _until_they_differ(bench, own, lines, files)]
    differ = iter(_until_they_differ(bench, own, [*chain.from_iterable(tried)], files))
    why = {}
    for case, some in zip(found, tried, strict=True):
        copied = [calls.cell(each) for each in islice(differ, len(some))]
        said = shown.sentence(case, case.right, cells)
        if said:
            why[case.check.name] = Why(said, next(filter(None, copied), ""))
    return why


def _until_they_differ(
    bench: Bench,
    cells: Sequence[str],
    lines: Sequence[Sequence[calls.Line]],
    files: Mapping[str, str] | None,
) -> list[list[calls.Line]]:
    """Return of each list of calls those up to the first that gives something else than it should.

    The student's class runs each list apart, as the case itself: it may remember earlier calls.
    """
    tried = [calls.trial(each) for each in lines]
    right = bench.observed(bench.trusted, tried)
    own = bench.observed(cells, tried, files, apart=True)
    return [
        calls.until_it_differs(each, *(run.get(number, {}).get("seen") for run in (right, own)))
        for number, each in enumerate(lines)
    ]


def _component(case: Case, solutions: Mapping[str, str]) -> str:
    exercise = markers.exercise_of(case.check.name)
    return calls.component_of(solutions.get(exercise, ""), case.check.observe)
