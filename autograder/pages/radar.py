"""Which students have made the same mistake in an exercise, and what it is called.

Their code does the same (see grade/fingerprint.py). The course knows mistakes by the wrong
submissions of its tests; others get a name from an instructor, once, in solutions/mistakes.toml,
which stays from term to term.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from autograder.build import mistakes
from autograder.errors import CourseError
from autograder.files import reason, write_atomic
from autograder.grade import records
from autograder.grade.records import Record

SHORT = 6  # letters of a fingerprint that a person types
NEW = "# Mistakes that this course's teachers have named: `autograder name` writes them.\n"

Known = Mapping[str, str]
"""What the mistake with a fingerprint is called."""


@dataclass(frozen=True)
class Group:
    """Students whose code makes the same mistake; sentence: what it is called, "" if not yet."""

    exercise: str
    fingerprint: str  # the most common one
    sentence: str
    students: tuple[str, ...]

    @property
    def short(self) -> str:
        """What a person types to name the group."""
        return self.fingerprint[:SHORT]


def groups(exercise: str, found: Sequence[Record], known: Known) -> list[Group]:
    """Return the groups of an exercise, the largest first.

    Mistakes without a name are left out where only one student makes them.
    """
    who: dict[str, list[str]] = defaultdict(list)
    prints: dict[str, Counter[str]] = defaultdict(Counter)
    for record in found:
        fine, _, coarse = record.behaviour.get(exercise, "").partition(" ")
        if fine:
            name = known.get(fine) or known.get(coarse, "")
            who[name or fine].append(record.student)
            prints[name or fine][fine] += 1
    made = [
        Group(
            exercise,
            prints[key].most_common(1)[0][0],
            "" if key in prints[key] else key,
            tuple(sorted(students)),
        )
        for key, students in who.items()
    ]
    made = [group for group in made if group.sentence or len(group.students) > 1]
    return sorted(made, key=lambda one: (-len(one.students), one.sentence, one.fingerprint))


def known(root: Path, name: str) -> dict[str, dict[str, str]]:
    """Return the mistakes in a notebook that have a name: {exercise: {fingerprint: sentence}}.

    CourseError if a file with names cannot be read.
    """
    try:
        table = mistakes.fingerprints(root, name)
    except ValueError as error:
        path = mistakes.fingerprints_path(root, name)
        raise CourseError(f"{path}: {error}: run `autograder mistakes`.") from error
    found = {}
    for exercise, prints in table.items():
        said = {one.name: one.sentence for one in mistakes.mistakes(root, name, exercise)}
        found[exercise] = {
            print_: ", or: ".join(said[each] for each in names if each in said)
            for print_, names in prints.items()
        }
    for exercise, named in _named(root).get(name, {}).items():
        found[exercise] = found.get(exercise, {}) | named
    return found


def group_of(root: Path, name: str, letters: str) -> Group:
    """Return the group that the first letters of its fingerprint name; CourseError if none does."""
    found = list(records.read_all(root, name))
    names = known(root, name)
    exercises = sorted({exercise for record in found for exercise in record.behaviour})
    every = [
        group
        for exercise in exercises
        for group in groups(exercise, found, names.get(exercise, {}))
    ]
    those = [group for group in every if letters and group.fingerprint.startswith(letters)]
    if len(those) != 1:
        there = ", ".join(f"{group.short} ({group.exercise})" for group in every) or "none yet"
        why = "means several groups" if those else "no such group"
        raise CourseError(f"{letters}: {why} in {name}; there are {there}.")
    return those[0]


def give_name(root: Path, name: str, group: Group, sentence: str) -> None:
    """Name a group's mistake, for this term and the next; CourseError if that cannot be written."""
    sentence = " ".join(sentence.split())
    if not sentence:
        raise CourseError("The name is empty: write a sentence that says what the mistake is.")
    _named(root)  # it can be read
    path = named_path(root)
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else NEW)
    notebook = document.setdefault(name, tomlkit.table(is_super_table=True))
    notebook.setdefault(group.exercise, tomlkit.table())[group.fingerprint] = sentence
    try:
        write_atomic(path, tomlkit.dumps(document), sync=True)
    except OSError as error:
        raise CourseError(
            f"{path}: cannot be written ({reason(error, path)}): allow it."
        ) from error


def named_path(root: Path) -> Path:
    """Return the file of the mistakes that teachers have named."""
    return Path(root) / "solutions" / "mistakes.toml"


def _named(root: Path) -> dict[str, dict[str, dict[str, str]]]:
    path = named_path(root)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: cannot be read ({error}): correct that line.") from error
    for name, exercises in found.items():
        is_right = isinstance(exercises, dict) and all(
            isinstance(named, dict) and all(isinstance(one, str) for one in named.values())
            for named in exercises.values()
        )
        if not is_right:
            raise CourseError(f"{path}: {name}: write [{name}.EXERCISE] and FINGERPRINT = 'name'.")
    return found
