"""Due dates, penalties and extensions: set in grading/class.toml, and at once in the gradebook."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import tomlkit

from autograder.course import configuration, named
from autograder.errors import CourseError
from autograder.gradebook import class_file, database, dates, read, spelling
from autograder.gradebook.dates import ALL, DATES, EXTENSIONS, LatePenalty
from autograder.gradebook.read import Roster
from autograder.gradebook.spelling import Extension
from autograder.gradebook.write import bring_penalties_up_to_date, scores_of
from autograder.term import people
from autograder.term.columns import aligned

NONE = "none"
PLUGIN = f"{LatePenalty.__module__}.{LatePenalty.__name__}"
HEADINGS = ("penalty", "grace", "extensions")


def set_rule(root: Path, name: str, when: str, penalty: str | None, grace: str | None) -> list[str]:
    """Set what is given of an assignment's due date, penalty and grace; return what to tell.

    name: of an assignment, or "all" for what holds where it says nothing itself. when: "" for the
    date it has, "none" for none. CourseError for what is not clear; then nothing is changed.
    """
    to = read.roster(root)
    assignment = _assignment(to, name)
    if assignment == ALL and when:
        raise CourseError("all: not everything is due at once: name one notebook.")
    values: dict[str, Any] = {}
    if when and when != NONE:
        values["due"] = _read(spelling.moment, when).astimezone()
    for key, text in (("penalty", penalty), ("grace", grace)):
        if text is not None:
            _refuse_other_plugin(to)
            _read(dates.READERS[key], text, f"--{key} ")
            values[key] = text
    with class_file.edited(root) as document:
        rule = _table(document, DATES, assignment)
        rule.update(values)
        if when == NONE:
            rule.pop("due", None)
        if not rule:
            class_file.drop(document, DATES, assignment)
    if when == NONE:
        _clear(root, [assignment])
    changed = _brought(root, assignment)
    return [*table(root, "" if assignment == ALL else assignment), *changed]


def extend(root: Path, who: str, name: str, extra: str) -> list[str]:
    """Give a student more time for an assignment, or for all; return what to tell.

    extra: such as "+2d", "+0" for none, or the time until when. It takes the place of an extension
    that was given before. CourseError for what is not clear; then nothing is changed.
    """
    to = read.roster(root)
    student, assignment = people.student(to, who), _assignment(to, name)
    text = extra.removeprefix("+")
    longer, due = _read(spelling.longer, text), to.due_date(assignment)
    if isinstance(longer, datetime) and due and longer <= due:
        raise CourseError(
            f"{extra}: {assignment} is due {spelling.shown(due)}: write a later time, or +2d."
        )
    with class_file.edited(root) as document:
        theirs = _table(document, EXTENSIONS, student)
        if longer:
            theirs[assignment] = longer.astimezone() if isinstance(longer, datetime) else text
        elif assignment == ALL:
            theirs.clear()
        elif ALL in theirs:
            theirs[assignment] = text
        else:
            theirs.pop(assignment, None)
        if not theirs:
            class_file.drop(document, EXTENSIONS, student)
    if not longer:
        _clear(root, to.assignments if assignment == ALL else [assignment], student)
    changed = _brought(root, assignment)
    return [*table(root, "" if assignment == ALL else assignment), *changed]


def table(root: Path, name: str = "") -> list[str]:
    """Return the lines of a table of dates, penalties and extensions, of all or of one notebook."""
    to = read.roster(root)
    names = [*to.assignments, *([ALL] if _says_all(to) else [])]
    if name:
        names = [_assignment(to, name)]
    lines = aligned(_filled(_rows(to, names)))
    for name in names:
        due, there = to.dates.rule(name).due, to.due.get(name)
        if due and there and due != there:
            lines.append(
                f"{name}: the gradebook still has {spelling.shown(there)}; the next grading, "
                "report or export corrects it."
            )
    return lines


def _assignment(to: Roster, name: str) -> str:
    return name if name == ALL else named(name, to.assignments)


def _read(reader: Any, text: str, option: str = "") -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise CourseError(f"{option}{text}: {error}.") from error


def _table(document: Any, kind: str, name: str) -> Any:
    """Return the file's table of one assignment's dates or one student's extensions."""
    every = document.setdefault(kind, tomlkit.table(is_super_table=True))
    return every.setdefault(name, tomlkit.table())


