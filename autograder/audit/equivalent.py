"""Read solutions/equivalent_mutants.toml: mutants that are as right as the solution, and why."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError

FILE = Path("solutions") / "equivalent_mutants.toml"


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no input allowed by the exercise can tell from the solution."""

    notebook: str
    exercise: str
    was: str  # the solution's line, stripped
    line: str  # the mutant's
    why: str


@dataclass(frozen=True)
class GradedByOutcome:
    """An exercise that is graded by its result, however a solution gets there.

    A mutant that passes the checks with `seeds` other seeds too is another right answer. One that
    does not was lucky, and counts as a survivor.
    """

    notebook: str
    exercise: str
    seeds: int
    why: str


@dataclass(frozen=True)
class Listed:
    """The entries of the file."""

    mutants: tuple[Equivalent, ...] = ()
    outcomes: tuple[GradedByOutcome, ...] = ()

    def mutant(self, notebook: str, exercise: str, was: str, line: str) -> Equivalent | None:
        """Return the entry of a mutant, if there is one."""
        wanted = (notebook, exercise, was, line)
        for entry in self.mutants:
            if (entry.notebook, entry.exercise, entry.was, entry.line) == wanted:
                return entry
        return None

    def outcome(self, notebook: str, exercise: str) -> GradedByOutcome | None:
        """Return the entry of an exercise that is graded by its outcome, if there is one."""
        for entry in self.outcomes:
            if (entry.notebook, entry.exercise) == (notebook, exercise):
                return entry
        return None

    def unused(
        self, used: Iterable[Equivalent | GradedByOutcome], notebooks: set[str]
    ) -> list[Equivalent]:
        """Return the entries of these notebooks' mutants that are not among the used ones."""
        used = set(used)
        return [e for e in self.mutants if e.notebook in notebooks and e not in used]


def read(root: Path) -> Listed:
    """Return the course's list, empty if there is no file; CourseError if it cannot be read."""
    path = root / FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Listed(
            tuple(Equivalent(**entry) for entry in found.get("equivalent", [])),
            tuple(GradedByOutcome(**entry) for entry in found.get("outcome", [])),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: is not TOML ({error}): correct it") from error
    except TypeError as error:
        raise CourseError(
            f"{path}: {error}: an [[equivalent]] has notebook, exercise, was, line, why, "
            "an [[outcome]] notebook, exercise, seeds, why"
        ) from error
