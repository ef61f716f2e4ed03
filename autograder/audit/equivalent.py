"""solutions/equivalent_mutants.toml: mutants that are as right as the worked solution, and why."""

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
class Outcome:
    """An exercise that asks for a result, not for a way to it.

    A mutant that passes its checks with `seeds` other seeds too is another right answer; one that
    does not was lucky, and counts as a survivor.
    """

    notebook: str
    exercise: str
    seeds: int
    why: str


@dataclass(frozen=True)
class Listed:
    """All that the file says."""

    mutants: tuple[Equivalent, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    def mutant(self, notebook: str, exercise: str, was: str, line: str) -> Equivalent | None:
        """Return the entry of a mutant, if there is one."""
        wanted = (notebook, exercise, was, line)
        for entry in self.mutants:
            if (entry.notebook, entry.exercise, entry.was, entry.line) == wanted:
                return entry
        return None

    def outcome(self, notebook: str, exercise: str) -> Outcome | None:
        """Return the entry of an exercise that is graded by its outcome, if it is one."""
        for entry in self.outcomes:
            if (entry.notebook, entry.exercise) == (notebook, exercise):
                return entry
        return None

    def unused(self, used: Iterable[Equivalent | Outcome], notebooks: set[str]) -> list[Equivalent]:
        """Return the entries of mutants of these notebooks that are not among the used ones."""
        used = set(used)
        return [e for e in self.mutants if e.notebook in notebooks and e not in used]


def read(root: Path) -> Listed:
    """Return what the course's list says; CourseError if it is not as it should be."""
    path = root / FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Listed(
            tuple(Equivalent(**entry) for entry in found.get("equivalent", [])),
            tuple(Outcome(**entry) for entry in found.get("outcome", [])),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: is not TOML ({error}): correct it") from error
    except TypeError as error:
        raise CourseError(
            f"{path}: {error}: an [[equivalent]] has notebook, exercise, was, line, why, "
            "an [[outcome]] notebook, exercise, seeds, why"
        ) from error