def _refuse_other_plugin(to: Roster) -> None:
    """Raise CourseError if the class's late penalties do not come from grading/class.toml."""
    config = configuration(to.places.root, to.places.root)
    plugin = config.AssignLatePenalties.get("plugin_class", "nbgrader's own")
    if plugin not in (PLUGIN, LatePenalty):
        said = getattr(plugin, "__name__", plugin)
        raise CourseError(
            f"nbgrader_config.py: late penalties come from {said}: write "
            f'c.AssignLatePenalties.plugin_class = "{PLUGIN}" there, and call again.'
        )


def _clear(root: Path, assignments: Any, student: str = "") -> None:
    """Take due dates or a student's extensions out of the gradebook, if it is there."""
    if there := read.in_gradebook(root).intersection(assignments):
        with closing(scores_of(root)) as scores:
            for each in sorted(there):
                scores.clear(each, student)


def _brought(root: Path, assignment: str) -> list[str]:
    """Bring the gradebook up to date; return a line on the late penalties that have changed."""
    there = read.in_gradebook(root)
    wanted = sorted(there if assignment == ALL else there & {assignment})
    if not wanted:
        return []
    before = _penalties(root, wanted)
    bring_penalties_up_to_date(root, wanted)
    after = _penalties(root, wanted)
    changed = sum(before.get(one) != after[one] for one in after)
    if not changed:
        return []
    return [
        "1 late penalty has changed." if changed == 1 else f"{changed} late penalties have changed."
    ]


def _penalties(root: Path, wanted: list[str]) -> dict[tuple[str, str], float]:
    with database.opened(read.places(root).course.db_url) as connection:
        found = read.submissions(connection, wanted)
    return {(one.assignment, one.student): one.penalty for one in found}


def _says_all(to: Roster) -> bool:
    return ALL in to.dates.rules or any(ALL in theirs for theirs in to.dates.extensions.values())


def _rows(to: Roster, names: list[str]) -> list[tuple[str, ...]]:
    """Return a row for each assignment, or "all", after the headings."""
    zone = datetime.now().astimezone().tzname()
    rows: list[tuple[str, ...]] = [("notebook", f"due ({zone})", *HEADINGS)]
    for name in names:
        due = to.due_date(name)
        rule = to.dates.rule(name)
        cells = (rule.penalty.text if rule.penalty else "", spelling.spelled(rule.grace))
        rows.append((name, spelling.shown(due) if due else "", *cells, _extensions(to, name)))
    return rows


def _extensions(to: Roster, name: str) -> str:
    """Return who has more time for an assignment itself, not by what they have for all."""
    found: dict[str, Extension] = {
        student: longer
        for (assignment, student), longer in to.extensions.items()
        if assignment == name and ALL not in to.dates.extensions.get(student, {})
    }
    for student, theirs in to.dates.extensions.items():
        if name in theirs:
            found[student] = theirs[name]
    return ", ".join(f"{student} {_longer(longer)}" for student, longer in sorted(found.items()))


def _longer(longer: Extension) -> str:
    if isinstance(longer, datetime):
        return f"until {spelling.shown(longer)}"
    return f"+{spelling.spelled(longer) or 0}"


def _filled(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the rows without columns after the second that are empty."""
    columns = list(zip(*rows, strict=True))
    columns = [*columns[:2], *(column for column in columns[2:] if any(column[1:]))]
    return list(zip(*columns, strict=True))
